// SPDX-License-Identifier: Apache-2.0
// Evaluation that tells "does not blow up" from "uses far context": the same last tokens scored
// under growing context, on plain, repeated and non-repeated text. Rows are JSON lines.
// Source: kexue.fm 9708, 9948; lm-evaluation-harness for the rolling mode. Test:
// evaluator_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/lm/model.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

struct EvalOptions {
  std::vector<std::string> schemes = {"rope"};
  std::vector<int64_t> lengths;      ///< tokens of context; empty: N, 2N, 4N, 8N
  int64_t last = 0;                  ///< score the last C targets only; 0: all targets of a sample
  std::string set = "plain";         ///< plain, repeat, nonrepeat
  std::string protocol = "growing";  ///< growing, rolling, half-window
  int64_t samples = 32;
  int64_t by_position = 0;   ///< bins of this many positions; 0: none
  double confidence = 0.95;  ///< of the bootstrap interval over samples
  uint64_t seed = 0;
  void visit(OptionVisitor& v);
  void validate() const;
};

struct PositionBin {
  int64_t first = 0;  ///< positions first .. first + by_position - 1
  int64_t targets = 0;
  double loss = 0;
  double accuracy = 0;
};

/// One (scheme, length).
struct EvalRow {
  std::string scheme;  ///< canonical
  std::string protocol, set;
  int64_t length = 0;
  int64_t samples = 0, targets = 0, hits = 0, bytes = 0;
  double log_probability = 0;                    ///< sum over targets, nats
  double loss = 0, loss_low = 0, loss_high = 0;  ///< nats per token, with interval
  double accuracy = 0, accuracy_low = 0, accuracy_high = 0;
  double bits_per_byte = 0;
  double tokens_per_second = 0;
  uint64_t peak_memory = 0;
  uint64_t seed = 0;
  std::vector<PositionBin> by_position;
  std::vector<std::string> notices;
  std::string to_json() const;
};

/// All rows, schemes outermost; `row` is called as soon as each is finished, so that none is lost.
/// text: bytes, encoded by the model's codec. Throws Error(bad_data) where it is too short.
std::vector<EvalRow> evaluate(const Model& model, std::string_view text, const EvalOptions& options,
                              const std::function<void(const EvalRow&)>& row = {},
                              Progress* progress = nullptr);

}  // namespace yonder::lm
