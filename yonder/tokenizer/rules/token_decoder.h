// SPDX-License-Identifier: Apache-2.0
// From tokens back to text, by the rules of the file that the vocabulary came from.
//
//   auto decoding = decoder->start();
//   for (...) decoding->feed(token, kind, text);
//   decoding->finish(text);
//
// Decoding is a state machine that appends what is known so far, so streaming and decoding at once
// agree. Bytes are never altered: where byte pieces do not add up to UTF-8, their bytes come out as
// they are (tokenizers and sentencepiece write U+FFFD for each).
// Test: token_decoder_test.cpp (golden values of tokenizers 0.23.3 and sentencepiece 0.2.3).
#pragma once

#include "yonder/base/json.h"

#include <memory>
#include <string>
#include <string_view>

namespace yonder::tokenizer {

enum class TokenKind {
  piece,    // of the model
  added,    // an added token, as TextRules::added_pattern() gives it
  byte,     // a byte piece of a SentencePiece model
  control,  // the other two kinds of SentencePiece's pieces that decode differently
  unknown,
};

/// The decoding of one document.
class TokenDecoding {
 public:
  virtual ~TokenDecoding() = default;
  /// Appends to `out` the bytes that are certain now. A token is spelled as in the file ("<0x0A>"),
  /// with one exception: the pieces of a byte-level vocabulary are their bytes. Throws
  /// Error(bad_data) for a SentencePiece byte piece that names no byte.
  virtual void feed(std::string_view token, TokenKind kind, std::string& out) = 0;
  /// Appends what was held back. Nothing may be fed afterwards.
  virtual void finish(std::string& out) = 0;
};

/// Immutable; threads share it. It outlives its decodings.
class TokenDecoder {
 public:
  virtual ~TokenDecoder() = default;
  virtual std::unique_ptr<TokenDecoding> start() const = 0;
};

/// `json` is the value of "decoder" in a tokenizer.json; null joins the tokens by spaces. A new
/// type is one file in decoders/ and one row of the table in decoders.cpp. byte_level: the
/// vocabulary was written in the byte alphabet (PreTokenizer::byte_level), and its pieces are bytes
/// now. Throws Error(bad_data), naming the JSON path, for a type or a key that is not supported.
std::unique_ptr<const TokenDecoder> make_token_decoder(const Json& json, bool byte_level);

/// What takes part in decoding of normalizer_spec and trainer_spec; defaults of the .proto.
struct SentencePieceDecoding {
  bool add_dummy_prefix = true;
  bool remove_extra_whitespaces = true;
  std::string unk_surface = " \xE2\x81\x87 ";  // what the unknown piece decodes to: U+2047
};
/// SentencePiece's rules: U+2581 is a space, that of the dummy prefix is dropped, control pieces
/// are silent. A denormalizer is not among them.
std::unique_ptr<const TokenDecoder> make_sentencepiece_decoder(SentencePieceDecoding options);

}  // namespace yonder::tokenizer
