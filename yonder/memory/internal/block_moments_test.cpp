// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/block_moments.h"

#include "yonder/memory/internal/projection_reference.h"

#include <gtest/gtest.h>

#include <numeric>
#include <tuple>

namespace yonder::memory::internal {
namespace {

class BlockMoments : public ::testing::TestWithParam<std::tuple<int64_t, size_t, Hold>> {};

TEST_P(BlockMoments, OfRegularCellsAreTheProjection) {
  const auto [order, cells, hold] = GetParam();
  const std::vector<double> u = test_signal(nodes_of(cells, hold), 1);
  RegularMoments<double> moments(order, static_cast<int64_t>(cells), 1, hold);
  std::vector<double> c(static_cast<size_t>(order));
  double energy = 0;
  moments.compute(u.data(), 1, c.data(), &energy);
  EXPECT_LT(relative_distance(c, project_regular_reference(order, hold, u)), 2e-14);

  const std::vector<float> narrow(u.begin(), u.end());
  RegularMoments<float> narrow_moments(order, static_cast<int64_t>(cells), 1, hold);
  std::vector<float> d(static_cast<size_t>(order));
  narrow_moments.compute(narrow.data(), 1, d.data(), &energy);
  const std::vector<double> rounded(narrow.begin(), narrow.end());
  EXPECT_LT(relative_distance(std::vector<double>(d.begin(), d.end()),
                              project_regular_reference(order, hold, rounded)),
            5e-7);
}

TEST_P(BlockMoments, OfIrregularCellsAreTheProjection) {
  const auto [order, cells, hold] = GetParam();
  const std::vector<double> u = test_signal(nodes_of(cells, hold), 2);
  const std::vector<double> edges = test_edges(cells, -3.5, 2);
  std::vector<double> c(static_cast<size_t>(order));
  std::vector<double> energy(1);
  irregular_moments(order, hold, edges, u, 1, c, energy);
  EXPECT_LT(relative_distance(c, project_reference(order, hold, edges, u)), 3e-13);
}

INSTANTIATE_TEST_SUITE_P(Sizes, BlockMoments,
                         ::testing::Combine(::testing::Values(1, 2, 5, 64),
                                            ::testing::Values(1, 2, 7, 256),
                                            ::testing::Values(Hold::zoh, Hold::linear)));

TEST(RegularMoments, OfManyBlocksAndChannelsHaveTheBitsOfOneAtATime) {
  for (const Hold hold : {Hold::zoh, Hold::linear}) {
    const int64_t order = 20;
    const size_t cells = 48;
    const size_t blocks = 15;
    const std::vector<double> u = test_signal(nodes_of(cells * blocks, hold), 3);
    RegularMoments<double> moments(order, cells, 1, hold);
    std::vector<double> together(blocks * order);
    std::vector<double> energies(blocks);
    moments.compute(u.data(), blocks, together.data(), energies.data());
    for (size_t b = 0; b < blocks; ++b) {
      std::vector<double> alone(order);
      double energy = 0;
      moments.compute(u.data() + b * cells, 1, alone.data(), &energy);
      EXPECT_EQ(energy, energies[b]);
      EXPECT_TRUE(std::equal(alone.begin(), alone.end(), together.begin() + b * order));
    }
  }
}

TEST(RegularMoments, OfEveryChannelAreThoseOfTheChannelAlone) {
  const int64_t order = 9;
  const size_t cells = 32;
  const size_t channels = 101;  // two strips and a rest
  const std::vector<double> u = test_signal(cells * channels, 4);
  RegularMoments<double> moments(order, cells, channels, Hold::zoh);
  RegularMoments<double> one_channel(order, cells, 1, Hold::zoh);
  std::vector<double> c(channels * order);
  std::vector<double> energies(channels);
  moments.compute(u.data(), 1, c.data(), energies.data());
  for (size_t channel = 0; channel < channels; ++channel) {
    std::vector<double> one(cells);
    for (size_t j = 0; j < cells; ++j) {
      one[j] = u[j * channels + channel];
    }
    std::vector<double> alone(order);
    double energy = 0;
    one_channel.compute(one.data(), 1, alone.data(), &energy);
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), c.begin() + channel * order));
    EXPECT_NEAR(energy, energies[channel], 1e-13 * energy);
  }
}

TEST(BlockMomentsOfAConstant, AreTheConstantAndZerosExactly) {
  for (const Hold hold : {Hold::zoh, Hold::linear}) {
    const std::vector<float> u(nodes_of(100, hold), 0.1F);
    RegularMoments<float> moments(33, 100, 1, hold);
    std::vector<float> c(33);
    double energy = 0;
    moments.compute(u.data(), 1, c.data(), &energy);
    EXPECT_EQ(c[0], 0.1F);
    EXPECT_TRUE(std::all_of(c.begin() + 1, c.end(), [](float x) { return x == 0; }));

    const std::vector<double> v(nodes_of(100, hold), 0.1);
    std::vector<double> d(33);
    std::vector<double> energies(1);
    irregular_moments(33, hold, test_edges(100, 0, 5), v, 1, d, energies);
    EXPECT_EQ(d[0], 0.1);
    EXPECT_TRUE(std::all_of(d.begin() + 1, d.end(), [](double x) { return x == 0; }));
  }
}

TEST(IrregularMoments, StandCellsOfVeryDifferentLengths) {
  for (const Hold hold : {Hold::zoh, Hold::linear}) {
    std::vector<double> edges = {0};
    Rng rng(6);
    for (int k = 0; k < 100; ++k) {
      edges.push_back(edges.back() + std::pow(10.0, -9 + 9 * rng.uniform()));
    }
    const std::vector<double> u = test_signal(nodes_of(100, hold), 6);
    std::vector<double> c(64);
    std::vector<double> energy(1);
    irregular_moments(64, hold, edges, u, 1, c, energy);
    EXPECT_LT(relative_distance(c, project_reference(64, hold, edges, u)), 1e-11);
  }
}

TEST(IrregularMoments, OfALineAreTheLine) {
  // u = 3 t - 1 on [0, 10]: mean 14, slope 15 per unit of s.
  const std::vector<double> edges = {0, 0.5, 4, 4.25, 9, 10};
  std::vector<double> u;
  for (const double t : edges) {
    u.push_back(3 * t - 1);
  }
  std::vector<double> c(6);
  std::vector<double> energy(1);
  irregular_moments(6, Hold::linear, edges, u, 1, c, energy);
  EXPECT_NEAR(c[0], 14, 1e-13);
  EXPECT_NEAR(c[1], 15 / std::sqrt(3.0), 1e-13);
  for (size_t n = 2; n < 6; ++n) {
    EXPECT_NEAR(c[n], 0, 1e-13);
  }
  EXPECT_NEAR(energy[0], 10 * (14 * 14 + 15 * 15 / 3.0), 1e-11);
}

}  // namespace
}  // namespace yonder::memory::internal
