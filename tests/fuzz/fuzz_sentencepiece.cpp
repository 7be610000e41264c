// SPDX-License-Identifier: Apache-2.0
// Any bytes as a SentencePiece model: an Error(bad_data), or a model that encodes any text.
#include "tests/fuzz/imported_model.h"
#include "yonder/tokenizer/formats/sentencepiece.h"

#include <cstdint>

using namespace yonder::tokenizer;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  is_sentencepiece(content);
  try {
    const LoadedModel model = load_sentencepiece(content, "input", {}, nullptr);
    encode_and_decode(model, content.substr(0, 4096));
    encode_and_decode(model, " the  <sep>caf\xC3\xA9 \xE4\xBB\x8A\xF0\x9F\x98\x80\n\xFF");
  } catch (const yonder::Error& error) {
    YONDER_CHECK(error.kind == yonder::ErrorKind::bad_data);
  }
  return 0;
}
