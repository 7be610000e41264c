// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/split_text.h"

#include "yonder/base/error.h"

#include <algorithm>

namespace yonder::tokenizer {

namespace {

struct NamedBehavior {
  const char* name;
  DelimiterBehavior behavior;
};

constexpr NamedBehavior kBehaviors[] = {
    {"Removed", DelimiterBehavior::removed},
    {"Isolated", DelimiterBehavior::isolated},
    {"MergedWithPrevious", DelimiterBehavior::merged_with_previous},
    {"MergedWithNext", DelimiterBehavior::merged_with_next},
    {"Contiguous", DelimiterBehavior::contiguous},
};

// Whether two neighbouring pieces, delimiters or not, stay together.
bool joins(DelimiterBehavior behavior, bool delimiter, bool next_delimiter) {
  switch (behavior) {
    case DelimiterBehavior::merged_with_previous:
      return !delimiter && next_delimiter;
    case DelimiterBehavior::merged_with_next:
      return delimiter && !next_delimiter;
    case DelimiterBehavior::contiguous:
      return delimiter == next_delimiter;
    default:
      return false;
  }
}

}  // namespace

void SplitTextRewriter::end_word() {
  const size_t size = rewrite_.bytes().size();
  if (size > (ends_.empty() ? 0 : ends_.back())) {
    ends_.push_back(size);
  }
}

DelimiterBehavior delimiter_behavior(const Json& name) {
  for (const NamedBehavior& row : kBehaviors) {
    if (name.text() == row.name) {
      return row.behavior;
    }
  }
  fail(ErrorKind::bad_data,
       "{}: \"{}\" is not supported here; supported: Removed, Isolated, MergedWithPrevious, "
       "MergedWithNext, Contiguous",
       name.path(), name.text());
}

void append_cuts(size_t begin, size_t end, const std::vector<ByteSpan>& matches,
                 DelimiterBehavior behavior, bool invert, std::vector<Cut>& cuts) {
  bool first = true;
  bool last_delimiter = false;
  const auto piece = [&](size_t piece_end, bool is_match) {
    const bool delimiter = is_match != invert;
    if (!first && joins(behavior, last_delimiter, delimiter)) {
      cuts.back().end = piece_end;
    } else {
      cuts.push_back({piece_end, delimiter && behavior == DelimiterBehavior::removed});
    }
    first = false;
    last_delimiter = delimiter;
  };
  size_t reached = begin;
  for (const ByteSpan& match : matches) {
    if (begin + match.begin > reached) {
      piece(begin + match.begin, false);
    }
    reached = begin + match.end;
    piece(reached, true);
  }
  if (reached < end) {
    piece(end, false);
  }
}

void apply_cuts(SplitText& text, const std::vector<Cut>& cuts) {
  if (std::none_of(cuts.begin(), cuts.end(), [](const Cut& cut) { return cut.removed; })) {
    text.ends.resize(cuts.size());
    std::transform(cuts.begin(), cuts.end(), text.ends.begin(),
                   [](const Cut& cut) { return cut.end; });
    return;
  }
  SplitTextRewriter rewrite(text);
  for (const Cut& cut : cuts) {
    const size_t size = cut.end - rewrite.text().position();
    if (cut.removed) {
      rewrite.text().remove(size);
    } else {
      rewrite.text().keep(size);
      rewrite.end_word();
    }
  }
  text = rewrite.finish();
}

}  // namespace yonder::tokenizer
