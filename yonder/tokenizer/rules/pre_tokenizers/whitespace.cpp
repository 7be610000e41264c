// SPDX-License-Identifier: Apache-2.0
// Whitespace: the words are the matches of \w+|[^\w\s]+; white space is removed.
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/pre_tokenizers/makers.h"
#include "yonder/tokenizer/rules/rust_character.h"
#include "yonder/tokenizer/rules/split_text.h"

namespace yonder::tokenizer {

namespace {

enum class Kind { space, word, other };

Kind kind_of(int32_t code_point) {
  if (is_white_space(code_point)) {
    return Kind::space;
  }
  return is_word_character(code_point) ? Kind::word : Kind::other;
}

class Whitespace final : public PreTokenizerStep {
 public:
  void apply(SplitText& text, bool) const override {
    cut_words(text, DelimiterBehavior::removed, true,
              [](std::string_view word, std::vector<ByteSpan>& matches) {
                Kind last = Kind::space;
                for (size_t i = 0; i < word.size();) {
                  const Utf8Unit unit = utf8_at(word, i);
                  const Kind kind = kind_of(unit.code_point);
                  if (kind != Kind::space && kind == last) {
                    matches.back().end += unit.length;
                  } else if (kind != Kind::space) {
                    matches.push_back({i, i + unit.length});
                  }
                  last = kind;
                  i += unit.length;
                }
              });
  }
};

}  // namespace

std::unique_ptr<const PreTokenizerStep> make_whitespace(const Json& json) {
  check_keys(json, {});
  return std::make_unique<Whitespace>();
}

}  // namespace yonder::tokenizer
