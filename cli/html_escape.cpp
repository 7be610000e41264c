// SPDX-License-Identifier: Apache-2.0
#include "cli/html_escape.h"

#include "yonder/base/utf8.h"

namespace yonder::cli {

std::string html_escape(std::string_view text) {
  std::string out;
  for (const char c : utf8_replace_invalid(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        // Other controls are not allowed in HTML at all.
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
  return out;
}

}  // namespace yonder::cli
