// SPDX-License-Identifier: Apache-2.0
// Bucket sort: a string of five symbols, a mark, and the symbols in order, which needs their
// counts, not their places. Symbols: 0..4, 5 the mark. Source: Deletang et al. 2022, arXiv
// 2207.02098; random positions on it: Ruoss et al. 2023, arXiv 2305.16843.
#include "yonder/lm/tasks/bucket_sort.h"

#include <algorithm>

namespace yonder::lm {
namespace {

constexpr uint32_t kSymbols = 5;
constexpr uint32_t kMark = 5;

TaskExample draw(Rng& rng, int64_t length) {
  TaskExample example;
  for (int64_t i = 0; i < length; ++i) {
    example.ids.push_back(static_cast<uint32_t>(rng.below(kSymbols)));
  }
  std::vector<uint32_t> sorted = example.ids;
  std::sort(sorted.begin(), sorted.end());
  example.ids.push_back(kMark);
  example.ids.insert(example.ids.end(), sorted.begin(), sorted.end());
  example.answer = length;
  return example;
}

}  // namespace

Task bucket_sort_task() {
  return {"bucket-sort", "put a string of five symbols in order", kSymbols + 1,
          [](int64_t ids) { return (ids - 1) / 2; }, draw};
}

}  // namespace yonder::lm
