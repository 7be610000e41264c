// SPDX-License-Identifier: Apache-2.0
// For tests: tokenizers over all single bytes and a few longer pieces.
#pragma once

#include "yonder/tokenizer/tokenizer.h"

#include <string>
#include <utility>
#include <vector>

namespace yonder::tokenizer {

/// The 256 single bytes, byte b with the id 3 + b, each with the count 1, and then `pieces`.
inline Tokenizer small_tokenizer(std::vector<CountedPiece> pieces = {}) {
  std::vector<CountedPiece> all;
  for (int byte = 0; byte < 256; ++byte) {
    all.push_back({std::string(1, static_cast<char>(byte)), 1});
  }
  for (CountedPiece& piece : pieces) {
    all.push_back(std::move(piece));
  }
  return Tokenizer(Vocabulary(std::move(all), "small"));
}

}  // namespace yonder::tokenizer
