// SPDX-License-Identifier: Apache-2.0
// The integral of a density p(x) = |A(x)|^2 / 2, S = 1, and its inverse, at a cost that does not
// grow with N. [-1, 1] (or [0, 1] for an even density) is cut into cells of at most 1 / (6 N); in
// each cell the mass is a polynomial of degree 14 in the distance to the cell's outer edge, made of
// the Taylor series of A there, which is exact to rounding. Cells up to the median are added up
// from the left end and measured from their left edge, the others from the right: so both tails
// keep their relative accuracy down to the smallest doubles, even where p(+-1) = 0, since the
// coefficients come from A and not from a cosine sum. Inversion: a guide table finds the cell,
// Newton's method in a bracket the place. Test: cumulative_table_test.cpp, against
// cumulative_reference.cpp.
#pragma once

#include "yonder/density/domain.h"
#include "yonder/density/internal/series_inverse.h"

#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace yonder::density::internal {

/// A mass, and from which end it is meant.
struct MassTarget {
  double mass = 0;  ///< in [0, 1]
  bool above = false;
};

class CumulativeTable {
 public:
  /// b: canonical coefficients. even: the density lives on [0, 1] and is 2 p there.
  CumulativeTable(std::span<const std::complex<double>> b, bool even);

  struct Masses {
    double lower = 0;  ///< below the point
    double upper = 0;  ///< above it
  };
  /// Non-decreasing and non-increasing in the point; each with relative accuracy.
  Masses masses(Domain::Point point) const;
  /// The points with these masses below or above them.
  void quantiles(std::span<const MassTarget> targets, std::span<Domain::Point> points) const;

  size_t cells() const { return cells_; }
  /// Whether the cell's outer edge is its left one.
  bool is_left(size_t cell) const { return cell < split_; }
  /// The place at distance t (in cell widths, 0 to 1) from the cell's outer edge.
  Domain::Point point(size_t cell, double t) const;
  /// The mass per unit of x there, and its derivatives by x.
  struct Local {
    double density = 0;
    double slope = 0;
    double curvature = 0;
  };
  Local local(size_t cell, double t) const;
  /// The mass per cell width there: the density alone.
  double mass_rate(size_t cell, double t) const;

 private:
  /// The cells of one end, counted from it.
  struct Side {
    std::vector<double> masses;   // [cells + 1]: mass between the end and cell i
    std::vector<uint32_t> guide;  // the cell that holds a share i / (guide - 1) of the side's mass
    size_t find(double mass) const;
    void make_guide();
  };

  double mass_within(size_t cell, double t) const;
  double distance_within(size_t cell, double mass) const;
  Domain::Point point_from_left(double distance) const;
  Domain::Point point_from_right(double distance) const;

  bool even_;
  size_t cells_ = 0;
  double width_ = 0;          // of a cell in x
  size_t split_ = 0;          // cells below it are measured from their left edge
  std::vector<Series> mass_;  // [cells], in cell widths from the outer edge
  Side lower_;
  Side upper_;
};

}  // namespace yonder::density::internal
