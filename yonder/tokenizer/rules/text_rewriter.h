// SPDX-License-Identifier: Apache-2.0
// Rewrites a normalised text and keeps the map to the original right.
//
//   TextRewriter rewrite(text);
//   rewrite.keep(5); rewrite.replace(1, "\xE2\x96\x81"); rewrite.keep_rest();
//   text = rewrite.finish();
//
// Bytes that stay the same keep their offsets; what is replaced corresponds as a whole to what it
// replaces; removed bytes belong to no new byte; inserted bytes to no old one. Steps may follow
// each other: the map always leads to the original text. Where a step replaces only a part of what
// an earlier step changed, both become one stretch, because nothing smaller corresponds in it.
// Test: text_rewriter_test.cpp.
#pragma once

#include "yonder/tokenizer/normalizer.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace yonder::tokenizer {

/// The text with nothing changed.
NormalizedText unchanged_text(std::string_view text);

/// Grows a NormalizedText from its parts, left to right.
class NormalizedTextBuilder {
 public:
  /// Room for so many bytes.
  void reserve(size_t bytes) { text_.bytes.reserve(bytes); }
  /// Appends bytes that come from original_begin..original_end-1 of the original. A gap between two
  /// parts is removed text; where two overlap they become one changed stretch.
  void add(std::string_view bytes, uint64_t original_begin, uint64_t original_end, bool changed);
  /// Appends bytes that come from nowhere.
  void insert(std::string_view bytes) { add(bytes, reached_, reached_, true); }
  /// Appends bytes begin..end-1 of `from` with their map, offsets in the original raised by
  /// `shift`. `stretch` is a cursor in from.stretches, 0 at first, for calls with ascending ranges.
  void append(const NormalizedText& from, size_t begin, size_t end, uint64_t shift,
              size_t& stretch);
  /// All of `from`; nothing is copied where it is the first.
  void append(NormalizedText&& from, uint64_t shift);
  /// Takes the bytes from `size` on away again, as removed text.
  void truncate(size_t size);
  const std::string& bytes() const { return text_.bytes; }
  /// The text; what the parts leave open up to original_size is removed text.
  NormalizedText finish(uint64_t original_size);

 private:
  NormalizedText text_;
  uint64_t reached_ = 0;  // where the parts so far end in the original
};

class TextRewriter {
 public:
  /// `text` must outlive the rewriter.
  explicit TextRewriter(const NormalizedText& text) : old_(text) {
    builder_.reserve(text.bytes.size() + text.bytes.size() / 8);
  }
  /// The next n old bytes stay.
  void keep(size_t n) {
    builder_.append(old_, position_, position_ + n, 0, stretch_);
    position_ += n;
  }
  void keep_rest() { keep(old_.bytes.size() - position_); }
  /// `bytes` stands for the next n old bytes, n > 0; empty: they are removed.
  void replace(size_t n, std::string_view bytes);
  void remove(size_t n) { position_ += n; }
  void insert(std::string_view bytes) { builder_.insert(bytes); }
  /// Takes the last n new bytes away.
  void drop_last(size_t n) { builder_.truncate(builder_.bytes().size() - n); }
  /// The next old byte.
  size_t position() const { return position_; }
  /// The new text so far.
  const std::string& bytes() const { return builder_.bytes(); }
  /// The old bytes that are left count as removed.
  NormalizedText finish() { return builder_.finish(old_.original_size); }

 private:
  const NormalizedText& old_;
  NormalizedTextBuilder builder_;
  size_t position_ = 0;
  size_t stretch_ = 0;
};

}  // namespace yonder::tokenizer
