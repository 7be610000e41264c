// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/pre_tokenizers.h"

#include "yonder/base/error.h"
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/pre_tokenizers/makers.h"

#include <utility>
#include <vector>

namespace yonder::tokenizer {

namespace {

using Step = std::unique_ptr<const PreTokenizerStep>;

class Sequence final : public PreTokenizerStep {
 public:
  explicit Sequence(std::vector<Step> steps) : steps_(std::move(steps)) {}
  void apply(SplitText& text, bool first) const override {
    for (const Step& step : steps_) {
      step->apply(text, first);
    }
  }

 private:
  std::vector<Step> steps_;
};

PreTokenizer make_sequence(const Json& json);

template <Step (*make)(const Json&)>
PreTokenizer plain(const Json& json) {
  return {make(json), false};
}

constexpr StepType<PreTokenizer> kTypes[] = {
    {"Sequence", make_sequence},
    {"ByteLevel",
     [](const Json& json) {
       return PreTokenizer{make_byte_level(json), true};
     }},
    {"Digits", plain<make_digits>},
    {"Metaspace", plain<make_metaspace>},
    {"Punctuation", plain<make_punctuation>},
    {"Split", plain<make_split>},
    {"Whitespace", plain<make_whitespace>},
    {"WhitespaceSplit", plain<make_whitespace_split>},
};

PreTokenizer make_sequence(const Json& json) {
  check_keys(json, {"pretokenizers"});
  std::vector<Step> steps;
  bool byte_level = false;
  for (const Json& child : json.at("pretokenizers").array()) {
    require(!byte_level, ErrorKind::bad_data,
            "{}: a step behind ByteLevel sees the byte alphabet; this is not supported",
            child.path());
    PreTokenizer made = make_by_type(child, kTypes);
    byte_level = made.byte_level;
    steps.push_back(std::move(made.step));
  }
  return {std::make_unique<Sequence>(std::move(steps)), byte_level};
}

}  // namespace

PreTokenizer make_pre_tokenizer(const Json& json) {
  if (std::holds_alternative<std::nullptr_t>(json.value())) {
    return {};
  }
  return make_by_type(json, kTypes);
}

}  // namespace yonder::tokenizer
