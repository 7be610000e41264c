// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/exact_legs.h"

#include "tests/error_text.h"
#include "yonder/memory/internal/projection_reference.h"

#include <gtest/gtest.h>

namespace yonder::memory::internal {
namespace {

using ::testing::HasSubstr;

Cells<double> regular(std::span<const double> samples, double begin = 0) {
  return {samples, {}, begin, 1, static_cast<int64_t>(samples.size())};
}

TEST(ExactLegs, KeepsOneStretchPerBitOfTheNumberOfBlocks) {
  const StreamOptions options{.order = 4, .block = 8};
  ExactLegs<double> legs(options, 1);
  std::string empty;
  legs.save(empty);
  const size_t per_level = 4 + 8 + 16 + 4 * 8;  // level, length, energy, coefficients
  const std::vector<double> u = test_signal(8, 1);
  for (uint64_t blocks = 1; blocks <= 70; ++blocks) {
    legs.push(regular(u, static_cast<double>(8 * (blocks - 1))));
    std::string bytes;
    legs.save(bytes);
    ASSERT_EQ(bytes.size(), empty.size() + per_level * static_cast<size_t>(std::popcount(blocks)));
  }
}

TEST(ExactLegs, AreExactOverThousandsOfBlocks) {
  const std::vector<double> u = test_signal(50000, 2);
  ExactLegs<double> legs({.order = 32, .block = 16}, 1);
  legs.push(regular(u));
  const Summary::Parts parts = legs.state();
  EXPECT_LT(relative_distance(parts.coefficients, project_regular_reference(32, Hold::zoh, u)),
            1e-13);
  double energy = 0;
  for (const double value : u) {
    energy += value * value;
  }
  EXPECT_NEAR(parts.energy[0], energy, 1e-13 * energy);
}

TEST(ExactLegs, RefuseAStateThatCannotBe) {
  const StreamOptions options{.order = 2, .block = 4};
  ExactLegs<double> legs(options, 1);
  legs.push(regular(test_signal(30, 3)));
  std::string bytes;
  legs.save(bytes);
  const auto load = [&](const std::string& changed) {
    ExactLegs<double> other(options, 1);
    other.load(changed, "doc");
    std::string again;
    other.save(again);
    EXPECT_EQ(again, changed);
  };
  load(bytes);
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { load(bytes + "x"); }),
              HasSubstr("bytes behind the state"));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { load(bytes.substr(0, bytes.size() - 1)); }),
              HasSubstr("the state ends"));
  std::string cells = bytes;
  cells[17] = 31;  // of 30
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { load(cells); }),
              HasSubstr("a number of samples that the blocks do not have"));
}

TEST(DefaultBlock, IsFourTimesTheOrderWithinLimits) {
  EXPECT_EQ(default_block(1), 256);
  EXPECT_EQ(default_block(256), 1024);
  EXPECT_EQ(default_block(4096), 4096);
}

}  // namespace
}  // namespace yonder::memory::internal
