// SPDX-License-Identifier: Apache-2.0
// What happens to a text before a foreign model (SentencePiece, tokenizer.json) segments it: added
// tokens are taken out, the rest is normalised and cut into words.
//
// BytePiece models have no such rules. The stages are those of Hugging Face's tokenizers; what a
// SentencePiece file asks for is one more normalizer. Test: text_rules_test.cpp.
#pragma once

#include "yonder/tokenizer/normalizer.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// A token that is found in the text before anything else happens to it.
struct AddedToken {
  uint32_t id = 0;
  std::string content;
  bool single_word = false;  // only where no word character stands beside it
  bool lstrip = false;       // takes the white space before it along
  bool rstrip = false;       // and after it
  bool normalized = true;    // looked for in the normalised text, not in the original one
  bool special = false;      // no text: matched only where the caller parses special tokens
};

/// One step of normalisation: rewrites the bytes and keeps the map to the original.
class NormalizerStep {
 public:
  virtual ~NormalizerStep() = default;
  virtual void apply(NormalizedText& text) const = 0;
};

/// A text and its cuts: word i is bytes ends[i-1]..ends[i]-1 (ends[-1] = 0); no word is empty.
struct SplitText {
  NormalizedText text;
  std::vector<size_t> ends;
};

/// One step of cutting into words; may rewrite bytes, too (Metaspace).
class PreTokenizerStep {
 public:
  virtual ~PreTokenizerStep() = default;
  /// first: the text stands at the beginning of the document.
  virtual void apply(SplitText& text, bool first) const = 0;
};

/// A word of prepared text, or an added token.
struct PreparedPart {
  size_t end = 0;   // in PreparedText::text.bytes; the part begins where the one before ends
  int64_t id = -1;  // >= 0: this added token
};

/// A document ready for the model. The parts cover the bytes.
struct PreparedText {
  NormalizedText text;
  std::vector<PreparedPart> parts;
};

class TextRules {
 public:
  /// normalizer and pre_tokenizer may be null. Throws Error(bad_data) for added tokens that
  /// contradict each other: one text with two ids, one id with two texts.
  TextRules(std::vector<AddedToken> added, std::unique_ptr<const NormalizerStep> normalizer,
            std::unique_ptr<const PreTokenizerStep> pre_tokenizer);
  ~TextRules();

  /// parse_special: literal special tokens in the text become their ids; otherwise they are text.
  PreparedText prepare(std::string_view text, bool parse_special) const;
  /// The added tokens; where one was given twice, the later.
  const std::vector<AddedToken>& added() const;
  /// What added()[i] is looked for as: its content, normalised if the token asks for it. tokenizers
  /// also decodes to this.
  const std::string& added_pattern(size_t i) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace yonder::tokenizer
