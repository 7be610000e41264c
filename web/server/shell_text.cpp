// SPDX-License-Identifier: Apache-2.0
#include "web/server/shell_text.h"

#include "yonder/base/base64.h"
#include "yonder/base/utf8.h"

#include <algorithm>

namespace yonder::web {
namespace {

constexpr size_t kLongestInline = 2000;  // bytes

bool is_plain(char c) {
  constexpr std::string_view kMarks = "_-./:=,+@%";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         kMarks.find(c) != std::string_view::npos;
}

}  // namespace

std::string shell_quote(std::string_view word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) {
    return std::string(word);
  }
  std::string out = "'";
  for (const char c : word) {
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return out + "'";
}

std::string shell_command(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    out += (out.empty() ? "" : " ") + shell_quote(word);
  }
  return out;
}

std::string shell_print(std::string_view bytes) {
  if (bytes.size() > kLongestInline) {
    return "cat text.txt";
  }
  const bool text = utf8_first_error(bytes) == std::string_view::npos &&
                    bytes.find('\0') == std::string_view::npos;
  return text ? "printf %s " + shell_quote(bytes)
              : "printf %s " + base64_encode(bytes) + " | base64 -d";
}

}  // namespace yonder::web
