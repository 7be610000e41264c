// SPDX-License-Identifier: Apache-2.0
// Fits a density to more values than memory holds, in one pass over chunks.
//
//   StreamFitter fitter({.domain = "circular:24", .order = "8"});
//   while (read(chunk)) { fitter.push(chunk); }
//   Model model = fitter.finish(&report);
//
// Memory: O(chunk + cells), cells of the order of 1024 N. Each cell keeps four moments of the
// values in it, from which the fit takes two points: the likelihood of the whole stream to a
// relative 1e-12 or so, and exactly as long as a cell holds no more than two distinct values
// (docs/math/density.md, "Cells"). The order must be a number. On the line the base is fitted to
// the first chunk unless location and scale are given. Test: stream_fitter_test.cpp.
#pragma once

#include "yonder/density/fit.h"

#include <memory>
#include <span>

namespace yonder::density {

class StreamFitter {
 public:
  /// Throws Error(bad_option): bad options, an order of auto, a learned map, the optimizer adam.
  explicit StreamFitter(FitOptions options);
  ~StreamFitter();
  StreamFitter(StreamFitter&&) noexcept;
  StreamFitter& operator=(StreamFitter&&) noexcept;
  /// values [n], weights [n] or empty (all 1); an empty chunk changes nothing. Errors as in fit(),
  /// with indices counted from the start of the stream; a chunk with an error changes nothing.
  void push(std::span<const double> values, std::span<const double> weights = {});
  /// The fit to all values so far; more may follow. Errors as in fit().
  Model finish(FitReport* report = nullptr, Progress* progress = nullptr);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yonder::density
