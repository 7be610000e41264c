// SPDX-License-Identifier: Apache-2.0
// Maxima and minima of the density of y. With x the place on the circle and p its density there,
// q(y) = p(x) dx/dy, and q' = 0 where
//   p'(x) dx/dy + p(x) (ln dx/dy)' = 0;
// the second term is 0 on a circle or an interval, and on the line it is the slope of the base's
// log density, so the modes of q are not the images of those of p (for the tanh map: p'(x) (1 -
// x^2)
// - 2 x p(x) = 0). All sign changes of that function are found at once (internal/panels.h); between
// neighbours the density is monotone, so prominences follow from the list alone.
// Test: model_modes_test.cpp.
#include "yonder/density/internal/panels.h"
#include "yonder/density/model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace yonder::density {
namespace {

using internal::CumulativeTable;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Topographic prominence of the maximum `at`: how far one has to descend from it to reach higher
/// ground, in either direction. `around`: the ends are one point. `shore`: the height beyond the
/// ends of an open list.
double prominence(const std::vector<Mode>& modes, size_t at, bool around, double shore) {
  const size_t count = modes.size();
  const double height = modes[at].density;
  double saddle = -kInfinity;  // the higher of the lowest points on the two ways to higher ground
  for (const size_t step : {count - 1, size_t{1}}) {
    const size_t last = step == 1 ? count - 1 : 0;
    double lowest = height;
    for (size_t i = at; (around || i != last) && lowest > saddle;) {
      i = (i + step) % count;
      if (i == at) {
        break;
      }
      lowest = std::min(lowest, modes[i].density);
      if (modes[i].density > height) {
        saddle = std::max(saddle, lowest);
        break;
      }
    }
  }
  if (saddle == -kInfinity) {  // the highest peak descends to the lowest point
    saddle = shore;
    for (const Mode& mode : modes) {
      saddle = std::min(saddle, mode.density);
    }
  }
  return height - saddle;
}

/// A stationary point with the error of its density.
struct Found {
  Mode mode;
  double noise = 0;
};

/// Takes out neighbouring pairs that differ by no more than rounding, the closest first. Only on
/// the line (`open`) can one point alone be stationary.
std::vector<Mode> without_noise(std::vector<Found> found, bool around, bool open) {
  for (;;) {
    const size_t count = found.size();
    double least = kInfinity;
    size_t at = 0;
    for (size_t i = 0; count >= 2 && i < (around ? count : count - 1); ++i) {
      const Found& a = found[i];
      const Found& b = found[(i + 1) % count];
      const double step = std::fabs(a.mode.density - b.mode.density);
      if (step <= a.noise + b.noise && step < least) {
        least = step;
        at = i;
      }
    }
    if (least == kInfinity) {
      break;
    }
    const size_t other = (at + 1) % count;
    found.erase(found.begin() + static_cast<std::ptrdiff_t>(std::max(at, other)));
    found.erase(found.begin() + static_cast<std::ptrdiff_t>(std::min(at, other)));
  }
  std::vector<Mode> modes;
  if (found.size() == 1 && !open) {
    return modes;
  }
  for (const Found& f : found) {
    modes.push_back(f.mode);
  }
  return modes;
}

/// The maxima that are prominent enough, and between two of them the lowest minimum.
std::vector<Mode> thinned(const std::vector<Mode>& modes, double least, bool around, bool open) {
  std::vector<Mode> kept;
  std::vector<size_t> peaks;
  for (size_t i = 0; i < modes.size(); ++i) {
    if (modes[i].maximum && modes[i].prominence >= least) {
      peaks.push_back(i);
    }
  }
  const auto lowest_between = [&](size_t from, size_t to) {  // of [from, to), wrapped
    const Mode* lowest = nullptr;
    for (size_t i = from; i < to; ++i) {
      const Mode& mode = modes[i % modes.size()];
      if (!mode.maximum && (lowest == nullptr || mode.density < lowest->density)) {
        lowest = &mode;
      }
    }
    if (lowest != nullptr) {
      kept.push_back(*lowest);
    }
  };
  if (peaks.empty()) {
    return kept;
  }
  if (!around && !open) {
    lowest_between(0, peaks.front());
  }
  for (size_t k = 0; k < peaks.size(); ++k) {
    kept.push_back(modes[peaks[k]]);
    if (k + 1 < peaks.size()) {
      lowest_between(peaks[k], peaks[k + 1]);
    } else if (around) {
      lowest_between(peaks[k], peaks[0] + modes.size());
    } else if (!open) {
      lowest_between(peaks[k], modes.size());
    }
  }
  std::sort(kept.begin(), kept.end(),
            [](const Mode& a, const Mode& b) { return a.location < b.location; });
  return kept;
}

}  // namespace

