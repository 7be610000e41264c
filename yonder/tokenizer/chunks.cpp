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

}  // namespace yonder::tokenizer
