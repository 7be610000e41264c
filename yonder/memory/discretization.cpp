// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/discretization.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"
#include "yonder/memory/internal/dense.h"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <unsupported/Eigen/MatrixFunctions>

#include <algorithm>
#include <cmath>
#include <limits>

namespace yonder::memory {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using internal::to_matrix;
using internal::to_vector;
using internal::view;

// (I - right A) x' = (I + left A) x + weight B u.
Discrete implicit_step(const System& system, double left, double right, double weight) {
  const auto a = view(system.a);
  const auto identity = MatrixXd::Identity(a.rows(), a.cols());
  MatrixXd sides(a.rows(), a.cols() + 1);
  sides << identity + left * a, weight * view(system.b);
  if (right != 0) {
    sides = Eigen::PartialPivLU<MatrixXd>(identity - right * a).solve(sides).eval();
  }
  return {to_matrix(sides.leftCols(a.cols())), to_vector(sides.rightCols(1)), {}};
}

// x' = A x + B (p + w) over `length`, where p is held, w' = growth w + m / length, m is held, and
// w = 0 at first: the last columns of one exponential are what p and m bring. With growth 0 the
// input p + w is a line; with growth 1 it is a line in t = exp(time). Scaled so that what m brings
// is of the size of what p brings, hence as accurate.
struct Exponential {
  MatrixXd a;
  VectorXd held, line;
};

Exponential exponential(const System& system, double length, double growth) {
  const Index n = system.a.rows;
  MatrixXd generator = MatrixXd::Zero(n + 3, n + 3);
  generator.topLeftCorner(n, n) = length * view(system.a);
  generator.col(n).head(n) = length * view(system.b);
  generator.col(n + 1).head(n) = generator.col(n).head(n);
  generator(n + 1, n + 1) = length * growth;
  generator(n + 1, n + 2) = 1;
  const MatrixXd result = generator.exp();
  return {result.topLeftCorner(n, n), result.col(n).head(n), result.col(n + 2).head(n)};
}

// foh: the input goes from u_k to u_{k+1}; m = scale (u_{k+1} - u_k).
Discrete exponential_step(const System& system, Rule rule, double length, double growth,
                          double scale) {
  const Exponential e = exponential(system, length, growth);
  if (rule == Rule::zoh) {
    return {to_matrix(e.a), to_vector(e.held), {}};
  }
  return {to_matrix(e.a), to_vector(e.held - scale * e.line), to_vector(scale * e.line)};
}

}  // namespace

const std::vector<std::string>& rule_names() {
  static const std::vector<std::string> names = {"forward", "backward", "bilinear",
                                                 "gbt",     "zoh",      "foh"};
  return names;
}

Rule parse_rule(std::string_view name) {
  const auto& names = rule_names();
  check_choice("rule", std::string(name), names);
  return static_cast<Rule>(std::find(names.begin(), names.end(), name) - names.begin());
}

double implicitness(Rule rule, double alpha) {
  switch (rule) {
    case Rule::forward:
      return 0;
    case Rule::backward:
      return 1;
    case Rule::bilinear:
      return 0.5;
    default:
      YONDER_CHECK(rule == Rule::gbt);
      return alpha;
  }
}

Discrete discretise(const System& system, Rule rule, double step, double alpha,
                    bool allow_unstable) {
  require(!system.time_varying, ErrorKind::bad_option,
          "this system is divided by the time; discretise it with legs_step");
  require(step > 0 && std::isfinite(step), ErrorKind::bad_option,
          "a step of {}; it must be a number above 0", step);
  if (rule == Rule::zoh || rule == Rule::foh) {
    return exponential_step(system, rule, step, 0, 1);
  }
  const double a = implicitness(rule, alpha);
  check_range("alpha", a, 0.0, 1.0);
  if (!allow_unstable) {
    const double limit = stable_step(system, a);
    require(step <= limit, ErrorKind::bad_option,
            "{} is unstable for N={} at a step of {} (limit {:.3g}); use bilinear",
            explicit_rule_name(a), system.a.rows, step, limit);
  }
  return implicit_step(system, (1 - a) * step, a * step, step);
}

Discrete legs_step(const System& system, Rule rule, int64_t k, double alpha, bool allow_unstable) {
  require(system.time_varying, ErrorKind::bad_option,
          "this system is not divided by the time; use discretise");
  require(k >= 1, ErrorKind::bad_option,
          "step {}: k must be 1 or more; x_1 = (u_0, 0, ...) is exact for the first sample", k);
  const auto time = static_cast<double>(k);
  const double length = std::log1p(1 / time);
  if (rule == Rule::zoh || rule == Rule::foh) {
    return exponential_step(system, rule, length, 1, length * time);
  }
  const double a = implicitness(rule, alpha);
  check_range("alpha", a, 0.0, 1.0);
  if (a < 0.5 && !allow_unstable) {
    // A mode does not grow where (1-a)/k - a/(k+1) <= limit, that is from this k on:
    const double limit = forward_euler_limit(system);
    const double rest = 1 - 2 * a - limit;
    const double first = (rest + std::sqrt(rest * rest + 4 * limit * (1 - a))) / (2 * limit);
    require(time >= first, ErrorKind::bad_option,
            "{} is unstable for N={} at step {} (from {:.0f} on no mode grows); use bilinear",
            explicit_rule_name(a), system.a.rows, k, std::ceil(first));
  }
  return implicit_step(system, (1 - a) / time, a / (time + 1), length);
}

double forward_euler_limit(const System& system) {
  const auto a = view(system.a);
  Eigen::VectorXcd poles;
  if (a.isLowerTriangular()) {
    poles = a.diagonal().cast<std::complex<double>>();
  } else {
    poles = Eigen::EigenSolver<MatrixXd>(a, false).eigenvalues();
  }
  // The empty sine of fout and fous does not move: its pole is 0 up to rounding.
  const double nothing = 1e-24 * poles.cwiseAbs2().maxCoeff();
  double limit = std::numeric_limits<double>::infinity();
  for (const auto& pole : poles) {
    const double size = std::norm(pole);
    if (size > nothing) {
      limit = std::min(limit, -2 * pole.real() / size);
    }
  }
  return limit;
}

double stable_step(const System& system, double alpha) {
  return alpha < 0.5 ? forward_euler_limit(system) / (1 - 2 * alpha)
                     : std::numeric_limits<double>::infinity();
}

std::string explicit_rule_name(double alpha) {
  return alpha == 0 ? "forward Euler" : fmt::format("gbt with alpha {}", alpha);
}

}  // namespace yonder::memory
