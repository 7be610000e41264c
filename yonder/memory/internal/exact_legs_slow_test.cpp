// SPDX-License-Identifier: Apache-2.0
// Ten million samples against direct summation in long double, and lengths near 2^63.
#include "yonder/memory/internal/exact_legs.h"
#include "yonder/memory/internal/projection_reference.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

namespace yonder::memory::internal {
namespace {

// c_n = r_n/2 sum u_j [(P_{n+1} - P_{n-1}) / (2n+1)] over the cells of [-1, 1], edge after edge.
template <size_t kOrder>
std::vector<double> direct_projection(std::span<const float> u) {
  const auto values = [](long double s) {
    std::array<long double, kOrder + 1> p{};
    p[0] = 1;
    p[1] = s;
    for (size_t n = 1; n < kOrder; ++n) {
      const auto m = static_cast<long double>(n);
      p[n + 1] = ((2 * m + 1) * s * p[n] - m * p[n - 1]) / (m + 1);
    }
    return p;
  };
  std::array<long double, kOrder> sums{};
  auto left = values(-1);
  for (size_t j = 0; j < u.size(); ++j) {
    const auto right =
        values(-1 + 2 * static_cast<long double>(j + 1) / static_cast<long double>(u.size()));
    sums[0] += u[j];
    for (size_t n = 1; n < kOrder; ++n) {
      sums[n] += u[j] * ((right[n + 1] - left[n + 1]) - (right[n - 1] - left[n - 1]));
    }
    left = right;
  }
  std::vector<double> c = {static_cast<double>(sums[0] / static_cast<long double>(u.size()))};
  for (size_t n = 1; n < kOrder; ++n) {
    c.push_back(static_cast<double>(sums[n] / 2 / std::sqrt(2 * static_cast<long double>(n) + 1)));
  }
  return c;
}

// Two tones and 10 % noise.
std::vector<float> tones(size_t count) {
  Rng rng(1);
  std::vector<float> u(count);
  for (size_t k = 0; k < count; ++k) {
    const double s = static_cast<double>(k) / static_cast<double>(count);
    u[k] = static_cast<float>(std::sin(2 * std::numbers::pi * 3.3 * s) +
                              0.5 * std::sin(2 * std::numbers::pi * 7.1 * s) + 0.1 * rng.normal());
  }
  return u;
}

template <size_t kOrder>
void expect_exact(size_t count) {
  const std::vector<float> u = tones(count);
  const std::vector<double> expected = direct_projection<kOrder>(u);
  for (const char* scalar : {"f32", "f64"}) {
    Stream stream({.order = kOrder, .scalar = scalar}, {"u"});
    stream.push(std::span<const float>(u));
    const Summary summary = stream.summary();
    EXPECT_LT(relative_distance(summary.coefficients(0), expected), scalar[1] == '3' ? 5e-7 : 1e-11)
        << scalar;
  }
}

TEST(TenMillionSamples, AreProjectedExactlyAtOrder64) { expect_exact<64>(10000000); }
TEST(TenMillionSamples, AreProjectedExactlyAtOrder256) { expect_exact<256>(10000000); }

// A stretch of ones, doubled 40 times by merging it with itself, then as many zeros: a step of
// 2^62 samples. Counts are whole numbers and lengths their products, so nothing is lost.
TEST(StreamsOfQuintillionsOfSamples, KeepTheirDigits) {
  const std::vector<double> ones(1 << 21, 1.0);
  const std::vector<double> zeros(1 << 21, 0.0);
  const auto doubled = [](Stream stream, double start) {
    for (int times = 0; times < 40; ++times) {
      // The same again, later.
      const double length = stream.summary().end() - start;
      Stream later({.order = 8, .start = start + length, .step = length}, {"u"});
      later.push(std::vector<double>{stream.summary().coefficients(0)[0]});
      stream = Stream::merge(stream, later);
    }
    return stream;
  };
  Stream first({.order = 8}, {"u"});
  first.push(std::span<const double>(ones));
  first = doubled(std::move(first), 0);
  const double half = first.summary().end();
  EXPECT_EQ(half, std::ldexp(1.0, 61));
  Stream second({.order = 8, .start = half}, {"u"});
  second.push(std::span<const double>(zeros));
  second = doubled(std::move(second), half);
  const Summary step = Stream::merge(first, second).summary();
  EXPECT_EQ(step.end(), std::ldexp(1.0, 62));
  const auto expected = project_regular_reference(8, Hold::zoh, std::vector<double>{1, 0});
  for (size_t n = 0; n < 8; ++n) {
    EXPECT_NEAR(step.coefficients(0)[n], expected[n], 1e-14);
  }
  EXPECT_EQ(step.energy(0), half);
}

}  // namespace
}  // namespace yonder::memory::internal
