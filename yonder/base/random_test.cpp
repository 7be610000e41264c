// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/random.h"

#include "tests/error_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <vector>

namespace yonder {
namespace {

using Words = std::array<uint32_t, 4>;

TEST(Philox, AgreesWithTheKnownAnswersOfRandom123) {
  // Random123 1.14, examples/kat_vectors, lines "philox4x32 10".
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Rng, TakesTheBlocksOfItsStreamInOrder) {
  const uint64_t seed = 0x299f31d0a4093822;
  const uint64_t stream = 0x0370734413198a2e;
  Rng rng(seed, stream);
  for (uint32_t block = 0; block < 3; ++block) {
    const Words words = philox4x32({block, 0, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0});
    EXPECT_EQ(rng.next(), static_cast<uint64_t>(words[1]) << 32 | words[0]);
    EXPECT_EQ(rng.next(), static_cast<uint64_t>(words[3]) << 32 | words[2]);
  }
}

TEST(Rng, FirstNumberOfSeedZeroIsTheKnownAnswer) { EXPECT_EQ(Rng(0).next(), 0xe169c58d6627e8d5U); }

TEST(Rng, StreamsAndSeedsDiffer) {
  EXPECT_NE(Rng(1, 0).next(), Rng(0, 0).next());
  EXPECT_NE(Rng(0, 1).next(), Rng(0, 0).next());
  EXPECT_NE(Rng(1, 0).next(), Rng(0, 1).next());
  EXPECT_NE(Rng(uint64_t{1} << 32).next(), Rng(0).next());
}

TEST(Rng, UniformHasTheMomentsOfItsDistribution) {
  // 10^6 draws: the mean has a standard error of 0.289 / 1000, the variance of 0.0745 / 1000;
  // the bounds are five of them.
  Rng rng(7);
  constexpr int kDraws = 1000000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double u = i % 2 == 0 ? rng.uniform() : rng.uniform_open();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
    squares += (u - 0.5) * (u - 0.5);
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 5 * 0.289e-3);
  EXPECT_NEAR(squares / kDraws, 1.0 / 12, 5 * 0.0745e-3);
}

TEST(Rng, NormalHasTheMomentsOfItsDistribution) {
  // Standard errors of the first four moments at 10^6 draws: 1, 1.41, 3.87 and 9.8 thousandths.
  Rng rng(8);
  constexpr int kDraws = 1000000;
  double moments[4] = {};
  for (int i = 0; i < kDraws; ++i) {
    const double x = rng.normal();
    ASSERT_TRUE(std::isfinite(x));
    moments[0] += x;
    moments[1] += x * x;
    moments[2] += x * x * x;
    moments[3] += x * x * x * x;
  }
  EXPECT_NEAR(moments[0] / kDraws, 0, 5e-3);
  EXPECT_NEAR(moments[1] / kDraws, 1, 7.1e-3);
  EXPECT_NEAR(moments[2] / kDraws, 0, 19.4e-3);
  EXPECT_NEAR(moments[3] / kDraws, 3, 49e-3);
}

RC_GTEST_PROP(Rng, BelowStaysBelow, (uint64_t seed, uint64_t n)) {
  RC_PRE(n > 0);
  Rng rng(seed);
  for (int i = 0; i < 20; ++i) {
    RC_ASSERT(rng.below(n) < n);
  }
}

TEST(Rng, BelowHasNoBiasWhereAModuloWould) {
  // n = 3 * 2^62: a draw modulo n would make the lowest third twice as likely (1/2 against 1/3).
  // 60,000 draws: five standard errors are 0.0097.
  Rng rng(9);
  const uint64_t third = uint64_t{1} << 62;
  constexpr int kDraws = 60000;
  int counts[3] = {};
  for (int i = 0; i < kDraws; ++i) {
    ++counts[rng.below(3 * third) / third];
  }
  for (const int count : counts) {
    EXPECT_NEAR(static_cast<double>(count) / kDraws, 1.0 / 3, 0.0097);
  }
}

TEST(Rng, BelowNeedsAtLeastOneChoice) {
  Rng rng(0);
  EXPECT_EQ(rng.below(1), 0U);
  error_text(ErrorKind::internal, [&] { rng.below(0); });
}

}  // namespace
}  // namespace yonder
