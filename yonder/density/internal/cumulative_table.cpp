// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/cumulative_table.h"

#include "yonder/base/error.h"
#include "yonder/density/internal/fourier.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>

namespace yonder::density::internal {
namespace {

using Complex = std::complex<double>;

constexpr size_t kTerms = kSeriesTerms;
constexpr size_t kBlock = 256;

}  // namespace

void CumulativeTable::Side::make_guide() {
  // Four entries per cell make most searches end where they begin.
  const size_t cells = masses.size() - 1;
  guide.resize(4 * cells + 1);
  size_t cell = 0;
  for (size_t i = 0; i < guide.size(); ++i) {
    const double mass =
        masses.back() * (static_cast<double>(i) / static_cast<double>(guide.size() - 1));
    while (cell + 1 < cells && masses[cell + 1] <= mass) {
      ++cell;
    }
    guide[i] = static_cast<uint32_t>(cell);
  }
}

/// The cell i with masses[i] <= mass < masses[i + 1]; the last one for all that is beyond.
size_t CumulativeTable::Side::find(double mass) const {
  const auto steps = static_cast<double>(guide.size() - 1);
  const auto slot = static_cast<size_t>(std::min(mass / masses.back() * steps, steps - 1));
  size_t cell = guide[slot];
  const size_t last = guide[slot + 1];
  if (last - cell > 8) {  // a stretch of next to no mass
    const auto begin = masses.begin() + static_cast<std::ptrdiff_t>(cell) + 1;
    const auto end = masses.begin() + static_cast<std::ptrdiff_t>(last) + 1;
    cell = static_cast<size_t>(std::upper_bound(begin, end, mass) - masses.begin()) - 1;
  }
  while (cell + 2 < masses.size() && masses[cell + 1] <= mass) {
    ++cell;
  }
  while (cell > 0 && masses[cell] > mass) {  // rounding chose the slot above
    --cell;
  }
  return cell;
}

CumulativeTable::CumulativeTable(std::span<const Complex> b, bool even) : even_(even) {
  const size_t grid = std::bit_ceil(12 * b.size());
  cells_ = even ? grid / 2 : grid;
  width_ = 2 / static_cast<double>(grid);
  // Taylor coefficients of A at all edges, per cell width. The frequencies are centred, which turns
  // A by a phase that |A|^2 does not see, and halves the growth of the coefficients.
  const double centre = 0.5 * static_cast<double>(b.size() - 1);
  std::vector<Complex> scaled(b.begin(), b.end());
  if (!even) {  // the first edge is x = -1
    for (size_t k = 1; k < scaled.size(); k += 2) {
      scaled[k] = -scaled[k];
    }
  }
  std::array<std::vector<Complex>, kTerms> taylor;
  for (size_t j = 0; j < kTerms; ++j) {
    taylor[j] = values_on_grid(scaled, grid);
    for (size_t k = 0; k < scaled.size(); ++k) {
      const double frequency = std::numbers::pi * width_ * (static_cast<double>(k) - centre);
      scaled[k] *= Complex(0, frequency / static_cast<double>(j + 1));
    }
  }
  // The masses in cell widths; a cell of the right side is measured leftwards from its right edge.
  const auto polynomial = [&](size_t cell, bool leftwards) {
    const size_t edge = (cell + (leftwards ? 1 : 0)) % grid;
    Series mass;
    for (size_t j = 0; j < kTerms; ++j) {
      double density = 0;
      for (size_t i = 0; i <= j; ++i) {
        const Complex& left = taylor[i][edge];
        const Complex& right = taylor[j - i][edge];
        density += left.real() * right.real() + left.imag() * right.imag();
      }
      mass[j] = (leftwards && j % 2 == 1 ? -density : density) / static_cast<double>(j + 1);
    }
    return mass;
  };
  const auto total = [](const Series& mass) {
    double sum = 0;
    for (size_t j = kTerms; j-- > 0;) {
      sum += mass[j];
    }
    return std::max(sum, 0.0);
  };
  mass_.resize(cells_);
  std::vector<double> masses(cells_);
  long double all = 0;
  for (size_t cell = 0; cell < cells_; ++cell) {
    mass_[cell] = polynomial(cell, false);
    masses[cell] = total(mass_[cell]);
    all += masses[cell];
  }
  long double below = 0;
  for (split_ = 0; split_ + 1 < cells_ && below < all / 2; ++split_) {
    below += masses[split_];
  }
  for (size_t cell = split_; cell < cells_; ++cell) {
    mass_[cell] = polynomial(cell, true);
    masses[cell] = total(mass_[cell]);
  }
  const auto scale = static_cast<double>(1 / all);
  for (Series& mass : mass_) {
    for (double& term : mass) {
      term *= scale;
    }
  }
  long double sum = 0;
  lower_.masses.push_back(0);
  for (size_t cell = 0; cell < split_; ++cell) {
    sum += masses[cell];
    lower_.masses.push_back(static_cast<double>(sum / all));
  }
  sum = 0;
  upper_.masses.push_back(0);
  for (size_t cell = cells_; cell-- > split_;) {
    sum += masses[cell];
    upper_.masses.push_back(static_cast<double>(sum / all));
  }
  upper_.masses.back() = 1 - lower_.masses.back();  // equal but for rounding; so both sides meet
  lower_.make_guide();
  upper_.make_guide();
}

double CumulativeTable::mass_within(size_t cell, double t) const {
  const Series& mass = mass_[cell];
  double sum = 0;
  for (size_t j = kTerms; j-- > 0;) {
    sum = sum * t + mass[j];
  }
  return sum * t;
}

double CumulativeTable::distance_within(size_t cell, double mass) const {
  const Series& terms = mass_[cell];
  double low = 0;
  double high = 1;
  double t = std::clamp(mass / mass_within(cell, 1), 0.0, 1.0);
  if (!(t >= 0)) {
    return 0;
  }
  constexpr int kMostSteps = 100;  // bisection alone needs 60
  for (int step = 0; step < kMostSteps; ++step) {
    double sum = terms[kTerms - 1];
    double slope = 0;
    for (size_t j = kTerms - 1; j-- > 0;) {
      slope = slope * t + sum;
      sum = sum * t + terms[j];
    }
    slope = slope * t + sum;
    const double excess = sum * t - mass;
    (excess < 0 ? low : high) = t;
    double next = t - excess / slope;
    if (!(next >= low && next <= high)) {
      next = 0.5 * (low + high);
    }
    const double change = std::fabs(next - t);
    t = next;
    if (change <= 1e-16 * t) {
      break;
    }
  }
  return t;
}

Domain::Point CumulativeTable::point_from_left(double distance) const {
  if (even_) {
    return {distance, 1 - distance};
  }
  return {distance - 1, distance <= 1 ? distance : 2 - distance};
}

Domain::Point CumulativeTable::point_from_right(double distance) const {
  if (even_) {
    return {1 - distance, distance};
  }
  return {1 - distance, distance <= 1 ? distance : 2 - distance};
}

Domain::Point CumulativeTable::point(size_t cell, double t) const {
  return is_left(cell) ? point_from_left((static_cast<double>(cell) + t) * width_)
                       : point_from_right((static_cast<double>(cells_ - 1 - cell) + t) * width_);
}

CumulativeTable::Local CumulativeTable::local(size_t cell, double t) const {
  // Horner's rule for a polynomial, its derivative and half its second derivative.
  double density = 0;
  double slope = 0;
  double half_curvature = 0;
  for (size_t j = kTerms; j-- > 0;) {
    half_curvature = half_curvature * t + slope;
    slope = slope * t + density;
    density = density * t + static_cast<double>(j + 1) * mass_[cell][j];
  }
  const double per_x = is_left(cell) ? 1 / width_ : -1 / width_;
  return {density / width_, slope / width_ * per_x, 2 * half_curvature / width_ * per_x * per_x};
}

double CumulativeTable::mass_rate(size_t cell, double t) const {
  double rate = 0;
  for (size_t j = kTerms; j-- > 0;) {
    rate = rate * t + static_cast<double>(j + 1) * mass_[cell][j];
  }
  return rate;
}

CumulativeTable::Masses CumulativeTable::masses(Domain::Point point) const {
  const double from_left = even_ ? point.x : point.x < 0 ? point.from_end : 2 - point.from_end;
  const double in_cells = from_left / width_;
  auto cell = static_cast<size_t>(in_cells);
  if (cell < split_) {
    const double mass =
        lower_.masses[cell] + mass_within(cell, in_cells - static_cast<double>(cell));
    // Rounding must not make the sum step back at the next edge.
    const double lower = std::min(mass, lower_.masses[cell + 1]);
    return {lower, 1 - lower};
  }
  const double from_right = even_ || point.x > 0 ? point.from_end : 2 - point.from_end;
  const double right_cells = from_right / width_;
  cell = std::min(static_cast<size_t>(right_cells), upper_.masses.size() - 2);
  const double mass =
      upper_.masses[cell] + mass_within(cells_ - 1 - cell, right_cells - static_cast<double>(cell));
  const double upper = std::min(mass, upper_.masses[cell + 1]);
  return {1 - upper, upper};
}

void CumulativeTable::quantiles(std::span<const MassTarget> targets,
                                std::span<Domain::Point> points) const {
  std::array<size_t, kBlock> from_end;  // the cell's number from its end
  std::array<uint32_t, kBlock> cell;
  std::array<double, kBlock> mass;
  std::array<double, kBlock> total;
  std::array<double, kBlock> t;
  for (size_t first = 0; first < targets.size(); first += kBlock) {
    const size_t count = std::min(kBlock, targets.size() - first);
    for (size_t i = 0; i < count; ++i) {
      MassTarget target = targets[first + i];
      // A mass that reaches beyond its own side is measured from the other end.
      const double reach = target.above ? upper_.masses.back() : lower_.masses.back();
      if (target.mass > reach) {
        target = {1 - target.mass, !target.above};
      }
      const Side& side = target.above ? upper_ : lower_;
      const size_t found = side.find(target.mass);
      from_end[i] = found;
      cell[i] = static_cast<uint32_t>(target.above ? cells_ - 1 - found : found);
      mass[i] = target.mass - side.masses[found];
      total[i] = side.masses[found + 1] - side.masses[found];
    }
    invert_series(mass_, std::span(cell.data(), count), std::span(mass.data(), count),
                  std::span(total.data(), count), std::span(t.data(), count));
    for (size_t i = 0; i < count; ++i) {
      const double within = t[i] >= 0 ? t[i] : distance_within(cell[i], mass[i]);
      const double distance = (static_cast<double>(from_end[i]) + within) * width_;
      points[first + i] = is_left(cell[i]) ? point_from_left(distance) : point_from_right(distance);
    }
  }
}

}  // namespace yonder::density::internal
