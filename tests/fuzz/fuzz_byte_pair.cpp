// SPDX-License-Identifier: Apache-2.0
// Any text through the split patterns and byte-pair encoding: the scanners cut as PCRE2 does, the
// words cover the text, and their pieces spell it, with merges over bytes, with merges over
// characters and byte fallback, and with dropout. Expressions of others: fuzz_split_pattern.cpp.
#include "yonder/base/error.h"
#include "yonder/tokenizer/bpe/byte_pair.h"
#include "yonder/tokenizer/rules/split_pattern.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using yonder::tokenizer::BytePairEncoder;
using yonder::tokenizer::BytePairModel;
using yonder::tokenizer::BytePairOptions;
using yonder::tokenizer::BytePairUnit;
using yonder::tokenizer::BytePairVocabulary;
using yonder::tokenizer::ByteSpan;
using yonder::tokenizer::SplitPattern;

using Model = std::shared_ptr<const BytePairModel>;

// Merges of letters, of whitespace marks and of parts of characters, later ones on earlier ones.
constexpr std::string_view kMerged[][2] = {
    {"a", "b"},  {"ab", "ab"}, {" ", "a"},       {"b", "a"},           {"a", "a"},
    {"aa", "a"}, {" a", "b"},  {"\xE4", "\xB8"}, {"\xE4\xB8", "\xAD"}, {"\xC3", "\xA9"},
    {"'", "s"},  {"\n", "\n"}, {"1", "2"},       {"\xB8", "\xAD"},     {"\xF0", "\x9F"},
};

Model over_bytes() {
  BytePairVocabulary vocabulary;
  for (int byte = 0; byte < 256; ++byte) {
    vocabulary.pieces.emplace_back(1, static_cast<char>(byte));
  }
  const auto id = [&](std::string_view piece) {
    uint32_t at = 0;
    while (vocabulary.pieces.at(at) != piece) {
      ++at;
    }
    return at;
  };
  for (const auto& [left, right] : kMerged) {
    vocabulary.merges.emplace_back(id(left), id(right));
    vocabulary.pieces.push_back(std::string(left) + std::string(right));
  }
  return std::make_shared<const BytePairModel>(vocabulary, BytePairOptions{}, "bytes");
}

Model over_characters() {
  BytePairVocabulary vocabulary{.pieces = {"a", "b", "\xC3\xA9", "\xE2\x96\x81", "ab",
                                           "\xE2\x96\x81"
                                           "a"},
                                .merges = {{3, 0}, {0, 1}}};
  for (int byte = 0; byte < 256; ++byte) {
    vocabulary.byte_ids.push_back(static_cast<uint32_t>(vocabulary.pieces.size()));
    vocabulary.pieces.emplace_back();
  }
  const BytePairOptions options{.unit = BytePairUnit::character, .byte_fallback = true};
  return std::make_shared<const BytePairModel>(vocabulary, options, "characters");
}

/// A model with its two encoders, which serve all inputs: their caches fill up.
struct Encoders {
  explicit Encoders(const Model& model_in)
      : model(model_in), plain(model_in), dropping(model_in, {.probability = 0.3, .seed = 1}) {}

  void check(std::string_view word, size_t position) {
    ids.clear();
    plain.encode(word, ids);
    check_spells(word);
    const std::vector<uint32_t> first = ids;
    ids.clear();
    plain.encode(word, ids);
    YONDER_CHECK(ids == first);
    ids.clear();
    dropping.encode(word, ids, 0, position);
    check_spells(word);
  }
  void check_spells(std::string_view word) const {
    constexpr uint32_t kFirstByte = 6;  // of over_characters(), whose bytes are no text
    std::string spelled;
    for (const uint32_t id : ids) {
      if (model->piece(id).empty()) {
        spelled += static_cast<char>(id - kFirstByte);
      } else {
        spelled += model->piece(id);
      }
    }
    YONDER_CHECK(spelled == word);
  }

  Model model;
  BytePairEncoder plain;
  BytePairEncoder dropping;
  std::vector<uint32_t> ids;
};

struct Pattern {
  SplitPattern scanner;
  SplitPattern engine;  // the same expression in a form that is not recognised
};

std::vector<Pattern> patterns() {
  const std::string rest = R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  std::vector<Pattern> all;
  for (const std::string& expression :
       {std::string(
            R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"),
        R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)" + rest,
        R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|)" + rest}) {
    all.push_back({SplitPattern(expression), SplitPattern("(?:" + expression + ")")});
    YONDER_CHECK(all.back().scanner.hand_written() && !all.back().engine.hand_written());
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<Pattern> kPatterns = patterns();
  static Encoders encoders[] = {Encoders(over_bytes()), Encoders(over_characters())};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const Pattern& pattern : kPatterns) {
    std::vector<ByteSpan> words;
    std::vector<ByteSpan> expected;
    pattern.scanner.find_all(text, words);
    pattern.engine.find_all(text, expected);
    YONDER_CHECK(words == expected);
    size_t at = 0;
    for (const ByteSpan word : words) {
      YONDER_CHECK(word.begin == at && word.end > at);
      for (Encoders& one : encoders) {
        one.check(text.substr(word.begin, word.end - word.begin), word.begin);
      }
      at = word.end;
    }
    YONDER_CHECK(at == text.size());
  }
  for (Encoders& one : encoders) {
    one.check(text, 0);  // as one word
  }
  return 0;
}
