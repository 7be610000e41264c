// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/stream_fitter.h"

#include "yonder/base/error.h"
#include "yonder/base/parallel.h"
#include "yonder/density/internal/cells.h"
#include "yonder/density/internal/fit_report.h"
#include "yonder/density/internal/mapped_sample.h"
#include "yonder/density/internal/order_choice.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <optional>
#include <unordered_set>

namespace yonder::density {
namespace {

constexpr size_t kCellsPerOrder = 1024;
constexpr size_t kMostCells = size_t{1} << 20;  // 32 MB; still 16 per order at the greatest one

size_t cell_count(int64_t order) {
  return std::min(kMostCells, kCellsPerOrder * static_cast<size_t>(std::max<int64_t>(order, 8)));
}

}  // namespace

struct StreamFitter::Impl {
  explicit Impl(FitOptions options_in)
      : options(std::move(options_in)),
        domain(Domain::parse(options.domain)),
        order(internal::parse_order(options.order).low),
        cells(cell_count(order)) {}

  FitOptions options;
  Domain domain;
  int64_t order;
  std::optional<BaseDistribution> base;  // of the line, from the first chunk on
  internal::Cells cells;
  double log_slope_sum = 0;  // sum of w ln(q / p)
  uint64_t seen = 0;         // values, those of weight 0 included
  uint64_t samples = 0;
  // The first distinct points, up to as many as the order has parameters: what E4 asks about.
  std::unordered_set<double> distinct;
};

StreamFitter::StreamFitter(FitOptions options) {
  options.validate();
  require(!internal::parse_order(options.order).chosen_by_data, ErrorKind::bad_option,
          "--order is \"{}\"; a stream is read once, so give a number", options.order);
  require(!options.learn_map, ErrorKind::bad_option,
          "--learn-map needs all values at once; give --location and --scale to fit a stream");
  require(options.optimizer == "newton", ErrorKind::bad_option,
          "--optimizer is {}; a stream is fitted by newton", options.optimizer);
  impl_ = std::make_unique<Impl>(std::move(options));
}

StreamFitter::~StreamFitter() = default;
StreamFitter::StreamFitter(StreamFitter&&) noexcept = default;
StreamFitter& StreamFitter::operator=(StreamFitter&&) noexcept = default;

void StreamFitter::push(std::span<const double> values, std::span<const double> weights) {
  Impl& s = *impl_;
  if (values.empty()) {
    return;
  }
  const double total = weights.empty() ? static_cast<double>(values.size())
                                       : std::accumulate(weights.begin(), weights.end(), 0.0);
  if (!weights.empty() && total == 0 && weights.size() == values.size() &&
      *std::min_element(weights.begin(), weights.end()) == 0) {
    s.seen += values.size();
    return;  // a chunk without weight is no error in a stream
  }
  const internal::WeightedValues checked =
      internal::check_values(values, weights, s.domain, s.seen);
  if (s.domain.kind == DomainKind::line && !s.base) {
    s.base = internal::base_of(checked, s.domain, s.options);
  }
  internal::MappedSample mapped = internal::map_to_circle(
      checked, s.domain, s.base ? &*s.base : nullptr, thread_count(s.options.threads));
  for (double& w : mapped.sample.w) {
    w *= total;
  }
  s.cells.add(mapped.sample.x, mapped.sample.w);
  s.log_slope_sum += total * mapped.log_slope;
  s.seen += values.size();
  s.samples += checked.y.size();
  const auto most =
      static_cast<size_t>(std::max<int64_t>(2, internal::free_parameters(s.order, s.domain)));
  for (size_t i = 0; i < mapped.sample.x.size() && s.distinct.size() < most; ++i) {
    s.distinct.insert(mapped.sample.x[i]);
  }
}

Model StreamFitter::finish(FitReport* report, Progress* progress) {
  const auto start = std::chrono::steady_clock::now();
  Impl& s = *impl_;
  require(s.samples > 0, ErrorKind::bad_data, "there are no values to fit a density to");
  internal::require_distinct(s.distinct.size(), s.domain, s.order, s.options.gamma);
  const ProgressRef sink(progress);
  sink.begin("fitting", 0, "steps");
  const internal::Sample sample = s.cells.sample(s.domain.kind == DomainKind::reflected);
  const internal::Optimum optimum = internal::find_optimum(
      sample, internal::uniform_start(s.order),
      internal::optimum_settings(s.options, thread_count(s.options.threads), progress));
  FitReport own;
  own.samples = s.samples;
  Model model =
      internal::finish_fit(s.domain, s.base, optimum, s.log_slope_sum / s.cells.total_weight(),
                           s.options, own, progress);
  own.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (report != nullptr) {
    *report = std::move(own);
  }
  return model;
}

}  // namespace yonder::density
