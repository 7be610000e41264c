// SPDX-License-Identifier: Apache-2.0
// With S = c_0 = sum |b|^2, Q = sum_{n>=1} n^2 |c_n|^2 and h(x) = sum_{|n|<=N} n^2 c_n z^n:
//   R = pi^2 Q / S^2,   dR/db_k* = pi^2 ([hA]_k / S^2 - 2 Q b_k / S^3).
// product() is the derivative of that gradient along a direction, term by term.
#include "yonder/density/internal/roughness.h"

#include <numbers>

namespace yonder::density::internal {
namespace {

constexpr double kPiSquared = std::numbers::pi * std::numbers::pi;

// sum_{n>=1} n^2 Re(conj(u_n) v_n).
double weighted_inner(const Coefficients& u, const Coefficients& v) {
  double sum = 0;
  for (Eigen::Index n = 1; n < u.size(); ++n) {
    sum += static_cast<double>(n * n) * (std::conj(u[n]) * v[n]).real();
  }
  return sum;
}

}  // namespace

Coefficients Roughness::weigh(const Coefficients& function, Coefficients& c) {
  Coefficients all = grid_.coefficients(function);
  c = all.head(b_.size());
  const Eigen::Index size = all.size();
  const Eigen::Index order = b_.size() - 1;
  Coefficients weighted = Coefficients::Zero(size);
  for (Eigen::Index n = 1; n <= order; ++n) {
    const double square = static_cast<double>(n * n);
    weighted[n] = square * all[n];
    weighted[size - n] = square * all[size - n];
  }
  return grid_.values(weighted);
}

double Roughness::evaluate(const Coefficients& b, Coefficients& gradient) {
  b_ = b;
  s_ = b.squaredNorm();
  a_ = grid_.values(b);
  h_ = weigh(a_.cwiseAbs2().cast<std::complex<double>>(), c_);
  q_ = weighted_inner(c_, c_);
  ha_ = grid_.coefficients(h_.cwiseProduct(a_)).head(b.size());
  gradient = 2 * kPiSquared / (s_ * s_) * (ha_ - 2 * q_ / s_ * b);
  return kPiSquared * q_ / (s_ * s_);
}

Coefficients Roughness::product(const Coefficients& direction) {
  const Coefficients da = grid_.values(direction);
  Coefficients dc;
  const Coefficients dh =
      weigh((2 * a_.conjugate().cwiseProduct(da).real()).eval().cast<std::complex<double>>(), dc);
  const double dq = 2 * weighted_inner(c_, dc);
  const double ds = 2 * inner(b_, direction);
  const Coefficients dha =
      grid_.coefficients(dh.cwiseProduct(a_) + h_.cwiseProduct(da)).head(b_.size());
  return 2 * kPiSquared / (s_ * s_) *
         (dha - 2 * ds / s_ * ha_ - 2 * q_ / s_ * direction +
          (6 * q_ * ds / s_ - 2 * dq) / s_ * b_);
}

}  // namespace yonder::density::internal
