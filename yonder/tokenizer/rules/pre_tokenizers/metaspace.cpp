// SPDX-License-Identifier: Apache-2.0
// Metaspace: every space becomes a visible character, one is put before the text, and words begin
// with it.
#include "yonder/tokenizer/rules/metaspace.h"

#include "yonder/tokenizer/rules/pre_tokenizers/makers.h"
#include "yonder/tokenizer/rules/split_text.h"

#include <utility>

namespace yonder::tokenizer {

namespace {

using Prepend = MetaspaceOptions::Prepend;

class Metaspace final : public PreTokenizerStep {
 public:
  explicit Metaspace(MetaspaceOptions options) : options_(std::move(options)) {}

  void apply(SplitText& text, bool first) const override {
    const std::string_view bytes = text.text.bytes;
    const std::string& mark = options_.replacement;
    SplitTextRewriter rewrite(text);
    for_each_word(text, [&](size_t begin, size_t end) {
      const std::string_view word = bytes.substr(begin, end - begin);
      const bool wanted =
          options_.prepend == Prepend::always ||
          (options_.prepend == Prepend::first && first && text.text.original_start(begin) == 0);
      if (wanted && word.front() != ' ' && !word.starts_with(mark)) {
        rewrite.text().insert(mark);
      }
      for (size_t i = 0; i < word.size();) {
        // Up to the next mark, be it a space or in the text already.
        size_t next = i;
        while (next < word.size() && word[next] != ' ' && !word.substr(next).starts_with(mark)) {
          ++next;
        }
        rewrite.text().keep(next - i);
        i = next;
        if (i == word.size()) {
          break;
        }
        if (options_.split) {
          rewrite.end_word();
        }
        if (word[i] == ' ') {
          rewrite.text().replace(1, mark);
          i += 1;
        } else {
          rewrite.text().keep(mark.size());
          i += mark.size();
        }
      }
      rewrite.end_word();
    });
    text = rewrite.finish();
  }

 private:
  MetaspaceOptions options_;
};

}  // namespace

std::unique_ptr<const PreTokenizerStep> make_metaspace(const Json& json) {
  return std::make_unique<Metaspace>(metaspace_options(json));
}

}  // namespace yonder::tokenizer
