// SPDX-License-Identifier: Apache-2.0
// The text of the training vector (docs/math/tokenizer.md): 4,000 lines of one to three words drawn
// by a linear congruential generator. For tests.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace yonder::tokenizer {

inline std::string vector_text() {
  static constexpr std::array<std::string_view, 20> kWords = {
      "the", "cat",   "sat",   "on",   "a",    "mat", "and",  "then", "ran", "to",
      "see", "green", "stars", "太阳", "月亮", "和",  "星光", "猫",   "在",  "跑"};
  uint64_t x = 1;
  const auto next = [&x] {
    x = (1103515245 * x + 12345) % (uint64_t{1} << 31);
    return x >> 16;
  };
  std::string text;
  for (int line = 0; line < 4000; ++line) {
    const uint64_t words = 1 + next() % 3;
    for (uint64_t i = 0; i < words; ++i) {
      text += i == 0 ? "" : " ";
      text += kWords[next() % kWords.size()];
    }
    text += '\n';
  }
  return text;
}

}  // namespace yonder::tokenizer
