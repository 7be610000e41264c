// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/certificate.h"

#include "yonder/density/internal/likelihood_reference.h"
#include "yonder/density/internal/optimum.h"

#include <gtest/gtest.h>

#include <numbers>

namespace yonder::density::internal {
namespace {

Coefficients moments(const Sample& sample, Eigen::Index count) {
  Coefficients t = Coefficients::Zero(count);
  for (size_t j = 0; j < sample.x.size(); ++j) {
    for (Eigen::Index n = 0; n < count; ++n) {
      t[n] +=
          sample.w[j] * std::polar(1.0, std::numbers::pi * static_cast<double>(n) * sample.x[j]);
    }
  }
  return t;
}

// A point mass has T = v v^H with v_k = z^-k: one eigenvalue, N + 1.
TEST(Certificate, OfAPointMassIsKnown) {
  for (const Eigen::Index terms : {1, 5, 400}) {
    Sample point;
    point.x = {0.3};
    point.w = {1};
    const TopEigenpair top = toeplitz_top(moments(point, terms));
    EXPECT_NEAR(top.value, static_cast<double>(terms), 1e-10 * static_cast<double>(terms));
    EXPECT_NEAR(std::abs(top.vector[terms - 1]), 1 / std::sqrt(static_cast<double>(terms)), 1e-9);
  }
}

TEST(Certificate, EigenvectorSolvesTheToeplitzSystem) {
  for (const Eigen::Index terms : {40, 300}) {  // dense and Lanczos
    const Coefficients t = moments(peaks(5, 200, 1), terms);
    const TopEigenpair top = toeplitz_top(t);
    Coefficients product = Coefficients::Zero(terms);
    for (Eigen::Index k = 0; k < terms; ++k) {
      for (Eigen::Index m = 0; m < terms; ++m) {
        product[k] += (m >= k ? t[m - k] : std::conj(t[k - m])) * top.vector[m];
      }
    }
    EXPECT_LT((product - top.value * top.vector).norm(), 1e-6);
    EXPECT_NEAR(certificate_gap(t), std::log(top.value), 1e-12);
  }
}

TEST(Certificate, BoundsHowMuchBetterTheBestDensityIs) {
  const Sample sample = peaks(5, 300, 3);
  OptimumSettings settings;
  const Optimum best = find_optimum(sample, uniform_start(6), settings);
  Likelihood likelihood(sample, 6, 0, 1);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Coefficients b = best.b + 0.02 * random_start(6, seed);
    EXPECT_LE(likelihood.value(b) - best.value, certificate_gap(likelihood.toeplitz(b)));
  }
}

}  // namespace
}  // namespace yonder::density::internal
