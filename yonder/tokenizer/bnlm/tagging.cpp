// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/tagging.h"

#include "yonder/base/utf8.h"

#include <algorithm>
#include <array>
#include <limits>

namespace yonder::tokenizer {
namespace {

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

// A byte of back_: the previous state of state 0 in the low bits, and flags.
constexpr uint8_t kPreviousMask = 0x07;
constexpr uint8_t kLastStateStays = 0x08;  // state N-1 came from N-1, not from N-2
constexpr uint8_t kForcedCut = 0x10;       // a piece begins here whatever the state
constexpr uint8_t kForcedJoin = 0x20;      // inside a bridged character: no cut

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// Where the character that holds byte i of the chunk begins and ends; a byte outside UTF-8 is
/// alone.
std::pair<size_t, size_t> character_around(std::string_view chunk, size_t i) {
  for (size_t back = std::min<size_t>(i, 3); back > 0; --back) {
    const Utf8Unit unit = utf8_at(chunk, i - back);
    if (unit.code_point >= 0 && unit.length > back) {
      return {i - back, i - back + unit.length};
    }
  }
  return {i, i + utf8_at(chunk, i).length};
}

}  // namespace

const std::vector<uint32_t>& Tagger::cut(std::string_view chunk) {
  starts_.clear();
  if (chunk.empty()) {
    return starts_;
  }
  emission_.resize((kRows + kMaxOrder) * kWidth);
  back_.resize(chunk.size());
  switch (model_.order()) {
    case 1:
      search<1>(chunk);
      break;
    case 2:
      search<2>(chunk);
      break;
    case 3:
      search<3>(chunk);
      break;
    case 4:
      search<4>(chunk);
      break;
    case 5:
      search<5>(chunk);
      break;
    case 6:
      search<6>(chunk);
      break;
    default:
      search<7>(chunk);
      break;
  }
  return starts_;
}

/// Writes the weights of bytes begin..end-1 of the chunk to rows 0.. of emission_. N-grams that
/// start before `begin` have been written by the call before; those that reach beyond `end` go to
/// the rows behind.
template <int N>
void Tagger::fill_emissions(std::string_view chunk, size_t begin, size_t end) {
  const size_t n = end - begin;
  const char* const text = chunk.data() + begin;
  double* const rows = emission_.data();
  if (begin == 0) {
    std::fill_n(rows, kMaxOrder * kWidth, kMinusInfinity);
  } else {
    std::copy_n(rows + kRows * kWidth, kMaxOrder * kWidth, rows);
  }
  std::fill_n(rows + kMaxOrder * kWidth, n * kWidth, kMinusInfinity);

  constexpr int kLong = N > 2 ? N - 2 : 1;  // lengths that lie in the hash table
  std::array<std::array<uint64_t, kLong>, kRows> buckets;
  std::array<uint64_t, kRows> loaded;
  for (size_t i = 0; i < n; ++i) {
    const uint64_t eight = load_big_endian(text + i);
    loaded[i] = eight;
    for (int length = 3; length <= N; ++length) {
      const uint64_t bucket = model_.bucket(ngram_key(eight, length));
      buckets[i][static_cast<size_t>(length - 3)] = bucket;
      model_.prefetch(bucket);
    }
  }
  const double log_total = model_.log_total();
  for (size_t i = 0; i < n; ++i) {
    const uint64_t eight = loaded[i];
    const size_t reach = std::min<size_t>(chunk.size() - begin - i, N);
    double before = model_.one()[eight >> 56];
    rows[i * kWidth] = before - log_total;
    if (N == 1 || reach < 2) {
      continue;
    }
    double now = model_.two()[eight >> 48];
    if (now == kMinusInfinity) {
      continue;
    }
    rows[(i + 1) * kWidth + 1] = now - before;
    for (int length = 3; length <= static_cast<int>(reach); ++length) {
      before = now;
      now = model_.find(ngram_key(eight, length), buckets[i][static_cast<size_t>(length - 3)]);
      if (now == kMinusInfinity) {
        break;
      }
      const auto j = static_cast<size_t>(length - 1);
      rows[(i + j) * kWidth + j] = now - before;
    }
  }
}

template <int N>
void Tagger::search(std::string_view chunk) {
  const size_t size = chunk.size();
  const double floor = -model_.log_total() - 10;
  std::array<double, N> score{};       // of the states after the byte before
  std::array<double, 4> cut_scores{};  // of state 0 at the last four bytes, by index modulo 4
  size_t live_end = size;  // bytes from here on have no live state (reference_dead_rows only)
  size_t bridge_end = 0;   // end of the last bridged character
  size_t begin = 0;
  size_t end = 0;
  for (size_t i = 0; i < size; ++i) {
    while (i >= end) {
      begin = end;
      end = std::min(size, begin + kRows);
      fill_emissions<N>(chunk, begin, end);
    }
    const double* const weight = emission_.data() + (i - begin) * kWidth;
    const bool may_cut = !rule_.ensure_unicode || !is_continuation(chunk[i]);
    std::array<double, N> next;
    uint8_t back = 0;
    // Comparing sums rather than scores matters: rounding makes ties that the lowest state wins.
    double cut_score = weight[0];
    if (i > 0) {
      cut_score = score[0] + weight[0];
      for (size_t j = 1; j < N; ++j) {
        const double candidate = score[j] + weight[0];
        const bool better = candidate > cut_score;
        cut_score = better ? candidate : cut_score;
        back = better ? static_cast<uint8_t>(j) : back;
      }
    }
    if (i == bridge_end) {  // the chunk's beginning, or just after a bridged character
      next.fill(kMinusInfinity);
      next[0] = may_cut ? cut_score : kMinusInfinity;
      back |= kForcedCut;
    } else {
      for (size_t j = 1; j + 1 < N; ++j) {
        next[j] = score[j - 1] + weight[j];
      }
      if constexpr (N > 1) {
        const double longer = score[N - 2] + weight[N - 1];
        const double longest = score[N - 1] + weight[N - 1];
        const bool stays = longest > longer;
        next[N - 1] = stays ? longest : longer;
        back = static_cast<uint8_t>(back | (stays ? kLastStateStays : 0));
      }
      next[0] = may_cut ? cut_score : kMinusInfinity;
    }
    if (!may_cut) {
      if (std::all_of(next.begin(), next.end(), [](double s) { return s == kMinusInfinity; })) {
        if (rule_.reference_dead_rows) {
          live_end = i;
          break;
        }
        const auto [first, last] = character_around(chunk, i);
        if (first == i) {
          back_[i] = static_cast<uint8_t>(back | kForcedCut);
          cut_scores[i % 4] = cut_score;
        } else {
          back_[first] |= kForcedCut;
          std::fill(back_.begin() + static_cast<std::ptrdiff_t>(first) + 1,
                    back_.begin() + static_cast<std::ptrdiff_t>(last), kForcedJoin);
        }
        score.fill(kMinusInfinity);
        score[0] = cut_scores[first % 4];
        for (size_t inner = first + 1; inner < last; ++inner) {
          score[0] += floor;
        }
        bridge_end = last;
        i = last - 1;
        continue;
      }
      // argmax over a column of -infinity is 0: where the reference traces back through such a
      // state it goes on with state 0.
      back = static_cast<uint8_t>(back & ~kPreviousMask);
    }
    cut_scores[i % 4] = next[0];
    score = next;
    back_[i] = back;
  }

  for (size_t i = size; i > live_end; --i) {
    starts_.push_back(static_cast<uint32_t>(i - 1));
  }
  size_t state = 0;
  if (live_end == size) {
    for (size_t j = 1; j < N; ++j) {
      state = score[j] > score[state] ? j : state;
    }
  }
  for (size_t i = live_end; i-- > 0;) {
    const uint8_t back = back_[i];
    if ((back & kForcedJoin) != 0) {
      continue;
    }
    if (state == 0 || (back & kForcedCut) != 0) {
      starts_.push_back(static_cast<uint32_t>(i));
      state = back & kPreviousMask;
    } else if (state != N - 1 || (back & kLastStateStays) == 0) {
      --state;
    }
  }
  std::reverse(starts_.begin(), starts_.end());
}

}  // namespace yonder::tokenizer
