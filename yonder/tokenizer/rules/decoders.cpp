// SPDX-License-Identifier: Apache-2.0
// The decoders of tokenizer.json: a table of types, and the line of stages they make.
#include "yonder/tokenizer/rules/byte_alphabet.h"
#include "yonder/tokenizer/rules/decoders/stage.h"
#include "yonder/tokenizer/rules/json_step.h"
#include "yonder/tokenizer/rules/token_decoder.h"

#include <utility>

namespace yonder::tokenizer {

namespace {

DecoderSteps make_sequence(const Json& json);

constexpr StepType<DecoderSteps> kTypes[] = {
    {"Sequence", make_sequence},          {"ByteFallback", make_byte_fallback_stage},
    {"ByteLevel", make_byte_level_stage}, {"Fuse", make_fuse_stage},
    {"Metaspace", make_metaspace_stage},  {"Replace", make_replace_stage},
    {"Strip", make_strip_stage},
};

DecoderSteps make_sequence(const Json& json) {
  check_keys(json, {"decoders"});
  DecoderSteps steps;
  for (const Json& child : json.at("decoders").array()) {
    for (DecoderStep& step : make_by_type(child, kTypes)) {
      steps.push_back(std::move(step));
    }
  }
  return steps;
}

// The end of the line: joins the tokens, by spaces if the file has no decoder.
class Output final : public DecoderStage {
 public:
  explicit Output(bool spaces) : spaces_(spaces) {}
  void text(std::string_view bytes) override {
    if (after_token_ && spaces_) {
      *out += ' ';
    }
    after_token_ = false;
    *out += bytes;
  }
  void end_token() override {
    text({});
    after_token_ = true;
  }
  void finish() override {}

  std::string* out = nullptr;

 private:
  bool spaces_;
  bool after_token_ = false;
};

class StagedDecoding final : public TokenDecoding {
 public:
  StagedDecoding(const DecoderSteps& steps, bool spaces, bool byte_level)
      : output_(spaces), byte_level_(byte_level) {
    first_ = &output_;
    bool joined = !spaces;
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
      stages_.push_back(step->start(*first_, joined));
      first_ = stages_.back().get();
      joined = step->joins;
    }
  }

  void feed(std::string_view token, TokenKind kind, std::string& out) override {
    output_.out = &out;
    if (byte_level_ && kind == TokenKind::piece) {
      first_->text(alphabet_from_bytes(token));
    } else {
      first_->text(token);
    }
    first_->end_token();
  }

  void finish(std::string& out) override {
    output_.out = &out;
    first_->finish();
  }

 private:
  Output output_;
  bool byte_level_;
  std::vector<std::unique_ptr<DecoderStage>> stages_;  // from the last to the first
  DecoderStage* first_ = nullptr;
};

class StagedDecoder final : public TokenDecoder {
 public:
  StagedDecoder(DecoderSteps steps, bool spaces, bool byte_level)
      : steps_(std::move(steps)), spaces_(spaces), byte_level_(byte_level) {}
  std::unique_ptr<TokenDecoding> start() const override {
    return std::make_unique<StagedDecoding>(steps_, spaces_, byte_level_);
  }

 private:
  DecoderSteps steps_;
  bool spaces_;
  bool byte_level_;
};

// A byte-level vocabulary with the decoder ByteLevel and nothing else, which is nearly all of them:
// the pieces are the bytes.
class ByteLevelDecoding final : public TokenDecoding {
 public:
  void feed(std::string_view token, TokenKind kind, std::string& out) override {
    if (kind == TokenKind::piece) {
      out += token;
    } else {
      out += bytes_from_alphabet(token).value_or(std::string(token));
    }
  }
  void finish(std::string&) override {}
};

class ByteLevelDecoder final : public TokenDecoder {
 public:
  std::unique_ptr<TokenDecoding> start() const override {
    return std::make_unique<ByteLevelDecoding>();
  }
};

}  // namespace

std::unique_ptr<const TokenDecoder> make_token_decoder(const Json& json, bool byte_level) {
  if (std::holds_alternative<std::nullptr_t>(json.value())) {
    return std::make_unique<StagedDecoder>(DecoderSteps(), true, byte_level);
  }
  DecoderSteps steps = make_by_type(json, kTypes);
  if (byte_level && json.at("type").text() == "ByteLevel") {
    return std::make_unique<ByteLevelDecoder>();
  }
  return std::make_unique<StagedDecoder>(std::move(steps), false, byte_level);
}

}  // namespace yonder::tokenizer
