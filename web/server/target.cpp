// SPDX-License-Identifier: Apache-2.0
#include "web/server/target.h"

#include "yonder/base/error.h"

#include <algorithm>

namespace yonder::web {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  if (c >= 'A' && c <= 'F') {
    return c - 'A' + 10;
  }
  return -1;
}

/// Calls body(part) for the parts between separators.
template <typename Body>
void split(std::string_view text, char separator, Body&& body) {
  for (size_t first = 0;;) {
    const size_t end = std::min(text.find(separator, first), text.size());
    body(text.substr(first, end - first));
    if (end == text.size()) {
      return;
    }
    first = end + 1;
  }
}

std::string path_segment(std::string_view encoded) {
  std::string segment = percent_decode(encoded, "the path");
  require(!segment.empty() && segment != "." && segment != "..", ErrorKind::bad_data,
          "the path has the segment \"{}\"; segments are names", segment);
  for (const char c : segment) {
    const auto byte = static_cast<unsigned char>(c);
    require(byte >= 0x20 && byte != 0x7F && c != '/' && c != '\\', ErrorKind::bad_data,
            "the path holds the byte 0x{:02x} inside a segment; segments are names", byte);
  }
  return segment;
}

}  // namespace

Target parse_target(std::string_view target) {
  require(target.starts_with('/'), ErrorKind::bad_data,
          "the target of a request must begin with \"/\"");
  for (const char c : target) {
    require(c > 0x20 && c < 0x7F && c != '#', ErrorKind::bad_data,
            "the target of a request holds the byte 0x{:02x}; it must be escaped with %",
            static_cast<unsigned char>(c));
  }
  Target parsed;
  const size_t question = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(1, question - 1);
  if (!path.empty()) {
    split(path, '/', [&](std::string_view part) { parsed.segments.push_back(path_segment(part)); });
  }
  if (question < target.size()) {
    split(target.substr(question + 1), '&', [&](std::string_view part) {
      if (part.empty()) {
        return;
      }
      const size_t equal = std::min(part.find('='), part.size());
      parsed.query.emplace_back(
          percent_decode(part.substr(0, equal), "the query"),
          percent_decode(part.substr(std::min(equal + 1, part.size())), "the query"));
    });
  }
  return parsed;
}

std::string percent_decode(std::string_view text, std::string_view what) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    require(high >= 0 && low >= 0, ErrorKind::bad_data,
            "{}: the % at byte {} is not followed by two hexadecimal digits", what, i);
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string percent_encode(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kMarks = "-._~";
  std::string out;
  for (const char c : bytes) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       kMarks.find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

}  // namespace yonder::web
