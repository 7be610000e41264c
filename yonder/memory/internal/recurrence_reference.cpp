// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/recurrence_reference.h"

#include "yonder/memory/internal/dense.h"

#include <Eigen/LU>

#include <cmath>
#include <numbers>

namespace yonder::memory::internal {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

VectorXd first_state(const Measure& measure, int64_t order, double u0, double u1) {
  // Midpoints of 200,000 parts are enough for what is compared.
  VectorXd x = VectorXd::Zero(order);
  if (u0 == u1) {
    x[0] = u0;
    return x;
  }
  constexpr int kParts = 200000;
  std::vector<double> values(static_cast<size_t>(order));
  for (int i = 0; i < kParts; ++i) {
    const double s = (i + 0.5) / kParts;
    basis(measure, 1 - s, 1, values);
    x += (u0 + s * (u1 - u0)) / kParts * view(values);
  }
  return x;
}

}  // namespace

std::vector<double> recurrence_reference(const Measure& measure, int64_t order, Rule rule,
                                         double alpha, bool linear, std::span<const double> u,
                                         std::span<const double> edges) {
  const System s = system(measure, order);
  System invariant = s;
  invariant.time_varying = false;
  const MatrixXd a = view(s.a);
  const VectorXd b = view(s.b);
  const MatrixXd identity = MatrixXd::Identity(order, order);
  VectorXd x = VectorXd::Zero(order);
  for (size_t k = 0; k + 1 < edges.size(); ++k) {
    const double from = edges[k] - edges[0];
    const double to = edges[k + 1] - edges[0];
    const double next = linear ? u[k + 1] : u[k];
    if (s.time_varying && k == 0) {
      x = first_state(measure, order, u[0], next);
      continue;
    }
    if (rule == Rule::zoh || rule == Rule::foh) {
      Discrete d;
      if (s.time_varying && linear) {
        d = legs_step(s, Rule::foh, std::lround(from));
      } else if (s.time_varying) {
        d = discretise(invariant, Rule::zoh, std::log(to / from));
      } else {
        d = discretise(s, linear ? Rule::foh : Rule::zoh, to - from);
      }
      x = (view(d.a) * x + u[k] * view(d.b)).eval();
      if (linear) {
        x += next * view(d.b_next);
      }
      continue;
    }
    const double implicit = implicitness(rule, alpha);
    const double h = to - from;
    const double left = (1 - implicit) * (s.time_varying ? h / from : h);
    const double right = implicit * (s.time_varying ? h / to : h);
    const double weight = s.time_varying ? std::log(to / from) : h;
    const double input = (1 - implicit) * u[k] + implicit * next;
    x = MatrixXd(identity - right * a)
            .partialPivLu()
            .solve((identity + left * a) * x + weight * input * b)
            .eval();
  }
  return to_vector(x);
}

std::vector<double> projection_reference(const Measure& measure, int64_t order,
                                         std::span<const double> u, std::span<const double> edges) {
  constexpr double kNodes[] = {0.125233408511469, 0.367831498998180, 0.587317954286617,
                               0.769902674194305, 0.904117256370475, 0.981560634246719};
  constexpr double kWeights[] = {0.249147045813403, 0.233492536538355, 0.203167426723066,
                                 0.160078328543346, 0.106939325995318, 0.047175336386512};
  const double end = edges.back();
  const double length = end - edges.front();
  VectorXd sum = VectorXd::Zero(order);
  std::vector<double> values(static_cast<size_t>(order));
  for (size_t k = 0; k + 1 < edges.size(); ++k) {
    const double half = (edges[k + 1] - edges[k]) / 2;
    const double middle = (edges[k + 1] + edges[k]) / 2;
    for (size_t i = 0; i < 6; ++i) {
      for (const double sign : {-1.0, 1.0}) {
        basis(measure, end - (middle + sign * kNodes[i] * half), length, values);
        sum += u[k] * kWeights[i] * half / length * view(values);
      }
    }
  }
  return to_vector(sum);
}

}  // namespace yonder::memory::internal
