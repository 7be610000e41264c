// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/adam.h"

#include "yonder/base/random.h"
#include "yonder/density/internal/certificate.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace yonder::density::internal {
namespace {

constexpr double kFirstMoment = 0.9;
constexpr double kSecondMoment = 0.999;
constexpr double kEpsilon = 1e-8;

void shuffle(std::vector<size_t>& order, uint64_t seed, uint64_t epoch) {
  Rng rng(seed, epoch);
  for (size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[rng.below(i)]);
  }
}

}  // namespace

Optimum adam(const Sample& sample, const Coefficients& start, const OptimumSettings& settings,
             const AdamSettings& adam_settings) {
  const ProgressRef progress(settings.progress);
  const size_t n = sample.x.size();
  const size_t batch = std::min(n, static_cast<size_t>(adam_settings.batch));
  const size_t steps_per_epoch = (n + batch - 1) / batch;
  const double steps =
      static_cast<double>(steps_per_epoch) * static_cast<double>(settings.max_steps);
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});

  Coefficients b = start;
  Coefficients first = Coefficients::Zero(b.size());
  // One second moment per complex coefficient, so that rotated samples give rotated fits.
  Eigen::VectorXd second = Eigen::VectorXd::Zero(b.size());
  Coefficients g;
  Sample part;
  part.even = sample.even;
  double step = 0;
  for (int64_t epoch = 0; epoch < settings.max_steps; ++epoch) {
    shuffle(order, adam_settings.seed, static_cast<uint64_t>(epoch));
    for (size_t begin = 0; begin < n; begin += batch) {
      const size_t end = std::min(n, begin + batch);
      part.x.clear();
      part.w.clear();
      double total = 0;
      for (size_t i = begin; i < end; ++i) {
        part.x.push_back(sample.x[order[i]]);
        part.w.push_back(sample.w[order[i]]);
        total += part.w.back();
      }
      for (double& w : part.w) {
        w /= total;
      }
      Likelihood(part, b.size() - 1, settings.gamma, settings.threads).gradient(b, g);
      if (!std::isfinite(g.squaredNorm())) {
        continue;  // a point of the batch lies on a zero of the density
      }
      const double rate =
          adam_settings.learning_rate / 2 * (1 + std::cos(std::numbers::pi * step / steps));
      ++step;
      first = kFirstMoment * first + (1 - kFirstMoment) * g;
      second = kSecondMoment * second + (1 - kSecondMoment) * g.cwiseAbs2();
      const double first_scale = 1 / (1 - std::pow(kFirstMoment, step));
      const double second_scale = 1 / (1 - std::pow(kSecondMoment, step));
      for (Eigen::Index k = 0; k < b.size(); ++k) {
        b[k] -= rate * first_scale * first[k] / (std::sqrt(second_scale * second[k]) + kEpsilon);
      }
      b.normalize();
      progress.advance(1);
      progress.stop_if_cancelled("Start the fit again to go on.");
    }
    if (settings.progress != nullptr) {
      progress.metric("nll",
                      Likelihood(sample, b.size() - 1, settings.gamma, settings.threads).value(b));
    }
  }
  Likelihood likelihood(sample, b.size() - 1, settings.gamma, settings.threads);
  Optimum at;
  at.b = b;
  at.value = likelihood.gradient(b, g);
  at.penalty = likelihood.penalty(b);
  at.lbfgs_steps = 0;
  if (settings.gamma > 0) {
    at.reached = g.squaredNorm() <= settings.gap_tolerance;
  } else {
    at.gap = certificate_gap(likelihood.toeplitz(b));
    at.reached = at.gap <= settings.gap_tolerance;
  }
  return at;
}

}  // namespace yonder::density::internal
