// SPDX-License-Identifier: Apache-2.0
// Any bytes as a BytePiece model: an Error(bad_data), or a vocabulary that spells any text and
// comes back from its own file. Models need 256 single bytes, which few mutations keep, so those
// that are missing are added.
#include "yonder/base/error.h"
#include "yonder/tokenizer/formats/bytepiece.h"
#include "yonder/tokenizer/unigram/viterbi.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using yonder::Error;
using yonder::ErrorKind;
using yonder::tokenizer::is_bytepiece;
using yonder::tokenizer::LoadOptions;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  is_bytepiece(content);
  LoadOptions options;
  options.add_bytes = true;
  options.scores = size % 2 == 0 ? "double" : "fixed";
  try {
    const auto model = yonder::tokenizer::load_bytepiece(content, "input", options, nullptr);
    const auto viterbi = make_viterbi(model);
    std::vector<uint32_t> ids;
    viterbi->start(0, 0);
    viterbi->extend(content);
    viterbi->finish(ids);
    std::string spelled;
    for (const uint32_t id : ids) {
      spelled += model->vocabulary().piece(id);
    }
    YONDER_CHECK(spelled == content);
    const std::string saved = bytepiece_text(model->vocabulary().pieces());
    const auto again = yonder::tokenizer::load_bytepiece(saved, "saved", {}, nullptr);
    YONDER_CHECK(bytepiece_text(again->vocabulary().pieces()) == saved);
  } catch (const Error& error) {
    YONDER_CHECK(error.kind == ErrorKind::bad_data);
  }
  return 0;
}
