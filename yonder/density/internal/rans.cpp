// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/rans.h"

#include "yonder/base/error.h"
#include "yonder/density/internal/little_endian.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace yonder::density::internal {
namespace {

// Up to 2^16 slots have an entry of their own; with more, a short walk ends the search.
constexpr int kMostBucketBits = 16;
// Above the word that a lane begins with.
constexpr uint64_t kWordTaken = uint64_t{1} << 32;

void check(const Frequencies& frequencies) {
  YONDER_CHECK(frequencies.precision >= 1 && frequencies.precision <= kMostPrecision &&
               frequencies.counts.size() >= 2);
  uint64_t sum = 0;
  for (const uint32_t count : frequencies.counts) {
    YONDER_CHECK(count >= 1);
    sum += count;
  }
  YONDER_CHECK(sum == uint64_t{1} << frequencies.precision);
}

}  // namespace

RansEncoder::RansEncoder(const Frequencies& frequencies) {
  check(frequencies);
  states_.fill(kRansLowest);
  steps_.reserve(frequencies.counts.size());
  const uint32_t whole = uint32_t{1} << frequencies.precision;
  uint32_t start = 0;
  for (const uint32_t f : frequencies.counts) {
    Step step{};
    step.most = (kRansLowest >> frequencies.precision << 32) * f;
    step.complement = whole - f;
    if (f == 1) {
      // x / 1 as (x * (2^64 - 1)) >> 64 is x - 1; the bias puts 2^precision back.
      step.reciprocal = ~uint64_t{0};
      step.bias = start + whole - 1;
    } else {
      // ceil(2^(shift + 64) / f) is exact for all x < 2^63 (Alverson 1991).
      const auto bits = static_cast<uint32_t>(std::bit_width(f - 1));
      const auto numerator = static_cast<unsigned __int128>(1) << (bits + 63);
      step.reciprocal = static_cast<uint64_t>((numerator + f - 1) / f);
      step.shift = bits - 1;
      step.bias = start;
    }
    steps_.push_back(step);
    start += f;
  }
}

// x with the symbol of `step` behind it; a word that leaves goes to `out`, which then moves on.
inline uint64_t RansEncoder::push(uint64_t x, const Step& step, uint32_t*& out) {
  *out = static_cast<uint32_t>(x);
  const bool full = x >= step.most;
  out += full ? 1 : 0;
  x = full ? x >> 32 : x;
  const auto product = static_cast<unsigned __int128>(x) * step.reciprocal;
  const uint64_t quotient = static_cast<uint64_t>(product >> 64) >> step.shift;
  return x + step.bias + quotient * step.complement;
}

void RansEncoder::encode_tail(std::span<const uint32_t> symbols) {
  YONDER_CHECK(!begun_ && symbols.size() <= kRansTail);
  std::vector<uint32_t> words(symbols.size() + 1);
  uint32_t* out = words.data();
  for (size_t i = symbols.size(); i-- > 0;) {
    states_[0] = push(states_[0], steps_[symbols[i]], out);
  }
  words.resize(static_cast<size_t>(out - words.data()));
  const size_t begun = std::min(words.size(), kRansLanes - 1);
  for (size_t lane = 1; lane <= begun; ++lane) {
    states_[lane] = kWordTaken | words[lane - 1];
  }
  words_.assign(words.begin() + static_cast<ptrdiff_t>(begun), words.end());
}

void RansEncoder::encode(std::span<const uint32_t> symbols) {
  YONDER_CHECK(symbols.size() % kRansLanes == 0 || !begun_);
  begun_ = true;
  const size_t used = words_.size();
  words_.resize(used + symbols.size() + 1);  // a symbol sends one word away, or none
  uint32_t* out = words_.data() + used;
  size_t left = symbols.size();
  while (left % kRansLanes != 0) {
    --left;
    uint64_t& x = states_[left % kRansLanes];
    x = push(x, steps_[symbols[left]], out);
  }
  std::array<uint64_t, kRansLanes> states = states_;
  while (left > 0) {
    left -= kRansLanes;
#pragma GCC unroll 8
    for (size_t lane = kRansLanes; lane-- > 0;) {
      states[lane] = push(states[lane], steps_[symbols[left + lane]], out);
    }
  }
  states_ = states;
  words_.resize(static_cast<size_t>(out - words_.data()));
}

std::string RansEncoder::finish() const {
  std::string payload(8 * kRansLanes + 4 * words_.size(), '\0');
  char* out = payload.data();
  for (const uint64_t state : states_) {
    set(out, state);
    out += 8;
  }
  for (size_t i = words_.size(); i-- > 0;) {
    set(out, words_[i]);
    out += 4;
  }
  return payload;
}

