// SPDX-License-Identifier: Apache-2.0
// Text normalisation before encoding, with the way back to the original bytes.
// "none" keeps every byte (the default); "nfc" is Unicode normalisation form C, as BytePiece's own
// Python package applies; "model" is what the model file asks for (BytePiece models ask for none).
// Test: normalizer_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::tokenizer {

struct NormalizedText {
  std::string bytes;
  /// Pairs (offset in bytes, offset in the original) of boundaries that normalisation kept, both
  /// ascending, from (0, 0) to (bytes.size(), original size).
  std::vector<std::pair<uint64_t, uint64_t>> boundaries;

  /// The last kept boundary at or before `offset`, as an offset in the original.
  uint64_t original_start(uint64_t offset) const;
  /// The first kept boundary at or after `offset`, as an offset in the original.
  uint64_t original_end(uint64_t offset) const;
};

/// The allowed names, for OptionVisitor::choice.
const std::vector<std::string>& normalization_names();

/// `how` is "nfc"; every stretch that NFC leaves alone keeps its boundaries character by character.
NormalizedText normalize_text(std::string_view text, const std::string& how);

}  // namespace yonder::tokenizer
