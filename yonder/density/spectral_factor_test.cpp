// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/spectral_factor.h"

#include "tests/error_text.h"
#include "yonder/base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace yonder::density {
namespace {

using testing::HasSubstr;
using Complex = std::complex<double>;
using Coefficients = std::vector<Complex>;

/// prod (1 - z / root), so b_0 = 1.
Coefficients from_roots(const Coefficients& roots) {
  Coefficients b = {1};
  for (const Complex& root : roots) {
    b.push_back(0);
    for (size_t k = b.size() - 1; k > 0; --k) {
      b[k] -= b[k - 1] / root;
    }
  }
  return b;
}

Coefficients random_coefficients(Rng& rng, size_t order) {
  Coefficients b;
  for (size_t k = 0; k <= order; ++k) {
    b.emplace_back(rng.normal(), rng.normal());
  }
  return b;
}

double largest_difference(const Coefficients& a, const Coefficients& b) {
  double most = a.size() == b.size() ? 0 : 1;
  for (size_t k = 0; k < std::min(a.size(), b.size()); ++k) {
    most = std::max(most, std::abs(a[k] - b[k]));
  }
  return most;
}

double magnitude(const Coefficients& b, double x) {
  Complex sum = 0;
  for (size_t k = 0; k < b.size(); ++k) {
    sum += b[k] * std::polar(1.0, std::numbers::pi * static_cast<double>(k) * x);
  }
  return std::norm(sum);
}

TEST(Autocorrelation, IsThatOfVectorV1) {
  const Coefficients c = autocorrelation(Coefficients{1, {0.5, -0.25}, {0, 0.3}});
  EXPECT_NEAR(std::abs(c[0] - 1.4025), 0, 1e-15);
  EXPECT_NEAR(std::abs(c[1] - Complex(0.425, -0.1)), 0, 1e-15);
  EXPECT_NEAR(std::abs(c[2] - Complex(0, 0.3)), 0, 1e-15);
}

TEST(Autocorrelation, IsTheSumOfProductsForAnyOrder) {
  Rng rng(1);
  for (const size_t order : {0, 1, 62, 63, 64, 200}) {
    const Coefficients b = random_coefficients(rng, order);
    Coefficients slow(order + 1);
    for (size_t n = 0; n <= order; ++n) {
      for (size_t k = 0; k + n <= order; ++k) {
        slow[n] += std::conj(b[k]) * b[k + n];
      }
    }
    EXPECT_LT(largest_difference(autocorrelation(b), slow), 1e-13 * slow[0].real());
  }
}

TEST(SpectralFactor, IsTheMinimalPhaseOne) {
  const Coefficients roots = {{1.5, 0.3}, {-1.1, 0.9}, {0, -4}, {1.01, 0}};
  const Coefficients expected = canonical(from_roots(roots));
  EXPECT_LT(largest_difference(spectral_factor(autocorrelation(expected)), expected), 1e-12);
}

TEST(SpectralFactor, ReproducesTheAutocorrelation) {
  Rng rng(2);
  for (const size_t order : {1, 2, 7, 40, 100, 300}) {
    const Coefficients c = autocorrelation(random_coefficients(rng, order));
    const Coefficients b = spectral_factor(c);
    EXPECT_LT(largest_difference(autocorrelation(b), c), 1e-12 * c[0].real()) << order;
    EXPECT_EQ(b[0].imag(), 0);
  }
}

TEST(SpectralFactor, BearsZerosOnTheCircle) {
  // |1 - z|^4 |1 + z|^2 |1 - i z|^2: its roots lie on the circle.
  const Coefficients c = autocorrelation(from_roots({1, 1, -1, {0, -1}}));
  const Coefficients b = spectral_factor(c);
  EXPECT_LT(largest_difference(autocorrelation(b), c), 1e-12 * c[0].real());
}

TEST(SpectralFactor, StaysRealForEvenDensities) {
  const Coefficients c = autocorrelation(Coefficients{1, 2.5, -0.75, 0.5});
  for (const Complex& value : spectral_factor(c)) {
    EXPECT_EQ(value.imag(), 0);
  }
}

TEST(SpectralFactor, RefusesWhatIsNegativeSomewhere) {
  const auto refused = [](const Coefficients& c) {
    return error_text(ErrorKind::bad_data, [&] { spectral_factor(c); });
  };
  EXPECT_THAT(refused({1, 0.6}), HasSubstr(">= 0 everywhere"));
  // Negative only between the points of a grid of 16 (N + 1).
  EXPECT_THAT(refused({1, std::polar(0.5001, 0.1)}), HasSubstr(">= 0 everywhere"));
  EXPECT_THAT(refused({0, 0}), HasSubstr("c_0"));
  EXPECT_THAT(refused({{1, 0.5}, 0}), HasSubstr("c_0"));
  EXPECT_THAT(refused({1, std::nan("")}), HasSubstr("c_1 is not finite"));
  EXPECT_THAT(refused({}), HasSubstr("no coefficients"));
}

TEST(Canonical, LeavesTheDensityAsItIs) {
  Rng rng(3);
  for (const size_t order : {1, 3, 14, 75, 200}) {
    const Coefficients b = random_coefficients(rng, order);
    const Coefficients a = canonical(b);
    const double scale = autocorrelation(b)[0].real();
    const double most = static_cast<double>(order + 1);
    for (int i = 0; i < 50; ++i) {
      const double x = 2 * rng.uniform() - 1;
      EXPECT_NEAR(magnitude(a, x), magnitude(b, x) / scale, 1e-13 * most) << order;
    }
    EXPECT_NEAR(autocorrelation(a)[0].real(), 1, 1e-14);
    EXPECT_EQ(a[0].imag(), 0);
    EXPECT_GT(a[0].real(), 0);
  }
}

TEST(Canonical, IsTheSameForAFactorAndForReflectedRoots) {
  Rng rng(4);
  for (int trial = 0; trial < 50; ++trial) {
    Coefficients outside;
    Coefficients mixed;
    for (int i = 0; i < 9; ++i) {
      const Complex root = std::polar(1 + 0.01 + rng.uniform(), 6.3 * rng.uniform());
      outside.push_back(root);
      mixed.push_back(rng.below(2) == 0 ? root : 1.0 / std::conj(root));
    }
    Coefficients scaled = from_roots(mixed);
    for (Complex& value : scaled) {
      value *= Complex(-3, 40);
    }
    EXPECT_LT(largest_difference(canonical(scaled), canonical(from_roots(outside))), 1e-11);
  }
}

TEST(Canonical, OfItselfIsItselfToTheLastBit) {
  Rng rng(5);
  for (const size_t order : {0, 1, 14, 75, 300}) {
    const Coefficients b = canonical(random_coefficients(rng, order));
    EXPECT_EQ(canonical(b), b) << order;
  }
  // Roots on the circle, one of them double, may be found on either side of it.
  const Coefficients b = canonical(from_roots({1, 1, -1, {0, -1}, std::polar(1.0, 0.4)}));
  EXPECT_EQ(canonical(b), b);
}

TEST(Canonical, ReflectsARootAtZeroToInfinity) {
  EXPECT_LT(largest_difference(canonical(Coefficients{0, 0, {0, 2}}), {1, 0, 0}), 1e-15);
}

TEST(Canonical, BearsAnyMagnitude) {
  const Coefficients small = {Complex(1e-250), Complex(0, 3e-251)};
  const Coefficients large = {Complex(1e250), Complex(0, 3e249)};
  EXPECT_LT(largest_difference(canonical(small), canonical(large)), 1e-15);
}

TEST(Canonical, RefusesNothingAndNotNumbers) {
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [] {
                           canonical(Coefficients{0, 0});
                         }),
              HasSubstr("all coefficients are 0"));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [] {
                           canonical(Coefficients{1, INFINITY});
                         }),
              HasSubstr("b_1 is not finite"));
}

TEST(Cepstrum, IsTheLogarithmsSeries) {
  const Coefficients roots = {{1.5, 0.3}, {-1.1, 0.9}};
  const Coefficients l = cepstrum(from_roots(roots));
  // ln(1 - z / r) = - sum z^n / (n r^n).
  EXPECT_NEAR(std::abs(l[1] + 1.0 / roots[0] + 1.0 / roots[1]), 0, 1e-15);
  EXPECT_NEAR(std::abs(l[2] + 0.5 / (roots[0] * roots[0]) + 0.5 / (roots[1] * roots[1])), 0, 1e-15);
}

}  // namespace
}  // namespace yonder::density
