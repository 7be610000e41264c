// SPDX-License-Identifier: Apache-2.0
// The bytes of a stream of coded numbers: docs/formats/density_stream.md. Reading checks everything
// that does not need the numbers themselves, in whole numbers only, and allocates nothing before
// the lengths are known to be right. Tests: density_stream_test.cpp, tests/fuzz.
#pragma once

#include "yonder/base/record_file.h"
#include "yonder/density/entropy_coder.h"
#include "yonder/density/internal/rans.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace yonder::density::internal {

inline constexpr int kLeastPrecision = 12;
inline constexpr int64_t kMostBin = int64_t{1} << 62;  // |k|, so that distances fit in 64 bits

/// The value that a bin is decoded to.
inline double value_of(const StreamInfo& info, int64_t bin) {
  return static_cast<double>(bin) * info.step + info.offset;
}

/// The section of frequencies: symbol s is bin info.low + s, the last one an escape.
std::string table_bytes(const Frequencies& frequencies);
/// A whole file. payload: of RansEncoder; escapes: of EscapeWriter.
std::string write_stream(const StreamInfo& info, std::string_view table, std::string_view payload,
                         std::string_view escapes);

class StreamReader {
 public:
  /// bytes must outlive the object. Throws Error(bad_data).
  StreamReader(std::string_view bytes, std::string_view name);
  const StreamInfo& info() const { return info_; }
  const Frequencies& frequencies() const { return frequencies_; }
  std::string_view payload() const { return payload_; }
  std::string_view escapes() const { return escapes_; }

 private:
  void read_head();
  void read_table();
  RecordFile file_;
  StreamInfo info_;
  Frequencies frequencies_;
  std::string_view payload_;
  std::string_view escapes_;
};

/// Writes bins outside [low, high]: one bit for the side (0: below), then the distance from the
/// table's end, at least 1, as an Elias-gamma code; the highest bit of a byte is its first.
class EscapeWriter {
 public:
  EscapeWriter(int64_t low, int64_t high) : low_(low), high_(high) {}
  void put(int64_t bin);
  const std::string& bytes() const { return bytes_; }

 private:
  void put_bits(uint64_t value, int bits);
  int64_t low_;
  int64_t high_;
  std::string bytes_;
  int free_bits_ = 0;  // of the last byte
};

class EscapeReader {
 public:
  EscapeReader(std::string_view bytes, const StreamInfo& info, std::string name)
      : bytes_(bytes), info_(info), name_(std::move(name)) {}
  /// Throws Error(bad_data) at the end of the bytes, and for a bin beyond 2^62 or without a finite
  /// value.
  int64_t next();
  /// Throws Error(bad_data) unless only zero bits are left, fewer than eight.
  void finish() const;

 private:
  uint64_t take_bit();
  [[noreturn]] void fail_damaged() const;
  std::string_view bytes_;
  StreamInfo info_;
  std::string name_;
  uint64_t at_ = 0;  // bits read
};

}  // namespace yonder::density::internal
