// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/window_energy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace yonder::memory::internal {
namespace {

TEST(WindowEnergy, KeepsEverythingWithoutAWindow) {
  WindowEnergy energy(2, 0);
  const std::vector<double> u = {1, 2};
  const std::vector<double> v = {4, 2};
  energy.add(0, 3, u.data(), u.data());
  energy.add(3, 4, u.data(), v.data());
  const std::vector<double> sum = energy.energy(4);
  EXPECT_DOUBLE_EQ(sum[0], 3 + 7);  // int (1 + 3t)^2 = 7
  EXPECT_DOUBLE_EQ(sum[1], 16);
}

TEST(WindowEnergy, ForgetsWhatLeftTheWindow) {
  for (const double step : {0.01, 0.3, 7.0, 250.0}) {
    WindowEnergy energy(1, 20);
    double now = 0;
    for (int k = 0; k < 200; ++k) {
      const double u = k < 100 ? 100 : 2;
      energy.add(now, now + step, &u, &u);
      now += step;
    }
    const double loud = std::max(0.0, 20 - 100 * step);
    const double expected = loud * 1e4 + std::min(20.0, 100 * step) * 4;
    EXPECT_NEAR(
        energy.energy(now)[0] / (std::min(now, 20.0) == now ? 100 * step * 10004 : expected), 1,
        1e-9)
        << step;
  }
}

TEST(WindowEnergy, OfASmoothSignalIsOffByLessThanOnePart) {
  WindowEnergy energy(1, 10);
  constexpr double kStep = 0.013;
  for (int k = 0; k < 5000; ++k) {
    const double u = std::sin(0.7 * (k + 0.5) * kStep);
    energy.add(k * kStep, (k + 1) * kStep, &u, &u);
  }
  const double now = 5000 * kStep;
  const double expected = 5 - (std::sin(1.4 * now) - std::sin(1.4 * (now - 10))) / 2.8;
  EXPECT_NEAR(energy.energy(now)[0], expected, 10.0 / WindowEnergy::kBuckets);
}

TEST(WindowEnergy, SnapshotGoesOnBitForBit) {
  WindowEnergy energy(1, 3);
  const auto feed = [](WindowEnergy& to, int first, int last) {
    for (int k = first; k < last; ++k) {
      const double u = std::sin(k);
      to.add(k * 0.1, (k + 1) * 0.1, &u, &u);
    }
  };
  feed(energy, 0, 70);
  std::string bytes;
  energy.save(bytes);
  WindowEnergy other(1, 3);
  ByteReader reader(bytes, "test");
  other.load(reader);
  feed(energy, 70, 100);
  feed(other, 70, 100);
  EXPECT_EQ(other.energy(10), energy.energy(10));
}

}  // namespace
}  // namespace yonder::memory::internal
