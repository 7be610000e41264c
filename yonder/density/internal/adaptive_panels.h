// SPDX-License-Identifier: Apache-2.0
// Integrals of two functions at once over panels that are halved until Gauss and Kronrod agree on
// both. Made for functions that are cheap in batches: each round asks for the nodes of all panels
// that are still open. Copes with kinks, which only cost halvings.
// Source: Piessens et al. 1983, QUADPACK (rule G7K15 and its error estimate).
// Test: adaptive_panels_test.cpp.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <vector>

namespace yonder::density::internal {

struct Panel {
  double low = 0;
  double high = 0;
  std::array<double, 2> integral{};
  double error = 0;  ///< of the worse of both
};

/// Writes both functions at all x.
using FunctionPair = std::function<void(std::span<const double> x, std::span<double> first,
                                        std::span<double> second)>;

/// Panels from breakpoints.front() to .back() in order; together within `tolerance` of the
/// integrals, as far as 48 halvings, 32768 panels (or eight times the first) and double precision
/// allow. breakpoints: ascending, at least 2.
std::vector<Panel> adaptive_panels(const FunctionPair& functions,
                                   std::span<const double> breakpoints, double tolerance);

}  // namespace yonder::density::internal
