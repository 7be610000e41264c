// SPDX-License-Identifier: Apache-2.0
// A vocabulary of another program as it was loaded: SentencePiece .model or tokenizer.json.
//
// Ids, pieces and rules are the file's own. Underneath works one of our two engines: the byte
// lattice of unigram/ (through LatticeAlphabet) or the merges of bpe/. A format reader
// (formats/sentencepiece_read.cpp, formats/tokenizer_json_read.cpp) fills the struct; what uses it
// is imported_encoder.h and Tokenizer. Tests: formats/*_test.cpp, imported_encoder_test.cpp.
#pragma once

#include "yonder/tokenizer/bpe/byte_pair.h"
#include "yonder/tokenizer/imported/lattice_alphabet.h"
#include "yonder/tokenizer/rules/post_processor.h"
#include "yonder/tokenizer/rules/text_rules.h"
#include "yonder/tokenizer/rules/token_decoder.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace yonder::tokenizer {

enum class PieceKind : uint8_t {
  normal,
  added,         // an added token of a tokenizer.json that is text
  user_defined,  // SentencePiece
  unused,        // never produced, or an id without a piece
  byte,          // "<0xE4>", of byte fallback
  control,       // a special token: no text
  unknown        // SentencePiece
};

struct ImportedPiece {
  std::string text;  // as matched in prepared text (bytes for byte-level BPE), or the token's name
  double score = 0;  // log-probability, nats; 0 where the format has none
  PieceKind kind = PieceKind::normal;
};

struct ImportedModel {
  std::string format;  // name of the row of formats/table.cpp
  std::string source;  // the file's bytes: saving in the same format writes them back
  std::vector<ImportedPiece> pieces;                   // by id
  std::unordered_map<std::string_view, uint32_t> ids;  // of the pieces' texts, which they view
  std::unique_ptr<const TextRules> rules;
  std::unique_ptr<const TokenDecoder> decoder;
  PostProcessor special_template;  // ids around a document; may be empty
  std::optional<uint32_t> bos;
  std::optional<uint32_t> eos;
  std::optional<uint32_t> unknown;
  std::optional<std::array<uint32_t, 256>> byte_ids;  // unknown characters become these
  // Texts that are one token wherever they stand in prepared text, and never part of a merge
  // (SentencePiece BPE's user-defined symbols); the pre-tokenizer has cut around them.
  std::unordered_map<std::string_view, uint32_t> frozen;
  std::unique_ptr<const LatticeAlphabet> unigram;  // exactly one
  std::shared_ptr<const BytePairModel> byte_pair;  // of the two
  std::string checksum;                            // SHA-256 of `source`
  std::string space;  // what prepared text has for a space: U+2581, or empty for a space itself
};

/// The text that an id stands for by itself: spaces as spaces, the byte of a byte piece; empty for
/// special and unknown ids.
std::string imported_text(const ImportedModel& model, uint32_t id);

/// What the decoder is told of an id.
TokenKind token_kind(const ImportedModel& model, uint32_t id);

/// Fills what follows from the other fields: ids, checksum. Call last.
void complete(ImportedModel& model);

}  // namespace yonder::tokenizer
