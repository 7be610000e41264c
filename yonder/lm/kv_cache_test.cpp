// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/kv_cache.h"

#include "tests/error_text.h"
#include "yonder/base/random.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace yonder::lm {
namespace {

using ::testing::HasSubstr;

ModelConfig two_layers() {
  ModelConfig c;
  c.layers = 2;
  c.kv_heads = 2;
  c.head_dim = 4;
  return c;
}

/// A key that says where it stands: position p of layer l has the value 1000 l + p.
at::Tensor keys(int64_t layer, int64_t first, int64_t count) {
  return (at::arange(first, first + count, at::kFloat) + static_cast<double>(1000 * layer))
      .view({1, count, 1})
      .expand({2, count, 4});
}

/// Appends to both layers and checks that every run holds what it says; returns the positions that
/// layer 0 has for its new queries.
std::set<int64_t> append(KvCache& cache, int64_t count) {
  std::set<int64_t> seen;
  for (int64_t layer = 0; layer < 2; ++layer) {
    const at::Tensor k = keys(layer, cache.length(), count);
    const KvCache::Rows rows = cache.append(layer, k, -k);
    int64_t after = -1;
    for (const KeyRun& run : rows.runs) {
      EXPECT_GT(run.position, after);
      after = run.position + run.count - 1;
      EXPECT_TRUE(
          at::equal(rows.k.narrow(1, run.row, run.count), keys(layer, run.position, run.count)));
      EXPECT_TRUE(
          at::equal(rows.v.narrow(1, run.row, run.count), -keys(layer, run.position, run.count)));
      for (int64_t i = 0; layer == 0 && i < run.count; ++i) {
        seen.insert(run.position + i);
      }
    }
  }
  cache.advance(count);
  return seen;
}

KvCache make_cache() { return {two_layers(), at::kFloat, at::kCPU}; }

TEST(KvCache, KeepsEverythingByDefault) {
  KvCache cache = make_cache();
  for (const int64_t count : {1, 700, 3, 500, 1}) {
    const auto seen = append(cache, count);
    EXPECT_EQ(seen.size(), static_cast<size_t>(cache.length()));
  }
}

TEST(KvCache, ShowsWhatAWindowAndItsSinksSee) {
  for (const auto& [window, sinks] :
       std::vector<std::pair<int64_t, int64_t>>{{1, 0}, {5, 0}, {300, 0}, {300, 4}, {7, 2}}) {
    KvCache cache = make_cache();
    cache.set_visible(0, {window, sinks});
    Rng rng(7);
    for (int call = 0; call < 60; ++call) {
      const int64_t before = cache.length();
      const auto count = static_cast<int64_t>(1 + rng.below(200));
      const auto seen = append(cache, count);
      for (int64_t p = 0; p < before + count; ++p) {
        const bool needed = p < sinks || p > before - window;
        EXPECT_TRUE(!needed || seen.count(p) == 1) << window << " " << sinks << " " << p;
      }
    }
  }
}

TEST(KvCache, OfAWindowTakesTheSameMemoryForAnyLength) {
  KvCache cache = make_cache();
  cache.set_visible(0, {100, 4});
  cache.set_visible(1, {100, 0});
  append(cache, 300);
  append(cache, 300);
  const uint64_t held = cache.bytes();
  for (int i = 0; i < 100; ++i) {
    append(cache, 300);
  }
  EXPECT_EQ(cache.bytes(), held);
}

TEST(KvCache, ForeseesTheMemoryItTakes) {
  for (const int64_t window : {kUnlimited, int64_t{90}}) {
    KvCache cache = make_cache();
    cache.set_visible(0, {window, 0});
    const uint64_t promised = cache.bytes_after(5000, 128);
    cache.reserve(5000, 128);
    EXPECT_EQ(cache.bytes(), promised);
    for (int64_t fed = 0; fed < 5000; fed += 125) {
      append(cache, 125);
    }
    EXPECT_EQ(cache.bytes(), promised);
    if (window == kUnlimited) {
      EXPECT_GE(promised, 5000 * 2 * 2 * 2 * 4 * 4U);
    }
  }
}

TEST(KvCache, GrowsWithoutLosingARing) {
  KvCache cache = make_cache();
  cache.set_visible(0, {250, 3});
  for (const int64_t count : {1, 255, 1, 40, 600, 1, 1, 900, 2}) {
    append(cache, count);  // checks the values of all runs
  }
}

TEST(KvCache, FollowsASchemeThatSeesLess) {
  KvCache cache = make_cache();
  append(cache, 1000);
  cache.set_visible(0, {10, 2});
  const auto seen = append(cache, 1);
  EXPECT_TRUE(seen.count(0) == 1 && seen.count(1) == 1 && seen.count(1000) == 1);
  EXPECT_EQ(seen.count(500), 0);
  // Nothing was dropped yet, so that all may be seen again.
  cache.set_visible(0, {});
  EXPECT_EQ(append(cache, 1).size(), 1002);
}

TEST(KvCache, RefusesASchemeThatSeesWhatWasDropped) {
  KvCache cache = make_cache();
  cache.set_visible(0, {10, 2});
  for (int i = 0; i < 10; ++i) {
    append(cache, 300);
  }
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { cache.set_visible(0, {}); }),
              HasSubstr("were dropped"));
  EXPECT_THAT(error_text(ErrorKind::bad_option,
                         [&] {
                           cache.set_visible(0, {10, 3});
                         }),
              HasSubstr("were dropped"));
  cache.set_visible(0, {5, 1});
  append(cache, 20);
}

TEST(KvCache, ForgetsTheEndOfAText) {
  KvCache cache = make_cache();
  append(cache, 700);
  cache.truncate(100);
  EXPECT_EQ(cache.length(), 100);
  EXPECT_EQ(append(cache, 5).size(), 105);
  cache.truncate(0);
  EXPECT_EQ(append(cache, 5).size(), 5);
}

TEST(KvCache, RefusesToForgetSoMuchThatAWindowIsGone) {
  KvCache cache = make_cache();
  cache.set_visible(0, {10, 0});
  for (int i = 0; i < 10; ++i) {
    append(cache, 300);
  }
  cache.truncate(2990);
  append(cache, 3);
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { cache.truncate(1000); }),
              HasSubstr("were dropped"));
  EXPECT_EQ(cache.length(), 2993);
  cache.truncate(0);
  EXPECT_EQ(append(cache, 3).size(), 3);
}

TEST(KvCache, TakesBackWhatWasNotCounted) {
  KvCache cache = make_cache();
  append(cache, 10);
  const at::Tensor k = keys(0, 10, 5);
  cache.append(0, k, k);  // layer 1 never gets them
  cache.roll_back();
  EXPECT_EQ(append(cache, 2).size(), 12);
}

TEST(KvCache, CopiesShareNothing) {
  KvCache cache = make_cache();
  append(cache, 10);
  KvCache other = cache.copy();
  other.truncate(3);
  append(other, 4);
  EXPECT_EQ(append(cache, 1).size(), 11);
}

}  // namespace
}  // namespace yonder::lm
