// SPDX-License-Identifier: Apache-2.0
// Any bytes as the stages of a tokenizer.json ({"normalizer": ..., "pre_tokenizer": ..., "decoder":
// ..., "post_processor": ...}): an Error(bad_data), or stages that prepare the same bytes as a
// text, cover it, and decode its words.
#include "yonder/base/error.h"
#include "yonder/tokenizer/rules/normalizers.h"
#include "yonder/tokenizer/rules/post_processor.h"
#include "yonder/tokenizer/rules/pre_tokenizers.h"
#include "yonder/tokenizer/rules/token_decoder.h"

#include <cstdint>
#include <string>

namespace {

using namespace yonder::tokenizer;

const yonder::Json& member(const yonder::Json& json, const char* key) {
  static const yonder::Json null;
  const yonder::Json* found = json.find(key);
  return found == nullptr ? null : *found;
}

void try_rules(std::string_view input) {
  const yonder::Json json = yonder::parse_json(input, "input");
  make_post_processor(member(json, "post_processor"));
  PreTokenizer pre_tokenizer = make_pre_tokenizer(member(json, "pre_tokenizer"));
  const auto decoder = make_token_decoder(member(json, "decoder"), pre_tokenizer.byte_level);
  AddedToken token;
  token.content = "\"type\"";
  token.lstrip = true;
  token.rstrip = true;
  const TextRules rules({token}, make_normalizer(member(json, "normalizer")),
                        std::move(pre_tokenizer.step));
  const PreparedText prepared = rules.prepare(input, true);
  const auto decoding = decoder->start();
  std::string decoded;
  size_t begin = 0;
  for (const PreparedPart& part : prepared.parts) {
    YONDER_CHECK(part.end > begin);
    YONDER_CHECK(prepared.text.original_start(begin) <= prepared.text.original_end(part.end));
    YONDER_CHECK(prepared.text.original_end(part.end) <= input.size());
    decoding->feed(std::string_view(prepared.text.bytes).substr(begin, part.end - begin),
                   part.id < 0 ? TokenKind::piece : TokenKind::added, decoded);
    begin = part.end;
  }
  YONDER_CHECK(begin == prepared.text.bytes.size());
  decoding->finish(decoded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    try_rules(std::string_view(reinterpret_cast<const char*>(data), size));
  } catch (const yonder::Error& error) {
    YONDER_CHECK(error.kind == yonder::ErrorKind::bad_data);
  }
  return 0;
}
