// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/internal/lattice_edges.h"

#include "yonder/base/error.h"

#include <cstdint>

namespace yonder::tokenizer::internal {

void fail_uncovered(const UnigramModel& model, std::string_view text, uint64_t position) {
  std::vector<bool> reached(text.size() + 1);
  reached[0] = true;
  size_t furthest = 0;
  for_each_end(text, model.vocabulary().max_piece_length(), [&](size_t end, size_t room) {
    model.trie().for_each_suffix(text, end, room, [&](size_t length, uint32_t /*id*/) {
      if (reached[end - length]) {
        reached[end] = true;
        furthest = end;
      }
    });
  });
  YONDER_CHECK(furthest < text.size());
  fail(
      ErrorKind::bad_data,
      "byte 0x{:02X} at offset {} is covered by no piece; give the vocabulary all 256 single bytes "
      "(--add-bytes)",
      static_cast<uint8_t>(text[furthest]), position + furthest);
}

}  // namespace yonder::tokenizer::internal
