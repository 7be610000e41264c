// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/hankel_newton.h"

#include <algorithm>
#include <cmath>

namespace yonder::density::internal {
namespace {

constexpr double kRounding = 1e-13;  // of L, nats
constexpr int kMostRefusals = 8;     // in a row

struct Step {
  Coefficients p;
  double predicted = 0;  // decrease of the quadratic model, >= 0
  bool at_border = false;
};

// The t >= 0 with |p + t d| = radius.
double to_border(const Coefficients& p, const Coefficients& d, double radius) {
  const double a = d.squaredNorm();
  const double half_b = inner(p, d);
  const double c = p.squaredNorm() - radius * radius;
  const double root = std::sqrt(std::max(0.0, half_b * half_b - a * c));
  return half_b > 0 ? -c / (half_b + root) : (root - half_b) / a;
}

// Steihaug's conjugate gradients on 1/2 p H p + g p within |p| <= radius.
Step trust_region_step(Likelihood& likelihood, const Coefficients& g, double radius) {
  Step step{Coefficients::Zero(g.size())};
  Coefficients residual = -g;
  Coefficients d = residual;
  double square = residual.squaredNorm();
  const double norm = std::sqrt(square);
  const double enough = norm * std::min(0.1, norm);  // quadratic convergence
  const Eigen::Index most = 20 * g.size();
  for (Eigen::Index i = 0; i < most && std::sqrt(square) > enough; ++i) {
    const Coefficients hd = likelihood.product(d);
    const double curvature = inner(d, hd);
    double t = curvature > 0 ? square / curvature : 0;
    step.at_border = curvature <= 1e-15 * d.squaredNorm() || (step.p + t * d).norm() >= radius;
    if (step.at_border) {
      t = to_border(step.p, d, radius);
    }
    step.p += t * d;
    step.predicted += t * inner(residual, d) - t * t / 2 * curvature;
    if (step.at_border) {
      break;
    }
    residual -= t * hd;
    const double next = residual.squaredNorm();
    d = residual + next / square * d;
    square = next;
  }
  return step;
}

}  // namespace

NewtonResult hankel_newton(
    Likelihood& likelihood, const Coefficients& start, const NewtonSettings& settings,
    const std::function<bool(const Coefficients&, double, double)>& good_enough) {
  NewtonResult result{start.normalized()};
  Coefficients g;
  result.value = likelihood.curvature(result.b, g);
  result.gradient_norm = g.norm();
  double radius = 0.1;
  int refused = 0;
  while (!good_enough(result.b, result.value, result.gradient_norm) &&
         result.steps < settings.max_steps && result.gradient_norm > settings.gradient_norm &&
         refused < kMostRefusals) {
    const Step step = trust_region_step(likelihood, g, radius);
    const Coefficients trial = (result.b + step.p).normalized();
    Coefficients trial_g;
    const double value = likelihood.curvature(trial, trial_g);
    const double ratio = (result.value - value) / step.predicted;
    // Where the predicted gain drowns in rounding, the gradient decides.
    const bool accepted =
        step.predicted < kRounding ? trial_g.norm() < result.gradient_norm : ratio > 1e-4;
    if (!accepted || ratio < 0.25) {
      radius = step.p.norm() / 4;
    } else if (step.at_border && ratio > 0.75) {
      radius = std::min(1.0, 2 * radius);
    }
    ++result.steps;
    if (accepted) {
      refused = 0;
      result.b = trial;
      result.value = value;
      g = trial_g;
      result.gradient_norm = g.norm();
    } else {
      ++refused;
      likelihood.curvature(result.b, g);  // restores the sums of product()
    }
  }
  return result;
}

}  // namespace yonder::density::internal
