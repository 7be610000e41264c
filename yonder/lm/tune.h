// SPDX-License-Identifier: Apache-2.0
// The best value of one number in a scheme, on held-out text: `ntk-mixed:s=8,b=?`.
//
// A grid first, because the loss need not have one minimum only; then the golden section between
// the neighbours of the best point, which needs one evaluation per step and loses nothing to noise
// that is the same for all values (they are scored on the same tokens). Source: Kiefer 1953,
// "Sequential minimax search for a maximum"; kexue.fm 9706 found b so by hand. Test: tune_test.cpp.
#pragma once

#include "yonder/base/options.h"
#include "yonder/base/progress.h"
#include "yonder/lm/text_scorer.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

struct TuneOptions {
  std::string scheme;  ///< with one ? in place of a number
  double from = 0, to = 0;
  int64_t length = 0;  ///< tokens of context; 0: 4N
  int64_t last = 0;    ///< targets scored; 0: N/2
  int64_t samples = 32;
  int64_t trials = 20;  ///< values tried at most
  int64_t grid = 7;     ///< of these for the grid
  bool unsafe = false;
  void visit(OptionVisitor& v);
  void validate() const;
};

struct TuneTrial {
  double value = 0;
  double loss = 0;  ///< nats per token
};

struct TuneReport {
  std::string scheme;  ///< with the best value in place
  TuneTrial best;
  std::vector<TuneTrial> trials;  ///< in the order tried
  /// The best value is an end of the range, so a better one may lie outside.
  bool at_an_end = false;
  std::string to_json() const;
};

/// Where a search looks. whole: at whole numbers only. Ends with a ratio of 16 or more are searched
/// by ratios instead of differences.
struct TuneRange {
  double from = 0, to = 0;
  bool whole = false;
};

/// The search itself. loss: any function; called once per value, `trials` times at most.
std::vector<TuneTrial> minimize(const std::function<double(double)>& loss, const TuneRange& range,
                                int64_t grid, int64_t trials);

/// Throws Error(bad_option) unless the scheme has one ?, as the value of an argument that takes
/// numbers.
TuneReport tune_scheme(TextScorer& scorer, const EvalSubject& subject, std::string_view text,
                       const TuneOptions& options,
                       const std::function<void(const TuneTrial&)>& trial = {},
                       Progress* progress = nullptr);

}  // namespace yonder::lm
