// SPDX-License-Identifier: Apache-2.0
// Source: SentencePiece, src/sentencepiece_processor.cc, Decode().
#include "yonder/base/error.h"
#include "yonder/tokenizer/rules/byte_piece.h"
#include "yonder/tokenizer/rules/token_decoder.h"

#include <utility>

namespace yonder::tokenizer {

namespace {

constexpr std::string_view kSpaceSymbol = "\xE2\x96\x81";  // U+2581

class Decoding final : public TokenDecoding {
 public:
  explicit Decoding(const SentencePieceDecoding& options) : options_(options) {}

  void feed(std::string_view token, TokenKind kind, std::string& out) override {
    const size_t size = out.size();
    if (kind == TokenKind::byte) {
      const std::optional<uint8_t> byte = byte_of_piece(token);
      require(byte.has_value(), ErrorKind::bad_data,
              "the byte piece \"{}\" is not written like <0x0A>", token);
      out += static_cast<char>(*byte);
    } else {
      if (prefix_seen_ || wrote_) {
        at_start_ = false;
      }
      prefix_seen_ = false;
      if (kind == TokenKind::unknown) {
        out += options_.unk_surface;
      } else if (kind != TokenKind::control) {
        piece(token, out);
      }
    }
    wrote_ = wrote_ || out.size() > size;
  }

  void finish(std::string&) override {}

 private:
  void piece(std::string_view token, std::string& out) {
    if (at_start_ && (options_.add_dummy_prefix || options_.remove_extra_whitespaces) &&
        token.starts_with(kSpaceSymbol)) {
      token.remove_prefix(kSpaceSymbol.size());
      // Where repeated white space is removed, that of the next piece is at the start, too.
      prefix_seen_ = !options_.remove_extra_whitespaces;
    }
    for (size_t i = 0; i < token.size();) {
      if (token.substr(i).starts_with(kSpaceSymbol)) {
        out += ' ';
        i += kSpaceSymbol.size();
      } else {
        out += token[i++];
      }
    }
  }

  const SentencePieceDecoding& options_;
  bool at_start_ = true;
  bool prefix_seen_ = false;
  bool wrote_ = false;
};

class Decoder final : public TokenDecoder {
 public:
  explicit Decoder(SentencePieceDecoding options) : options_(std::move(options)) {}
  std::unique_ptr<TokenDecoding> start() const override {
    return std::make_unique<Decoding>(options_);
  }

 private:
  SentencePieceDecoding options_;
};

}  // namespace

std::unique_ptr<const TokenDecoder> make_sentencepiece_decoder(SentencePieceDecoding options) {
  return std::make_unique<Decoder>(std::move(options));
}

}  // namespace yonder::tokenizer
