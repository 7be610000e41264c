// SPDX-License-Identifier: Apache-2.0
// The loop of an evaluation, over anything that scores tokens: schemes x lengths, one row each,
// with intervals over samples. Here, and not over Model, so that it is tested by formulas in place
// of a model; evaluator.h is what users call, evaluation_text.h says what is read and scored. Test:
// evaluation_loop_test.cpp.
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

struct EvalOptions {
  /// Scheme texts; each may be several apart by commas (split_schemes).
  std::vector<std::string> schemes = {"rope"};
  std::vector<int64_t> lengths;  ///< tokens of context; empty: N, 2N, 4N, 8N
  int64_t last = 0;              ///< growing: targets scored; 0: half of the shortest length or N
  std::string set = "plain";     ///< evaluation_sets()
  std::string protocol = "growing";  ///< evaluation_protocols()
  int64_t samples = 32;              ///< rolling, half-window: windows; 0: all
  int64_t by_position = 0;           ///< bins of this many positions; 0: none
  double confidence = 0.95;          ///< of the bootstrap interval over samples
  uint64_t seed = 0;
  bool unsafe = false;  ///< allow scheme arguments that are known to be wrong
  void visit(OptionVisitor& v);
  void validate() const;
};

struct PositionBin {
  int64_t first = 0;  ///< positions first .. first + by_position - 1 of the token that is read
  int64_t targets = 0;
  int64_t hits = 0;
  double log_probability = 0;  ///< sum, nats
};

/// One (scheme, length).
struct EvalRow {
  std::string asked;   ///< the scheme as given: one for all lengths, also with s=auto
  std::string scheme;  ///< canonical, for this length
  std::string protocol, set;
  int64_t length = 0;
  int64_t last = 0;  ///< targets scored per sample under `growing`, 0 else
  int64_t samples = 0, targets = 0, hits = 0;
  int64_t bytes = 0, words = 0;                  ///< of the targets' text
  double log_probability = 0;                    ///< sum over targets, nats
  double loss = 0, loss_low = 0, loss_high = 0;  ///< nats per token; bounds NaN for one sample
  double accuracy = 0, accuracy_low = 0, accuracy_high = 0;
  double perplexity = 0;       ///< exp(loss)
  double bits_per_byte = 0;    ///< NaN where the targets have no bytes
  double word_perplexity = 0;  ///< exp(-log_probability / words); NaN where there are none
  double tokens_per_second = 0;
  uint64_t peak_memory = 0;  ///< bytes, of the process so far
  uint64_t seed = 0;
  int64_t train_length = 0;
  std::string model_sha256, data_sha256;
  std::vector<PositionBin> by_position;
  std::vector<std::string> notices;
  /// One line of JSON, without its end.
  std::string to_json() const;
};

/// "rope,lambda:w=64,sinks=2,nope" as "rope", "lambda:w=64,sinks=2", "nope": a comma ends a scheme
/// where no argument follows.
std::vector<std::string> split_schemes(std::string_view text);
/// The schemes of all these texts, in order.
std::vector<std::string> listed_schemes(const std::vector<std::string>& given);

/// The lengths of an evaluation: those given, ascending and each once, or N, 2N, 4N, 8N.
std::vector<int64_t> evaluation_lengths(std::vector<int64_t> given, int64_t train_length);

/// See evaluate() in evaluator.h.
std::vector<EvalRow> evaluate_with(TextScorer& scorer, const EvalSubject& subject,
                                   std::string_view text, const EvalOptions& options,
                                   const std::function<void(const EvalRow&)>& row,
                                   Progress* progress);

}  // namespace yonder::lm
