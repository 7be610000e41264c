// SPDX-License-Identifier: Apache-2.0
// Polynomials in z = e^{i pi x} and their values on an equidistant grid of the circle, by FFT: the
// way products of such polynomials and correlations of their coefficients are taken here in
// O(N log N). Not thread-safe: the FFT keeps its plans. Test: likelihood_test.cpp.
#pragma once

#include <Eigen/Core>
#include <unsupported/Eigen/FFT>

#include <cstddef>

namespace yonder::density::internal {

/// b_0..b_N, or as many moments as a comment says.
using Coefficients = Eigen::VectorXcd;

/// <u, v> of the real vectors (Re, Im): what gradients and steps are measured with.
inline double inner(const Coefficients& u, const Coefficients& v) { return u.dot(v).real(); }

/// The least number >= n without prime factors above 5.
size_t fast_fft_size(size_t n);

class CircleGrid {
 public:
  /// A grid of at least `points` points x_j = 2 j / size.
  explicit CircleGrid(size_t points);
  size_t size() const { return static_cast<size_t>(size_); }
  /// sum_k coefficients[k] z_j^k for every grid point; at most size() coefficients.
  Coefficients values(const Coefficients& coefficients);
  /// The inverse: the coefficients of z^0..z^(size - 1), negative powers counted from the end.
  Coefficients coefficients(const Coefficients& values);

 private:
  Eigen::Index size_;
  Eigen::FFT<double> fft_;
};

}  // namespace yonder::density::internal
