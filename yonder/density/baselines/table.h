// SPDX-License-Identifier: Apache-2.0
// The densities people use otherwise, in the same binary so that comparisons do the same work: one
// row per method in table.cpp, one file per method. Names with arguments: "gmm:5" (k-means++ and
// random starts; "gmm:5,kmeans|random"), "kde" (normal kernel, FFT-binned, cross-validated;
// "kde:silverman|scott|cv|0.1[,exact]"), "histogram:30|auto", "dfp:3,3,3" (deep factorised prior),
// "normal", and "fbdm:auto|N" itself (with a base: "fbdm:16@student"). Test: table_test.cpp loops
// over all rows.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/density/domain.h"
#include "yonder/density/estimator.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::density {

struct BaselineFit {
  Domain domain =
      {};  ///< on a circle baselines are wrapped, on a reflected interval folded (dfp:
           ///< refused and taken as the line); an interval is to them a part of the line
  uint64_t seed = 0;
  int64_t starts = 4;  ///< random starts beside k-means++ (gmm, dfp); the best is kept
  int64_t threads = 0;
};

struct BaselineRow {
  std::string name;  ///< "gmm"
  std::string help;  ///< one line, with what the argument means
  std::unique_ptr<Estimator> (*fit)(std::string_view argument, std::span<const double> values,
                                    std::span<const double> weights, const BaselineFit& options,
                                    Progress* progress);
};
const std::vector<BaselineRow>& baselines();

/// "gmm:5" and the like; Error(bad_option) naming the nearest name.
std::unique_ptr<Estimator> fit_baseline(std::string_view text, std::span<const double> values,
                                        std::span<const double> weights, const BaselineFit& options,
                                        Progress* progress = nullptr);

/// One row of `yonder density compare`.
struct Comparison {
  std::string method;     ///< as asked for
  std::string text;       ///< what was fitted
  double test_nll = 0;    ///< nats per held-out sample
  double test_error = 0;  ///< its standard error
  double train_nll = 0;
  int64_t parameters = 0;
  int64_t modes = 0;  ///< local maxima with prominence >= 5 %
  double fit_seconds = 0;
  double eval_nanoseconds = 0;  ///< per point, one thread
};
/// Fits all methods to `training` and scores them on `test`, which have two values and one at
/// least.
std::vector<Comparison> compare(std::span<const double> training, std::span<const double> test,
                                const std::vector<std::string>& methods, const BaselineFit& options,
                                Progress* progress = nullptr);
/// Fits all methods to a seeded random (1 - holdout) of the values and scores them on the rest.
std::vector<Comparison> compare(std::span<const double> values,
                                const std::vector<std::string>& methods, double holdout,
                                const BaselineFit& options, Progress* progress = nullptr);

/// Local maxima of any density, on a grid of `cells` cells over [low, high], with their prominence
/// as a fraction of the highest: for methods that have no exact modes. circular: the ends are one
/// point; else there is nothing beyond them.
int64_t count_modes(const Estimator& density, double low, double high, double min_prominence,
                    int64_t cells = 20000, bool circular = false);

}  // namespace yonder::density
