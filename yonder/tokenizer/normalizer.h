// SPDX-License-Identifier: Apache-2.0
// Text normalisation before encoding, with the way back to the original bytes.
//
// "none" keeps every byte (the default); "nfc" is Unicode normalisation form C, as BytePiece's own
// Python package applies; "model" is what the model file asks for (BytePiece models ask for none).
//
//   NormalizedText n = normalize_text(text, "nfc");
//   encode(n.bytes); ... text.substr(n.original_start(begin), n.original_end(end) - ...)
//
// The text is cut where NFC cannot join the sides. A stretch that NFC leaves alone maps byte for
// byte; one that it changes maps as a whole, because nothing smaller corresponds in it.
// Bytes that are not UTF-8 stay as they are. Test: normalizer_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// Where a stretch of the normalised bytes comes from.
struct NormalizedStretch {
  uint64_t start = 0;     ///< offset in the normalised bytes
  uint64_t original = 0;  ///< offset in the original text
  bool changed = false;   ///< false: the bytes are the same on both sides
};

struct NormalizedText {
  std::string bytes;
  uint64_t original_size = 0;  ///< bytes of the original text
  /// Ascending in both offsets, the first at (0, 0); each reaches to the next one or to the end.
  /// A changed stretch may be empty on one side: bytes that were removed or added. Two kept
  /// stretches never follow each other. Empty for an empty text.
  std::vector<NormalizedStretch> stretches;

  /// The last boundary that normalisation kept at or before `offset` (0..bytes.size()), as an
  /// offset in the original text.
  uint64_t original_start(uint64_t offset) const;
  /// The first kept boundary at or after `offset`, as an offset in the original text. Bytes that
  /// were removed at `offset` lie between original_end() and original_start().
  uint64_t original_end(uint64_t offset) const;
};

/// The allowed names, for OptionVisitor::choice.
const std::vector<std::string>& normalization_names();

/// `how` is one of normalization_names(), else Error(bad_option). Cost: one pass over the text.
NormalizedText normalize_text(std::string_view text, const std::string& how);

/// Length of the longest prefix of `text` that may be normalised by itself, whatever bytes follow
/// the text: what a stream can let go of. 0 if there is none yet.
size_t normalizable_prefix(std::string_view text, const std::string& how);

}  // namespace yonder::tokenizer
