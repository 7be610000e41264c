// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/base64.h"
#include "yonder/base/file.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/formats/bytepiece.h"

#include <fmt/core.h>

#include <string_view>

namespace yonder::tokenizer {
namespace {

/// Appends `text` (UTF-8) as Python's json.dump(ensure_ascii=False) writes a string: only quotes,
/// backslashes and controls below U+0020 are escaped.
void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

}  // namespace

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
    append_json_string(out, utf8_drop_invalid(piece.bytes));
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
