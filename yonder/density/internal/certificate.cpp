// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/certificate.h"

#include "yonder/base/random.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <vector>

namespace yonder::density::internal {
namespace {

Eigen::MatrixXcd dense_toeplitz(const Coefficients& t) {
  const Eigen::Index n = t.size();
  Eigen::MatrixXcd matrix(n, n);
  for (Eigen::Index column = 0; column < n; ++column) {
    for (Eigen::Index row = 0; row < n; ++row) {
      matrix(row, column) = column >= row ? t[column - row] : std::conj(t[row - column]);
    }
  }
  return matrix;
}

TopEigenpair dense_top(const Coefficients& t, bool with_vector) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXcd> solver(
      dense_toeplitz(t), with_vector ? Eigen::ComputeEigenvectors : Eigen::EigenvaluesOnly);
  const Eigen::Index last = t.size() - 1;
  return {solver.eigenvalues()[last],
          with_vector ? Coefficients(solver.eigenvectors().col(last)) : Coefficients()};
}

// T v by embedding T in a circulant of twice the size.
class ToeplitzProduct {
 public:
  explicit ToeplitzProduct(const Coefficients& t)
      : n_(t.size()), grid_(static_cast<size_t>(2 * t.size() - 1)) {
    Coefficients ring = Coefficients::Zero(static_cast<Eigen::Index>(grid_.size()));
    ring[0] = t[0];
    for (Eigen::Index k = 1; k < n_; ++k) {  // T_km = t_(m-k): entry -k of the ring is t_k
      ring[ring.size() - k] = t[k];
      ring[k] = std::conj(t[k]);
    }
    symbol_ = grid_.values(ring);
  }
  Coefficients operator()(const Coefficients& v) {
    return grid_.coefficients(grid_.values(v).cwiseProduct(symbol_)).head(n_);
  }

 private:
  Eigen::Index n_;
  CircleGrid grid_;
  Coefficients symbol_;
};

// Lanczos: an orthonormal basis of the Krylov space in which T is tridiagonal. Stops when the
// residual of the top Ritz pair is small.
TopEigenpair lanczos_top(const Coefficients& t) {
  constexpr double kResidual = 1e-11;  // bounds the distance to an eigenvalue
  ToeplitzProduct product(t);
  const Eigen::Index n = t.size();
  Coefficients v(n);
  Rng rng(0);
  for (Eigen::Index k = 0; k < n; ++k) {
    v[k] = {rng.normal(), rng.normal()};
  }
  v.normalize();
  Eigen::MatrixXcd basis(n, 0);
  std::vector<double> diagonal, off_diagonal;
  for (;;) {
    const Eigen::Index steps = basis.cols() + 1;
    basis.conservativeResize(Eigen::NoChange, steps);
    basis.col(steps - 1) = v;
    Coefficients next = product(v);
    diagonal.push_back(v.dot(next).real());
    for (int pass = 0; pass < 2; ++pass) {  // once loses orthogonality, twice is enough
      next -= basis * (basis.adjoint() * next);
    }
    const double beta = next.norm();
    const bool last = steps == n || beta < 1e-14;
    if (last || steps % 10 == 0) {
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> ritz;
      ritz.computeFromTridiagonal(
          Eigen::Map<const Eigen::VectorXd>(diagonal.data(), steps),
          Eigen::Map<const Eigen::VectorXd>(off_diagonal.data(), steps - 1));
      const Eigen::VectorXd top = ritz.eigenvectors().col(steps - 1);
      if (last || beta * std::abs(top[steps - 1]) < kResidual) {
        return {ritz.eigenvalues()[steps - 1], basis * top};
      }
    }
    off_diagonal.push_back(beta);
    v = next / beta;
  }
}

}  // namespace

TopEigenpair toeplitz_top(const Coefficients& t) {
  return t.size() <= kDenseOrder + 1 ? dense_top(t, true) : lanczos_top(t);
}

double certificate_gap(const Coefficients& t) {
  const TopEigenpair top = t.size() <= kDenseOrder + 1 ? dense_top(t, false) : lanczos_top(t);
  return std::max(0.0, std::log(top.value));
}

}  // namespace yonder::density::internal
