// SPDX-License-Identifier: Apache-2.0
// Cutting the words of a SplitText further: what the pre-tokenizer steps share.
// Test: pre_tokenizers_test.cpp.
#pragma once

#include "yonder/base/json.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/rules/split_pattern.h"
#include "yonder/tokenizer/rules/text_rewriter.h"
#include "yonder/tokenizer/rules/text_rules.h"

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::tokenizer {

/// Calls f(begin, end) for each word.
template <typename F>
void for_each_word(const SplitText& text, F&& f) {
  size_t begin = 0;
  for (const size_t end : text.ends) {
    f(begin, end);
    begin = end;
  }
}

/// Rewrites the text and sets the ends of its words anew.
class SplitTextRewriter {
 public:
  /// `text` must outlive the rewriter.
  explicit SplitTextRewriter(const SplitText& text) : rewrite_(text.text) {}
  TextRewriter& text() { return rewrite_; }
  /// What was written since the last call is a word; nothing, if nothing was written.
  void end_word();
  SplitText finish() { return {rewrite_.finish(), std::move(ends_)}; }

 private:
  TextRewriter rewrite_;
  std::vector<size_t> ends_;
};

/// What becomes of a match (the delimiter) and of the text between matches:
///   removed               the-final--cut -> the | final | cut
///   isolated              the-final--cut -> the | - | final | - | - | cut
///   merged_with_previous  the-final--cut -> the- | final- | - | cut
///   merged_with_next      the-final--cut -> the | -final | - | -cut
///   contiguous            the-final--cut -> the | - | final | -- | cut
enum class DelimiterBehavior {
  removed,
  isolated,
  merged_with_previous,
  merged_with_next,
  contiguous
};
/// From its name in a tokenizer.json ("MergedWithPrevious"). Throws Error(bad_data).
DelimiterBehavior delimiter_behavior(const Json& name);

/// Cuts every word. find(word, matches) appends the matches in a word, offsets counted from its
/// beginning; with `invert` the text between matches is the delimiter.
template <typename Find>
void cut_words(SplitText& text, DelimiterBehavior behavior, bool invert, Find&& find);

/// One cut: everything up to `end`.
struct Cut {
  size_t end;
  bool removed;
};
/// Appends the cuts of the word begin..end-1.
void append_cuts(size_t begin, size_t end, const std::vector<ByteSpan>& matches,
                 DelimiterBehavior behavior, bool invert, std::vector<Cut>& cuts);
/// Makes the cuts, which cover the text, its words.
void apply_cuts(SplitText& text, const std::vector<Cut>& cuts);

template <typename Find>
void cut_words(SplitText& text, DelimiterBehavior behavior, bool invert, Find&& find) {
  const std::string_view bytes = text.text.bytes;
  std::vector<ByteSpan> matches;
  std::vector<Cut> cuts;
  for_each_word(text, [&](size_t begin, size_t end) {
    matches.clear();
    find(bytes.substr(begin, end - begin), matches);
    append_cuts(begin, end, matches, behavior, invert, cuts);
  });
  apply_cuts(text, cuts);
}

/// A find() for characters that are delimiters one by one.
template <typename IsDelimiter>
auto find_characters(IsDelimiter is_delimiter) {
  return [is_delimiter](std::string_view word, std::vector<ByteSpan>& matches) {
    for (size_t i = 0; i < word.size();) {
      const Utf8Unit unit = utf8_at(word, i);
      if (is_delimiter(unit.code_point)) {
        matches.push_back({i, i + unit.length});
      }
      i += unit.length;
    }
  };
}

}  // namespace yonder::tokenizer
