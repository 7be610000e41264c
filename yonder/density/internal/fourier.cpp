// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/fourier.h"

#include <unsupported/Eigen/FFT>

namespace yonder::density::internal {

std::vector<std::complex<double>> values_on_grid(std::span<const std::complex<double>> in,
                                                 size_t size) {
  std::vector<std::complex<double>> padded(in.begin(), in.end());
  padded.resize(size);
  std::vector<std::complex<double>> values(size);
  Eigen::FFT<double> transform;
  transform.SetFlag(Eigen::FFT<double>::Unscaled);
  transform.inv(values.data(), padded.data(), static_cast<Eigen::Index>(size));
  return values;
}

std::vector<std::complex<double>> coefficients_of_grid(
    const std::vector<std::complex<double>>& values) {
  std::vector<std::complex<double>> coefficients(values.size());
  Eigen::FFT<double> transform;
  transform.fwd(coefficients.data(), values.data(), static_cast<Eigen::Index>(values.size()));
  const double scale = 1 / static_cast<double>(values.size());
  for (std::complex<double>& c : coefficients) {
    c *= scale;
  }
  return coefficients;
}

}  // namespace yonder::density::internal
