// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets of other programs' vocabularies do with a model that was read: it encodes
// any text to ids that decode, with spans that lie in the text.
#pragma once

#include "yonder/base/error.h"
#include "yonder/tokenizer/imported/imported_encoder.h"

#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// Throws Error(bad_data) where the model has no unknown token and the text is unknown to it.
inline void encode_and_decode(const LoadedModel& model, std::string_view text) {
  ImportedEncoder encoder(model.imported, {});
  std::vector<uint32_t> ids;
  std::vector<Offset> offsets;
  encoder.encode(text, 0, ids, &offsets);
  YONDER_CHECK(ids.size() == offsets.size());
  for (const Offset& offset : offsets) {
    YONDER_CHECK(offset.start <= offset.end && offset.end <= text.size());
  }
  const auto decoding = model.imported->decoder->start();
  std::string bytes;
  for (const uint32_t id : ids) {
    YONDER_CHECK(id < model.imported->pieces.size());
    decoding->feed(model.imported->pieces[id].text, token_kind(*model.imported, id), bytes);
  }
  decoding->finish(bytes);
}

}  // namespace yonder::tokenizer
