// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/learned_map.h"

#include "yonder/base/parallel.h"
#include "yonder/density/internal/lbfgs.h"
#include "yonder/density/internal/trigonometric_kernel.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace yonder::density::internal {
namespace {

constexpr size_t kChunk = size_t{1} << 14;
constexpr int64_t kMostMaps = 60;

// sum_j v_j d ln|A|^2 / dx (x_j) = 2 Re sum_k i pi k b_k sum_j v_j z_j^k / A(x_j).
double weighted_slope(const Coefficients& b, std::span<const double> x, std::span<const double> v) {
  Coefficients inverse(b.size());
  const auto terms = static_cast<size_t>(b.size());
  likelihood_sums({b.data(), terms}, x, v, {{inverse.data(), terms}, {}, {}});
  double sum = 0;
  for (Eigen::Index k = 0; k < b.size(); ++k) {
    sum -= 2 * std::numbers::pi * static_cast<double>(k) * (b[k] * inverse[k]).imag();
  }
  return sum;
}

}  // namespace

MapGradient map_gradient(const WeightedValues& values, const MappedSample& mapped,
                         const BaseDistribution& base, const Coefficients& b, int threads) {
  const size_t n = values.y.size();
  std::vector<MapGradient> parts((n + kChunk - 1) / kChunk);
  parallel_for(parts.size(), 1, threads, [&](size_t first, size_t last) {
    std::vector<double> by_location, by_scale;
    for (size_t part = first; part < last; ++part) {
      const size_t start = part * kChunk;
      const size_t count = std::min(kChunk, n - start);
      by_location.resize(count);
      by_scale.resize(count);
      MapGradient& sum = parts[part];
      for (size_t j = 0; j < count; ++j) {
        const double y = values.y[start + j];
        const double w = values.w[start + j];
        const BaseDistribution::Slopes point = base.point_slopes(y);
        const BaseDistribution::Slopes log_density = base.log_density_slopes(y);
        by_location[j] = w * point.location;
        by_scale[j] = w * point.scale;
        sum.location -= w * log_density.location;
        sum.log_scale -= w * log_density.scale;
      }
      const std::span<const double> x(mapped.sample.x.data() + start, count);
      sum.location -= weighted_slope(b, x, by_location);
      sum.log_scale -= weighted_slope(b, x, by_scale);
    }
  });
  MapGradient total;
  for (const MapGradient& part : parts) {
    total.location += part.location;
    total.log_scale += part.log_scale;
  }
  total.log_scale *= base.scale();
  return total;
}

LearnedMap learn_map(const WeightedValues& values, const BaseDistribution& base,
                     const Coefficients& start, const OptimumSettings& settings) {
  // The two unknowns in units of the first scale: coordinate 0 is (t - t0) / s0, 1 is ln(s / s0).
  const double t0 = base.location();
  const double s0 = base.scale();
  LearnedMap last{base, {}, {}};
  last.optimum.b = start;
  int64_t lbfgs_steps = 0, newton_steps = 0;
  const auto evaluate = [&](const Coefficients& at, Coefficients& g) {
    LearnedMap now{base.with(t0 + s0 * at[0].real(), s0 * std::exp(at[1].real())), {}, {}};
    now.mapped = map_to_circle(values, {}, &now.base, settings.threads);
    now.optimum = find_optimum(now.mapped.sample, last.optimum.b, settings);
    lbfgs_steps += now.optimum.lbfgs_steps;
    newton_steps += now.optimum.newton_steps;
    const MapGradient gradient =
        map_gradient(values, now.mapped, now.base, now.optimum.b, settings.threads);
    g = Coefficients::Zero(2);
    g[0] = s0 * gradient.location;
    g[1] = gradient.log_scale;
    last = std::move(now);
    return last.optimum.value - last.mapped.log_slope;
  };
  LbfgsSettings map_settings;
  map_settings.max_steps = std::min(settings.max_steps, kMostMaps);
  map_settings.relative_change = 1e-10;
  map_settings.gradient_norm = 1e-7;
  const LbfgsResult best = lbfgs(Coefficients::Zero(2), evaluate, map_settings);
  Coefficients unused;
  evaluate(best.b, unused);  // the line search may have ended elsewhere
  last.optimum.lbfgs_steps = lbfgs_steps;
  last.optimum.newton_steps = newton_steps;
  return last;
}

}  // namespace yonder::density::internal
