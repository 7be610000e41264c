// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/evaluation_text.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"
#include "yonder/base/random.h"

#include <algorithm>
#include <unordered_map>

namespace yonder::lm {
namespace {

constexpr int64_t kRepeatedRun = 64;  // tokens; phrases that people write twice are shorter

int64_t size_of(std::span<const uint32_t> ids) { return static_cast<int64_t>(ids.size()); }

std::span<const uint32_t> part(std::span<const uint32_t> ids, int64_t begin, int64_t length) {
  return ids.subspan(static_cast<size_t>(begin), static_cast<size_t>(length));
}

/// Where each of `count` disjoint stretches of `length` tokens begins, spread over the text.
std::vector<int64_t> spread(int64_t text, int64_t length, int64_t count) {
  const int64_t possible = std::min(count, text / length);
  std::vector<int64_t> begins;
  for (int64_t i = 0; i < possible; ++i) {
    // The middle of the i-th of `possible` equal parts, each at least `length` long.
    begins.push_back(i * text / possible + (text / possible - length) / 2);
  }
  return begins;
}

std::vector<std::vector<uint32_t>> natural_samples(std::span<const uint32_t> ids,
                                                   const SampleRequest& request, bool no_repeats) {
  const int64_t length = request.longest + 1;
  // Without repeats some drop out, so all stretches of the text are candidates.
  const int64_t candidates = no_repeats ? size_of(ids) / length : request.samples;
  std::vector<std::vector<uint32_t>> samples;
  for (const int64_t begin : spread(size_of(ids), length, candidates)) {
    const std::span<const uint32_t> sample = part(ids, begin, length);
    if (!no_repeats || !has_repeated_run(sample, kRepeatedRun)) {
      samples.emplace_back(sample.begin(), sample.end());
    }
  }
  if (static_cast<int64_t>(samples.size()) <= request.samples) {
    return samples;
  }
  // Evenly over those that are left.
  std::vector<std::vector<uint32_t>> chosen;
  for (int64_t i = 0; i < request.samples; ++i) {
    chosen.push_back(std::move(
        samples[static_cast<size_t>(i) * samples.size() / static_cast<size_t>(request.samples)]));
  }
  return chosen;
}

std::vector<std::vector<uint32_t>> tiled_samples(std::span<const uint32_t> ids,
                                                 const SampleRequest& request) {
  const int64_t longest_passage = request.longest / 2;
  require(longest_passage >= request.train_length, ErrorKind::bad_option,
          "--set repeat tiles passages of {} to {} tokens (training length to half of the longest "
          "text); give --lengths at least one of {} or more",
          request.train_length, longest_passage, 2 * request.train_length);
  std::vector<std::vector<uint32_t>> samples;
  for (const int64_t begin : spread(size_of(ids), longest_passage, request.samples)) {
    Rng rng(request.seed, static_cast<uint64_t>(samples.size()));
    const auto choices = static_cast<uint64_t>(longest_passage - request.train_length + 1);
    const int64_t passage = request.train_length + static_cast<int64_t>(rng.below(choices));
    std::vector<uint32_t> sample;
    for (int64_t i = 0; i <= request.longest; ++i) {
      sample.push_back(ids[static_cast<size_t>(begin + i % passage)]);
    }
    samples.push_back(std::move(sample));
  }
  return samples;
}

}  // namespace

const std::vector<std::string>& evaluation_sets() {
  static const std::vector<std::string> names = {"plain", "repeat", "nonrepeat"};
  return names;
}

const std::vector<std::string>& evaluation_protocols() {
  static const std::vector<std::string> names = {"growing", "whole", "rolling", "half-window"};
  return names;
}

std::vector<std::vector<uint32_t>> evaluation_samples(std::span<const uint32_t> ids,
                                                      const SampleRequest& request) {
  check_choice("set", request.set, evaluation_sets());
  const auto samples = request.set == "repeat"
                           ? tiled_samples(ids, request)
                           : natural_samples(ids, request, request.set == "nonrepeat");
  require(!samples.empty(), ErrorKind::bad_data,
          "the text has {} tokens{}; a sample needs {}: give a longer text or smaller --lengths",
          ids.size(),
          request.set == "nonrepeat" ? " and no stretch without a repeated run of 64 tokens" : "",
          request.set == "repeat" ? request.longest / 2 : request.longest + 1);
  return samples;
}

ScoredWindow growing_window(std::span<const uint32_t> sample, int64_t length, int64_t last,
                            std::optional<uint32_t> begin) {
  YONDER_CHECK(length >= 1 && length < size_of(sample) && last >= 0 && last <= length);
  const std::span<const uint32_t> tail = sample.last(static_cast<size_t>(length) + 1);
  ScoredWindow window{{tail.begin(), tail.end()}, last == 0 ? 1 : length + 1 - last};
  if (begin) {
    window.ids.front() = *begin;
  }
  return window;
}

std::vector<ScoredWindow> rolling_windows(std::span<const uint32_t> ids, int64_t length,
                                          std::optional<uint32_t> begin, int64_t windows) {
  std::vector<uint32_t> all;
  if (begin) {
    all.push_back(*begin);
  }
  all.insert(all.end(), ids.begin(), ids.end());
  const int64_t targets = size_of(all) - 1;
  std::vector<ScoredWindow> out;
  for (int64_t done = 0; done < targets; done += length) {
    if (windows > 0 && static_cast<int64_t>(out.size()) == windows) {
      break;
    }
    const int64_t scored = std::min(length, targets - done);
    const int64_t end = done + scored + 1;  // one past the last target
    const int64_t first = std::max<int64_t>(0, end - length - 1);
    const auto read = part(all, first, end - first);
    out.push_back({{read.begin(), read.end()}, size_of(read) - scored});
  }
  return out;
}

std::vector<ScoredWindow> half_windows(std::span<const uint32_t> ids, int64_t length,
                                       std::optional<uint32_t> begin, int64_t windows) {
  std::vector<uint32_t> all;
  if (begin) {
    all.push_back(*begin);
  }
  all.insert(all.end(), ids.begin(), ids.end());
  std::vector<ScoredWindow> out;
  for (int64_t at = 0; at + length <= size_of(all); at += length) {
    if (windows > 0 && static_cast<int64_t>(out.size()) == windows) {
      break;
    }
    const auto read = part(all, at, length);
    ScoredWindow window{{read.begin(), read.end()}, length / 2 + 1};
    if (begin) {
      window.ids.front() = *begin;
    }
    out.push_back(std::move(window));
  }
  return out;
}

bool has_repeated_run(std::span<const uint32_t> ids, int64_t run) {
  if (size_of(ids) <= run) {
    return false;
  }
  // Rabin-Karp, mod 2^64; an equal hash is compared.
  constexpr uint64_t kFactor = 0x9E3779B97F4A7C15U;
  uint64_t highest = 1;
  for (int64_t i = 1; i < run; ++i) {
    highest *= kFactor;
  }
  std::unordered_multimap<uint64_t, int64_t> seen;
  uint64_t hash = 0;
  for (int64_t i = 0; i < size_of(ids); ++i) {
    if (i >= run) {
      hash -= highest * (ids[static_cast<size_t>(i - run)] + 1);
    }
    hash = hash * kFactor + ids[static_cast<size_t>(i)] + 1;
    const int64_t begin = i + 1 - run;
    if (begin < 0) {
      continue;
    }
    const auto [from, to] = seen.equal_range(hash);
    for (auto it = from; it != to; ++it) {
      if (std::ranges::equal(part(ids, it->second, run), part(ids, begin, run))) {
        return true;
      }
    }
    seen.emplace(hash, begin);
  }
  return false;
}

}  // namespace yonder::lm
