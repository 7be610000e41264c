// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/fit_report.h"

#include "yonder/base/error.h"
#include "yonder/density/internal/order_choice.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

namespace yonder::density::internal {

std::optional<BaseDistribution> base_of(const WeightedValues& values, const Domain& domain,
                                        const FitOptions& options) {
  if (domain.kind != DomainKind::line) {
    return std::nullopt;
  }
  const std::optional<double> location = parse_number_or_data("location", options.location);
  const std::optional<double> scale = parse_number_or_data("scale", options.scale);
  return BaseDistribution::fitted(options.base, values.y, values.w, location ? &*location : nullptr,
                                  scale ? &*scale : nullptr, options.seed);
}

std::optional<std::string> spike_warning(const WeightedValues& values,
                                         const BaseDistribution& base) {
  constexpr double kNarrow = 1e-9;  // of the range
  const auto [least, greatest] = std::minmax_element(values.y.begin(), values.y.end());
  if (base.scale() > kNarrow * (*greatest - *least)) {
    return std::nullopt;
  }
  std::vector<double> inside;
  std::copy_if(values.y.begin(), values.y.end(), std::back_inserter(inside),
               [&](double y) { return std::abs(y - base.location()) <= base.scale(); });
  if (inside.size() < 2 ||
      std::adjacent_find(inside.begin(), inside.end(), std::not_equal_to<>()) != inside.end()) {
    return std::nullopt;
  }
  return fmt::format(
      "the base has shrunk to a spike: {} values are equal to {}; leave them out and count them "
      "apart, give --scale, or take another --base",
      inside.size(), inside.front());
}

OptimumSettings optimum_settings(const FitOptions& options, int threads, Progress* progress) {
  OptimumSettings settings;
  settings.gamma = options.gamma;
  settings.gap_tolerance = options.gap_tolerance;
  settings.max_steps = options.max_steps;
  settings.threads = threads;
  settings.progress = progress;
  return settings;
}

Model finish_fit(const Domain& domain, const std::optional<BaseDistribution>& base,
                 const Optimum& optimum, double log_slope, const FitOptions& options,
                 FitReport& report, Progress* progress) {
  const int64_t order = optimum.b.size() - 1;
  report.nll = optimum.value - optimum.penalty - log_slope;
  require(
      std::isfinite(report.nll), ErrorKind::numerical,
      "the likelihood of the fit is not finite (NLL {}): the values spread too far or too little "
      "for this domain or base; rescale the data or change --domain or --scale",
      report.nll);
  report.penalty = optimum.penalty;
  report.gap = optimum.gap;
  report.lbfgs_steps = optimum.lbfgs_steps;
  report.newton_steps = optimum.newton_steps;
  if (!optimum.reached && optimum.gap >= 0) {
    report.warnings.push_back(
        fmt::format("gap {:.2g} > {:.2g}: a density of this order may be better by so many nats "
                    "per sample; raise --max-steps",
                    optimum.gap, options.gap_tolerance));
  } else if (!optimum.reached) {
    report.warnings.push_back(
        "the penalised fit stopped before its gradient vanished; raise "
        "--max-steps");
  }
  const int64_t parameters = free_parameters(order, domain);
  if (5 * parameters > static_cast<int64_t>(report.samples)) {
    report.warnings.push_back(fmt::format(
        "{} free parameters for {} samples: fewer than 5 each; a lower --order or --gamma may "
        "predict better",
        parameters, report.samples));
  }
  const ProgressRef sink(progress);
  for (const std::string& warning : report.warnings) {
    sink.warn(warning);
  }
  ModelInfo info;
  info.samples = report.samples;
  info.nll = report.nll;
  info.gap = report.gap;
  info.gamma = options.gamma;
  info.seed = options.seed;
  return Model(domain, base,
               std::span<const std::complex<double>>(optimum.b.data(),
                                                     static_cast<size_t>(optimum.b.size())),
               info);
}

}  // namespace yonder::density::internal
