// SPDX-License-Identifier: Apache-2.0
// Copy: a string of eight symbols, a mark, and the string again, which needs a look back over as
// many tokens as the string has, for each of them. Symbols: 0..7, 8 the mark. Source: Deletang et
// al. 2022, arXiv 2207.02098 (as duplicate string).
#include "yonder/lm/tasks/copy.h"

namespace yonder::lm {
namespace {

constexpr uint32_t kSymbols = 8;
constexpr uint32_t kMark = 8;

TaskExample draw(Rng& rng, int64_t length) {
  TaskExample example;
  for (int64_t i = 0; i < length; ++i) {
    example.ids.push_back(static_cast<uint32_t>(rng.below(kSymbols)));
  }
  example.ids.push_back(kMark);
  for (int64_t i = 0; i < length; ++i) {
    example.ids.push_back(example.ids[static_cast<size_t>(i)]);
  }
  example.answer = length;
  return example;
}

}  // namespace

Task copy_task() {
  return {"copy", "say a string of eight symbols again", kSymbols + 1,
          [](int64_t ids) { return (ids - 1) / 2; }, draw};
}

}  // namespace yonder::lm
