// SPDX-License-Identifier: Apache-2.0
// From a user's numbers to a Model: check, map to the circle, choose the order, optimise, report.
// What each step does lies in internal/: mapped_sample, choose_order, learned_map, optimum, adam.
#include "yonder/density/fit.h"

#include "yonder/base/error.h"
#include "yonder/base/parallel.h"
#include "yonder/density/internal/adam.h"
#include "yonder/density/internal/certificate.h"
#include "yonder/density/internal/choose_order.h"
#include "yonder/density/internal/fit_report.h"
#include "yonder/density/internal/learned_map.h"
#include "yonder/density/internal/mapped_sample.h"
#include "yonder/density/internal/optimum.h"
#include "yonder/density/internal/order_choice.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace yonder::density {
namespace {

using internal::Coefficients;
using internal::MappedSample;
using internal::Optimum;
using internal::OptimumSettings;
using internal::WeightedValues;

Model fit_on(const WeightedValues& values, const Domain& domain, const FitOptions& options,
             FitReport& report, int threads, Progress* progress) {
  const auto [least, greatest] = std::minmax_element(values.y.begin(), values.y.end());
  require(*least < *greatest, ErrorKind::bad_data,
          "cannot fit a density to a single point; the likelihood is unbounded");
  std::optional<BaseDistribution> base = internal::base_of(values, domain, options);
  MappedSample mapped = internal::map_to_circle(values, domain, base ? &*base : nullptr, threads);

  if (base && options.scale == "data") {
    if (std::optional<std::string> warning = internal::spike_warning(values, *base)) {
      report.warnings.push_back(std::move(*warning));
    }
  }

  const internal::OrderRange range = internal::parse_order(options.order);
  internal::require_distinct(mapped.sample, domain, range.low, options.gamma);
  OptimumSettings settings = internal::optimum_settings(options, threads, progress);
  Coefficients start = internal::uniform_start(range.low);
  if (range.chosen_by_data) {
    internal::OrderChoice choice = internal::choose_order(mapped, domain, range, options, settings);
    start = std::move(choice.b);
    report.orders = std::move(choice.scores);
  }

  Optimum optimum;
  if (options.learn_map) {
    internal::LearnedMap learned = internal::learn_map(values, *base, start, settings);
    base = learned.base;
    mapped = std::move(learned.mapped);
    optimum = std::move(learned.optimum);
  } else if (options.optimizer == "adam") {
    optimum = internal::adam(mapped.sample, start, settings,
                             {options.batch, options.learning_rate, options.seed});
  } else {
    optimum = internal::find_optimum(mapped.sample, start, settings);
  }
  report.samples = values.y.size();
  return internal::finish_fit(domain, base, optimum, mapped.log_slope, options, report, progress);
}

}  // namespace

Model fit(std::span<const double> values, std::span<const double> weights,
          const FitOptions& options, FitReport* report, Progress* progress) {
  const auto start = std::chrono::steady_clock::now();
  options.validate();
  const Domain domain = Domain::parse(options.domain);
  const ProgressRef sink(progress);
  sink.begin("fitting", 0, "steps");
  FitReport own;
  Model model = fit_on(internal::check_values(values, weights, domain), domain, options, own,
                       thread_count(options.threads), progress);
  own.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (report != nullptr) {
    *report = std::move(own);
  }
  return model;
}

std::vector<Model> fit_columns(const std::vector<std::vector<double>>& columns,
                               std::span<const double> weights, const FitOptions& options,
                               std::vector<FitReport>* reports, Progress* progress) {
  options.validate();
  const Domain domain = Domain::parse(options.domain);
  const ProgressRef sink(progress);
  sink.begin("fitting columns", columns.size(), "columns");
  std::vector<FitReport> own(columns.size());
  std::vector<std::optional<Model>> models(columns.size());
  // One thread per column: the columns' points differ, so nothing finer can be shared.
  parallel_for(columns.size(), 1, thread_count(options.threads), [&](size_t first, size_t last) {
    for (size_t i = first; i < last; ++i) {
      sink.stop_if_cancelled("Start the fit again to go on.");
      const auto start = std::chrono::steady_clock::now();
      try {
        models[i] = fit_on(internal::check_values(columns[i], weights, domain), domain, options,
                           own[i], 1, nullptr);
      } catch (const Error& error) {
        fail(error.kind, "column {} (counted from 0): {}", i, error.what());
      }
      own[i].seconds =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      sink.advance(1);
    }
  });
  std::vector<Model> out;
  out.reserve(models.size());
  for (std::optional<Model>& model : models) {
    out.push_back(std::move(*model));
  }
  if (reports != nullptr) {
    *reports = std::move(own);
  }
  return out;
}

double optimality_gap(const Model& model, std::span<const double> values,
                      std::span<const double> weights) {
  const WeightedValues checked = internal::check_values(values, weights, model.domain());
  const MappedSample mapped = internal::map_to_circle(
      checked, model.domain(), model.base() ? &*model.base() : nullptr, thread_count(0));
  const std::span<const std::complex<double>> b = model.coefficients();
  internal::Likelihood likelihood(mapped.sample, model.order(), 0, thread_count(0));
  return internal::certificate_gap(likelihood.toeplitz(
      Eigen::Map<const Coefficients>(b.data(), static_cast<Eigen::Index>(b.size()))));
}

}  // namespace yonder::density
