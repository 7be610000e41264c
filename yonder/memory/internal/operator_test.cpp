// SPDX-License-Identifier: Apache-2.0
// The fast steps against dense ones, for every measure, type and number of channels.
#include "yonder/memory/internal/operator.h"

#include "yonder/base/random.h"
#include "yonder/memory/discretization.h"
#include "yonder/memory/internal/dense.h"
#include "yonder/memory/internal/exponential_action.h"
#include "yonder/memory/internal/step_kernels.h"

#include <Eigen/LU>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace yonder::memory::internal {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

const char* const kMeasures[] = {"legs",    "legt:40", "lagt:9",  "lagt:9:0.5:0.3",
                                 "fout:40", "fous",    "chebt:40"};

template <typename Scalar>
std::vector<Scalar> random_values(size_t count, uint64_t stream) {
  Rng rng(11, stream);
  std::vector<Scalar> values(count);
  for (Scalar& value : values) {
    value = static_cast<Scalar>(rng.normal());
  }
  return values;
}

template <typename Scalar>
double step_error(const Measure& measure, int64_t order, const StepWeights& w, size_t pitch) {
  constexpr size_t kCount = 3;
  const auto n = static_cast<size_t>(order);
  std::vector<Scalar> x = random_values<Scalar>(n * pitch, 1);
  const std::vector<Scalar> u = random_values<Scalar>(kCount * pitch, 2);
  using States = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto columns = static_cast<Eigen::Index>(pitch);
  MatrixXd expected = Eigen::Map<States>(x.data(), order, columns).template cast<double>();
  const System s = system(measure, order);
  const MatrixXd identity = MatrixXd::Identity(order, order);
  const auto lu = MatrixXd(identity - w.rho * view(s.a)).partialPivLu();
  for (size_t i = 0; i < kCount; ++i) {
    const Eigen::Map<const Eigen::Matrix<Scalar, 1, Eigen::Dynamic>> input(u.data() + i * pitch,
                                                                           columns);
    expected = lu.solve((identity + w.lambda * view(s.a)) * expected +
                        w.omega * view(s.b) * input.template cast<double>())
                   .eval();
  }
  make_operator<Scalar>(measure, order)->step(w, x.data(), u.data(), kCount, pitch);
  const MatrixXd found = Eigen::Map<States>(x.data(), order, columns).template cast<double>();
  return (found - expected).norm() / expected.norm();
}

TEST(Operator, StepsAreThoseOfTheDenseMatrices) {
  const StepWeights weights[] = {
      {0.3, 0.3, 0.6},     // bilinear
      {0, 0.6, 0.6},       // backward
      {0.02, 0.011, 0.3},  // legs early
      {0.5, 0.1, 0.6},     // gbt near forward: by products
      {0.01, 0, 0.01},     // forward
  };
  for (const char* text : kMeasures) {
    for (const StepWeights& w : weights) {
      for (const size_t pitch : {4, 8, 12, 16, 20, 52}) {
        const Measure measure = Measure::parse(text);
        EXPECT_LE(step_error<double>(measure, 18, w, pitch), 1e-13) << text << " " << pitch;
        EXPECT_LE(step_error<float>(measure, 18, w, pitch), 5e-6) << text << " " << pitch;
      }
    }
  }
}

TEST(Operator, LargeOrdersStayAtRounding) {
  for (const char* text : {"legs", "legt:1000", "lagt:100", "fout:1000", "chebt:1000"}) {
    EXPECT_LE(step_error<double>(Measure::parse(text), 256, {0.5, 0.5, 1}, 4), 1e-12) << text;
  }
}

TEST(Operator, NormBoundsTheColumnSums) {
  for (const char* text : kMeasures) {
    const Measure measure = Measure::parse(text);
    const double exact = view(system(measure, 18).a).cwiseAbs().colwise().sum().maxCoeff();
    const double bound = make_operator<double>(measure, 18)->norm();
    EXPECT_GE(bound, exact * (1 - 1e-14)) << text;
    EXPECT_LE(bound, 2 * exact) << text;
  }
}

TEST(ExponentialAction, IsTheDenseExponential) {
  for (const char* text : kMeasures) {
    const Measure measure = Measure::parse(text);
    System s = system(measure, 18);
    s.time_varying = false;
    for (const double length : {1e-3, 0.4, 7.0}) {
      const Discrete d = discretise(s, Rule::foh, length);
      std::vector<double> x = random_values<double>(18 * kLanes, 3);
      const VectorXd before = Eigen::Map<RowMatrix>(x.data(), 18, kLanes).col(1);
      const std::vector<double> u = {1, 0.7, 0, 2};
      const std::vector<double> slope = {0, -0.4 / length, 1, 0};
      const auto op = make_operator<double>(measure, 18);
      ExponentialAction(*op).advance(length, 0, u.data(), slope.data(), x.data(), kLanes);
      const VectorXd found = Eigen::Map<RowMatrix>(x.data(), 18, kLanes).col(1);
      const VectorXd expected = view(d.a) * before + 0.7 * view(d.b) + 0.3 * view(d.b_next);
      EXPECT_LE((found - expected).norm(), 3e-13 * before.norm()) << text << " " << length;
    }
  }
}

}  // namespace
}  // namespace yonder::memory::internal
