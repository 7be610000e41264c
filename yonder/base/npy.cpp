// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/npy.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

namespace yonder {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kAlignment = 64;

/// Reads the header's dictionary, a Python literal of a fixed form:
/// {'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }
class HeaderText {
 public:
  HeaderText(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  void expect(char c) {
    skip_blanks();
    require(i_ < text_.size() && text_[i_] == c, ErrorKind::bad_data,
            "{}: the header says {} where '{}' was expected; this is no plain NumPy array", name_,
            i_ < text_.size() ? fmt::format("'{}'", printable(text_[i_])) : "nothing", c);
    ++i_;
  }
  bool accept(char c) {
    skip_blanks();
    const bool found = i_ < text_.size() && text_[i_] == c;
    i_ += found ? 1 : 0;
    return found;
  }
  std::string_view quoted() {
    skip_blanks();
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') {
      expect('\'');
    }
    const size_t end = text_.find(quote, i_);
    require(end != std::string_view::npos, ErrorKind::bad_data,
            "{}: a text in the header does not end", name_);
    const std::string_view found = text_.substr(i_, end - i_);
    i_ = end + 1;
    return found;
  }
  bool boolean() {
    skip_blanks();
    for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true},
                                      std::pair<std::string_view, bool>{"False", false}}) {
      if (text_.substr(i_).starts_with(word)) {
        i_ += word.size();
        return value;
      }
    }
    fail(ErrorKind::bad_data, "{}: fortran_order is neither True nor False", name_);
  }
  uint64_t whole() {
    skip_blanks();
    uint64_t value = 0;
    const auto [end, code] = std::from_chars(text_.data() + i_, text_.data() + text_.size(), value);
    require(code == std::errc(), ErrorKind::bad_data, "{}: the shape has no whole number", name_);
    i_ = static_cast<size_t>(end - text_.data());
    accept('L');  // as Python 2 wrote it
    return value;
  }

 private:
  static char printable(char c) { return c >= ' ' && c <= '~' ? c : '?'; }
  void skip_blanks() {
    while (i_ < text_.size() && (text_[i_] == ' ' || text_[i_] == '\n')) {
      ++i_;
    }
  }
  std::string_view text_;
  std::string_view name_;
  size_t i_ = 0;
};

void parse_type(std::string_view text, std::string_view name, NpyHeader& header) {
  const auto allowed = [](char kind, size_t bytes) {
    return kind == 'f' ? bytes == 4 || bytes == 8
                       : (kind == 'i' || kind == 'u') && std::has_single_bit(bytes) && bytes <= 8;
  };
  const bool plain =
      text.size() == 3 && std::string_view("<>|=").find(text[0]) != std::string_view::npos;
  header.kind = plain ? text[1] : '\0';
  header.bytes = plain ? static_cast<size_t>(text[2]) - '0' : 0;
  require(plain && allowed(header.kind, header.bytes), ErrorKind::bad_data,
          "{}: the values are of type \"{}\"; f4, f8 and whole numbers (i1 to i8, u1 to u8) are "
          "read: convert with x.astype('f8')",
          name,
          std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; })
              ? text.substr(0, 20)
              : "?");
  header.big_endian = text[0] == '>';
}

std::vector<uint64_t> parse_shape(HeaderText& text) {
  std::vector<uint64_t> shape;
  text.expect('(');
  while (!text.accept(')')) {
    shape.push_back(text.whole());
    if (!text.accept(',')) {
      text.expect(')');
      break;
    }
  }
  return shape;
}

template <typename T>
double load(const char* p, bool big_endian) {
  std::array<char, sizeof(T)> bytes{};
  std::memcpy(bytes.data(), p, sizeof(T));
  if (big_endian) {
    std::reverse(bytes.begin(), bytes.end());
  }
  return static_cast<double>(std::bit_cast<T>(bytes));
}

using Load = double (*)(const char*, bool);

/// The one function that reads values of this type.
Load load_function(const NpyHeader& header) {
  static constexpr std::array<Load, 4> kWhole = {load<int8_t>, load<int16_t>, load<int32_t>,
                                                 load<int64_t>};
  static constexpr std::array<Load, 4> kUnsigned = {load<uint8_t>, load<uint16_t>, load<uint32_t>,
                                                    load<uint64_t>};
  if (header.kind == 'f') {
    return header.bytes == 4 ? load<float> : load<double>;
  }
  const auto size = static_cast<size_t>(std::countr_zero(header.bytes));
  return header.kind == 'i' ? kWhole[size] : kUnsigned[size];
}

}  // namespace

uint64_t NpyHeader::size() const {
  uint64_t count = 1;
  for (const uint64_t length : shape) {
    count *= length;
  }
  return count;
}

bool is_npy(std::string_view bytes) { return bytes.starts_with(kMagic); }

