// SPDX-License-Identifier: Apache-2.0
// Any bytes as the normalisation rules of a SentencePiece model: an Error(bad_data), or rules that
// normalise a text to UTF-8 and know the way back.
#include "yonder/base/error.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/rules/sentencepiece_normalizer.h"
#include "yonder/tokenizer/rules/text_rewriter.h"

#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace yonder::tokenizer;
  SentencePieceNormalization options;
  options.charsmap.assign(reinterpret_cast<const char*>(data), size);
  std::unique_ptr<const NormalizerStep> step;
  try {
    step = make_sentencepiece_normalizer(options, "input");
  } catch (const yonder::Error& error) {
    YONDER_CHECK(error.kind == yonder::ErrorKind::bad_data);
    return 0;
  }
  // The rules' own bytes hold what they match, the rest is what they usually are about.
  std::string original =
      "a\t\xEF\xAC\x81 \xC2\xA0\xE3\x80\x80z\xFF"
      "e\xCC\x81 ";
  original.append(options.charsmap, 0, 4096);
  NormalizedText text = unchanged_text(original);
  step->apply(text);
  YONDER_CHECK(yonder::utf8_first_error(text.bytes) == std::string::npos);
  YONDER_CHECK(text.original_size == original.size());
  uint64_t last = 0;
  for (uint64_t offset = 0; offset <= text.bytes.size(); ++offset) {
    YONDER_CHECK(text.original_start(offset) >= last &&
                 text.original_end(offset) <= original.size());
    last = text.original_start(offset);
  }
  return 0;
}
