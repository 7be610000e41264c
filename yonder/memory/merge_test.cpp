// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/merge.h"

#include "yonder/memory/internal/projection_reference.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace yonder::memory {
namespace {

using internal::Hold;
using internal::project_regular_reference;
using internal::relative_distance;
using internal::test_signal;

void expect_matrix(const Matrix& matrix, const std::vector<std::vector<double>>& rows) {
  for (size_t n = 0; n < rows.size(); ++n) {
    for (size_t k = 0; k < rows.size(); ++k) {
      EXPECT_NEAR(matrix.at(static_cast<int64_t>(n), static_cast<int64_t>(k)),
                  k < rows[n].size() ? rows[n][k] : 0, 1e-15)
          << n << ", " << k;
    }
  }
}

// Values: computed for the component's specification (vector V2), value normalisation.
TEST(MergeMatrices, OfEqualHalvesAreTheKnownOnes) {
  const MergeMatrices m = merge_matrices(4, 1, 1, Normalization::value);
  expect_matrix(m.older, {{.5}, {-.75, .25}, {0, -.625, .125}, {.4375, .4375, -.4375, .0625}});
  expect_matrix(m.newer, {{.5}, {.75, .25}, {0, .625, .125}, {-.4375, .4375, .4375, .0625}});
}

TEST(MergeMatrices, OfThreeToSevenAreTheKnownOnes) {
  const MergeMatrices m = merge_matrices(4, 3, 7, Normalization::value);
  expect_matrix(m.older, {{.3}, {-.63, .09}, {.42, -.315, .027}, {.0735, .4851, -.1323, .0081}});
  expect_matrix(m.newer, {{.7}, {.63, .49}, {-.42, .735, .343}, {-.0735, -.1029, .7203, .2401}});
}

TEST(MergeMatrices, InOtherNormalisationsDifferByTheirScales) {
  const MergeMatrices hippo = merge_matrices(6, 2, 5);
  const MergeMatrices orthonormal = merge_matrices(6, 2, 5, Normalization::orthonormal);
  const MergeMatrices value = merge_matrices(6, 2, 5, Normalization::value);
  const MergeMatrices lmu = merge_matrices(6, 2, 5, Normalization::lmu);
  for (int64_t n = 0; n < 6; ++n) {
    for (int64_t k = 0; k <= n; ++k) {
      const double scale =
          std::sqrt((2.0 * static_cast<double>(n) + 1) / (2.0 * static_cast<double>(k) + 1));
      EXPECT_EQ(orthonormal.newer.at(n, k), hippo.newer.at(n, k));
      EXPECT_NEAR(value.newer.at(n, k), hippo.newer.at(n, k) * scale, 1e-15);
      EXPECT_NEAR(lmu.newer.at(n, k),
                  (n + k) % 2 == 0 ? value.newer.at(n, k) : -value.newer.at(n, k), 1e-15);
    }
  }
}

// The norm of [M1 M2] decides whether errors grow: power iteration on its Gram matrix.
TEST(MergeMatrices, HaveNormOneAtMost) {
  for (const double rho : {0.01, 0.3, 0.5, 0.9, 0.999}) {
    const int64_t order = 64;
    const MergeMatrices m = merge_matrices(order, rho, 1 - rho);
    for (const Matrix* side : {&m.older, &m.newer}) {
      std::vector<double> x(static_cast<size_t>(order), 1.0);
      double norm = 0;
      for (int step = 0; step < 200; ++step) {
        std::vector<double> y(x.size());
        std::vector<double> z(x.size());
        for (int64_t n = 0; n < order; ++n) {
          for (int64_t k = 0; k <= n; ++k) {
            y[static_cast<size_t>(n)] += side->at(n, k) * x[static_cast<size_t>(k)];
          }
        }
        for (int64_t n = 0; n < order; ++n) {
          for (int64_t k = 0; k <= n; ++k) {
            z[static_cast<size_t>(k)] += side->at(n, k) * y[static_cast<size_t>(n)];
          }
        }
        norm = 0;
        for (const double value : z) {
          norm += value * value;
        }
        norm = std::sqrt(norm);
        for (size_t i = 0; i < x.size(); ++i) {
          x[i] = z[i] / norm;
        }
      }
      EXPECT_LE(std::sqrt(norm), 1 + 1e-12) << rho;
    }
  }
}

TEST(MergeCoefficients, OfTwoStretchesAreTheProjectionOfTheWhole) {
  const std::vector<double> u = test_signal(1000, 1);
  const std::span<const double> all(u);
  const auto older = project_regular_reference(64, Hold::zoh, all.first(300));
  const auto newer = project_regular_reference(64, Hold::zoh, all.last(700));
  std::vector<double> merged(64);
  merge_coefficients(64, 300, 700, older, newer, merged);
  EXPECT_LT(relative_distance(merged, project_regular_reference(64, Hold::zoh, all)), 2e-13);
}

TEST(MergeCoefficients, LoseNothingWhereOnePartIsAMillionTimesTheOther) {
  // A line over [0, 1], cut at 1e-6: both parts are lines.
  const double cut = 1e-6;
  const double root3 = std::sqrt(3.0);
  const std::vector<double> older = {cut / 2, cut / 2 / root3, 0};
  const std::vector<double> newer = {(1 + cut) / 2, (1 - cut) / 2 / root3, 0};
  std::vector<double> merged(3);
  merge_coefficients(3, cut, 1 - cut, older, newer, merged);
  EXPECT_NEAR(merged[0], 0.5, 1e-15);
  EXPECT_NEAR(merged[1], 0.5 / root3, 1e-15);
  EXPECT_NEAR(merged[2], 0, 1e-15);
}

RC_GTEST_PROP(MergeCoefficients, AreAssociative, ()) {
  const auto order = *rc::gen::inRange<int64_t>(1, 100);
  const auto seed = *rc::gen::arbitrary<uint64_t>();
  Rng rng(seed);
  const double lengths[3] = {0.01 + rng.uniform(), 0.01 + rng.uniform(), 0.01 + rng.uniform()};
  std::vector<std::vector<double>> parts(3, std::vector<double>(static_cast<size_t>(order)));
  for (auto& part : parts) {
    for (double& value : part) {
      value = rng.normal();
    }
  }
  std::vector<double> left(parts[0].size());
  merge_coefficients(order, lengths[0], lengths[1], parts[0], parts[1], left);
  merge_coefficients(order, lengths[0] + lengths[1], lengths[2], left, parts[2], left);
  std::vector<double> right(parts[0].size());
  merge_coefficients(order, lengths[1], lengths[2], parts[1], parts[2], right);
  merge_coefficients(order, lengths[0], lengths[1] + lengths[2], parts[0], right, right);
  RC_ASSERT(relative_distance(left, right) < 1e-12);
}

}  // namespace
}  // namespace yonder::memory
