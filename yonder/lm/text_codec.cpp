// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/text_codec.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/lm/formats/config_reader.h"
#include "yonder/tokenizer/tokenizer.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace yonder::lm {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kBytes = 256;

class ByteCodec final : public TextCodec {
 public:
  std::vector<uint32_t> encode(std::string_view text, bool bos) const override {
    std::vector<uint32_t> ids;
    ids.reserve(text.size() + 1);
    if (bos) {
      ids.push_back(kBytes);
    }
    for (const char byte : text) {
      ids.push_back(static_cast<unsigned char>(byte));
    }
    return ids;
  }
  std::string decode(std::span<const uint32_t> ids) const override {
    std::string text;
    for (const uint32_t id : ids) {
      text += piece(std::nullopt, id);
    }
    return text;
  }
  std::string piece(std::optional<uint32_t> /*previous*/, uint32_t id) const override {
    return id < kBytes ? std::string(1, static_cast<char>(id)) : std::string();
  }
  uint32_t vocab_size() const override { return kBytes + 1; }
  std::optional<uint32_t> bos() const override { return kBytes; }
  std::vector<uint32_t> eos() const override { return {kBytes}; }
};

class TokenizerCodec final : public TextCodec {
 public:
  explicit TokenizerCodec(tokenizer::Tokenizer tokenizer) : tokenizer_(std::move(tokenizer)) {}

  std::vector<uint32_t> encode(std::string_view text, bool bos) const override {
    std::vector<uint32_t> ids;
    tokenizer::EncodeOptions options;
    options.bos = bos && tokenizer_.bos_id().has_value();
    tokenizer_.encode(text, ids, options);
    return ids;
  }
  std::string decode(std::span<const uint32_t> ids) const override {
    return tokenizer_.decode(ids);
  }
  std::string piece(std::optional<uint32_t> previous, uint32_t id) const override {
    require(id < vocab_size(), ErrorKind::bad_data,
            "token id {} was found; the tokenizer has ids up to {}", id, vocab_size() - 1);
    std::string text = tokenizer_.text(id);
    // Decoders that drop the space in front of a text do so after its first token only.
    if (text.starts_with(' ') && (!previous || tokenizer_.special(*previous)) &&
        tokenizer_.decode({&id, 1}) == std::string_view(text).substr(1)) {
      text.erase(0, 1);
    }
    return text;
  }
  uint32_t vocab_size() const override { return tokenizer_.vocab_size(); }
  std::optional<uint32_t> bos() const override { return tokenizer_.bos_id(); }
  std::vector<uint32_t> eos() const override {
    const auto id = tokenizer_.eos_id();
    return id ? std::vector<uint32_t>{*id} : std::vector<uint32_t>{};
  }
  std::optional<uint32_t> special(std::string_view token) const override {
    std::vector<uint32_t> ids;
    tokenizer::EncodeOptions options;
    options.parse_special = true;
    tokenizer_.encode(token, ids, options);
    return ids.size() == 1 && tokenizer_.special(ids[0]) ? std::optional(ids[0]) : std::nullopt;
  }

 private:
  tokenizer::Tokenizer tokenizer_;
};

bool asks_for_bytes(const fs::path& config) {
  if (!fs::exists(config)) {
    return false;
  }
  const Json json = parse_json(read_file(config), config.string());
  const Json* own = find_set(json, "yonder");
  const Json* tokenizer = own == nullptr ? nullptr : find_set(*own, "tokenizer");
  return tokenizer != nullptr && tokenizer->text() == "bytes";
}

}  // namespace

std::unique_ptr<TextCodec> make_byte_codec() { return std::make_unique<ByteCodec>(); }

std::unique_ptr<TextCodec> make_tokenizer_codec(const fs::path& path) {
  return std::make_unique<TokenizerCodec>(tokenizer::Tokenizer::load(path));
}

std::optional<fs::path> find_codec_file(const fs::path& model, int64_t vocab_size) {
  const fs::path folder = fs::is_directory(model) ? model : model.parent_path();
  std::vector<fs::path> candidates = {folder / "tokenizer.json", folder / "tokenizer.model"};
  std::vector<fs::path> pieces;
  if (fs::is_directory(folder)) {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".bytepiece") {
        pieces.push_back(entry.path());
      }
    }
  }
  std::sort(pieces.begin(), pieces.end());
  candidates.insert(candidates.end(), pieces.begin(), pieces.end());
  candidates.push_back(folder / "tokenizer.bin");
  candidates.push_back(folder / fmt::format("tok{}.bin", vocab_size));
  const auto found = std::find_if(candidates.begin(), candidates.end(),
                                  [](const fs::path& file) { return fs::is_regular_file(file); });
  return found == candidates.end() ? std::nullopt : std::optional(*found);
}

std::unique_ptr<TextCodec> load_codec(const fs::path& file, int64_t vocab_size) {
  auto codec = file.extension() == ".bin" ? load_llama2c_codec(file, vocab_size)
                                          : make_tokenizer_codec(file);
  // Vocabularies are padded for speed, never cut.
  require(static_cast<int64_t>(codec->vocab_size()) <= vocab_size, ErrorKind::bad_data,
          "{}: the tokenizer has {} tokens, the model only {}; a tokenizer of another model?",
          file.string(), codec->vocab_size(), vocab_size);
  return codec;
}

std::unique_ptr<TextCodec> find_codec(const fs::path& model, int64_t vocab_size) {
  if (fs::is_directory(model) && asks_for_bytes(model / "config.json")) {
    return make_byte_codec();
  }
  const auto file = find_codec_file(model, vocab_size);
  return file ? load_codec(*file, vocab_size) : nullptr;
}

}  // namespace yonder::lm
