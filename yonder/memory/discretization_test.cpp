// SPDX-License-Identifier: Apache-2.0
// Golden values: test vector V3 and erratum 8 (docs/math/memory.md).
#include "yonder/memory/discretization.h"

#include "yonder/base/error.h"
#include "yonder/memory/internal/dense.h"

#include <Eigen/Eigenvalues>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace yonder::memory {
namespace {

using Eigen::VectorXd;
using internal::view;

void expect_near(const std::vector<double>& found, const std::vector<double>& expected,
                 double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i], expected[i], tolerance) << i;
  }
}

std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::bad_option);
    return error.what();
  }
  return "none";
}

TEST(Discretization, ZohIsTheMatrixOfTheTestVector) {
  const Discrete d = discretise(system(Measure::parse("legt:1"), 3), Rule::zoh, 0.1);
  expect_near(d.a.values,
              {.908051265762, .170934966907, -.138477679742, -.170934966907, .673912319344,
               .268324742769, -.138477679742, -.268324742769, .572110266098},
              1e-12);
  expect_near(d.b, {.091948734238, .170934966907, .138477679742}, 1e-12);
}

TEST(Discretization, BilinearIsTheMatrixOfTheTestVector) {
  const Discrete d = discretise(system(Measure::parse("legt:1"), 3), Rule::bilinear, 0.1);
  expect_near(d.a.values,
              {.906300484653, .167888608165, -.144495507431, -.167888608165, .680129240711,
               .27530091637, -.144495507431, -.27530091637, .570274636511},
              1e-12);
  expect_near(d.b, {.093699515347, .167888608165, .144495507431}, 1e-12);
}

TEST(Discretization, GbtIsForwardBilinearAndBackwardAtItsThreePoints) {
  const System s = system(Measure::parse("legt:1"), 5);
  const std::pair<double, Rule> points[] = {
      {0, Rule::forward}, {0.5, Rule::bilinear}, {1, Rule::backward}};
  for (const auto& [alpha, rule] : points) {
    const Discrete gbt = discretise(s, Rule::gbt, 0.01, alpha);
    const Discrete named = discretise(s, rule, 0.01);
    expect_near(gbt.a.values, named.a.values, 0);
    expect_near(gbt.b, named.b, 0);
  }
}

TEST(Discretization, ForwardAndBackwardAreTheirFormulas) {
  const System s = system(Measure::parse("lagt:1"), 2);
  const Discrete forward = discretise(s, Rule::forward, 0.1);
  expect_near(forward.a.values, {0.95, 0, -0.1, 0.95}, 1e-15);
  expect_near(forward.b, {0.1, 0.1}, 1e-15);
  const Discrete backward = discretise(s, Rule::backward, 0.1);
  expect_near(backward.a.values, {1 / 1.05, 0, -0.1 / 1.05 / 1.05, 1 / 1.05}, 1e-15);
}

TEST(Discretization, ZohOfTwoHalvesIsZohOfTheWhole) {
  const System s = system(Measure::parse("legt:1"), 12);
  const Discrete half = discretise(s, Rule::zoh, 0.05);
  const Discrete whole = discretise(s, Rule::zoh, 0.1);
  const auto a = view(half.a);
  EXPECT_LE((a * a - view(whole.a)).cwiseAbs().maxCoeff(), 1e-13);
  EXPECT_LE((a * view(half.b) + view(half.b) - view(whole.b)).cwiseAbs().maxCoeff(), 1e-13);
}

TEST(Discretization, FohIsExactForALineAndZohForAStep) {
  // Against many small steps of zoh.
  const System s = system(Measure::parse("legt:1"), 6);
  const Discrete foh = discretise(s, Rule::foh, 0.2);
  constexpr int kParts = 4000;
  const Discrete small = discretise(s, Rule::zoh, 0.2 / kParts);
  VectorXd x = VectorXd::LinSpaced(6, -1, 1);
  const VectorXd expected = view(foh.a) * x + 0.7 * view(foh.b) - 1.9 * view(foh.b_next);
  for (int i = 0; i < kParts; ++i) {
    x = (view(small.a) * x + (0.7 - 2.6 * (i + 0.5) / kParts) * view(small.b)).eval();
  }
  EXPECT_LE((x - expected).cwiseAbs().maxCoeff(), 1e-7);
}

TEST(Discretization, LegsZohIsTheExactProjection) {
  // Test vector V1: u = 1, -2, .5, 3.
  const System s = system(Measure{}, 4);
  VectorXd x = VectorXd::Unit(4, 0);
  const std::vector<double> samples = {1, -2, .5, 3};
  const std::vector<std::vector<double>> expected = {
      {-.5, -1.299038105676658, 0, .496078370824611},
      {-1. / 6, -.192450089729875, .910990657499914, .032663596432897},
      {.625, .920151991520966, 1.152972550898328, -.428901091442111}};
  for (int64_t k = 1; k < 4; ++k) {
    const Discrete step = legs_step(s, Rule::zoh, k);
    x = (view(step.a) * x + samples[static_cast<size_t>(k)] * view(step.b)).eval();
    expect_near(internal::to_vector(x), expected[static_cast<size_t>(k - 1)], 2e-14);
  }
}

