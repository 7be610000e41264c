// SPDX-License-Identifier: Apache-2.0
// How well a model that was trained on a synthetic task does on strings of given lengths.
// Test: evaluate_task_test.cpp.
#pragma once

#include "yonder/base/options.h"
#include "yonder/base/progress.h"
#include "yonder/lm/model.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace yonder::lm {

struct TaskEvalOptions {
  std::string task;                  ///< one of task_names()
  std::vector<std::string> schemes;  ///< empty: the one the model was trained with
  std::vector<int64_t> lengths = {64, 128, 256, 512};  ///< symbols of a string
  int64_t samples = 64;
  uint64_t seed = 0;
  void visit(OptionVisitor& v);
  void validate() const;
};

/// One (scheme, length).
struct TaskEvalRow {
  std::string scheme;  ///< canonical
  int64_t length = 0;
  int64_t samples = 0;
  int64_t right = 0;              ///< samples whose answer is right in full
  int64_t targets = 0, hits = 0;  ///< ids of answers, and how many of them were the most probable
  std::string to_json() const;
};

/// All rows, schemes outermost; `row` is called as soon as each is finished. Throws
/// Error(bad_option) where the model's vocabulary is not the task's.
std::vector<TaskEvalRow> evaluate_task(const Model& model, const TaskEvalOptions& options,
                                       const std::function<void(const TaskEvalRow&)>& row = {},
                                       Progress* progress = nullptr);

}  // namespace yonder::lm
