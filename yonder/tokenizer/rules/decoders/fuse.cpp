// SPDX-License-Identifier: Apache-2.0
// Fuse: joins all tokens into one.
#include "yonder/tokenizer/rules/decoders/stage.h"
#include "yonder/tokenizer/rules/json_step.h"

namespace yonder::tokenizer {

namespace {

class Fuse final : public DecoderStage {
 public:
  explicit Fuse(DecoderStage& next) : next_(next) {}
  void text(std::string_view bytes) override { next_.text(bytes); }
  void end_token() override {}
  void finish() override {
    next_.end_token();
    next_.finish();
  }

 private:
  DecoderStage& next_;
};

}  // namespace

DecoderSteps make_fuse_stage(const Json& json) {
  check_keys(json, {});
  return {{[](DecoderStage& next, bool) { return std::make_unique<Fuse>(next); }, true}};
}

}  // namespace yonder::tokenizer
