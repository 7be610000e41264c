// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/formats/representable.h"

#include "yonder/base/utf8.h"

#include <fmt/format.h>

namespace yonder::tokenizer {

std::string unused_name(uint32_t id) { return fmt::format("<unused_{}>", id); }

Representable::Representable(const Vocabulary& vocabulary, std::string_view forbidden)
    : vocabulary_(vocabulary), forms_(vocabulary.size(), PieceForm::none) {
  std::vector<bool> has_byte_piece(256);
  for (uint32_t id = kFirstPieceId; id < vocabulary.size(); ++id) {
    const std::string_view piece = vocabulary.piece(id);
    if (!piece.empty() && utf8_first_error(piece) == std::string_view::npos &&
        piece.find_first_of(forbidden) == std::string_view::npos) {
      forms_[id] = PieceForm::text;
    } else if (piece.size() == 1) {
      forms_[id] = PieceForm::byte;
      has_byte_piece[static_cast<uint8_t>(piece[0])] = true;
    }
  }
  for (size_t byte = 0; byte < has_byte_piece.size(); ++byte) {
    if (!has_byte_piece[byte]) {
      bytes_as_text_.push_back(static_cast<uint8_t>(byte));
    }
  }
}

void Representable::report(std::string_view format, const ProgressRef& progress) const {
  uint64_t bytes = 0;
  uint64_t parts = 0;
  unsigned __int128 part_count = 0;
  for (uint32_t id = kFirstPieceId; id < vocabulary_.size(); ++id) {
    bytes += forms_[id] == PieceForm::byte ? 1 : 0;
    if (forms_[id] == PieceForm::none && !vocabulary_.piece(id).empty()) {
      ++parts;
      part_count += vocabulary_.count(id);
    }
  }
  if (parts > 0) {
    progress.warn(fmt::format(
        "{} pieces with parts of characters ({:.4f} % of the training tokens) have no form in "
        "{}; their ids stay, unused",
        parts, 100 * static_cast<double>(part_count) / static_cast<double>(vocabulary_.total()),
        format));
  }
  if (bytes > 0) {
    progress.warn(
        fmt::format("{} single bytes became byte pieces, which {} uses only where a character is "
                    "unknown: rare characters may be segmented otherwise",
                    bytes, format));
  }
}

}  // namespace yonder::tokenizer
