// SPDX-License-Identifier: Apache-2.0
// What of a byte vocabulary fits into formats whose pieces are text: SentencePiece and
// tokenizer.json.
//
// A piece that is UTF-8 stays a piece. A single byte that is none becomes a byte piece, <0xE4>,
// which those programs reach only where a character is unknown. A longer piece with part of a
// character has no form; its id stays, under a name that no text holds. Test:
// sentencepiece_test.cpp, tokenizer_json_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/tokenizer/vocabulary.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

enum class PieceForm : uint8_t { text, byte, none };

/// Name of the unknown token in what we write.
inline constexpr std::string_view kUnknownName = "<unk>";
/// "<unused_17>".
std::string unused_name(uint32_t id);

class Representable {
 public:
  /// forbidden: bytes that no piece of text may hold. `vocabulary` must outlive the object.
  Representable(const Vocabulary& vocabulary, std::string_view forbidden);
  PieceForm form(uint32_t id) const { return forms_[id]; }
  /// Bytes that are pieces of text and need a byte piece besides, in order.
  const std::vector<uint8_t>& bytes_as_text() const { return bytes_as_text_; }
  /// Warns of what is lost, with its share of the training text.
  void report(std::string_view format, const ProgressRef& progress) const;

 private:
  const Vocabulary& vocabulary_;
  std::vector<PieceForm> forms_;  // by id
  std::vector<uint8_t> bytes_as_text_;
};

}  // namespace yonder::tokenizer
