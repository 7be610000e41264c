// SPDX-License-Identifier: Apache-2.0
// Synthetic tasks whose strings can have any length, so that a model trained on short ones can be
// asked about long ones. A task is one file and one row of table.cpp; models for it have its
// symbols as their vocabulary. Source: kexue.fm 9444, 9603; Deletang et al. 2022, arXiv 2207.02098.
// Test: task_test.cpp.
#pragma once

#include "yonder/base/random.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

/// A string, a mark, and the answer: ids[.. size - answer) is what a model reads, the last `answer`
/// ids are what it is asked for.
struct TaskExample {
  std::vector<uint32_t> ids;
  int64_t answer = 0;
};

struct Task {
  const char* name;
  const char* help;
  int64_t vocabulary;
  /// The longest string whose example has `ids` ids at most.
  int64_t (*longest)(int64_t ids);
  /// An example with a string of `length` >= 1 symbols.
  TaskExample (*draw)(Rng& rng, int64_t length);
};

const std::vector<Task>& tasks();
std::vector<std::string> task_names();
/// Throws Error(bad_option) naming the nearest.
const Task& find_task(std::string_view name);

}  // namespace yonder::lm
