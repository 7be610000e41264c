// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/imported/imported_model.h"

#include "yonder/base/sha256.h"

#include <algorithm>

namespace yonder::tokenizer {

std::string imported_text(const ImportedModel& model, uint32_t id) {
  const ImportedPiece& piece = model.pieces[id];
  if (piece.kind == PieceKind::byte) {
    const auto byte = std::find(model.byte_ids->begin(), model.byte_ids->end(), id);
    return {static_cast<char>(byte - model.byte_ids->begin())};
  }
  if (piece.kind == PieceKind::control || piece.kind == PieceKind::unknown) {
    return {};
  }
  std::string text;
  const std::string_view spelled = piece.text;
  for (size_t at = 0; at < spelled.size();) {
    if (!model.space.empty() && spelled.substr(at).starts_with(model.space)) {
      text += ' ';
      at += model.space.size();
    } else {
      text += spelled[at++];
    }
  }
  return text;
}

TokenKind token_kind(const ImportedModel& model, uint32_t id) {
  switch (model.pieces[id].kind) {
    case PieceKind::added:
      return TokenKind::added;
    case PieceKind::byte:  // a tokenizer.json has a decoder for them
      return model.format == "sentencepiece" ? TokenKind::byte : TokenKind::piece;
    case PieceKind::control:
      return TokenKind::control;
    case PieceKind::unknown:
      return TokenKind::unknown;
    default:
      return TokenKind::piece;
  }
}

void complete(ImportedModel& model) {
  for (uint32_t id = 0; id < model.pieces.size(); ++id) {
    model.ids.try_emplace(model.pieces[id].text, id);
  }
  model.checksum = sha256_hex(model.source);
}

}  // namespace yonder::tokenizer