std::vector<Mode> Model::modes(double min_prominence) const {
  const CumulativeTable& table = cumulative();
  const bool reflected = domain_.kind == DomainKind::reflected;
  const bool around = !base_ && !reflected;
  // 64 halvings: nearer to an end than 2^-64 of a cell no density has shape left.
  const std::vector<internal::Panel> panels = internal::panels(table, base_ ? 64 : 0);
  const double per_y = (reflected ? 1 : 2) / domain_.length;  // dx / dy where there is no base
  double magnitude = 0;
  for (const std::complex<double>& value : b_) {
    magnitude += std::abs(value);
  }

  std::vector<Found> found;
  const auto add = [&](size_t cell, double t, bool maximum) {
    const CumulativeTable::Local p = table.local(cell, t);
    Mode mode;
    mode.maximum = maximum;
    mode.location = from_point(table.point(cell, t));
    pdf(std::span(&mode.location, 1), std::span(&mode.density, 1));
    double stretch = per_y;
    double slope = 0;  // of ln stretch
    double bend = 0;   // stretch'' / stretch
    if (base_) {
      stretch = 2 * std::exp(base_->log_density(mode.location));
      slope = base_->log_density_slope(mode.location);
      bend = base_->log_density_curvature(mode.location) + slope * slope;
    }
    // q = p stretch, differentiated twice by y.
    mode.curvature = stretch * (p.curvature * stretch * stretch + 3 * p.slope * stretch * slope +
                                p.density * bend);
    // A is known to rounding of the sum of |b|, and p = |A|^2 / 2.
    constexpr double kRounding = 1e-14;
    const double most = 0.5 * magnitude * magnitude * stretch;
    found.push_back({mode, kRounding * (std::sqrt(mode.density * most) + kRounding * most)});
  };
  const auto slope = [&](const CumulativeTable::Local& p, Domain::Point point) {
    if (!base_) {
      return p.slope;
    }
    const double y = from_point(point);
    return p.slope * 2 * std::exp(base_->log_density(y)) + p.density * base_->log_density_slope(y);
  };
  std::vector<internal::SignChange> changes = internal::sign_changes(table, panels, slope, around);
  if (reflected && order() > 0) {
    // The even density is stationary at both ends; what rounding finds there is replaced.
    constexpr double kAtEnd = 1e-9;
    std::erase_if(changes, [&](const internal::SignChange& change) {
      return (change.cell == 0 || change.cell + 1 == table.cells()) && change.t < kAtEnd;
    });
    const double left = table.local(0, 0).density;
    const double right = table.local(table.cells() - 1, 0).density;
    const bool falls_at_left = changes.empty() ? left > right : !changes.front().falling;
    const bool rises_at_right = changes.empty() ? right > left : !changes.back().falling;
    changes.insert(changes.begin(), {0, 0, falls_at_left});
    changes.push_back({table.cells() - 1, 0, rises_at_right});
  }
  for (const internal::SignChange& change : changes) {
    add(change.cell, change.t, change.falling);
  }

  std::vector<Mode> modes = without_noise(std::move(found), around, base_.has_value());
  double highest = 0;
  for (const Mode& mode : modes) {
    highest = std::max(highest, mode.density);
  }
  for (size_t i = 0; i < modes.size(); ++i) {
    if (modes[i].maximum) {
      modes[i].prominence = prominence(modes, i, around, base_ ? 0 : kInfinity) / highest;
    }
  }
  return min_prominence > 0 ? thinned(modes, min_prominence, around, base_.has_value()) : modes;
}

}  // namespace yonder::density
