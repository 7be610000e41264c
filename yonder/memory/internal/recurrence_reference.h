// SPDX-License-Identifier: Apache-2.0
// Recurrences as their formulas stand, with a full matrix per step: what tests compare with.
#pragma once

#include "yonder/memory/discretization.h"
#include "yonder/memory/measure.h"

#include <cstdint>
#include <span>
#include <vector>

namespace yonder::memory::internal {

/// The state [N] after the cells edges[k] ... edges[k+1], which hold u[k] (linear: go from u[k] to
/// u[k+1]). Time-varying systems need held samples, or regular cells of length 1 from 0 on.
std::vector<double> recurrence_reference(const Measure& measure, int64_t order, Rule rule,
                                         double alpha, bool linear, std::span<const double> u,
                                         std::span<const double> edges);

/// The exact projection of held samples on the measure's functions, cell by cell with 12
/// Gauss-Legendre points: [N], over [edges.front(), edges.back()].
std::vector<double> projection_reference(const Measure& measure, int64_t order,
                                         std::span<const double> u, std::span<const double> edges);

}  // namespace yonder::memory::internal
