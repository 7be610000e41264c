// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/sliding_window.h"

#include "yonder/memory/internal/projection_reference.h"

#include <gtest/gtest.h>

namespace yonder::memory::internal {
namespace {

using Samples = std::span<const double>;

TEST(SlidingWindow, ThatEndsOnABlockIsTheProjectionOfTheLastWindow) {
  const std::vector<double> u = test_signal(3000, 1);
  Stream stream({.measure = "window:512", .order = 24, .block = 32}, {"u"});
  for (size_t first = 0; first < 2976; first += 32) {
    stream.push(Samples(u).subspan(first, 32));
    const size_t seen = first + 32;
    const size_t cells = std::min<size_t>(seen, 512);
    const Summary summary = stream.summary();
    ASSERT_EQ(summary.begin(), static_cast<double>(seen - cells));
    ASSERT_EQ(summary.end(), static_cast<double>(seen));
    ASSERT_LT(relative_distance(summary.coefficients(0),
                                project_regular_reference(24, Hold::zoh,
                                                          Samples(u).subspan(seen - cells, cells))),
              1e-12);
  }
}

TEST(SlidingWindow, CoversTheWindowAndAtMostABlockMore) {
  const std::vector<double> u = test_signal(2000, 2);
  Stream stream({.measure = "window:100", .order = 8, .step = 0.5, .block = 24}, {"u"});
  for (size_t k = 0; k < u.size(); ++k) {
    stream.push(Samples(u).subspan(k, 1));
    const Summary summary = stream.summary();
    const double seen = 0.5 * static_cast<double>(k + 1);
    ASSERT_EQ(summary.end(), seen);
    ASSERT_GE(summary.end() - summary.begin(), std::min(seen, 100.0));
    ASSERT_LT(summary.end() - summary.begin(), 100 + 24 * 0.5);
    const auto first = static_cast<size_t>(summary.begin() / 0.5);
    if (k % 50 == 0) {
      ASSERT_LT(relative_distance(summary.coefficients(0),
                                  project_regular_reference(
                                      8, Hold::zoh, Samples(u).subspan(first, k + 1 - first))),
                1e-12);
    }
  }
}

TEST(SlidingWindow, TakesTimesAndCutsBlocksByTheirLength) {
  const std::vector<double> u = test_signal(2000, 3);
  const std::vector<double> times = test_edges(1999, 50, 3);
  Stream stream({.measure = "window:128", .order = 16}, {"u"});
  for (size_t k = 0; k < u.size(); ++k) {
    stream.push(Samples(u).subspan(k, 1), Samples(times).subspan(k, 1));
    if (k < 300 || k % 100 != 0) {
      continue;
    }
    const Summary summary = stream.summary();
    const double length = summary.end() - summary.begin();
    ASSERT_EQ(summary.end(), times[k]);
    ASSERT_GE(length, 128);
    ASSERT_LT(length, 128 + 2 + 1.9);  // a 64th of the window, and the cell that reached it
    const auto first =
        static_cast<size_t>(std::find(times.begin(), times.end(), summary.begin()) - times.begin());
    ASSERT_LT(first, k);
    ASSERT_LT(relative_distance(
                  summary.coefficients(0),
                  project_reference(16, Hold::zoh, Samples(times).subspan(first, k - first + 1),
                                    Samples(u).subspan(first, k - first))),
              1e-12);
  }
}

TEST(SlidingWindow, MergedWithANewerOneIsTheWindowOfBoth) {
  const std::vector<double> u = test_signal(1000, 4);
  const StreamOptions options{.measure = "window:256", .order = 16, .block = 32};
  StreamOptions later = options;
  later.start = 500;
  Stream older(options, {"u"});
  older.push(Samples(u).first(500));
  Stream newer(later, {"u"});
  newer.push(Samples(u).subspan(500, 100));
  Stream merged = Stream::merge(older, newer);
  const Summary summary = merged.summary();
  EXPECT_EQ(summary.end(), 600);
  EXPECT_LE(summary.begin(), 600 - 256);
  const auto first = static_cast<size_t>(summary.begin());
  EXPECT_LT(relative_distance(
                summary.coefficients(0),
                project_regular_reference(16, Hold::zoh, Samples(u).subspan(first, 600 - first))),
            1e-12);
  // The older blocks leave as time goes on.
  merged.push(Samples(u).last(400));
  EXPECT_GE(merged.summary().begin(), 1000 - 256 - 32);
  EXPECT_LT(merged.state_bytes(), 5000U);
}

TEST(DefaultWindowBlock, IsA64thOfTheWindow) {
  EXPECT_EQ(default_window_block(64, 6400, 1), 100);
  EXPECT_EQ(default_window_block(64, 6400, 0.1), 256);
  EXPECT_EQ(default_window_block(64, 10, 1), 16);
}

}  // namespace
}  // namespace yonder::memory::internal
