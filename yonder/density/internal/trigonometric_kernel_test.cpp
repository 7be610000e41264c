// SPDX-License-Identifier: Apache-2.0
// Every instruction set that this machine has against long double, on random points, on the exact
// points of the circle, on lengths around a block, and where squares underflow.
#include "yonder/density/internal/trigonometric_kernel.h"

#include "yonder/base/random.h"
#include "yonder/density/internal/trigonometric_kernel_reference.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace yonder::density::internal {
namespace {

using Complex = std::complex<double>;

std::vector<Complex> random_coefficients(size_t terms, uint64_t seed) {
  Rng rng(seed);
  std::vector<Complex> b(terms);
  for (Complex& value : b) {
    value = {rng.normal(), rng.normal()};
  }
  return b;
}

std::vector<double> random_points(size_t n, uint64_t seed) {
  Rng rng(seed, 1);
  std::vector<double> x(n);
  for (double& value : x) {
    value = 2 * rng.uniform() - 1;
  }
  return x;
}

double sum_of_magnitudes(std::span<const Complex> b) {
  double sum = 0;
  for (const Complex& value : b) {
    sum += std::abs(value);
  }
  return sum;
}

// Runs `body` once per instruction set.
void on_every_target(const std::function<void()>& body) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    body();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

// |A|^2 carries the rounding of N steps of Horner's rule.
TEST(TrigonometricKernel, SquaredMagnitudeAgreesWithLongDouble) {
  on_every_target([] {
    for (const size_t terms : {1, 2, 3, 15, 76, 257}) {
      const std::vector<Complex> b = random_coefficients(terms, terms);
      const std::vector<double> x = random_points(203, terms);
      std::vector<double> out(x.size());
      squared_magnitude(b, x, out);
      const double scale = sum_of_magnitudes(b);
      for (size_t j = 0; j < x.size(); ++j) {
        const auto expected = static_cast<double>(std::norm(polynomial_reference(b, x[j])));
        EXPECT_NEAR(out[j], expected, 4e-16 * scale * scale + 4e-16 * static_cast<double>(terms))
            << terms << " terms at " << x[j];
      }
    }
  });
}

TEST(TrigonometricKernel, LogarithmAgreesWithLongDouble) {
  on_every_target([] {
    const std::vector<Complex> b = random_coefficients(20, 3);
    const std::vector<double> x = random_points(301, 4);
    std::vector<double> out(x.size());
    log_squared_magnitude(b, x, out);
    for (size_t j = 0; j < x.size(); ++j) {
      const auto expected = static_cast<double>(log_squared_magnitude_reference(b, x[j]));
      const double magnitude = std::exp(expected / 2);
      EXPECT_NEAR(out[j], expected, 2e-15 * (1 + sum_of_magnitudes(b) / magnitude));
    }
  });
}

// With one coefficient only the logarithm and the rounding of the square are at work.
TEST(TrigonometricKernel, LogarithmIsAccurateFromTheLeastToTheGreatestNumber) {
  on_every_target([] {
    for (int exponent = -1074; exponent <= 511; ++exponent) {
      for (const double mantissa : {1.0, 1.1, 1.4142135, 1.4142136, 1.9999}) {
        const std::vector<Complex> b = {{0, std::ldexp(mantissa, exponent)}};
        const double x = 0.25;
        double out = 0;
        log_squared_magnitude(b, {&x, 1}, {&out, 1});
        const auto expected =
            static_cast<double>(2 * std::log(static_cast<long double>(b[0].imag())));
        EXPECT_NEAR(out, expected, 4.5e-16 * std::abs(expected) + 3e-16) << b[0].imag();
      }
    }
  });
}

TEST(TrigonometricKernel, LogarithmIsFiniteWhereTheSquareUnderflows) {
  on_every_target([] {
    // A(x) = 1 - z is -i pi x near 0.
    const std::vector<Complex> b = {1, -1};
    for (const double x : {1e-300, -1e-300, 3e-308, 5e-324}) {
      double out = 0;
      log_squared_magnitude(b, {&x, 1}, {&out, 1});
      const double a = 3.14159265358979 * std::abs(x);
      EXPECT_NEAR(out, 2 * std::log(a), 1e-12 * std::abs(out)) << x;
    }
  });
}

TEST(TrigonometricKernel, LogarithmOfZeroIsMinusInfinity) {
  on_every_target([] {
    const std::vector<Complex> b = {1, 1};
    const std::vector<double> x = {1, -1};
    std::vector<double> out(2);
    log_squared_magnitude(b, x, out);
    EXPECT_EQ(out[0], -std::numeric_limits<double>::infinity());
    EXPECT_EQ(out[1], -std::numeric_limits<double>::infinity());
  });
}

TEST(TrigonometricKernel, QuarterTurnsAreExact) {
  on_every_target([] {
    const std::vector<Complex> b = {{1, 0}, {2, 0}};  // |1 + 2 z|^2 = 5 + 4 cos(pi x)
    const std::vector<double> x = {-1, -0.5, 0, 0.5, 1};
    std::vector<double> out(x.size());
    squared_magnitude(b, x, out);
    EXPECT_EQ(out, (std::vector<double>{1, 5, 9, 5, 1}));
  });
}

TEST(TrigonometricKernel, EveryLengthAroundABlockGivesTheSameNumbers) {
  on_every_target([] {
    const std::vector<Complex> b = random_coefficients(6, 5);
    const std::vector<double> x = random_points(140, 6);
    std::vector<double> whole(x.size());
    squared_magnitude(b, x, whole);
    for (size_t n = 0; n <= x.size(); ++n) {
      std::vector<double> out(n + 1, 7);
      squared_magnitude(b, {x.data(), n}, {out.data(), n});
      EXPECT_TRUE(std::equal(out.begin(), out.begin() + static_cast<ptrdiff_t>(n), whole.begin()));
      EXPECT_EQ(out[n], 7) << "wrote beyond " << n;
    }
  });
}

TEST(TrigonometricKernel, OutMayBeX) {
  const std::vector<Complex> b = random_coefficients(6, 5);
  std::vector<double> x = random_points(70, 6);
  std::vector<double> expected(x.size());
  log_squared_magnitude(b, x, expected);
  log_squared_magnitude(b, x, x);
  EXPECT_EQ(x, expected);
}

void expect_near(std::span<const Complex> sums, const std::vector<LongComplex>& expected) {
  ASSERT_EQ(sums.size(), expected.size());
  for (size_t k = 0; k < sums.size(); ++k) {
    EXPECT_LT(std::abs(LongComplex(sums[k]) - expected[k]), 1e-12L) << k;
  }
}

TEST(TrigonometricKernel, LikelihoodSumsAgreeWithLongDouble) {
  on_every_target([] {
    for (const size_t n : {1, 31, 32, 100}) {
      std::vector<Complex> b = random_coefficients(12, 8);
      b[0] = 20;  // no root near the circle, so that the sums stay moderate
      const std::vector<double> x = random_points(n, n);
      std::vector<double> w(n);
      for (size_t j = 0; j < n; ++j) {
        w[j] = static_cast<double>(1 + j % 3) / static_cast<double>(2 * n);
      }
      std::vector<Complex> inverse(12), squared(23), power(12);
      const double log_sum = likelihood_sums(b, x, w, {inverse, squared, power});

      long double expected_log = 0;
      std::vector<LongComplex> v(n), v_squared(n), v_power(n);
      for (size_t j = 0; j < n; ++j) {
        const LongComplex a = polynomial_reference(b, x[j]);
        expected_log += static_cast<long double>(w[j]) * std::log(std::norm(a));
        v[j] = 1.0L / a;
        v_squared[j] = v[j] * v[j];
        v_power[j] = 1.0L / std::norm(a);
      }
      EXPECT_NEAR(log_sum, static_cast<double>(expected_log), 1e-13);
      expect_near(inverse, moments_reference(x, w, v, inverse.size()));
      expect_near(squared, moments_reference(x, w, v_squared, squared.size()));
      expect_near(power, moments_reference(x, w, v_power, power.size()));
      EXPECT_EQ(likelihood_sums(b, x, w, {}), log_sum);
    }
  });
}

}  // namespace
}  // namespace yonder::density::internal
