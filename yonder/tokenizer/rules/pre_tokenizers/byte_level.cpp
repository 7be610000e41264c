// SPDX-License-Identifier: Apache-2.0
// ByteLevel: a space before each word that has none, then the cuts of GPT-2's expression; either
// may be off. That tokenizers also writes the bytes in GPT-2's alphabet here is undone when the
// vocabulary is read, so the text stays as it is. "trim_offsets" has no effect on ids.
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/pre_tokenizers/makers.h"
#include "yonder/tokenizer/rules/split_text.h"

namespace yonder::tokenizer {

namespace {

class ByteLevel final : public PreTokenizerStep {
 public:
  ByteLevel(bool add_prefix_space, bool use_regex)
      : add_prefix_space_(add_prefix_space), use_regex_(use_regex) {}

  void apply(SplitText& text, bool) const override {
    if (add_prefix_space_) {
      add_spaces(text);
    }
    if (use_regex_) {
      cut_words(text, DelimiterBehavior::isolated, false,
                [](std::string_view word, std::vector<ByteSpan>& matches) {
                  SplitPattern::gpt2().find_all(word, matches);
                });
    }
  }

 private:
  static void add_spaces(SplitText& text) {
    SplitTextRewriter rewrite(text);
    for_each_word(text, [&](size_t begin, size_t end) {
      if (text.text.bytes[begin] != ' ') {
        rewrite.text().insert(" ");
      }
      rewrite.text().keep(end - begin);
      rewrite.end_word();
    });
    text = rewrite.finish();
  }

  bool add_prefix_space_;
  bool use_regex_;
};

}  // namespace

std::unique_ptr<const PreTokenizerStep> make_byte_level(const Json& json) {
  check_keys(json, {"add_prefix_space", "trim_offsets", "use_regex"});
  return std::make_unique<ByteLevel>(json.at("add_prefix_space").boolean(),
                                     flag_or(json, "use_regex", true));
}

}  // namespace yonder::tokenizer
