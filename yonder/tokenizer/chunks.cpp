// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/chunks.h"

#include <algorithm>

namespace yonder::tokenizer {

size_t chunk_end(std::string_view text, size_t start) {
  const size_t newline = text.find('\n', start);
  return newline == std::string_view::npos
             ? text.size()
             : std::min(text.find_first_not_of('\n', newline), text.size());
}

size_t last_chunk_start(std::string_view text) {
  size_t newline = text.rfind('\n');
  while (newline != std::string_view::npos) {
    if (newline + 1 < text.size() && text[newline + 1] != '\n') {
      return newline + 1;
    }
    if (newline == 0) {
      break;
    }
    newline = text.rfind('\n', newline - 1);
  }
  return 0;
}

}  // namespace yonder::tokenizer
