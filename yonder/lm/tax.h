// SPDX-License-Identifier: Apache-2.0
// What a scheme costs inside the training length, and whether it is worth it beyond: the
// "extrapolation tax".
//
// Inside: the unmodified model and the scheme score the same texts of N tokens; since a token sees
// only those before it, one pass gives the difference at every context length 1 .. N. Beyond: the
// same last tokens under growing context, against the Lambda mask, which forgets instead of
// extrapolating; a scheme that loses to it makes worse use of the far text than not reading it.
// Source: kexue.fm 9948. Test: tax_test.cpp.
#pragma once

#include "yonder/base/options.h"
#include "yonder/base/progress.h"
#include "yonder/lm/text_scorer.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

struct TaxOptions {
  std::vector<std::string> schemes = {"rope"};
  std::string lambda;            ///< what to compare with beyond N; empty: lambda:w=<N-4>,sinks=4
  std::vector<int64_t> lengths;  ///< beyond N, tokens; empty: 2N, 4N, 8N
  int64_t last = 0;              ///< targets scored beyond N; 0: N/2
  int64_t samples = 32;
  double confidence = 0.95;
  uint64_t seed = 0;
  bool unsafe = false;
  void visit(OptionVisitor& v);
  void validate() const;
};

/// A mean difference of losses, nats per token, with its interval over samples.
struct LossDifference {
  double mean = 0, low = 0, high = 0;
};

/// Contexts of first .. last tokens.
struct TaxBin {
  int64_t first = 0, last = 0;
  LossDifference tax;  ///< scheme minus unmodified
};

struct TaxLength {
  int64_t length = 0;
  double loss = 0, lambda_loss = 0;  ///< nats per token, of the same targets
  LossDifference difference;         ///< scheme minus lambda
};

struct TaxRow {
  std::string scheme;  ///< canonical, at the longest length
  std::string lambda;  ///< canonical
  LossDifference tax;  ///< over all contexts up to N
  /// Up to this context length every log-probability is that of the unmodified model, bit for bit.
  int64_t exact_up_to = 0;
  std::vector<double> by_length;  ///< [N] mean difference at context 1 .. N
  std::vector<TaxBin> bins;       ///< contexts 1, 2-3, 4-7, ... N
  std::vector<TaxLength> beyond;
  std::optional<int64_t> loses_at;  ///< the first of the lengths at which lambda has the lower loss
  std::vector<std::string> notices;
  std::string to_json() const;
};

/// All rows; `row` is called as soon as each is finished. Errors as evaluate().
std::vector<TaxRow> extrapolation_tax(TextScorer& scorer, const EvalSubject& subject,
                                      std::string_view text, const TaxOptions& options,
                                      const std::function<void(const TaxRow&)>& row = {},
                                      Progress* progress = nullptr);

}  // namespace yonder::lm
