// SPDX-License-Identifier: Apache-2.0
// Strip: of every token, up to `start` times one character at the beginning and `stop` times at the
// end.
#include "yonder/base/error.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/rules/decoders/stage.h"
#include "yonder/tokenizer/rules/json_step.h"

namespace yonder::tokenizer {

namespace {

struct StripOptions {
  std::string content;
  uint64_t start = 0;
  uint64_t stop = 0;
};

class Strip final : public DecoderStage {
 public:
  Strip(DecoderStage& next, const StripOptions& options)
      : next_(next), options_(options), to_strip_(options.start) {}

  void text(std::string_view bytes) override {
    held_ += bytes;
    while (to_strip_ > 0 && held_.starts_with(options_.content)) {
      held_.erase(0, options_.content.size());
      --to_strip_;
    }
    if (to_strip_ > 0 && options_.content.starts_with(held_)) {
      return;  // perhaps the beginning of one more
    }
    to_strip_ = 0;
    if (options_.stop == 0) {
      next_.text(held_);
      held_.clear();
    }
  }

  void end_token() override {
    for (uint64_t i = 0; i < options_.stop && held_.ends_with(options_.content); ++i) {
      held_.resize(held_.size() - options_.content.size());
    }
    next_.text(held_);
    next_.end_token();
    held_.clear();
    to_strip_ = options_.start;
  }

  void finish() override { next_.finish(); }

 private:
  DecoderStage& next_;
  StripOptions options_;
  uint64_t to_strip_;  // characters that may still go at the beginning of the token
  std::string held_;   // text of the token not passed on yet
};

}  // namespace

DecoderSteps make_strip_stage(const Json& json) {
  check_keys(json, {"content", "start", "stop"});
  StripOptions options;
  const Json& content = json.at("content");
  options.content = content.text();
  require(!options.content.empty() && utf8_at(options.content, 0).length == options.content.size(),
          ErrorKind::bad_data, "{}: one character was expected, found \"{}\"", content.path(),
          options.content);
  options.start = json.at("start").unsigned_integer();
  options.stop = json.at("stop").unsigned_integer();
  return {{[options](DecoderStage& next, bool) { return std::make_unique<Strip>(next, options); }}};
}

}  // namespace yonder::tokenizer
