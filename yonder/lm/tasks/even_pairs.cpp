// SPDX-License-Identifier: Apache-2.0
// Even pairs: is the number of "ab" and "ba" in a string of a and b even? It is where the first
// symbol equals the last, which needs one look at the other end of any distance. Symbols: 0 a, 1 b,
// 2 the mark, 3 no, 4 yes. Source: Deletang et al. 2022, arXiv 2207.02098.
#include "yonder/lm/tasks/even_pairs.h"

namespace yonder::lm {
namespace {

constexpr uint32_t kMark = 2;
constexpr uint32_t kNo = 3;
constexpr uint32_t kYes = 4;

TaskExample draw(Rng& rng, int64_t length) {
  TaskExample example;
  for (int64_t i = 0; i < length; ++i) {
    example.ids.push_back(static_cast<uint32_t>(rng.below(2)));
  }
  const bool even = example.ids.front() == example.ids.back();
  example.ids.push_back(kMark);
  example.ids.push_back(even ? kYes : kNo);
  example.answer = 1;
  return example;
}

}  // namespace

Task even_pairs_task() {
  return {"even-pairs", "is the number of ab and ba in a string even (the ends are equal)?", 5,
          [](int64_t ids) { return ids - 2; }, draw};
}

}  // namespace yonder::lm
