// SPDX-License-Identifier: Apache-2.0
// ByteLevel: tokens written in GPT-2's byte alphabet become bytes, any other stays; all are joined.
#include "yonder/tokenizer/rules/byte_alphabet.h"
#include "yonder/tokenizer/rules/decoders/stage.h"
#include "yonder/tokenizer/rules/json_step.h"

namespace yonder::tokenizer {

namespace {

class ByteLevel final : public WholeTokenStage {
 public:
  using WholeTokenStage::WholeTokenStage;

  void finish() override {
    next_.end_token();
    next_.finish();
  }

 private:
  void token(const std::string& token) override {
    next_.text(bytes_from_alphabet(token).value_or(token));
  }
};

}  // namespace

DecoderSteps make_byte_level_stage(const Json& json) {
  // Of these, tokenizers' decoder uses none.
  check_keys(json, {"add_prefix_space", "trim_offsets", "use_regex"});
  return {{[](DecoderStage& next, bool) { return std::make_unique<ByteLevel>(next); }, true}};
}

}  // namespace yonder::tokenizer
