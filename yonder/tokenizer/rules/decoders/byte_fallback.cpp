// SPDX-License-Identifier: Apache-2.0
// ByteFallback: <0x61> is a byte. A run of such tokens is one token if it is UTF-8, else one for
// each byte.
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/rules/decoders/stage.h"
#include "yonder/tokenizer/rules/json_step.h"

#include <optional>

namespace yonder::tokenizer {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<char> byte_of(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') {
    return std::nullopt;
  }
  const int high = token[3] == '+' ? 0 : hex_digit(token[3]);  // Rust's parser takes a sign
  const int low = hex_digit(token[4]);
  if (high < 0 || low < 0) {
    return std::nullopt;
  }
  return static_cast<char>(high * 16 + low);
}

class ByteFallback final : public WholeTokenStage {
 public:
  ByteFallback(DecoderStage& next, bool joined) : WholeTokenStage(next), joined_(joined) {}

  void finish() override {
    flush();
    next_.finish();
  }

 private:
  void token(const std::string& token) override {
    const std::optional<char> byte = byte_of(token);
    if (!byte) {
      flush();
      pass(token);
    } else if (joined_) {
      next_.text(std::string_view(&*byte, 1));
    } else {
      run_ += *byte;
    }
  }

  void flush() {
    if (run_.empty()) {
      return;
    }
    if (utf8_first_error(run_) == std::string_view::npos) {
      pass(run_);
    } else {
      for (const char byte : run_) {
        pass(std::string_view(&byte, 1));
      }
    }
    run_.clear();
  }

  bool joined_;
  std::string run_;
};

}  // namespace

DecoderSteps make_byte_fallback_stage(const Json& json) {
  check_keys(json, {});
  return {{[](DecoderStage& next, bool joined) {
    return std::make_unique<ByteFallback>(next, joined);
  }}};
}

}  // namespace yonder::tokenizer