TEST(Discretization, LegsFohIsExactForALineThroughEveryStep) {
  // u(t) = a + b t on [0, k]: c_0 = a + b k/2, c_1 = b k/(2 sqrt 3), nothing above.
  const System s = system(Measure{}, 5);
  for (const int64_t k : {1, 2, 9, 1000000}) {
    const auto t = static_cast<double>(k);
    const double a = 0.3;
    const double b = -1.7 / t;
    const auto line = [&](double end) {
      VectorXd c = VectorXd::Zero(5);
      c[0] = a + b * end / 2;
      c[1] = b * end / (2 * std::sqrt(3.0));
      return c;
    };
    const Discrete step = legs_step(s, Rule::foh, k);
    const VectorXd x =
        view(step.a) * line(t) + (a + b * t) * view(step.b) + (a + b * (t + 1)) * view(step.b_next);
    EXPECT_LE((x - line(t + 1)).cwiseAbs().maxCoeff(), 1e-14) << k;
  }
}

TEST(Discretization, ForwardLimitsOfLegtAreThoseOfItsModes) {
  const std::pair<int64_t, double> limits[] = {{8, .0564}, {16, .0167}, {32, .0051}};
  for (const auto& [order, limit] : limits) {
    EXPECT_NEAR(forward_euler_limit(system(Measure::parse("legt:1"), order)), limit, 1e-4);
  }
}

TEST(Discretization, ForwardLimitOfFoutLeavesOutTheEmptySine) {
  const System s = system(Measure::parse("fout:1"), 32);
  const double limit = forward_euler_limit(s);
  const auto growth = [&](double step) {
    const Discrete d = discretise(s, Rule::forward, step, 0.5, true);
    VectorXd x = VectorXd::Ones(32);
    x[1] = 0;
    for (int i = 0; i < 200000; ++i) {
      x = (view(d.a) * x).eval();
    }
    return x.norm();
  };
  EXPECT_LT(growth(limit * 0.8), 0.1);
  EXPECT_GT(growth(limit * 1.2), 1e2);
}

TEST(Discretization, ForwardBeyondItsLimitIsRefusedUnlessAllowed) {
  const System s = system(Measure::parse("legt:1"), 16);
  EXPECT_EQ(refusal([&] { discretise(s, Rule::forward, 0.02); }),
            "forward Euler is unstable for N=16 at a step of 0.02 (limit 0.0167); use bilinear");
  EXPECT_NO_THROW(discretise(s, Rule::forward, 0.016));
  EXPECT_NO_THROW(discretise(s, Rule::forward, 0.02, 0.5, true));
  const System legs = system(Measure{}, 16);
  EXPECT_THAT(refusal([&] { legs_step(legs, Rule::forward, 7); }),
              testing::HasSubstr("from 8 on no mode grows"));
  EXPECT_NO_THROW(legs_step(legs, Rule::forward, 8));
}

TEST(Discretization, GbtBelowOneHalfIsRefusedExactlyWhereAModeGrows) {
  const double alpha = 0.3;
  // lagt has one pole, N times over, which no eigenvalue solver finds.
  for (const char* measure : {"legt:1", "fout:1", "chebt:1"}) {
    const System s = system(Measure::parse(measure), 16);
    const double limit = stable_step(s, alpha);
    EXPECT_DOUBLE_EQ(limit, forward_euler_limit(s) / 0.4);
    const auto radius = [&](double step) {
      return view(discretise(s, Rule::gbt, step, alpha, true).a)
          .eigenvalues()
          .cwiseAbs()
          .maxCoeff();
    };
    // The empty sine of fout stays where it is.
    EXPECT_LE(radius(limit * 0.99), 1 + 1e-12) << measure;
    EXPECT_GT(radius(limit * 1.01), 1 + 1e-6) << measure;
    EXPECT_NO_THROW(discretise(s, Rule::gbt, limit * 0.99, alpha));
    EXPECT_THAT(refusal([&] { discretise(s, Rule::gbt, limit * 1.01, alpha); }),
                testing::AllOf(testing::HasSubstr("gbt with alpha 0.3 is unstable"),
                               testing::HasSubstr("use bilinear")))
        << measure;
    EXPECT_NO_THROW(discretise(s, Rule::gbt, limit * 100, 0.5));
  }
}

TEST(Discretization, GbtBelowOneHalfOfLegsIsRefusedWhileAModeGrows) {
  const System legs = system(Measure{}, 16);
  const auto grows = [&](int64_t k) {
    return view(legs_step(legs, Rule::gbt, k, 0.3, true).a).diagonal().cwiseAbs().maxCoeff() >
           1 + 1e-12;
  };
  int64_t first = 1;
  while (grows(first)) {
    ++first;
  }
  EXPECT_GT(first, 1);
  EXPECT_NO_THROW(legs_step(legs, Rule::gbt, first, 0.3));
  EXPECT_THAT(refusal([&] { legs_step(legs, Rule::gbt, first - 1, 0.3); }),
              testing::HasSubstr("from " + std::to_string(first) + " on no mode grows"));
}

TEST(Discretization, RefusesTheOtherKindOfSystem) {
  EXPECT_THAT(refusal([] { discretise(system(Measure{}, 4), Rule::zoh, 0.1); }),
              testing::HasSubstr("legs_step"));
  EXPECT_THAT(refusal([] { legs_step(system(Measure::parse("legt:1"), 4), Rule::zoh, 1); }),
              testing::HasSubstr("discretise"));
  EXPECT_THAT(refusal([] { legs_step(system(Measure{}, 4), Rule::zoh, 0); }),
              testing::HasSubstr("1 or more"));
  EXPECT_THAT(refusal([] { discretise(system(Measure::parse("legt:1"), 4), Rule::zoh, 0); }),
              testing::HasSubstr("above 0"));
  EXPECT_THAT(refusal([] { parse_rule("bilinar"); }), testing::HasSubstr("bilinear"));
}

}  // namespace
}  // namespace yonder::memory
