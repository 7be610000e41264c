// SPDX-License-Identifier: Apache-2.0
// The FFT path against Horner's rule and long double, odd and even orders, all instruction sets.
#include "yonder/density/internal/nonuniform_fft.h"

#include "yonder/base/random.h"
#include "yonder/density/internal/trigonometric_kernel_reference.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <functional>
#include <vector>

namespace yonder::density::internal {
namespace {

using Complex = std::complex<double>;

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

std::vector<Complex> random_coefficients(size_t terms) {
  Rng rng(terms);
  std::vector<Complex> b(terms);
  for (Complex& value : b) {
    value = {rng.normal(), rng.normal()};
  }
  return b;
}

// Random points, the ends, the middle, and points a rounding away from grid points.
std::vector<double> points(size_t n) {
  Rng rng(n, 1);
  std::vector<double> x = {-1,     1,   0,    -0.0,      -1e-300,   1e-300,
                           -1e-17, 0.5, -0.5, 1 - 1e-16, -1 + 1e-16};
  while (x.size() < n) {
    x.push_back(2 * rng.uniform() - 1);
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

TEST(NonuniformFft, EvaluatesToTheStatedTolerance) {
  on_every_target([] {
    for (const size_t terms : {2, 3, 300, 1001}) {
      const std::vector<Complex> b = random_coefficients(terms);
      const std::vector<double> x = points(500);
      std::vector<double> out(x.size()), expected(x.size());
      squared_magnitude_by_fft(b, x, out);
      squared_magnitude_horner(b, x, expected);
      const double scale = sum_of_magnitudes(b);
      for (size_t j = 0; j < x.size(); ++j) {
        EXPECT_NEAR(std::sqrt(out[j]), std::sqrt(expected[j]), 1e-13 * scale)
            << terms << " " << x[j];
      }
    }
  });
}

TEST(NonuniformFft, LogarithmIsAccurateInValleys) {
  std::vector<Complex> b(400);
  for (size_t k = 0; k < b.size(); ++k) {  // a narrow peak at 0: |A|^2 falls by many decades
    b[k] = std::exp(-std::pow((static_cast<double>(k) - 200) / 40, 2));
  }
  const std::vector<double> x = points(3000);
  std::vector<double> out(x.size()), expected(x.size());
  log_squared_magnitude_by_fft(b, x, out);
  log_squared_magnitude_horner(b, x, expected);
  for (size_t j = 0; j < x.size(); ++j) {
    EXPECT_NEAR(out[j], expected[j], 1e-10) << x[j];
  }
}

TEST(NonuniformFft, OutMayBeX) {
  const std::vector<Complex> b = random_coefficients(300);
  std::vector<double> x = points(100), expected(x.size());
  squared_magnitude_by_fft(b, x, expected);
  squared_magnitude_by_fft(b, x, x);
  EXPECT_EQ(x, expected);
}

TEST(NonuniformFft, LikelihoodSumsAgreeWithLongDouble) {
  on_every_target([] {
    for (const size_t terms : {64, 65}) {
      std::vector<Complex> b = random_coefficients(terms);
      b[0] = 100;
      const std::vector<double> x = points(77);
      const std::vector<double> w(x.size(), 1.0 / 77);
      std::vector<Complex> inverse(terms), squared(2 * terms - 1), power(terms);
      const double log_sum = likelihood_sums_by_fft(b, x, w, {inverse, squared, power});
      std::vector<LongComplex> v(x.size()), v_squared(x.size()), v_power(x.size());
      long double expected_log = 0;
      for (size_t j = 0; j < x.size(); ++j) {
        const LongComplex a = polynomial_reference(b, x[j]);
        expected_log += static_cast<long double>(w[j]) * std::log(std::norm(a));
        v[j] = 1.0L / a;
        v_squared[j] = v[j] * v[j];
        v_power[j] = 1.0L / std::norm(a);
      }
      EXPECT_NEAR(log_sum, static_cast<double>(expected_log), 1e-12);
      const auto expect_near = [](std::span<const Complex> sums,
                                  const std::vector<LongComplex>& expected) {
        for (size_t k = 0; k < sums.size(); ++k) {
          // 1e-13 of the size of what is summed, 1 / 100 or less.
          EXPECT_LT(std::abs(LongComplex(sums[k]) - expected[k]), 1e-13L) << k;
        }
      };
      expect_near(inverse, moments_reference(x, w, v, terms));
      expect_near(squared, moments_reference(x, w, v_squared, 2 * terms - 1));
      expect_near(power, moments_reference(x, w, v_power, terms));
    }
  });
}

TEST(NonuniformFft, IsTakenForHighOrdersAndManyPoints) {
  EXPECT_FALSE(worth_fft(192, 1'000'000));
  EXPECT_FALSE(worth_fft(257, 100));
  EXPECT_TRUE(worth_fft(257, 10'000));
}

}  // namespace
}  // namespace yonder::density::internal
