// SPDX-License-Identifier: Apache-2.0
// The pieces of [-1, 1] (or [0, 1]) on which a density and functions of the value are smooth: the
// cells of a CumulativeTable, and on the line, where values run off to infinity at the ends, the
// two outermost cells cut in half again and again towards the end. Integrals over them are
// Gauss-Legendre sums of positive terms; zeros are isolated by Descartes' rule of signs in the
// Bernstein basis, so none is missed that the interpolating polynomials (degree 11 on a piece where
// the density has hardly any shape) can show. Test: panels_test.cpp.
#pragma once

#include "yonder/density/internal/cumulative_table.h"

#include <functional>
#include <vector>

namespace yonder::density::internal {

struct Panel {
  size_t cell = 0;
  double from = 0;  ///< distances from the cell's outer edge, in cell widths; from < to
  double to = 1;
};

/// All panels in order of x; halvings: of both end cells, 0 for none. What is left of an end cell
/// after its halvings is no panel.
std::vector<Panel> panels(const CumulativeTable& table, int halvings);

struct Integral {
  double value = 0;
  double error = 0;  ///< difference of two rules, and what the ends leave out
};
/// The integral of g times the density over the panels.
Integral integrate(const CumulativeTable& table, const std::vector<Panel>& panels,
                   const std::function<double(Domain::Point)>& g);

/// A place where a function changes its sign, with increasing x.
struct SignChange {
  size_t cell = 0;
  double t = 0;
  bool falling = false;  ///< from + to -
};
using LocalFunction = std::function<double(const CumulativeTable::Local&, Domain::Point)>;
/// All sign changes of h in order of x. around: the ends are one point, where h may change its sign
/// as well; such a change comes first.
std::vector<SignChange> sign_changes(const CumulativeTable& table, const std::vector<Panel>& panels,
                                     const LocalFunction& h, bool around);

}  // namespace yonder::density::internal
