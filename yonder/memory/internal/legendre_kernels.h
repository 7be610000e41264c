// SPDX-License-Identifier: Apache-2.0
// The three loops that everything about Legendre polynomials in double precision is made of, each
// in the widest vectors the machine has.
//
// p_n = sqrt(2n+1) P_n are orthonormal for the mean over [-1, 1] (hippo normalisation) and obey
// s p_n = a_{n+1} p_{n+1} + a_n p_{n-1} with a_n = n / sqrt(4 n^2 - 1).
// Test: legendre_kernels_test.cpp.
#pragma once

#include <cstddef>
#include <vector>

namespace yonder::memory::internal {

/// a_n of the recurrence, n = 0 ... count - 1 (a_0 = 0).
std::vector<double> recurrence_coefficients(size_t count);

/// P_{n+1}(x) = ((2n+1) x P_n(x) - n P_{n-1}(x)) / (n+1) at `count` points. current = P_n; previous
/// = P_{n-1} on entry and P_{n+1} on return.
void next_legendre(size_t n, const double* x, const double* current, double* previous,
                   size_t count);

/// p_n(scale s + offset) = sum_k row_n[k] p_k(s), k <= n: from the rows n and n - 1 the row n + 1,
/// in place of row n - 1. Rows have kRowMargin zeros before their first and after their last
/// element. a: recurrence_coefficients(n + 3 + kRowMargin) or longer.
inline constexpr size_t kRowMargin = 16;
void next_affine_row(size_t n, double scale, double offset, const double* a, const double* current,
                     double* previous);

/// sum_k x[k] y[k], k < count; always in the same order on one machine.
double dot(const double* x, const double* y, size_t count);

}  // namespace yonder::memory::internal
