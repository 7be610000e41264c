// SPDX-License-Identifier: Apache-2.0
// Decoding after table 3-7 of the Unicode standard (well-formed byte sequences); normalisation and
// categories from utf8proc.
#include "yonder/base/utf8.h"

#include "yonder/base/error.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace yonder {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// How the sequence that begins at a position goes on.
struct Sequence {
  uint32_t valid;     // bytes from the first on that agree with table 3-7, at least 1
  uint32_t expected;  // bytes the first byte asks for; 0 if no sequence begins with it
};

Sequence sequence_at(std::string_view text, size_t position) {
  const auto byte = [&](size_t k) { return static_cast<unsigned char>(text[position + k]); };
  const unsigned char first = byte(0);
  if (first < 0x80) {
    return {1, 1};
  }
  // The second byte's range is narrower after E0, ED, F0 and F4: no overlong forms, no surrogates,
  // nothing above U+10FFFF.
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  uint32_t expected = 0;
  if (first >= 0xC2 && first <= 0xDF) {
    expected = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    expected = 3;
    low = first == 0xE0 ? 0xA0 : 0x80;
    high = first == 0xED ? 0x9F : 0xBF;
  } else if (first >= 0xF0 && first <= 0xF4) {
    expected = 4;
    low = first == 0xF0 ? 0x90 : 0x80;
    high = first == 0xF4 ? 0x8F : 0xBF;
  } else {
    return {1, 0};
  }
  const size_t available = std::min<size_t>(expected, text.size() - position);
  uint32_t valid = 1;
  while (valid < available && byte(valid) >= low && byte(valid) <= high) {
    ++valid;
    low = 0x80;
    high = 0xBF;
  }
  return {valid, expected};
}

// A character that begins a new stretch whatever stands before it (combining class 0, decomposing
// into no mark, never the second half of a composition) in every form: everything below U+0300 and
// the Han blocks. It can still compose with what follows it.
bool is_boundary(int32_t code_point) {
  return code_point < 0x300 || (code_point >= 0x3400 && code_point <= 0x4DBF) ||
         (code_point >= 0x4E00 && code_point <= 0x9FFF);
}

// Of these, the characters that the form changes when they stand alone.
bool is_changed_alone(int32_t code_point, NormalForm form) {
  return form != NormalForm::nfc && code_point >= 0x80 && code_point < 0x300;
}

int combining_class(int32_t code_point) {
  return static_cast<int>(utf8proc_get_property(code_point)->combining_class);
}

constexpr int kLongestDecomposition = 32;

// The full decomposition of a character that the form asks for; the number of its parts.
size_t decompose(int32_t code_point, NormalForm form, int32_t (&parts)[kLongestDecomposition]) {
  const bool compatible = form == NormalForm::nfkc || form == NormalForm::nfkd;
  int boundary_class = 0;
  const utf8proc_ssize_t n =
      utf8proc_decompose_char(code_point, parts, kLongestDecomposition,
                              static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE |
                                                             (compatible ? UTF8PROC_COMPAT : 0)),
                              &boundary_class);
  YONDER_CHECK(n >= 1 && n <= kLongestDecomposition);
  return static_cast<size_t>(n);
}

// Appends the form of `stretch`, which is valid UTF-8. utf8proc_map() is not used, because it
// orders combining marks by insertion: a megabyte of marks would take hours. Here: decompose, order
// each run of marks by a stable sort, compose.
void append_normal_form(std::string& out, std::string_view stretch, NormalForm form,
                        std::vector<int32_t>& scratch) {
  scratch.clear();
  for (size_t i = 0; i < stretch.size();) {
    const Utf8Unit unit = utf8_at(stretch, i);
    i += unit.length;
    int32_t parts[kLongestDecomposition];
    const size_t n = decompose(unit.code_point, form, parts);
    scratch.insert(scratch.end(), parts, parts + n);
  }
  for (auto first = scratch.begin(); first != scratch.end();) {
    if (combining_class(*first) == 0) {
      ++first;
      continue;
    }
    const auto last =
        std::find_if(first, scratch.end(), [](int32_t c) { return combining_class(c) == 0; });
    std::stable_sort(first, last,
                     [](int32_t a, int32_t b) { return combining_class(a) < combining_class(b); });
    first = last;
  }
  size_t size = scratch.size();
  if (form == NormalForm::nfc || form == NormalForm::nfkc) {
    const utf8proc_ssize_t n = utf8proc_normalize_utf32(
        scratch.data(), static_cast<utf8proc_ssize_t>(scratch.size()),
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    YONDER_CHECK(n >= 0);
    size = static_cast<size_t>(n);
  }
  for (size_t i = 0; i < size; ++i) {
    utf8_append(out, scratch[i]);
  }
}

}  // namespace

