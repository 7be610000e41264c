// SPDX-License-Identifier: Apache-2.0
// Integrals of the functions of basis() (measure.h): what a summary is read with beside its values
// and derivatives.
//
// One row per family of functions in basis.cpp; families are those of measures/table.cpp. Ages are
// counted back from the newest moment, 0 <= age <= length. Test: basis_test.cpp against differences
// and quadrature of basis().
#pragma once

#include "yonder/memory/measure.h"

#include <span>

namespace yonder::memory::internal {

/// Integrals over the times of the ages from `older` down to `newer`, older >= newer. values [N].
/// Closed forms; Laguerre functions by Gauss-Legendre in sqrt(age), to 1e-10 where alpha = 0.
void basis_integral(const Measure& measure, double older, double newer, double length,
                    std::span<double> values);

/// True where mean squares are sums of squares of coefficients (Legendre, Fourier), and for
/// Laguerre functions without order and tilt, whose sum of squares is an energy.
bool is_orthonormal(const Measure& measure);

}  // namespace yonder::memory::internal
