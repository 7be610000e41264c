// SPDX-License-Identifier: Apache-2.0
// Numbers as little-endian bytes, for snapshots: written one after the other, read with every
// length checked before anything is allocated. Floats are stored as their IEEE bits.
// Test: bytes_test.cpp.
#pragma once

#include "yonder/base/error.h"

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::memory::internal {

static_assert(std::endian::native == std::endian::little, "snapshots are copied byte by byte");

template <typename Number>
requires std::integral<Number> || std::floating_point<Number>
void put(std::string& bytes, Number value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename Number>
void put_all(std::string& bytes, std::span<const Number> values) {
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

/// Reads what put() wrote. Every error is Error(bad_data) with `name` and the offset in the bytes.
class ByteReader {
 public:
  ByteReader(std::string_view bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  template <typename Number>
  Number get() {
    Number value{};
    std::memcpy(&value, take(sizeof(value)).data(), sizeof(value));
    return value;
  }

  /// A real number; NaN and infinity are refused.
  template <std::floating_point Number>
  Number get_finite() {
    const size_t at = at_;
    const auto value = get<Number>();
    require(std::isfinite(value), ErrorKind::bad_data,
            "{}: byte {}: a number that is not finite; get or make the snapshot again", name_, at);
    return value;
  }

  /// `count` finite numbers, appended to `values`.
  template <std::floating_point Number>
  void get_all(uint64_t count, std::vector<Number>& values) {
    const size_t at = at_;
    require(
        count <= (bytes_.size() - at_) / sizeof(Number), ErrorKind::bad_data,
        "{}: byte {}: {} numbers were to follow, the state ends after {} bytes; get or make the "
        "snapshot again",
        name_, at_, count, bytes_.size());
    const std::string_view from = take(count * sizeof(Number));
    const size_t first = values.size();
    values.resize(first + count);
    if (count > 0) {
      std::memcpy(values.data() + first, from.data(), from.size());
    }
    for (size_t i = first; i < values.size(); ++i) {
      require(std::isfinite(values[i]), ErrorKind::bad_data,
              "{}: byte {}: a number that is not finite; get or make the snapshot again", name_,
              at + (i - first) * sizeof(Number));
    }
  }

  std::string_view take(size_t size) {
    require(size <= bytes_.size() - at_, ErrorKind::bad_data,
            "{}: byte {}: the state ends after {} bytes, {} more were expected; get or make the "
            "snapshot again",
            name_, at_, bytes_.size(), size - (bytes_.size() - at_));
    const std::string_view part = bytes_.substr(at_, size);
    at_ += size;
    return part;
  }

  /// Throws unless `condition` holds: "what" is what cannot be.
  void check(bool condition, const char* what) const {
    require(condition, ErrorKind::bad_data, "{}: byte {}: {}; get or make the snapshot again",
            name_, at_, what);
  }

  size_t at() const { return at_; }
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  std::string_view bytes_;
  std::string name_;
  size_t at_ = 0;
};

}  // namespace yonder::memory::internal
