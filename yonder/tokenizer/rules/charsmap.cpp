// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/charsmap.h"

#include "yonder/base/error.h"
#include "yonder/base/utf8.h"

namespace yonder::tokenizer {

namespace {

// A unit of the double array. An inner node: bits 0-7 the byte that leads to it, bit 8 whether a
// rule ends in it, bit 9 whether the offset counts in 256s, from bit 10 on the offset. Its child
// by byte b is at node ^ offset ^ b and carries the label b; the rule's value lies at b = 0 and has
// bit 31 set, so that it is no node.
constexpr uint32_t kValueBit = 1U << 31;

uint32_t label(uint32_t unit) { return unit & (kValueBit | 0xFF); }
bool has_value(uint32_t unit) { return (unit >> 8 & 1) != 0; }
uint32_t offset(uint32_t unit) { return (unit >> 10) << ((unit >> 9 & 1) * 8); }

}  // namespace

std::array<bool, 256> Charsmap::ascii_bytes() {
  std::array<bool, 256> bytes{};
  for (size_t b = 0; b < 0x80; ++b) {
    bytes[b] = true;
  }
  return bytes;
}

Charsmap::Charsmap(std::string_view blob, const std::string& name) {
  if (blob.empty()) {
    return;
  }
  const auto word = [&](size_t position) {
    uint32_t value = 0;
    for (size_t i = 0; i < 4; ++i) {
      value |= uint32_t{static_cast<uint8_t>(blob[position + i])} << (8 * i);
    }
    return value;
  };
  require(blob.size() > 4, ErrorKind::bad_data,
          "{}: the normalisation rules have {} bytes; the size of their trie alone takes 4", name,
          blob.size());
  const size_t trie_size = word(0);
  require(trie_size >= 4 && trie_size % 4 == 0 && trie_size <= blob.size() - 4, ErrorKind::bad_data,
          "{}: the trie of the normalisation rules is said to have {} bytes; there are {} after "
          "its size, and each unit takes 4",
          name, trie_size, blob.size() - 4);
  units_.reserve(trie_size / 4);
  for (size_t position = 4; position < 4 + trie_size; position += 4) {
    units_.push_back(word(position));
  }
  replacements_ = blob.substr(4 + trie_size);
  const size_t error = utf8_first_error(replacements_);
  require(error == std::string_view::npos, ErrorKind::bad_data,
          "{}: the replacement strings of the normalisation rules are not UTF-8 at offset {}", name,
          error);
  check_trie(name);
  for (uint32_t first = 1; first < 0x80; ++first) {
    const uint32_t node = offset(units_[0]) ^ first;
    if (label(units_[node]) != first) {
      continue;
    }
    plain_[first] = !has_value(units_[node]);
    for (uint32_t second = 1; second < 0x80; ++second) {
      plain_[first] =
          plain_[first] && label(units_[node ^ offset(units_[node]) ^ second]) != second;
    }
  }
}

void Charsmap::check_trie(const std::string& name) const {
  const size_t last_nul = replacements_.rfind('\0');
  const size_t strings_end = last_nul == std::string::npos ? 0 : last_nul + 1;
  // Depth first. A compiled trie may share equal tails, so a node can be met again; met again below
  // itself it would be a circle.
  enum class State : uint8_t { unseen, open, done };
  std::vector<State> states(units_.size(), State::unseen);
  struct Visit {
    uint32_t node;
    uint32_t next_label;
  };
  std::vector<Visit> path;
  const auto open = [&](uint32_t node) {
    const uint32_t children = node ^ offset(units_[node]);
    // All 256 positions of a block are read by some lookup.
    require((children | 0xFF) < units_.size(), ErrorKind::bad_data,
            "{}: unit {} of the normalisation rules' trie points beyond its {} units", name, node,
            units_.size());
    if (has_value(units_[node])) {
      const uint32_t value = units_[children] & ~kValueBit;
      require(value < strings_end && (replacements_[value] & 0xC0) != 0x80, ErrorKind::bad_data,
              "{}: unit {} of the normalisation rules' trie names the replacement at offset {}, "
              "where no character begins; the strings end at {}",
              name, node, value, strings_end);
    }
    states[node] = State::open;
    path.push_back({node, 1});
  };
  open(0);
  while (!path.empty()) {
    Visit& top = path.back();
    const uint32_t children = top.node ^ offset(units_[top.node]);
    while (top.next_label < 256 && label(units_[children ^ top.next_label]) != top.next_label) {
      ++top.next_label;
    }
    if (top.next_label == 256) {
      states[top.node] = State::done;
      path.pop_back();
      continue;
    }
    const uint32_t child = children ^ top.next_label++;
    require(states[child] != State::open, ErrorKind::bad_data,
            "{}: unit {} of the normalisation rules' trie leads back to itself", name, child);
    if (states[child] == State::unseen) {
      open(child);
    }
  }
}

// Calls f(length, value unit) for each rule that the text begins with, ascending, until f is false.
// No rule holds a NUL.
template <typename F>
void Charsmap::for_each_match(std::string_view text, F&& f) const {
  if (units_.empty()) {
    return;
  }
  uint32_t children = offset(units_[0]);
  for (size_t i = 0; i < text.size() && text[i] != '\0'; ++i) {
    const uint32_t byte = static_cast<uint8_t>(text[i]);
    const uint32_t node = children ^ byte;
    const uint32_t unit = units_[node];
    if (label(unit) != byte) {
      return;
    }
    children = node ^ offset(unit);
    if (has_value(unit) && !f(i + 1, units_[children])) {
      return;
    }
  }
}

std::string_view Charsmap::replacement(uint32_t unit) const {
  return std::string_view(replacements_.data() + (unit & ~kValueBit));  // up to its NUL
}

Charsmap::Match Charsmap::longest(std::string_view text) const {
  Match match;
  uint32_t value = 0;
  for_each_match(text, [&](size_t length, uint32_t unit) {
    match.length = length;
    value = unit;
    return true;
  });
  if (match.length > 0) {
    match.replacement = replacement(value);
  }
  return match;
}

Charsmap::Match Charsmap::shortest(std::string_view text) const {
  Match match;
  for_each_match(text, [&](size_t length, uint32_t unit) {
    match = {length, replacement(unit)};
    return false;
  });
  return match;
}

}  // namespace yonder::tokenizer
