// SPDX-License-Identifier: Apache-2.0
// The bytes of the hex dump in a page of docs/formats, so that tests hold the page against the
// library. A row is "<offset>  <16 bytes in hex>  |<text>|"; rows of zero bytes may be left out.
#pragma once

#include "yonder/base/file.h"

#include <sstream>
#include <string>

namespace yonder {

/// page: path below the source folder. Rows left out become zero bytes.
inline std::string documented_dump(const std::string& page) {
  std::istringstream document(read_file(std::string(YONDER_SOURCE_DIR "/") + page));
  std::string bytes;
  for (std::string line; std::getline(document, line);) {
    if (line.size() < 10 || line.substr(8, 2) != "  " ||
        line.find_first_not_of("0123456789abcdef") != 8) {
      continue;
    }
    bytes.resize(std::stoul(line.substr(0, 8), nullptr, 16), '\0');
    std::istringstream row(line.substr(10, 47));
    for (std::string digits; row >> digits;) {
      bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
    }
  }
  return bytes;
}

}  // namespace yonder
