// SPDX-License-Identifier: Apache-2.0
// Errors are taken against solutions in long double. The failure of the simpler splitting is
// erratum 9 of docs/math/memory.md.
#include "yonder/memory/internal/structure.h"

#include "yonder/base/random.h"
#include "yonder/memory/internal/dense.h"
#include "yonder/memory/system.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace yonder::memory::internal {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

Eigen::MatrixXd dense(const Semiseparable& a) {
  const auto order = static_cast<Index>(a.order());
  Eigen::MatrixXd result(order, order);
  for (Index n = 0; n < order; ++n) {
    for (Index k = 0; k < order; ++k) {
      const auto i = static_cast<size_t>(n);
      const auto j = static_cast<size_t>(k);
      result(n, k) = n == k           ? a.d[i]
                     : k < n          ? a.p[i] * a.q[j]
                     : a.triangular() ? 0
                                      : a.s[i] * a.t[j];
    }
  }
  return result;
}

VectorXd solve(const SemiseparableFactor& f, VectorXd v) {
  double sum = 0;
  for (Index n = 0; n < v.size(); ++n) {
    v[n] -= f.p[static_cast<size_t>(n)] * sum;
    sum += f.beta[static_cast<size_t>(n)] * v[n];
  }
  sum = 0;
  for (Index n = v.size(); n-- > 0;) {
    const auto i = static_cast<size_t>(n);
    v[n] = (v[n] - (f.s.empty() ? 0 : f.s[i] * sum)) * f.inverse[i];
    sum += f.t.empty() ? 0 : f.t[i] * v[n];
  }
  return v;
}

// (I - rho A) z in long double, so that z is the solution to far below what is measured.
VectorXd right_side(const Semiseparable& a, double rho, const VectorXd& z) {
  VectorXd v(z.size());
  const Eigen::MatrixXd matrix = dense(a);
  for (Index n = 0; n < z.size(); ++n) {
    long double sum = z[n];
    for (Index k = 0; k < z.size(); ++k) {
      sum -= static_cast<long double>(rho) * matrix(n, k) * z[k];
    }
    v[n] = static_cast<double>(sum);
  }
  return v;
}

VectorXd random_vector(Index order) {
  Rng rng(7, 0);
  VectorXd z(order);
  for (double& value : z) {
    value = rng.normal();
  }
  return z;
}

TEST(Semiseparable, GeneratorsGiveTheMatrix) {
  for (const char* text : {"legs", "legt:3", "lagt:5", "lagt:5:0.5:0.25"}) {
    const Measure measure = Measure::parse(text);
    const Semiseparable a = semiseparable(measure, 9);
    const System s = system(measure, 9);
    EXPECT_LE((dense(a) - view(s.a)).cwiseAbs().maxCoeff(), 1e-13) << text;
    if (a.input != 0) {
      for (size_t n = 0; n < 9; ++n) {
        EXPECT_NEAR(a.input * a.p[n], s.b[n], 1e-14) << text;
      }
    }
  }
}

TEST(Semiseparable, FactorsSolveToRoundingForEveryStepSize) {
  for (const char* text : {"legs", "legt:1", "lagt:1"}) {
    for (const int64_t order : {1, 2, 16, 64, 256, 1024}) {
      const Semiseparable a = semiseparable(Measure::parse(text), order);
      const VectorXd z = random_vector(order);
      for (const double rho : {1e-6, 1e-4, 1e-2, 0.05, 0.5, 5.0}) {
        const VectorXd found = solve(factor(a, rho), right_side(a, rho, z));
        EXPECT_LE((found - z).norm(), 1e-13 * z.norm()) << text << " " << order << " " << rho;
      }
    }
  }
}

TEST(Semiseparable, KappaIsOneMinusBetaTimesP) {
  for (const char* text : {"legs", "legt:1", "lagt:1"}) {
    const SemiseparableFactor f = factor(semiseparable(Measure::parse(text), 20), 0.03);
    for (size_t n = 0; n < 20; ++n) {
      EXPECT_NEAR(f.kappa[n], 1 - f.beta[n] * f.p[n], 1e-14);
      if (!f.s.empty()) {
        EXPECT_NEAR(f.kappa_upper[n], 1 - f.s[n] * f.t[n] * f.inverse[n], 1e-14);
      }
    }
  }
}

TEST(Semiseparable, ObviousSplittingOfLegtLosesAllDigits) {
  // A = -(v v^T + 2 L)/w, v_n = (-1)^n r_n, L the entries below the diagonal with n - k odd: a
  // triangular sweep for I + 2 rho L, and Sherman-Morrison for the rest.
  constexpr Index kOrder = 64;
  const auto splitting_error = [&](double rho) {
    const Semiseparable a = semiseparable(Measure::parse("legt:1"), kOrder);
    const VectorXd z = random_vector(kOrder);
    const auto sweep = [&](VectorXd v) {
      double even = 0;
      double odd = 0;
      for (Index n = 0; n < kOrder; ++n) {
        const double r = a.q[static_cast<size_t>(n)];
        v[n] -= 2 * rho * r * (n % 2 == 0 ? odd : even);
        (n % 2 == 0 ? even : odd) += r * v[n];
      }
      return v;
    };
    VectorXd signs(kOrder);
    for (Index n = 0; n < kOrder; ++n) {
      signs[n] = a.t[static_cast<size_t>(n)];
    }
    const VectorXd x = sweep(right_side(a, rho, z));
    const VectorXd y = sweep(signs);
    const VectorXd found = x - y * (rho * signs.dot(x) / (1 + rho * signs.dot(y)));
    return (found - z).norm() / z.norm();
  };
  EXPECT_LT(splitting_error(1e-4), 1e-12);
  EXPECT_GT(splitting_error(0.01), 1e-3);
  EXPECT_FALSE(splitting_error(0.05) < 1e10);
}

}  // namespace
}  // namespace yonder::memory::internal
