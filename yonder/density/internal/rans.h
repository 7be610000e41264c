// SPDX-License-Identifier: Apache-2.0
// Range asymmetric numeral systems: symbols with given frequencies become as many bits as their
// logarithms say, almost exactly, at a few cycles each. Eight coders take turns (symbol i belongs
// to lane i mod 8) and share one sequence of 32-bit words, so that a processor works on eight
// independent chains.
//
//   const auto [body, tail] = ...            // tail: the last kRansTail symbols, or fewer if all
//   RansEncoder encoder(frequencies);
//   encoder.encode_tail(tail);
//   encoder.encode(body);                    // several blocks: the last one first
//   std::string payload = encoder.finish();
//   RansDecoder decoder(frequencies, payload, "s.yec");
//   decoder.decode(body);                    // several blocks: the first one first
//   decoder.decode_tail(tail);               // and throws unless all ends as it began
//
// A state x is in [2^31, 2^63). With n = precision, f the symbol's frequency and c the sum of the
// frequencies before it, coding is x <- (x div f) 2^n + x mod f + c after a word has left where x
// would grow out of its range, and decoding undoes that; all of it in whole numbers. The decoder
// ends in the states the encoder began with, or the payload is not what was written.
// Source: Duda 2009, arXiv 0902.0271; Giesen 2014, arXiv 1402.3392 (interleaving; division by
// multiplication after Alverson 1991). Reference: rans_reference.h; test: rans_test.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::density::internal {

inline constexpr size_t kRansLanes = 8;
inline constexpr size_t kRansTail = 256;
inline constexpr uint64_t kRansLowest = uint64_t{1} << 31;  // of a state; also where it begins
inline constexpr int kMostPrecision = 24;

/// Of each symbol, >= 1; together 2^precision. At least two symbols.
struct Frequencies {
  std::vector<uint32_t> counts;
  int precision = 16;  ///< 1 to 24
};

class RansEncoder {
 public:
  explicit RansEncoder(const Frequencies& frequencies);
  /// Takes the last min(kRansTail, all) symbols. Comes first: a decoder reads what was coded last.
  void encode_tail(std::span<const uint32_t> symbols);
  /// Takes a block of the others, the last block first. All blocks but that one have a multiple of
  /// 8 symbols.
  void encode(std::span<const uint32_t> symbols);
  /// The lanes' states, 8 bytes each, and the words in the order of reading, 4 bytes each;
  /// little-endian.
  std::string finish() const;

 private:
  // What coding one symbol needs; the quotient x / f is (x * reciprocal) >> 64 >> shift.
  struct Step {
    uint64_t reciprocal;
    uint64_t most;        // states from here on let a word go first
    uint32_t complement;  // 2^precision - f
    uint32_t bias;
    uint32_t shift;
  };
  static uint64_t push(uint64_t x, const Step& step, uint32_t*& out);
  std::vector<Step> steps_;
  std::array<uint64_t, kRansLanes> states_;
  std::vector<uint32_t> words_;  // in the order of leaving
  bool begun_ = false;
};

class RansDecoder {
 public:
  /// payload must outlive the object. `name` stands in messages. Throws Error(bad_data).
  RansDecoder(const Frequencies& frequencies, std::string_view payload, std::string name);
  /// The next symbols before the tail; the size is a multiple of 8 in all calls but the last one.
  /// Throws Error(bad_data) where the payload ends too early.
  void decode(std::span<uint32_t> symbols);
  /// The tail. Throws Error(bad_data) unless all words were used and all lanes are where the
  /// encoder began.
  void decode_tail(std::span<uint32_t> symbols);

 private:
  struct Symbol {
    uint32_t start;
    uint32_t frequency;
  };
  // What decoding reads.
  struct Table {
    const Symbol* symbols;
    const uint32_t* first;
    int precision;
    int bucket_shift;  // slot >> this is the bucket
    template <bool direct>
    uint64_t take(uint64_t x, uint32_t& symbol) const;
  };
  template <bool direct>
  void decode_all(std::span<uint32_t> symbols);
  [[noreturn]] void fail_damaged() const;
  std::vector<Symbol> symbols_;  // and one behind the last, which starts at 2^precision
  std::vector<uint32_t> first_;  // the symbol of each bucket's first slot
  Table table_{};
  std::array<uint64_t, kRansLanes> states_{};
  const char* next_;
  const char* end_;
  std::string name_;
};

}  // namespace yonder::density::internal