NpyHeader parse_npy_header(std::string_view bytes, std::string_view name) {
  require(is_npy(bytes) && bytes.size() >= 10, ErrorKind::bad_data,
          "{}: this is no NumPy array file, or only its first bytes", name);
  const auto byte = [&](size_t i) {
    return static_cast<size_t>(static_cast<unsigned char>(bytes[i]));
  };
  const size_t version = byte(6);
  require(version >= 1 && version <= 3, ErrorKind::bad_data,
          "{}: version {} of NumPy's format; versions 1 to 3 are read", name, version);
  const size_t length_bytes = version == 1 ? 2 : 4;
  require(bytes.size() >= 8 + length_bytes, ErrorKind::bad_data,
          "{}: the file ends at byte {}, inside of its header", name, bytes.size());
  size_t length = 0;
  for (size_t i = 0; i < length_bytes; ++i) {
    length |= byte(8 + i) << (8 * i);
  }
  NpyHeader header;
  header.data = 8 + length_bytes + length;
  require(header.data <= bytes.size(), ErrorKind::bad_data,
          "{}: the file ends at byte {}, inside of its header of {} bytes", name, bytes.size(),
          header.data);
  HeaderText text(bytes.substr(8 + length_bytes, length), name);
  int seen = 0;
  text.expect('{');
  while (!text.accept('}')) {
    const std::string_view key = text.quoted();
    text.expect(':');
    if (key == "descr") {
      parse_type(text.quoted(), name, header);
    } else if (key == "fortran_order") {
      header.fortran_order = text.boolean();
    } else {
      require(key == "shape", ErrorKind::bad_data, "{}: the header has an unknown key", name);
      header.shape = parse_shape(text);
    }
    ++seen;
    if (!text.accept(',')) {
      text.expect('}');
      break;
    }
  }
  require(seen == 3, ErrorKind::bad_data, "{}: the header has {} keys; it must have three", name,
          seen);
  uint64_t room = (bytes.size() - header.data) / header.bytes;
  const bool empty = std::find(header.shape.begin(), header.shape.end(), 0U) != header.shape.end();
  for (const uint64_t size : header.shape) {
    room = empty ? 0 : room / size;
  }
  require(empty || room > 0, ErrorKind::bad_data,
          "{}: the shape ({}) needs more than the {} bytes that stand behind the header at byte {}",
          name, fmt::join(header.shape, ", "), bytes.size() - header.data, header.data);
  return header;
}

double npy_value(const NpyHeader& header, std::string_view bytes, uint64_t index) {
  return load_function(header)(bytes.data() + header.data + index * header.bytes,
                               header.big_endian);
}

void npy_values(const NpyHeader& header, std::string_view bytes, uint64_t first,
                std::span<double> out) {
  const Load read = load_function(header);
  const char* p = bytes.data() + header.data + first * header.bytes;
  for (double& value : out) {
    value = read(p, header.big_endian);
    p += header.bytes;
  }
}

std::string npy_header(std::span<const uint64_t> shape, size_t bytes_per_value) {
  YONDER_CHECK(bytes_per_value == 4 || bytes_per_value == 8);
  std::string text =
      fmt::format("{{'descr': '<f{}', 'fortran_order': False, 'shape': ({}{}), }}", bytes_per_value,
                  fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  // The values begin at a multiple of 64; the last byte before them is a newline.
  const size_t fixed = kMagic.size() + 4;
  text.resize((fixed + text.size() + kAlignment) / kAlignment * kAlignment - fixed - 1, ' ');
  text += '\n';
  std::string header(kMagic);
  header +=
      {'\1', '\0', static_cast<char>(text.size() & 0xFF), static_cast<char>(text.size() >> 8)};
  return header + text;
}

std::string npy_data(std::span<const double> values, size_t bytes_per_value) {
  std::string bytes(values.size() * bytes_per_value, '\0');
  if (bytes_per_value == 8) {
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
  }
  char* p = bytes.data();
  for (const double value : values) {
    const auto narrow = static_cast<float>(value);
    std::memcpy(p, &narrow, sizeof narrow);
    p += sizeof narrow;
  }
  return bytes;
}

void write_npy(const std::filesystem::path& path, std::span<const uint64_t> shape,
               std::span<const double> values, size_t bytes_per_value) {
  uint64_t count = 1;
  for (const uint64_t length : shape) {
    count *= length;
  }
  YONDER_CHECK(count == values.size());
  AtomicFile file(path);
  file.write(npy_header(shape, bytes_per_value));
  constexpr size_t kPart = size_t{1} << 16;
  for (size_t i = 0; i < values.size(); i += kPart) {
    file.write(npy_data(values.subspan(i, std::min(kPart, values.size() - i)), bytes_per_value));
  }
  file.commit();
}

}  // namespace yonder
