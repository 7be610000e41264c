// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/imported/spans.h"

#include "yonder/base/error.h"
#include "yonder/base/utf8.h"

namespace yonder::tokenizer {
namespace {

// Whether the piece of `id` stands at the beginning of `rest`.
bool stands_at(const ImportedModel& model, uint32_t id, std::string_view rest) {
  return model.pieces[id].kind == PieceKind::byte
             ? !rest.empty() && (*model.byte_ids)[static_cast<uint8_t>(rest[0])] == id
             : rest.starts_with(model.pieces[id].text);
}

}  // namespace

std::vector<Offset> imported_spans(const ImportedModel& model, std::string_view text,
                                   std::span<const uint32_t> ids) {
  const PreparedText prepared = model.rules->prepare(text, false);
  const std::string_view bytes = prepared.text.bytes;
  std::vector<Offset> spans;
  size_t at = 0;
  for (size_t i = 0; i < ids.size(); ++i) {
    const uint32_t id = ids[i];
    require(id < model.pieces.size(), ErrorKind::bad_data,
            "id {} at position {} is out of range; the vocabulary has ids 0 to {}", id, i,
            model.pieces.size() - 1);
    const size_t begin = at;
    if (model.unknown == id) {
      do {
        at += at < bytes.size() ? utf8_at(bytes, at).length : 0;
      } while (at < bytes.size() &&
               (i + 1 == ids.size() || !stands_at(model, ids[i + 1], bytes.substr(at))));
    } else if (model.pieces[id].kind != PieceKind::control) {
      require(stands_at(model, id, bytes.substr(at)), ErrorKind::bad_data,
              "id {} at position {} does not stand at byte offset {}", id, i,
              prepared.text.original_start(at));
      at += model.pieces[id].kind == PieceKind::byte ? 1 : model.pieces[id].text.size();
    }
    spans.push_back({prepared.text.original_start(begin), prepared.text.original_end(at)});
  }
  return spans;
}

}  // namespace yonder::tokenizer
