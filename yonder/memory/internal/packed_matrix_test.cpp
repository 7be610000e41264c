// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/packed_matrix.h"

#include "yonder/base/random.h"

#include <gtest/gtest.h>

#include <tuple>

namespace yonder::memory::internal {
namespace {

template <typename Scalar>
class PackedMatrixOf : public ::testing::Test {};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(PackedMatrixOf, Scalars);

double entry(size_t row, size_t k) {
  return static_cast<double>((row * 37 + k * 101) % 1000) / 1000 - 0.5;
}

template <typename Scalar>
std::vector<Scalar> random_values(size_t count) {
  Rng rng(7);
  std::vector<Scalar> values(count);
  for (Scalar& value : values) {
    value = static_cast<Scalar>(rng.uniform() - 0.5);
  }
  return values;
}

TYPED_TEST(PackedMatrixOf, MultipliesAsPlainLoopsDo) {
  const double tolerance = sizeof(TypeParam) == 4 ? 2e-5 : 1e-13;
  for (const size_t rows : {1, 2, 15, 16, 17, 33, 64, 65, 128, 200}) {
    for (const size_t depth : {1, 7, 128, 129, 300}) {
      const PackedMatrix<TypeParam> matrix(rows, depth, entry);
      for (const size_t columns : {1, 2, 3, 5, 6, 7, 13}) {
        const auto x = random_values<TypeParam>(depth * columns);
        std::vector<TypeParam> out(columns * matrix.padded_rows(), TypeParam{9});
        matrix.multiply(x.data(), 1, depth, columns, out.data(), matrix.padded_rows());
        for (size_t c = 0; c < columns; ++c) {
          for (size_t row = 0; row < matrix.padded_rows(); ++row) {
            double sum = 0;
            for (size_t k = 0; row < rows && k < depth; ++k) {
              sum += entry(row, k) * static_cast<double>(x[c * depth + k]);
            }
            ASSERT_NEAR(static_cast<double>(out[c * matrix.padded_rows() + row]), sum, tolerance)
                << rows << " x " << depth << ", row " << row << ", column " << c;
          }
        }
      }
    }
  }
}

TYPED_TEST(PackedMatrixOf, GivesAColumnTheSameBitsInAnyCompany) {
  const size_t rows = 100;
  const size_t depth = 200;
  const size_t columns = 23;
  const PackedMatrix<TypeParam> matrix(rows, depth, entry);
  const auto x = random_values<TypeParam>(depth * columns);
  const size_t pitch = matrix.padded_rows();
  std::vector<TypeParam> together(columns * pitch);
  std::vector<TypeParam> alone(pitch);
  // Columns side by side, as the channels of a sample are.
  matrix.multiply(x.data(), columns, 1, columns, together.data(), pitch);
  for (size_t c = 0; c < columns; ++c) {
    matrix.multiply(x.data() + c, columns, 1, 1, alone.data(), pitch);
    for (size_t row = 0; row < rows; ++row) {
      ASSERT_EQ(together[c * pitch + row], alone[row]);
    }
  }
}

TYPED_TEST(PackedMatrixOf, AsksForNothingAboveTheDiagonalOfATriangle) {
  const size_t order = 150;
  const auto triangle = [](size_t row, size_t k) {
    EXPECT_LE(k, row);
    return entry(row, k);
  };
  const PackedMatrix<TypeParam> packed(order, order, triangle, [](size_t row) { return row + 1; });
  const PackedMatrix<TypeParam> full(
      order, order, [](size_t row, size_t k) { return k <= row ? entry(row, k) : 0.0; });
  const auto x = random_values<TypeParam>(order);
  std::vector<TypeParam> a(packed.padded_rows());
  std::vector<TypeParam> b(packed.padded_rows());
  packed.multiply(x.data(), 1, order, 1, a.data(), a.size());
  full.multiply(x.data(), 1, order, 1, b.data(), b.size());
  EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace yonder::memory::internal
