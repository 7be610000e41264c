// SPDX-License-Identifier: Apache-2.0
// The contest: all methods get the same training values and are scored on the same others.
#include "yonder/base/error.h"
#include "yonder/base/options.h"
#include "yonder/base/random.h"
#include "yonder/density/baselines/table.h"
#include "yonder/density/goodness_of_fit.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace yonder::density {
namespace {

constexpr double kProminence = 0.05;
constexpr size_t kTimedPoints = 100000;
constexpr uint64_t kShuffleStream = 0x73706C6974;  // no fit draws from it

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double evaluation_nanoseconds(const Estimator& density, std::span<const double> values) {
  std::vector<double> points(kTimedPoints);
  for (size_t i = 0; i < points.size(); ++i) {
    points[i] = values[i % values.size()];
  }
  std::vector<double> out(points.size());
  double best = std::numeric_limits<double>::infinity();
  for (int repeat = 0; repeat < 3; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    density.logpdf(points, out);
    best = std::min(best, seconds_since(start));
    if (best > 0.5) {
      break;  // slow enough to be sure
    }
  }
  return best * 1e9 / static_cast<double>(points.size());
}

// The number of maxima with a prominence of at least `least`, which in one dimension is the number
// of times one climbs that much above the lowest point since the last such maximum, and comes down
// as much again. The row of heights begins and ends at its lowest point.
int64_t count_prominent(std::span<const double> heights, double least) {
  int64_t count = 0;
  double peak = heights.front();
  double valley = heights.front();
  bool climbing = false;
  for (const double height : heights) {
    peak = climbing ? std::max(peak, height) : height;
    valley = climbing ? height : std::min(valley, height);
    if (climbing && peak - height >= least) {
      ++count;
      climbing = false;
      valley = height;
    } else if (!climbing && height - valley >= least) {
      climbing = true;
      peak = height;
    }
  }
  return count;
}

int64_t modes_of(const Estimator& density, std::span<const double> values, const Domain& domain) {
  if (const auto* const model = dynamic_cast<const Model*>(&density)) {
    const std::vector<Mode> modes = model->modes(kProminence);
    return std::count_if(modes.begin(), modes.end(), [](const Mode& mode) { return mode.maximum; });
  }
  if (domain.kind != DomainKind::line) {
    return count_modes(density, domain.origin, domain.upper(), kProminence, 20000,
                       domain.kind == DomainKind::circular);
  }
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double margin = (*high - *low) / 10;
  return count_modes(density, *low - margin, *high + margin, kProminence);
}

}  // namespace

int64_t count_modes(const Estimator& density, double low, double high, double min_prominence,
                    int64_t cells, bool circular) {
  require(low < high && cells >= 1, ErrorKind::bad_option,
          "modes were asked for between {} and {} in {} cells; a range and at least one cell are "
          "needed",
          low, high, cells);
  std::vector<double> points(static_cast<size_t>(cells));
  for (size_t i = 0; i < points.size(); ++i) {
    points[i] = low + (high - low) * (static_cast<double>(i) + 0.5) / static_cast<double>(cells);
  }
  std::vector<double> heights(points.size());
  density.logpdf(points, heights);
  for (double& height : heights) {
    height = std::exp(height);
  }
  const double highest = *std::max_element(heights.begin(), heights.end());
  if (circular) {
    std::rotate(heights.begin(), std::min_element(heights.begin(), heights.end()), heights.end());
    heights.push_back(heights.front());
  } else {
    heights.insert(heights.begin(), 0);
    heights.push_back(0);
  }
  return count_prominent(heights, std::max(min_prominence * highest, 1e-9 * highest));
}

std::vector<Comparison> compare(std::span<const double> training, std::span<const double> test,
                                const std::vector<std::string>& methods, const BaselineFit& options,
                                Progress* progress) {
  require(training.size() >= 2 && !test.empty(), ErrorKind::bad_data,
          "{} values are there to fit and {} to test; at least 2 and 1 are needed", training.size(),
          test.size());
  std::vector<Comparison> table;
  for (const std::string& method : methods) {
    ProgressRef(progress).stop_if_cancelled("nothing was written");
    Comparison row;
    row.method = method;
    const auto start = std::chrono::steady_clock::now();
    const std::unique_ptr<Estimator> density =
        fit_baseline(method, training, {}, options, progress);
    row.fit_seconds = seconds_since(start);
    row.text = density->text();
    row.parameters = density->parameter_count();
    const GoodnessOfFit tested = goodness_of_fit(*density, test);
    row.test_nll = tested.nll;
    row.test_error = tested.nll_error;
    row.train_nll = goodness_of_fit(*density, training).nll;
    row.modes = modes_of(*density, training, options.domain);
    row.eval_nanoseconds = evaluation_nanoseconds(*density, test);
    table.push_back(std::move(row));
  }
  return table;
}

std::vector<Comparison> compare(std::span<const double> values,
                                const std::vector<std::string>& methods, double holdout,
                                const BaselineFit& options, Progress* progress) {
  check_range("holdout", holdout, 0, 1);
  const auto held_out =
      static_cast<size_t>(std::max(1.0, std::round(holdout * static_cast<double>(values.size()))));
  require(
      values.size() >= held_out + 2, ErrorKind::bad_data,
      "{} of {} values would be held out; at least 2 must be left to fit; pass a smaller holdout",
      held_out, values.size());
  std::vector<double> shuffled(values.begin(), values.end());
  Rng rng(options.seed, kShuffleStream);
  for (size_t i = shuffled.size(); i > 1; --i) {
    std::swap(shuffled[i - 1], shuffled[rng.below(i)]);
  }
  const std::span<const double> all(shuffled);
  return compare(all.subspan(held_out), all.first(held_out), methods, options, progress);
}

}  // namespace yonder::density
