// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/legendre_kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

namespace yonder::memory::internal {
namespace {

TEST(NextLegendre, GoesUpThePolynomialsOfTheStandardLibrary) {
  std::vector<double> x;
  for (int i = 0; i <= 20; ++i) {
    x.push_back(-1 + 0.1 * i);
  }
  std::vector<double> previous(x.size(), 0.0);
  std::vector<double> current(x.size(), 1.0);
  for (unsigned n = 0; n < 64; ++n) {
    for (size_t i = 0; i < x.size(); ++i) {
      ASSERT_NEAR(current[i], std::legendre(n, x[i]), 1e-13) << "n = " << n << ", x = " << x[i];
    }
    next_legendre(n, x.data(), current.data(), previous.data(), x.size());
    std::swap(previous, current);
  }
}

TEST(NextAffineRow, ExpandsAPolynomialOfAShiftedArgument) {
  constexpr size_t kOrder = 40;
  const double scale = 0.3;
  const double offset = -0.6;
  const std::vector<double> a = recurrence_coefficients(kOrder + 3 + kRowMargin);
  std::vector<double> one(kOrder + 2 * kRowMargin);
  std::vector<double> two(one);
  double* current = one.data() + kRowMargin;
  double* previous = two.data() + kRowMargin;
  current[0] = 1;
  for (unsigned n = 0; n < kOrder; ++n) {
    for (const double s : {-1.0, -0.4, 0.0, 0.7, 1.0}) {
      double sum = 0;
      for (unsigned k = 0; k <= n; ++k) {
        sum += current[k] * std::sqrt(2.0 * k + 1) * std::legendre(k, s);
      }
      ASSERT_NEAR(sum, std::sqrt(2.0 * n + 1) * std::legendre(n, scale * s + offset), 1e-12);
    }
    if (n + 1 < kOrder) {
      next_affine_row(n, scale, offset, a.data(), current, previous);
      std::swap(current, previous);
    }
  }
}

TEST(Dot, SumsAnyNumberOfProducts) {
  for (size_t count = 0; count < 100; ++count) {
    std::vector<double> x(count);
    std::vector<double> y(count);
    double sum = 0;
    for (size_t i = 0; i < count; ++i) {
      x[i] = static_cast<double>(i) + 1;
      y[i] = 3 - static_cast<double>(i);
      sum += x[i] * y[i];
    }
    EXPECT_EQ(dot(x.data(), y.data(), count), sum);
  }
}

}  // namespace
}  // namespace yonder::memory::internal
