// SPDX-License-Identifier: Apache-2.0
// Inverts many increasing power series at once, in SIMD lanes: what sampling spends its time on.
// Each lane is on its own, so a result does not depend on what is computed beside it.
// Reference: CumulativeTable's Newton in a bracket; test: cumulative_table_test.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace yonder::density::internal {

/// m_0..m_13 of mass(t) = t (m_0 + t (m_1 + ...)).
constexpr size_t kSeriesTerms = 14;
using Series = std::array<double, kSeriesTerms>;

/// t[i] in [0, 1] with mass(t[i]) = mass[i] for series[index[i]]; total[i] is mass(1) > 0. Where
/// Newton's method has not settled after a few steps (near a zero of the density), t[i] is -1.
void invert_series(std::span<const Series> series, std::span<const uint32_t> index,
                   std::span<const double> mass, std::span<const double> total,
                   std::span<double> t);

}  // namespace yonder::density::internal
