// SPDX-License-Identifier: Apache-2.0
// For tests on random input: texts and vocabularies that a seed decides.
#pragma once

#include "yonder/base/random.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/vocabulary.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::tokenizer {

/// The 256 bytes, 0 first.
inline std::string all_bytes() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) {
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

/// `length` bytes, each drawn from `alphabet`.
inline std::string random_text(Rng& rng, size_t length, std::string_view alphabet) {
  std::string text;
  for (size_t i = 0; i < length; ++i) {
    text += alphabet[rng.below(alphabet.size())];
  }
  return text;
}

/// `characters` characters of 1 to 4 bytes.
inline std::string random_utf8(Rng& rng, size_t characters) {
  constexpr int32_t kFirst[] = {'a', 0xE4, 0x4E00, 0x1F600};
  std::string text;
  for (size_t i = 0; i < characters; ++i) {
    utf8_append(text, kFirst[rng.below(4)] + static_cast<int32_t>(rng.below(6)));
  }
  return text;
}

/// Every byte of `alphabet` and `pieces` tries at longer ones, of at most `longest` bytes, cut out
/// of `source` (or, where that is empty, drawn from `alphabet`), with counts 1 to 1,000, many
/// equal.
inline Vocabulary random_vocabulary(Rng& rng, std::string_view alphabet, size_t pieces,
                                    size_t longest, std::string_view source = {}) {
  std::set<std::string> distinct;
  for (const char byte : alphabet) {
    distinct.insert(std::string(1, byte));
  }
  for (size_t i = 0; i < pieces && longest > 1; ++i) {
    const size_t length = 2 + rng.below(longest - 1);
    if (source.empty()) {
      distinct.insert(random_text(rng, length, alphabet));
    } else {
      const size_t begin = rng.below(source.size());
      distinct.insert(std::string(source.substr(begin, length)));
    }
  }
  std::vector<CountedPiece> counted;
  for (const std::string& piece : distinct) {
    counted.push_back({piece, rng.below(2) == 0 ? 7 : 1 + rng.below(1000)});
  }
  sort_by_id_order(counted);
  return Vocabulary(std::move(counted), "random");
}

}  // namespace yonder::tokenizer
