// SPDX-License-Identifier: Apache-2.0
// Metaspace: its character becomes a space; in the first token, where a prefix was added, nothing.
#include "yonder/tokenizer/rules/metaspace.h"

#include "yonder/tokenizer/rules/decoders/stage.h"

#include <utility>

namespace yonder::tokenizer {

namespace {

class Metaspace final : public WholeTokenStage {
 public:
  Metaspace(DecoderStage& next, const MetaspaceOptions& options)
      : WholeTokenStage(next),
        mark_(options.replacement),
        space_(options.prepend == MetaspaceOptions::Prepend::never ? " " : "") {}

 private:
  void token(const std::string& token) override {
    std::string out;
    size_t begin = 0;
    for (size_t mark = token.find(mark_); mark != std::string::npos;
         mark = token.find(mark_, begin)) {
      out.append(token, begin, mark - begin);
      out += space_;
      begin = mark + mark_.size();
    }
    out.append(token, begin);
    space_ = " ";
    pass(out);
  }

  std::string mark_;
  std::string_view space_;  // what the mark becomes in the next token
};

}  // namespace

DecoderSteps make_metaspace_stage(const Json& json) {
  return {{[options = metaspace_options(json)](DecoderStage& next, bool) {
    return std::make_unique<Metaspace>(next, options);
  }}};
}

}  // namespace yonder::tokenizer
