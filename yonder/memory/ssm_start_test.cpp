// SPDX-License-Identifier: Apache-2.0
// Golden values: section 3.7 of docs/math/memory.md.
#include "yonder/memory/ssm_start.h"

#include "yonder/base/error.h"
#include "yonder/memory/internal/dense.h"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

namespace yonder::memory {
namespace {

using Complex = std::complex<double>;

TEST(DiagonalStart, LinAndInvAreTheirFormulas) {
  const auto lin = diagonal_start(DiagonalStart::lin, 8);
  const auto inv = diagonal_start(DiagonalStart::inv, 8);
  ASSERT_EQ(lin.size(), 4U);
  EXPECT_EQ(lin[0], Complex(-0.5, 0));
  EXPECT_DOUBLE_EQ(lin[3].imag(), 3 * std::numbers::pi);
  EXPECT_DOUBLE_EQ(inv[0].imag(), 8 / std::numbers::pi * 7);
  EXPECT_DOUBLE_EQ(inv[3].imag(), 8 / std::numbers::pi * (8. / 7 - 1));
}

TEST(DiagonalStart, LegsAreTheEigenvaluesOfTheSkewPart) {
  const auto four = diagonal_start(DiagonalStart::legs, 4);
  EXPECT_NEAR(four[0].imag(), 0.5565, 5e-5);
  EXPECT_NEAR(four[1].imag(), 4.6033, 5e-5);
  const auto many = diagonal_start(DiagonalStart::legs, 64);
  ASSERT_EQ(many.size(), 32U);
  EXPECT_NEAR(many[31].imag(), 1303.274, 1e-3);
  EXPECT_NEAR(many[30].imag(), 433.031, 1e-3);
  EXPECT_NEAR(many[29].imag(), 258.152, 1e-3);
  EXPECT_NEAR(many[28].imag(), 182.620, 1e-3);
  EXPECT_NEAR(many[0].imag(), .26386, 1e-5);
  EXPECT_NEAR(many[1].imag(), .90586, 1e-5);
  EXPECT_NEAR(many[2].imag(), 1.70297, 1e-5);
  for (const Complex& pole : many) {
    EXPECT_NEAR(pole.real(), -0.5, 1e-14);
  }
}

TEST(NormalPlusLowRank, HasTheResolventOfTheSystem) {
  // C (s - A)^-1 B does not depend on the basis; with C = B^T.
  for (const char* text : {"legs", "legt:2", "fout:2"}) {
    const Measure measure = Measure::parse(text);
    const System s = system(measure, 12);
    const NormalPlusLowRank parts = normal_plus_low_rank(measure, 12);
    const auto as_vector = [](const std::vector<Complex>& v) {
      return Eigen::VectorXcd(
          Eigen::Map<const Eigen::VectorXcd>(v.data(), static_cast<Eigen::Index>(v.size())));
    };
    Eigen::MatrixXcd a = as_vector(parts.poles).asDiagonal();
    for (const auto& p : parts.p) {
      a -= as_vector(p) * as_vector(p).adjoint();
    }
    const Eigen::VectorXcd b = as_vector(parts.b);
    const Eigen::VectorXcd input = internal::view(s.b).cast<Complex>();
    const Eigen::MatrixXcd full = internal::view(s.a).cast<Complex>();
    const Eigen::MatrixXcd identity = Eigen::MatrixXcd::Identity(12, 12);
    for (const Complex point : {Complex(0.3, 0.7), Complex(0, 9), Complex(4, 0)}) {
      const Complex fast =
          b.dot(Eigen::MatrixXcd(point * identity - a).partialPivLu().solve(b).eval());
      const Complex slow =
          input.dot(Eigen::MatrixXcd(point * identity - full).partialPivLu().solve(input).eval());
      EXPECT_LE(std::abs(fast - slow), 1e-12 * std::abs(slow)) << text;
    }
    EXPECT_EQ(parts.p.size(), measure.kind == MeasureKind::legt ? 2U : 1U);
  }
}

TEST(NormalPlusLowRank, RefusesOtherMeasures) {
  EXPECT_THROW(normal_plus_low_rank(Measure::parse("lagt:2"), 4), Error);
  EXPECT_THROW(diagonal_start(DiagonalStart::lin, 5), Error);
  EXPECT_THROW(parse_diagonal_start("leg"), Error);
}

}  // namespace
}  // namespace yonder::memory
