// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/byte_alphabet.h"

#include "yonder/base/utf8.h"

#include <array>
#include <cstdint>

namespace yonder::tokenizer {

namespace {

constexpr int32_t kLast = 0x143;

struct Alphabet {
  std::array<int32_t, 256> character{};   // of each byte
  std::array<int32_t, kLast + 1> byte{};  // of each character; -1: none
};

constexpr Alphabet make_alphabet() {
  Alphabet alphabet;
  alphabet.byte.fill(-1);
  int32_t next = 0x100;
  for (int32_t b = 0; b < 256; ++b) {
    const bool itself = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
    const int32_t character = itself ? b : next++;
    alphabet.character[static_cast<size_t>(b)] = character;
    alphabet.byte[static_cast<size_t>(character)] = b;
  }
  return alphabet;
}

constexpr Alphabet kAlphabet = make_alphabet();

}  // namespace

std::optional<std::string> bytes_from_alphabet(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size();) {
    const Utf8Unit unit = utf8_at(text, i);
    const bool listed = unit.code_point >= 0 && unit.code_point <= kLast;
    const int32_t byte = listed ? kAlphabet.byte[static_cast<size_t>(unit.code_point)] : -1;
    if (byte < 0) {
      return std::nullopt;
    }
    bytes += static_cast<char>(byte);
    i += unit.length;
  }
  return bytes;
}

std::string alphabet_from_bytes(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    utf8_append(text, kAlphabet.character[static_cast<uint8_t>(byte)]);
  }
  return text;
}

}  // namespace yonder::tokenizer