Utf8Unit utf8_at(std::string_view text, size_t position) {
  const auto byte = [&](size_t k) {
    return static_cast<int32_t>(static_cast<unsigned char>(text[position + k]));
  };
  const Sequence sequence = sequence_at(text, position);
  if (sequence.valid != sequence.expected) {
    return {-1, 1};
  }
  switch (sequence.expected) {
    case 1:
      return {byte(0), 1};
    case 2:
      return {(byte(0) & 0x1F) << 6 | (byte(1) & 0x3F), 2};
    case 3:
      return {(byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
    default:
      return {(byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 |
                  (byte(3) & 0x3F),
              4};
  }
}

size_t utf8_before(std::string_view text, size_t end) {
  for (size_t length = 1; length <= std::min<size_t>(4, end); ++length) {
    const size_t start = end - length;
    if ((static_cast<unsigned char>(text[start]) & 0xC0) != 0x80) {
      return utf8_at(text.substr(0, end), start).length == length ? start : end - 1;
    }
  }
  return end - 1;
}

size_t utf8_first_error(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    // Eight ASCII bytes at a time: most text is ASCII, or has long ASCII runs.
    uint64_t word = 0;
    if (i + sizeof(word) <= text.size()) {
      std::memcpy(&word, text.data() + i, sizeof(word));
      if ((word & 0x8080808080808080U) == 0) {
        i += sizeof(word);
        continue;
      }
    }
    const Sequence sequence = sequence_at(text, i);
    if (sequence.valid != sequence.expected) {
      return i;
    }
    i += sequence.valid;
  }
  return std::string_view::npos;
}

std::string utf8_drop_invalid(std::string_view text) {
  // CPython drops maximal invalid subparts; what follows the first byte of one are continuation
  // bytes, which are invalid on their own, so dropping byte by byte gives the same text.
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const Sequence sequence = sequence_at(text, i);
    if (sequence.valid == sequence.expected) {
      out.append(text, i, sequence.valid);
    }
    i += sequence.valid;
  }
  return out;
}

std::string utf8_replace_invalid(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const Sequence sequence = sequence_at(text, i);
    if (sequence.valid == sequence.expected) {
      out.append(text, i, sequence.valid);
    } else {
      out.append(kReplacement);
    }
    i += sequence.valid;
  }
  return out;
}

size_t utf8_incomplete_suffix(std::string_view text) {
  for (size_t length = 1; length <= std::min<size_t>(3, text.size()); ++length) {
    const size_t position = text.size() - length;
    const unsigned char first = static_cast<unsigned char>(text[position]);
    if ((first & 0xC0) == 0x80) {
      continue;  // a continuation byte: the sequence begins further left
    }
    const Sequence sequence = sequence_at(text, position);
    return sequence.valid == length && sequence.expected > length ? length : 0;
  }
  return 0;
}

void utf8_append(std::string& out, int32_t code_point) {
  YONDER_CHECK(code_point >= 0 && code_point <= 0x10FFFF &&
               (code_point < 0xD800 || code_point > 0xDFFF));
  const auto push = [&](int32_t byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80) {
    push(code_point);
  } else if (code_point < 0x800) {
    push(0xC0 | code_point >> 6);
    push(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    push(0xE0 | code_point >> 12);
    push(0x80 | (code_point >> 6 & 0x3F));
    push(0x80 | (code_point & 0x3F));
  } else {
    push(0xF0 | code_point >> 18);
    push(0x80 | (code_point >> 12 & 0x3F));
    push(0x80 | (code_point >> 6 & 0x3F));
    push(0x80 | (code_point & 0x3F));
  }
}

bool is_decimal_digit(int32_t code_point) {
  return utf8proc_category(code_point) == UTF8PROC_CATEGORY_ND;
}

std::string normal_form(std::string_view text, NormalForm form) {
  std::string out;
  out.reserve(text.size());
  std::vector<int32_t> scratch;
  // [start, i) is the current stretch: one boundary character and what follows it. It is plain as
  // long as it cannot change.
  size_t start = 0;
  bool plain = true;
  const auto close = [&](size_t end) {
    if (plain) {
      out.append(text, start, end - start);
    } else {
      append_normal_form(out, text.substr(start, end - start), form, scratch);
    }
    start = end;
    plain = true;
  };
  for (size_t i = 0; i < text.size();) {
    const Utf8Unit unit = utf8_at(text, i);
    if (unit.code_point < 0) {
      close(i);
      out += text[i];
      start = i + 1;
    } else if (is_boundary(unit.code_point)) {
      close(i);
      plain = !is_changed_alone(unit.code_point, form);
    } else {
      plain = false;
    }
    i += unit.length;
  }
  close(text.size());
  return out;
}

bool is_normal_form_boundary(int32_t code_point, NormalForm form) {
  if (code_point < 0 || is_boundary(code_point)) {
    return true;
  }
  // What composes with the character before it is a mark (general category M) or a jamo; and some
  // characters that are neither decompose into marks only.
  int32_t parts[kLongestDecomposition];
  decompose(code_point, form, parts);
  const utf8proc_category_t category = utf8proc_category(parts[0]);
  const bool mark = category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
                    category == UTF8PROC_CATEGORY_ME;
  const bool joining_jamo = parts[0] >= 0x1160 && parts[0] <= 0x11FF;
  return !mark && !joining_jamo && combining_class(parts[0]) == 0;
}

std::string nfc(std::string_view text) { return normal_form(text, NormalForm::nfc); }

bool is_nfc_boundary(int32_t code_point) {
  return is_normal_form_boundary(code_point, NormalForm::nfc);
}

std::string unicode_version() { return utf8proc_unicode_version(); }

}  // namespace yonder
