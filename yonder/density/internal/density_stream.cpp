// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/density_stream.h"

#include "yonder/base/error.h"
#include "yonder/density/internal/little_endian.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace yonder::density::internal {
namespace {

constexpr std::string_view kKind = "YECS";
constexpr uint32_t kVersion = 1;
constexpr size_t kHeadSize = 42;

}  // namespace

// Differences of neighbours, sign in the lowest bit, seven bits to a byte, lowest first; the
// highest bit says that more bytes follow.
std::string table_bytes(const Frequencies& frequencies) {
  std::string table;
  int64_t before = 0;
  for (const uint32_t count : frequencies.counts) {
    const int64_t difference = int64_t{count} - before;
    auto rest = static_cast<uint64_t>(difference << 1 ^ difference >> 63);
    for (; rest >= 0x80; rest >>= 7) {
      table += static_cast<char>((rest & 0x7F) | 0x80);
    }
    table += static_cast<char>(rest);
    before = count;
  }
  return table;
}

std::string write_stream(const StreamInfo& info, std::string_view table, std::string_view payload,
                         std::string_view escapes) {
  std::string head;
  put(head, uint8_t{0});  // flags: none yet
  put(head, static_cast<uint8_t>(info.precision));
  put(head, info.step);
  put(head, info.offset);
  put(head, info.low);
  put(head, info.high);
  put(head, info.samples);
  const std::pair<std::string_view, std::string_view> sections[] = {
      {"head", head}, {"table", table}, {"payload", payload}, {"escapes", escapes}};
  return record_bytes(kKind, kVersion, sections);
}

StreamReader::StreamReader(std::string_view bytes, std::string_view name)
    : file_(bytes, std::string(name), kKind, kVersion) {
  read_head();
  payload_ = file_.section("payload");
  escapes_ = file_.section("escapes");
  read_table();
}

void StreamReader::read_head() {
  const std::string_view head = file_.section("head");
  require(head.size() == kHeadSize, ErrorKind::bad_data,
          "{}: the section head has {} bytes; {} were expected; get or make the file again",
          file_.name(), head.size(), kHeadSize);
  const char* at = head.data();
  const auto flags = get<uint8_t>(at);
  info_.precision = get<uint8_t>(at + 1);
  info_.step = get_double(at + 2);
  info_.offset = get_double(at + 10);
  info_.low = get<int64_t>(at + 18);
  info_.high = get<int64_t>(at + 26);
  info_.samples = get<uint64_t>(at + 34);
  const uint64_t offset = file_.section_offset("head");
  require(flags == 0, ErrorKind::bad_data,
          "{}: byte {}: the stream has flags {:#x}, which this program does not know; use a newer "
          "yonder",
          file_.name(), offset, flags);
  require(info_.precision >= kLeastPrecision && info_.precision <= kMostPrecision,
          ErrorKind::bad_data,
          "{}: byte {}: the precision is {}; {} to {} was expected; get or make the file again",
          file_.name(), offset + 1, info_.precision, kLeastPrecision, kMostPrecision);
  require(
      std::isfinite(info_.step) && info_.step > 0 && std::isfinite(info_.offset),
      ErrorKind::bad_data,
      "{}: byte {}: step {} and offset {}; finite numbers and a step above 0 were expected; get "
      "or make the file again",
      file_.name(), offset + 2, info_.step, info_.offset);
  require(info_.low >= -kMostBin && info_.low <= info_.high && info_.high <= kMostBin &&
              static_cast<uint64_t>(info_.high - info_.low) + 2 <= uint64_t{1} << info_.precision,
          ErrorKind::bad_data,
          "{}: byte {}: the table runs from bin {} to {}; 2^{} bins in ascending order have room; "
          "get or make the file again",
          file_.name(), offset + 18, info_.low, info_.high, info_.precision);
  require(std::isfinite(value_of(info_, info_.low)) && std::isfinite(value_of(info_, info_.high)),
          ErrorKind::bad_data,
          "{}: byte {}: bins {} to {} of step {} are not all finite numbers; get or make the file "
          "again",
          file_.name(), offset + 2, info_.low, info_.high, info_.step);
}

