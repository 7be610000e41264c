// SPDX-License-Identifier: Apache-2.0
// The regular expression by which a tokenizer.json cuts text into words before BPE.
//
// The expressions of GPT-2, Llama 3 and Qwen2 are recognised by their text and run as hand-written
// scanners; any other runs in PCRE2 (UTF, Unicode properties). Both see the same letter, number and
// white-space classes (unicode_class.h). A byte that is not UTF-8 counts as a character of its own
// that is neither letter, number nor white space.
//
//   SplitPattern::gpt2().find_all("it's  so", matches);   // it | 's | " " | " so"
//
// Expressions mean what they mean in Hugging Face's tokenizers (Oniguruma); one with a part that
// PCRE2 reads differently is refused. Test: split_pattern_test.cpp, which holds the scanners
// against PCRE2.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// Bytes begin..end-1 of a text.
struct ByteSpan {
  size_t begin = 0;
  size_t end = 0;
  bool operator==(const ByteSpan&) const = default;
};

class SplitPattern {
 public:
  /// Throws Error(bad_data) with the position in `expression` that is wrong or not supported.
  explicit SplitPattern(const std::string& expression);
  /// The expression of GPT-2, which ByteLevel uses without writing it down.
  static const SplitPattern& gpt2();
  /// Appends the matches of a search from left to right; none is empty, none overlap. Throws
  /// Error(bad_data) where matching exceeds PCRE2's limits. The scanners' matches cover the text;
  /// cost: one pass.
  void find_all(std::string_view text, std::vector<ByteSpan>& matches) const;
  /// A hand-written scanner runs it.
  bool hand_written() const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;  // immutable: patterns are copied and shared by threads
};

}  // namespace yonder::tokenizer
