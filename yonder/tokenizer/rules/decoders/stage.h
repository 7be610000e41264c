// SPDX-License-Identifier: Apache-2.0
// The stages of a decoder of tokenizer.json. There, each step takes the list of all tokens and
// gives a new one, and the last list is joined. Here, tokens run through the stages one after
// another; the text of a token may come in parts.
#pragma once

#include "yonder/base/json.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// One step of one document's decoding.
class DecoderStage {
 public:
  virtual ~DecoderStage() = default;
  /// More of the current token.
  virtual void text(std::string_view bytes) = 0;
  virtual void end_token() = 0;
  /// No token follows. Passed on to the next stage.
  virtual void finish() = 0;
};

/// A stage that needs to see each token whole.
class WholeTokenStage : public DecoderStage {
 public:
  explicit WholeTokenStage(DecoderStage& next) : next_(next) {}
  void text(std::string_view bytes) override { token_ += bytes; }
  void end_token() override {
    token(token_);
    token_.clear();
  }
  void finish() override { next_.finish(); }

 protected:
  /// Passes on what the token becomes.
  virtual void token(const std::string& token) = 0;
  void pass(std::string_view token) {
    next_.text(token);
    next_.end_token();
  }
  DecoderStage& next_;

 private:
  std::string token_;
};

/// A step of the file, from which each document gets its stage.
struct DecoderStep {
  /// joined: what follows only joins the tokens, so their ends do not matter.
  std::function<std::unique_ptr<DecoderStage>(DecoderStage& next, bool joined)> start;
  /// Gives one token for all.
  bool joins = false;
};

/// The steps of one JSON object, in order; most types have one.
using DecoderSteps = std::vector<DecoderStep>;

// One maker per type, each in the file of its name. All throw Error(bad_data) naming the JSON path.
DecoderSteps make_byte_fallback_stage(const Json& json);
DecoderSteps make_byte_level_stage(const Json& json);
DecoderSteps make_fuse_stage(const Json& json);
DecoderSteps make_metaspace_stage(const Json& json);
DecoderSteps make_replace_stage(const Json& json);
DecoderSteps make_strip_stage(const Json& json);

}  // namespace yonder::tokenizer