RansDecoder::RansDecoder(const Frequencies& frequencies, std::string_view payload, std::string name)
    : next_(payload.data()), end_(payload.data() + payload.size()), name_(std::move(name)) {
  check(frequencies);
  require(payload.size() >= 8 * kRansLanes && payload.size() % 4 == 0, ErrorKind::bad_data,
          "{}: the coded numbers take {} bytes; at least {} and a multiple of 4 were expected; get "
          "or make the file again",
          name_, payload.size(), 8 * kRansLanes);
  for (uint64_t& state : states_) {
    state = get<uint64_t>(next_);
    next_ += 8;
    if (state < kRansLowest || state >= kRansLowest << 32) {
      fail_damaged();
    }
  }
  const int bucket_shift = std::max(0, frequencies.precision - kMostBucketBits);
  symbols_.reserve(frequencies.counts.size() + 1);
  first_.resize(size_t{1} << (frequencies.precision - bucket_shift));
  uint32_t start = 0;
  for (const uint32_t f : frequencies.counts) {
    // Buckets whose first slot belongs to this symbol.
    const uint32_t mask = (uint32_t{1} << bucket_shift) - 1;
    const uint32_t from = (start + mask) >> bucket_shift;
    const uint32_t to = (start + f + mask) >> bucket_shift;
    std::fill(first_.begin() + from, first_.begin() + to, static_cast<uint32_t>(symbols_.size()));
    symbols_.push_back({start, f});
    start += f;
  }
  symbols_.push_back({start, 0});
  table_ = {symbols_.data(), first_.data(), frequencies.precision, bucket_shift};
}

// The state before the next symbol, which still lacks a word if it is below kRansLowest. direct:
// each slot has a bucket.
template <bool direct>
inline uint64_t RansDecoder::Table::take(uint64_t x, uint32_t& symbol) const {
  const uint64_t slot = x & ((uint64_t{1} << precision) - 1);
  uint32_t found = first[slot >> bucket_shift];
  if constexpr (!direct) {
    while (symbols[found + 1].start <= slot) {
      ++found;
    }
  }
  symbol = found;
  const Symbol entry = symbols[found];
  return entry.frequency * (x >> precision) + slot - entry.start;
}

template <bool direct>
void RansDecoder::decode_all(std::span<uint32_t> symbols) {
  // Copies that stay in registers.
  std::array<uint64_t, kRansLanes> states = states_;
  const char* next = next_;
  const Table table = table_;
  size_t i = 0;
  for (; i + kRansLanes <= symbols.size() && end_ - next >= 4 * ptrdiff_t{kRansLanes};
       i += kRansLanes) {
#pragma GCC unroll 8
    for (size_t lane = 0; lane < kRansLanes; ++lane) {
      const uint64_t x = table.take<direct>(states[lane], symbols[i + lane]);
      const uint64_t refilled = x << 32 | get<uint32_t>(next);
      const bool empty = x < kRansLowest;
      states[lane] = empty ? refilled : x;
      next += empty ? 4 : 0;
    }
  }
  for (; i < symbols.size(); ++i) {
    uint64_t& x = states[i % kRansLanes];
    x = table.take<direct>(x, symbols[i]);
    if (x < kRansLowest) {
      if (next == end_) {
        fail_damaged();
      }
      x = x << 32 | get<uint32_t>(next);
      next += 4;
    }
  }
  states_ = states;
  next_ = next;
}

void RansDecoder::decode(std::span<uint32_t> symbols) {
  if (table_.bucket_shift == 0) {
    decode_all<true>(symbols);
  } else {
    decode_all<false>(symbols);
  }
}

void RansDecoder::decode_tail(std::span<uint32_t> symbols) {
  size_t lane = kRansLanes - 1;  // the last one whose beginning may still hold a word
  for (uint32_t& symbol : symbols) {
    uint64_t& x = states_[0];
    x = table_.take<false>(x, symbol);
    if (x >= kRansLowest) {
      continue;
    }
    if (next_ != end_) {
      x = x << 32 | get<uint32_t>(next_);
      next_ += 4;
      continue;
    }
    while (lane > 0 && states_[lane] == kRansLowest) {
      --lane;
    }
    if (lane == 0 || states_[lane] >> 32 != kWordTaken >> 32) {
      fail_damaged();
    }
    x = x << 32 | (states_[lane] & 0xFFFFFFFF);
    states_[lane] = kRansLowest;
  }
  if (next_ != end_ || std::any_of(states_.begin(), states_.end(),
                                   [](uint64_t state) { return state != kRansLowest; })) {
    fail_damaged();
  }
}

void RansDecoder::fail_damaged() const {
  fail(ErrorKind::bad_data,
       "{}: the file is damaged: its coded numbers do not end where they were begun; get or make "
       "it again",
       name_);
}

}  // namespace yonder::density::internal
