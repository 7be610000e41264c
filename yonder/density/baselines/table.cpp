// SPDX-License-Identifier: Apache-2.0
// The rows, and how their arguments are read.
#include "yonder/density/baselines/table.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"
#include "yonder/density/baselines/deep_factorized.h"
#include "yonder/density/baselines/fourier.h"
#include "yonder/density/baselines/gaussian_mixture.h"
#include "yonder/density/baselines/histogram.h"
#include "yonder/density/baselines/kernel_density.h"
#include "yonder/density/baselines/weighted_sample.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace yonder::density {
namespace {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return parts;
}

std::unique_ptr<Estimator> fit_mixture(GaussianMixtureOptions mixture,
                                       std::span<const double> values,
                                       std::span<const double> weights, const BaselineFit& options,
                                       Progress* progress) {
  mixture.seed = options.seed;
  mixture.threads = options.threads;
  return std::make_unique<GaussianMixture>(GaussianMixture::fit(
      WeightedSample(values, weights, options.domain), options.domain, mixture, progress));
}

std::unique_ptr<Estimator> fit_normal_row(std::string_view argument, std::span<const double> values,
                                          std::span<const double> weights,
                                          const BaselineFit& options, Progress* progress) {
  require(argument.empty(), ErrorKind::bad_option, "normal takes no argument, found '{}'",
          argument);
  return fit_mixture({.components = 1}, values, weights, options, progress);
}

std::unique_ptr<Estimator> fit_mixture_row(std::string_view argument,
                                           std::span<const double> values,
                                           std::span<const double> weights,
                                           const BaselineFit& options, Progress* progress) {
  const std::vector<std::string> parts = split(argument);
  require(!parts.empty() && parts.size() <= 2, ErrorKind::bad_option,
          "gmm:{}: a number of components was expected, as in gmm:5", argument);
  GaussianMixtureOptions mixture;
  mixture.components = parse_whole_option("gmm", parts[0], 1000, 1, 4096);
  mixture.random_starts = options.starts;
  if (parts.size() == 2) {
    check_choice("gmm starts", parts[1], {"kmeans", "random"});
    mixture.kmeans_start = parts[1] == "kmeans";
    mixture.random_starts = mixture.kmeans_start ? 0 : std::max<int64_t>(options.starts, 1);
  }
  return fit_mixture(mixture, values, weights, options, progress);
}

std::unique_ptr<Estimator> fit_kernel_row(std::string_view argument, std::span<const double> values,
                                          std::span<const double> weights,
                                          const BaselineFit& options, Progress* /*progress*/) {
  KernelDensityOptions kernel;
  for (const std::string& part : split(argument)) {
    if (part == "exact") {
      kernel.exact = true;
    } else {
      kernel.bandwidth = part;
    }
  }
  return std::make_unique<KernelDensity>(
      KernelDensity::fit(WeightedSample(values, weights, options.domain), options.domain, kernel));
}

std::unique_ptr<Estimator> fit_histogram_row(std::string_view argument,
                                             std::span<const double> values,
                                             std::span<const double> weights,
                                             const BaselineFit& options, Progress* /*progress*/) {
  const bool choose = argument.empty() || argument == "auto";
  const int64_t bins =
      choose ? 0 : parse_whole_option("histogram", std::string(argument), 1000, 1, 1 << 16);
  return std::make_unique<Histogram>(
      Histogram::fit(WeightedSample(values, weights, options.domain), options.domain, bins));
}

std::unique_ptr<Estimator> fit_deep_factorized_row(std::string_view argument,
                                                   std::span<const double> values,
                                                   std::span<const double> weights,
                                                   const BaselineFit& options, Progress* progress) {
  require(options.domain.kind != DomainKind::circular, ErrorKind::bad_option,
          "dfp is a density of the line and has no meaning on the circle {}",
          options.domain.text());
  DeepFactorizedOptions deep;
  deep.seed = options.seed;
  deep.threads = options.threads;
  deep.starts = options.starts + 1;
  if (!argument.empty()) {
    deep.widths.clear();
    for (const int64_t width : parse_whole_list_option("dfp", std::string(argument), 1, 64)) {
      deep.widths.push_back(static_cast<size_t>(width));
    }
  }
  return std::make_unique<DeepFactorized>(
      DeepFactorized::fit(WeightedSample(values, weights, options.domain), deep, progress));
}

std::unique_ptr<Estimator> fit_fourier_row(std::string_view argument,
                                           std::span<const double> values,
                                           std::span<const double> weights,
                                           const BaselineFit& options, Progress* progress) {
  return std::make_unique<Model>(
      fit(values, weights, fourier_options(argument, options), nullptr, progress));
}

}  // namespace

const std::vector<BaselineRow>& baselines() {
  static const std::vector<BaselineRow> rows = {
      {"fbdm", "Fourier density: fbdm:N, fbdm:auto, on the line with a base as in fbdm:16@student",
       fit_fourier_row},
      {"gmm",
       "Gaussian mixture by EM: gmm:K (k-means++ and random starts), gmm:K,kmeans, "
       "gmm:K,random",
       fit_mixture_row},
      {"kde",
       "kernel density estimate: kde:cv, silverman, scott or a bandwidth; kde:cv,exact "
       "without binning",
       fit_kernel_row},
      {"histogram", "bars of equal width: histogram:30, histogram:auto", fit_histogram_row},
      {"dfp", "deep factorised prior of learned compression: dfp:3,3,3 (widths)",
       fit_deep_factorized_row},
      {"normal", "one normal distribution", fit_normal_row},
  };
  return rows;
}

std::unique_ptr<Estimator> fit_baseline(std::string_view text, std::span<const double> values,
                                        std::span<const double> weights, const BaselineFit& options,
                                        Progress* progress) {
  const size_t colon = text.find(':');
  const std::string name(text.substr(0, colon));
  std::vector<std::string> names;
  for (const BaselineRow& row : baselines()) {
    names.push_back(row.name);
  }
  check_choice("method", name, names);
  check_range("starts", options.starts, 0, 1000);
  const auto row = std::find_if(baselines().begin(), baselines().end(),
                                [&](const BaselineRow& r) { return r.name == name; });
  const std::string_view argument =
      colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  return row->fit(argument, values, weights, options, progress);
}

}  // namespace yonder::density
