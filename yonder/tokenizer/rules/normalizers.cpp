// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/normalizers.h"

#include "yonder/base/error.h"
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/normalizers/makers.h"

#include <utility>
#include <vector>

namespace yonder::tokenizer {

namespace {

using Made = std::unique_ptr<const NormalizerStep>;

// One character becomes up to 18 (NFKC). Steps that each double the text would fill the memory.
constexpr uint64_t kLargestGrowth = 256;

class Sequence final : public NormalizerStep {
 public:
  explicit Sequence(std::vector<Made> steps) : steps_(std::move(steps)) {}
  void apply(NormalizedText& text) const override {
    for (const Made& step : steps_) {
      step->apply(text);
      require(text.bytes.size() <= kLargestGrowth * (text.original_size + 1024),
              ErrorKind::bad_data,
              "the steps of the normalizer make {} bytes of {}; a file that does so is damaged",
              text.bytes.size(), text.original_size);
    }
  }

 private:
  std::vector<Made> steps_;
};

Made make_sequence(const Json& json);

constexpr StepType<Made> kTypes[] = {
    {"Sequence", make_sequence},   {"NFC", make_nfc},     {"NFD", make_nfd},
    {"NFKC", make_nfkc},           {"NFKD", make_nfkd},   {"Replace", make_replace},
    {"Prepend", make_prepend},     {"Strip", make_strip}, {"StripAccents", make_strip_accents},
    {"Lowercase", make_lowercase}, {"Nmt", make_nmt},     {"Precompiled", make_precompiled},
};

Made make_sequence(const Json& json) {
  check_keys(json, {"normalizers"});
  std::vector<Made> steps;
  for (const Json& step : json.at("normalizers").array()) {
    steps.push_back(make_by_type(step, kTypes));
  }
  return std::make_unique<Sequence>(std::move(steps));
}

}  // namespace

std::unique_ptr<const NormalizerStep> make_normalizer(const Json& json) {
  if (std::holds_alternative<std::nullptr_t>(json.value())) {
    return nullptr;
  }
  return make_by_type(json, kTypes);
}

}  // namespace yonder::tokenizer
