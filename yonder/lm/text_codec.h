// SPDX-License-Identifier: Apache-2.0
// Text to token ids and back, as a model's own files say: a tokenizer of the tokenizer component
// (BytePiece, tokenizer.json, SentencePiece), llama2.c's tokenizer.bin, or plain bytes.
// Test: text_codec_test.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

class TextCodec {
 public:
  virtual ~TextCodec() = default;
  /// Ids of the text. bos: begins with the model's first token, if it has one.
  virtual std::vector<uint32_t> encode(std::string_view text, bool bos) const = 0;
  /// Bytes of the ids; special ids give none.
  virtual std::string decode(std::span<const uint32_t> ids) const = 0;
  /// Bytes that `id` adds after `previous` (llama2.c drops a space after BOS).
  virtual std::string piece(std::optional<uint32_t> previous, uint32_t id) const = 0;
  virtual uint32_t vocab_size() const = 0;
  virtual std::optional<uint32_t> bos() const = 0;
  virtual std::vector<uint32_t> eos() const = 0;
  /// The id of the special token that is written so; nothing where there is none.
  virtual std::optional<uint32_t> special(std::string_view /*token*/) const { return std::nullopt; }
};

/// Ids are bytes 0..255, 256 begins a text.
std::unique_ptr<TextCodec> make_byte_codec();
/// Any file that tokenizer::Tokenizer::load reads.
std::unique_ptr<TextCodec> make_tokenizer_codec(const std::filesystem::path& path);
/// llama2.c's tokenizer.bin. vocab_size: rows of the model's embedding.
std::unique_ptr<TextCodec> load_llama2c_codec(const std::filesystem::path& path,
                                              int64_t vocab_size);
/// The same from the bytes of a file; name: how it is called in messages.
std::unique_ptr<TextCodec> parse_llama2c_codec(std::string_view bytes, const std::string& name,
                                               int64_t vocab_size);
/// The file of the codec that lies beside weights: tokenizer.json, tokenizer.model, *.bytepiece,
/// tokenizer.bin, tok<vocab>.bin, the first of these that is there.
std::optional<std::filesystem::path> find_codec_file(const std::filesystem::path& model,
                                                     int64_t vocab_size);
/// Reads any of these. Throws Error(bad_data) where it has more tokens than the model; fewer are
/// padding.
std::unique_ptr<TextCodec> load_codec(const std::filesystem::path& file, int64_t vocab_size);
/// The codec of a model: bytes where "tokenizer" of config.json's object "yonder" is "bytes", else
/// that of find_codec_file(); null where there is none.
std::unique_ptr<TextCodec> find_codec(const std::filesystem::path& model, int64_t vocab_size);

}  // namespace yonder::lm
