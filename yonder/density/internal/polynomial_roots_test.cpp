// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/polynomial_roots.h"

#include "yonder/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace yonder::density::internal {
namespace {

using Complex = std::complex<double>;

std::vector<Complex> from_roots(const std::vector<Complex>& roots) {
  std::vector<Complex> b = {1};
  for (const Complex& root : roots) {
    b.push_back(0);
    for (size_t k = b.size() - 1; k > 0; --k) {
      b[k] = b[k - 1] - root * b[k];
    }
    b[0] *= -root;
  }
  return b;
}

/// The largest distance of an expected root to the nearest one found.
double worst(const std::vector<Complex>& found, const std::vector<Complex>& expected) {
  double most = found.size() == expected.size() ? 0 : 1;
  for (const Complex& root : expected) {
    double least = 1e300;
    for (const Complex& candidate : found) {
      least = std::min(least, std::abs(candidate - root));
    }
    most = std::max(most, least);
  }
  return most;
}

TEST(PolynomialRoots, AreThoseItWasMadeOf) {
  const std::vector<Complex> roots = {{0.5, 0.25}, {-2, 1}, {0, 1}, {1.01, 0}, {-0.99, 0.05}};
  EXPECT_LT(worst(polynomial_roots(from_roots(roots)), roots), 1e-13);
}

TEST(PolynomialRoots, AreFoundAtZeroAndWhereHighCoefficientsVanish) {
  const std::vector<Complex> b = {0, 0, -4, 0, 1, 0};
  EXPECT_LT(worst(polynomial_roots(b), {0, 0, 2, -2}), 1e-15);
}

TEST(PolynomialRoots, SpanManyMagnitudes) {
  const std::vector<Complex> roots = {1e-100, {0, 1e-50}, 1, {0, -1e40}};
  const std::vector<Complex> found = polynomial_roots(from_roots(roots));
  for (const Complex& root : roots) {
    double least = 1e300;
    for (const Complex& candidate : found) {
      least = std::min(least, std::abs(candidate / root - 1.0));
    }
    EXPECT_LT(least, 1e-14);
  }
}

TEST(PolynomialRoots, OfRandomPolynomialsMultiplyBack) {
  Rng rng(1);
  for (const size_t order : {1, 5, 50, 200}) {
    std::vector<Complex> b;
    for (size_t k = 0; k <= order; ++k) {
      b.emplace_back(rng.normal(), rng.normal());
    }
    const std::vector<Complex> found = polynomial_roots(b);
    ASSERT_EQ(found.size(), order);
    // ln |p(z)| against the sum of ln |z - root| at a few places.
    for (const Complex z : {Complex(0.3, 0.2), Complex(-1, 0.1), Complex(2, -3)}) {
      Complex value = 0;
      for (size_t k = order + 1; k-- > 0;) {
        value = value * z + b[k];
      }
      double logarithm = std::log(std::abs(b.back()));
      for (const Complex& root : found) {
        logarithm += std::log(std::abs(z - root));
      }
      EXPECT_NEAR(logarithm, std::log(std::abs(value)), 1e-11) << order;
    }
  }
}

}  // namespace
}  // namespace yonder::density::internal
