// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/ssm_start.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"
#include "yonder/memory/internal/dense.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace yonder::memory {
namespace {

using Complex = std::complex<double>;
using Eigen::Index;
using Eigen::VectorXd;

// The vectors whose squares, added to A, leave a multiple of the identity plus a skew matrix.
std::vector<VectorXd> low_rank(const Measure& measure, const System& system) {
  const VectorXd b = internal::view(system.b);
  switch (measure.kind) {
    case MeasureKind::legs:
    case MeasureKind::legs_step:
      return {b / std::numbers::sqrt2};
    case MeasureKind::fout:  // A = blocks - 2 q q^T/w, B = 2 q/w
      return {b * std::sqrt(measure.width / 2)};
    case MeasureKind::legt: {
      VectorXd even = b * std::sqrt(measure.width);
      VectorXd odd = even;
      for (Index n = 0; n < b.size(); ++n) {
        (n % 2 == 0 ? odd : even)[n] = 0;
      }
      return {even, odd};
    }
    default:
      fail(ErrorKind::bad_option,
           "{} is not normal plus low rank; legs, legt and fout are, others start diagonal",
           row_of(measure.kind).name);
  }
}

}  // namespace

const std::vector<std::string>& diagonal_start_names() {
  static const std::vector<std::string> names = {"lin", "inv", "legs"};
  return names;
}

DiagonalStart parse_diagonal_start(std::string_view name) {
  const auto& names = diagonal_start_names();
  check_choice("init", std::string(name), names);
  return static_cast<DiagonalStart>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::vector<Complex> diagonal_start(DiagonalStart start, int64_t state) {
  check_range("state", state, 2, 4096);
  require(state % 2 == 0, ErrorKind::bad_option,
          "--state is {}; poles come in conjugate pairs, so it must be even", state);
  if (start == DiagonalStart::legs) {
    const std::vector<Complex> all = normal_plus_low_rank({}, state).poles;
    return {all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end()};
  }
  std::vector<Complex> result;
  const auto size = static_cast<double>(state);
  for (int64_t n = 0; n < state / 2; ++n) {
    const auto index = static_cast<double>(n);
    const double turn = start == DiagonalStart::lin
                            ? std::numbers::pi * index
                            : size / std::numbers::pi * (size / (2 * index + 1) - 1);
    result.emplace_back(-0.5, turn);
  }
  return result;
}

NormalPlusLowRank normal_plus_low_rank(const Measure& measure, int64_t order) {
  const System s = system(measure, order);
  Eigen::MatrixXd a = internal::view(s.a);
  const std::vector<VectorXd> vectors = low_rank(measure, s);
  for (const VectorXd& p : vectors) {
    a += p * p.transpose();
  }
  const double shift = a.trace() / static_cast<double>(order);
  a.diagonal().array() -= shift;
  // -i times a skew matrix is Hermitian.
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXcd> solver(Complex(0, -0.5) *
                                                               (a - a.transpose()));
  const Eigen::MatrixXcd back = solver.eigenvectors().adjoint();
  const auto plain = [](const Eigen::VectorXcd& v) {
    return std::vector<Complex>(v.begin(), v.end());
  };
  NormalPlusLowRank result;
  for (const double turn : solver.eigenvalues()) {
    result.poles.emplace_back(shift, turn);
  }
  for (const VectorXd& p : vectors) {
    result.p.push_back(plain(back * p));
  }
  result.b = plain(back * internal::view(s.b));
  return result;
}

}  // namespace yonder::memory
