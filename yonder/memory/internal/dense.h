// SPDX-License-Identifier: Apache-2.0
// Between the plain matrices of the public headers and Eigen, which stays inside.
#pragma once

#include "yonder/memory/system.h"

#include <Eigen/Core>

#include <vector>

namespace yonder::memory::internal {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

inline Eigen::Map<const RowMatrix> view(const Matrix& matrix) {
  return {matrix.values.data(), matrix.rows, matrix.columns};
}

inline Eigen::Map<const Eigen::VectorXd> view(const std::vector<double>& vector) {
  return {vector.data(), static_cast<Eigen::Index>(vector.size())};
}

inline Matrix to_matrix(const RowMatrix& matrix) {
  return {matrix.rows(), matrix.cols(),
          std::vector<double>(matrix.data(), matrix.data() + matrix.size())};
}

inline std::vector<double> to_vector(const Eigen::VectorXd& vector) {
  return {vector.data(), vector.data() + vector.size()};
}

}  // namespace yonder::memory::internal