void StreamReader::read_table() {
  const std::string_view table = file_.section("table");
  const uint64_t offset = file_.section_offset("table");
  const auto symbols = static_cast<uint64_t>(info_.high - info_.low) + 2;
  const auto check = [&](bool right, size_t at) {
    require(right, ErrorKind::bad_data,
            "{}: byte {}: the table of frequencies is damaged: {} numbers >= 1 with the sum 2^{} "
            "were expected; get or make the file again",
            file_.name(), offset + at, symbols, info_.precision);
  };
  check(symbols <= table.size(), table.size());
  const uint64_t whole = uint64_t{1} << info_.precision;
  frequencies_.precision = static_cast<int>(info_.precision);
  frequencies_.counts.reserve(symbols);
  size_t at = 0;
  int64_t count = 0;
  uint64_t sum = 0;
  for (uint64_t s = 0; s < symbols; ++s) {
    uint64_t zigzag = 0;
    for (int shift = 0;; shift += 7) {
      check(at < table.size() && shift <= 28, at);
      const auto byte = static_cast<unsigned char>(table[at++]);
      zigzag |= uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) {
        check(byte != 0 || shift == 0, at - 1);  // the shortest form
        break;
      }
    }
    count += static_cast<int64_t>(zigzag >> 1) ^ -static_cast<int64_t>(zigzag & 1);
    check(count >= 1 && static_cast<uint64_t>(count) <= whole, at - 1);
    sum += static_cast<uint64_t>(count);
    frequencies_.counts.push_back(static_cast<uint32_t>(count));
  }
  check(sum == whole && at == table.size(), at);

  // Even the likeliest symbol, F of 2^n, costs log2(2^n / F) > (2^n - F) / 2^n bits, a loss of less
  // than a hundredth of it to rounding included, so this many bits hold no more numbers than that.
  const uint64_t others =
      whole - *std::max_element(frequencies_.counts.begin(), frequencies_.counts.end());
  const auto bits = static_cast<unsigned __int128>(payload_.size()) * 8;
  require(static_cast<unsigned __int128>(info_.samples) * others <= bits * whole,
          ErrorKind::bad_data,
          "{}: byte {}: {} coded numbers were announced, {} bytes cannot hold as many; get or make "
          "the file again",
          file_.name(), file_.section_offset("head") + 34, info_.samples, payload_.size());
}

void EscapeWriter::put_bits(uint64_t value, int bits) {
  for (int bit = bits - 1; bit >= 0; --bit) {
    if (free_bits_ == 0) {
      bytes_ += '\0';
      free_bits_ = 8;
    }
    --free_bits_;
    bytes_.back() = static_cast<char>(static_cast<unsigned char>(bytes_.back()) |
                                      (value >> bit & 1) << free_bits_);
  }
}

void EscapeWriter::put(int64_t bin) {
  const bool above = bin > high_;
  const uint64_t distance = above ? static_cast<uint64_t>(bin) - static_cast<uint64_t>(high_)
                                  : static_cast<uint64_t>(low_) - static_cast<uint64_t>(bin);
  const int bits = static_cast<int>(std::bit_width(distance));
  put_bits(above ? 1 : 0, 1);
  put_bits(0, bits - 1);
  put_bits(distance, bits);
}

uint64_t EscapeReader::take_bit() {
  if (at_ / 8 >= bytes_.size()) {
    fail_damaged();
  }
  const auto byte = static_cast<unsigned char>(bytes_[at_ / 8]);
  return byte >> (7 - at_++ % 8) & 1U;
}

int64_t EscapeReader::next() {
  const bool above = take_bit() == 1;
  int zeros = 0;
  while (take_bit() == 0) {
    ++zeros;
    if (zeros > 63) {
      fail_damaged();
    }
  }
  uint64_t distance = 1;
  for (int bit = 0; bit < zeros; ++bit) {
    distance = distance << 1 | take_bit();
  }
  const uint64_t room = above ? static_cast<uint64_t>(kMostBin) - static_cast<uint64_t>(info_.high)
                              : static_cast<uint64_t>(info_.low) + static_cast<uint64_t>(kMostBin);
  if (distance > room) {
    fail_damaged();
  }
  const auto bin = static_cast<int64_t>(above ? static_cast<uint64_t>(info_.high) + distance
                                              : static_cast<uint64_t>(info_.low) - distance);
  if (!std::isfinite(value_of(info_, bin))) {
    fail_damaged();
  }
  return bin;
}

void EscapeReader::finish() const {
  const uint64_t bits = 8 * uint64_t{bytes_.size()};
  const bool padding_is_zero =
      at_ == bits || (static_cast<unsigned char>(bytes_.back()) & ((1U << (bits - at_)) - 1)) == 0;
  if (bits - at_ >= 8 || !padding_is_zero) {
    fail_damaged();
  }
}

void EscapeReader::fail_damaged() const {
  fail(ErrorKind::bad_data,
       "{}: the file is damaged: bit {} of its {} bytes of escaped numbers makes no sense; get or "
       "make it again",
       name_, at_, bytes_.size());
}

}  // namespace yonder::density::internal
