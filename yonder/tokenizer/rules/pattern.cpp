// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/pattern.h"

#include "yonder/base/error.h"

namespace yonder::tokenizer {

void Pattern::find_all(std::string_view text, std::vector<ByteSpan>& matches) const {
  if (expression_) {
    expression_->find_all(text, matches);
    return;
  }
  for (size_t begin = text.find(string_); begin != std::string_view::npos;
       begin = text.find(string_, begin + string_.size())) {
    matches.push_back({begin, begin + string_.size()});
  }
}

Pattern make_pattern(const Json& step) {
  const Json& pattern = step.at("pattern");
  const Json* string = pattern.find("String");
  const Json* regex = pattern.find("Regex");
  require(pattern.object().size() == 1 && (string != nullptr || regex != nullptr),
          ErrorKind::bad_data, "{}: {{\"String\": ...}} or {{\"Regex\": ...}} was expected",
          pattern.path());
  const Json& text = string != nullptr ? *string : *regex;
  require(!text.text().empty(), ErrorKind::bad_data,
          "{}: the pattern is empty, so it matches everywhere; this is not supported", text.path());
  if (regex == nullptr) {
    return Pattern(text.text());
  }
  try {
    return Pattern(SplitPattern(text.text()));
  } catch (const Error& error) {
    throw Error(error.kind, text.path() + ": " + error.what());
  }
}

}  // namespace yonder::tokenizer
