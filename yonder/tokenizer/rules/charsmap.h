// SPDX-License-Identifier: Apache-2.0
// SentencePiece's table of normalisation rules: "these bytes become those", compiled.
//
// The blob (precompiled_charsmap of a .model or tokenizer.json): the size of the trie in bytes as
// uint32 little-endian, the trie as a Darts-clone double array of 4-byte units, and the replacement
// strings, each ended by a NUL; the trie's values are offsets into these.
//
// The blob is a foreign byte string. The constructor walks the whole trie once and rejects
// everything that a lookup could trip over (offsets outside, circles, values without a string), so
// lookups need no checks. Cost: about 10 ms for the 44,000 units of the usual nmt_nfkc rules.
//
// Source: SentencePiece, src/normalizer.cc; darts-clone, unit layout in darts.h.
// Test: charsmap_test.cpp; fuzz target: tests/fuzz/fuzz_charsmap.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

class Charsmap {
 public:
  struct Match {
    size_t length = 0;  // bytes of the text; 0: no rule
    std::string_view replacement;
  };

  /// No rules.
  Charsmap() = default;
  /// `name` stands in messages. An empty blob has no rules. Throws Error(bad_data).
  Charsmap(std::string_view blob, const std::string& name);

  /// The longest rule that `text` begins with, as SentencePiece applies it.
  Match longest(std::string_view text) const;
  /// The shortest, as Hugging Face's tokenizers takes it.
  Match shortest(std::string_view text) const;
  /// An ASCII byte that no rule touches as long as the byte after it is ASCII, too.
  bool is_plain_before_ascii(char byte) const { return plain_[static_cast<uint8_t>(byte)]; }

 private:
  void check_trie(const std::string& name) const;
  template <typename F>
  void for_each_match(std::string_view text, F&& f) const;
  std::string_view replacement(uint32_t unit) const;

  std::vector<uint32_t> units_;
  std::string replacements_;
  std::array<bool, 256> plain_ = ascii_bytes();

  static std::array<bool, 256> ascii_bytes();
};

}  // namespace yonder::tokenizer
