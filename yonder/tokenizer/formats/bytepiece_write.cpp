// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/base64.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/formats/bytepiece.h"

#include <fmt/core.h>

namespace yonder::tokenizer {

std::string bytepiece_text(const std::vector<CountedPiece>& pieces) {
  std::string out = "{";
  uint64_t id = kFirstPieceId;
  for (const CountedPiece& piece : pieces) {
    if (piece.bytes.empty()) {  // an id that no piece has
      ++id;
      continue;
    }
    out += out.size() == 1 ? "\n" : ",\n";
    out += fmt::format("    \"{}\": [\n        {},\n        ", base64_encode(piece.bytes), id);
    // The same escapes as Python's json.dump(ensure_ascii=False).
    out += json_escape_lossy(utf8_drop_invalid(piece.bytes));
    out += fmt::format(",\n        {}\n    ]", piece.count);
    ++id;
  }
  out += out.size() == 1 ? "}" : "\n}";
  return out;
}

void save_bytepiece(const std::filesystem::path& path, const std::vector<CountedPiece>& pieces) {
  write_file(path, bytepiece_text(pieces));
}

}  // namespace yonder::tokenizer
