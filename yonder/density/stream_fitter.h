// SPDX-License-Identifier: Apache-2.0
// Fits a density to more values than memory holds: values arrive in chunks, in two or more passes
// or in one. Test: stream_fitter_test.cpp.
//
//   StreamFitter fitter(options);             // order must be a number; the domain is known or
//   given while (read(chunk)) fitter.push(chunk); Model model = fitter.finish(&report);
//
// Memory: O(chunk + cells). Values are gathered in a weighted grid fine enough that the model's
// likelihood is exact to the stated error (docs/math/density.md, "Cells"); on the line the base is
// fitted to the first chunk unless location and scale are given.
#pragma once

#include "yonder/density/fit.h"

#include <memory>
#include <span>

namespace yonder::density {

class StreamFitter {
 public:
  explicit StreamFitter(FitOptions options);
  ~StreamFitter();
  StreamFitter(StreamFitter&&) noexcept;
  StreamFitter& operator=(StreamFitter&&) noexcept;
  /// values [n], weights [n] or empty; errors as in fit().
  void push(std::span<const double> values, std::span<const double> weights = {});
  Model finish(FitReport* report = nullptr, Progress* progress = nullptr);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yonder::density
