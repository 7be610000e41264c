// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/count_segmentations.h"

#include "yonder/tokenizer/unigram/internal/lattice_edges.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace yonder::tokenizer {
namespace {

__extension__ using Wide = unsigned __int128;

// A whole number >= 0; limbs of 64 bits, least first, no leading zero limb (none for 0).
class BigUnsigned {
 public:
  BigUnsigned() = default;
  explicit BigUnsigned(uint64_t value) {
    if (value != 0) {
      limbs_.push_back(value);
    }
  }

  bool is_zero() const { return limbs_.empty(); }
  void set_zero() { limbs_.clear(); }

  void add(const BigUnsigned& other) {
    if (limbs_.size() < other.limbs_.size()) {
      limbs_.resize(other.limbs_.size());
    }
    uint64_t carry = 0;
    for (size_t i = 0; i < limbs_.size() && (i < other.limbs_.size() || carry != 0); ++i) {
      const Wide sum = Wide{limbs_[i]} + (i < other.limbs_.size() ? other.limbs_[i] : 0) + carry;
      limbs_[i] = static_cast<uint64_t>(sum);
      carry = static_cast<uint64_t>(sum >> 64);
    }
    if (carry != 0) {
      limbs_.push_back(carry);
    }
  }

  void multiply(const BigUnsigned& other) {
    std::vector<uint64_t> product(limbs_.size() + other.limbs_.size());
    for (size_t i = 0; i < limbs_.size(); ++i) {
      uint64_t carry = 0;
      for (size_t j = 0; j < other.limbs_.size(); ++j) {
        const Wide sum = Wide{limbs_[i]} * other.limbs_[j] + product[i + j] + carry;
        product[i + j] = static_cast<uint64_t>(sum);
        carry = static_cast<uint64_t>(sum >> 64);
      }
      product[i + other.limbs_.size()] = carry;
    }
    limbs_ = std::move(product);
    drop_leading_zeros();
  }

  std::string decimal() && {
    constexpr uint64_t kDigits = 10'000'000'000'000'000'000U;  // 19 decimal digits
    if (is_zero()) {
      return "0";
    }
    std::vector<uint64_t> parts;  // of 19 digits, least first
    while (!is_zero()) {
      uint64_t remainder = 0;
      for (size_t i = limbs_.size(); i-- > 0;) {
        const Wide dividend = Wide{remainder} << 64 | limbs_[i];
        limbs_[i] = static_cast<uint64_t>(dividend / kDigits);
        remainder = static_cast<uint64_t>(dividend % kDigits);
      }
      parts.push_back(remainder);
      drop_leading_zeros();
    }
    std::string text = fmt::format("{}", parts.back());
    for (size_t i = parts.size() - 1; i-- > 0;) {
      fmt::format_to(std::back_inserter(text), "{:019}", parts[i]);
    }
    return text;
  }

 private:
  void drop_leading_zeros() {
    while (!limbs_.empty() && limbs_.back() == 0) {
      limbs_.pop_back();
    }
  }
  std::vector<uint64_t> limbs_;
};

}  // namespace

std::string count_segmentations(const UnigramModel& model, std::string_view text) {
  const size_t max_length = model.vocabulary().max_piece_length();
  BigUnsigned total(1);
  std::vector<BigUnsigned> window(std::bit_ceil(max_length + 1));
  const auto at = [&](size_t position) -> BigUnsigned& {
    return window[position & (window.size() - 1)];
  };
  for (size_t start = 0; start < text.size();) {
    const size_t stop = chunk_end(text, start);
    at(start) = BigUnsigned(1);
    for (size_t end = start + 1; end <= stop; ++end) {
      at(end).set_zero();
      model.trie().for_each_suffix(
          text, end, std::min(max_length, end - start),
          [&](size_t length, uint32_t /*id*/) { at(end).add(at(end - length)); });
    }
    if (at(stop).is_zero()) {
      internal::fail_uncovered(model, text);
    }
    total.multiply(at(stop));
    start = stop;
  }
  return std::move(total).decimal();
}

}  // namespace yonder::tokenizer
