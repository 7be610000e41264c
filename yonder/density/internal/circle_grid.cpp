// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/circle_grid.h"

#include <algorithm>

namespace yonder::density::internal {

size_t fast_fft_size(size_t n) {
  for (size_t size = n;; ++size) {
    size_t rest = size;
    for (const size_t factor : {2, 3, 5}) {
      while (rest > 1 && rest % factor == 0) {
        rest /= factor;
      }
    }
    if (rest <= 1) {
      return size;
    }
  }
}

// At least 2 points: the FFT does not know length 1.
CircleGrid::CircleGrid(size_t points)
    : size_(static_cast<Eigen::Index>(fast_fft_size(std::max<size_t>(points, 2)))) {}

// z_j^k = e^{+2 pi i j k / size} is the kernel of the inverse transform.
Coefficients CircleGrid::values(const Coefficients& coefficients) {
  Coefficients padded = Coefficients::Zero(size_);
  padded.head(coefficients.size()) = coefficients;
  Coefficients out(size_);
  fft_.inv(out, padded);
  return out * static_cast<double>(size_);
}

Coefficients CircleGrid::coefficients(const Coefficients& values) {
  Coefficients out(size_);
  fft_.fwd(out, values);
  return out / static_cast<double>(size_);
}

}  // namespace yonder::density::internal
