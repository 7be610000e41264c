// SPDX-License-Identifier: Apache-2.0
// Densities, masses, quantiles and draws of a model. Densities come from |A|^2, which is never
// negative; masses from the table of internal/cumulative_table.h.
#include "yonder/base/error.h"
#include "yonder/base/random.h"
#include "yonder/density/internal/cumulative_table.h"
#include "yonder/density/internal/model_cache.h"
#include "yonder/density/internal/trigonometric_kernel.h"
#include "yonder/density/model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace yonder::density {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr size_t kBlock = 1024;
constexpr double kUnderflow = 1e-290;  // masses below it lose digits

void require_values(std::span<const double> y, size_t room) {
  require(y.size() == room, ErrorKind::bad_data, "{} values and room for {} results", y.size(),
          room);
  for (size_t i = 0; i < y.size(); ++i) {
    require(!std::isnan(y[i]), ErrorKind::bad_data, "value {} is not a number", i + 1);
  }
}

}  // namespace

Domain::Point Model::to_point(double y) const {
  return base_ ? base_->to_point(y) : domain_.to_point(y);
}

double Model::from_point(Domain::Point point) const {
  return base_ ? base_->from_point(point) : domain_.from_point(point);
}

bool Model::inside(double y) const {
  const bool bounded =
      domain_.kind == DomainKind::interval || domain_.kind == DomainKind::reflected;
  return !bounded || (y >= domain_.origin && y <= domain_.upper());
}

void Model::bounded_densities(std::span<const double> y, std::span<double> out,
                              bool logarithm) const {
  const bool reflected = domain_.kind == DomainKind::reflected;
  const double stretch = reflected ? 1 : 2;
  const double shift = reflected ? 0 : 1;
  const double weight = logarithm ? -std::log(domain_.length) : 1 / domain_.length;
  std::array<double, kBlock> x;
  std::array<bool, kBlock> outside;
  for (size_t first = 0; first < y.size(); first += kBlock) {
    const size_t count = std::min(kBlock, y.size() - first);
    const double* in = y.data() + first;
    double* to = out.data() + first;
    bool plain = true;
    for (size_t i = 0; i < count; ++i) {
      const double from_origin = in[i] - domain_.origin;
      x[i] = stretch * (from_origin / domain_.length) - shift;
      plain = plain & (from_origin >= 0) & (from_origin <= domain_.length);
    }
    if (!plain) {  // some are to be wrapped, or have no density
      for (size_t i = 0; i < count; ++i) {
        outside[i] = !inside(in[i]);
        x[i] = outside[i] ? 0 : domain_.to_point(in[i]).x;
      }
    }
    if (logarithm) {
      internal::log_squared_magnitude(b_, std::span(x.data(), count), std::span(to, count));
      for (size_t i = 0; i < count; ++i) {
        to[i] += weight;
      }
    } else {
      internal::squared_magnitude(b_, std::span(x.data(), count), std::span(to, count));
      for (size_t i = 0; i < count; ++i) {
        to[i] *= weight;
      }
    }
    for (size_t i = 0; !plain && i < count; ++i) {
      if (outside[i]) {
        to[i] = logarithm ? -kInfinity : 0;
      }
    }
  }
}

void Model::line_densities(std::span<const double> y, std::span<double> out, bool logarithm) const {
  // Near an end, x = +-(1 - e), A is evaluated at e with alternating signs, which keeps e's digits.
  std::vector<std::complex<double>> b_end(b_);
  for (size_t k = 1; k < b_end.size(); k += 2) {
    b_end[k] = -b_end[k];
  }
  std::array<double, kBlock> place;
  std::array<double, kBlock> log_weight;
  std::array<size_t, kBlock> index;
  for (size_t first = 0; first < y.size(); first += kBlock) {
    const size_t count = std::min(kBlock, y.size() - first);
    size_t centre = 0;    // [0, centre) are measured from x = 0,
    size_t end = kBlock;  // [end, kBlock) from the ends
    for (size_t i = first; i < first + count; ++i) {
      const Domain::Point point = base_->to_point(y[i]);
      const bool at_end = point.from_end < 0.5;
      const size_t slot = at_end ? --end : centre++;
      place[slot] = at_end ? -std::copysign(point.from_end, point.x) : point.x;
      index[slot] = i;
      log_weight[slot] = std::isinf(y[i]) ? -kInfinity : base_->log_density(y[i]);
    }
    const auto write = [&](const std::vector<std::complex<double>>& b, size_t from, size_t to) {
      const std::span<double> places(place.data() + from, to - from);
      if (logarithm) {
        internal::log_squared_magnitude(b, places, places);
      } else {
        internal::squared_magnitude(b, places, places);
      }
      for (size_t slot = from; slot < to; ++slot) {
        out[index[slot]] =
            logarithm ? place[slot] + log_weight[slot] : place[slot] * std::exp(log_weight[slot]);
      }
    };
    write(b_, 0, centre);
    write(b_end, end, kBlock);
  }
}

void Model::densities(std::span<const double> y, std::span<double> out, bool logarithm) const {
  require_values(y, out.size());
  if (base_) {
    line_densities(y, out, logarithm);
  } else {
    bounded_densities(y, out, logarithm);
  }
}

void Model::pdf(std::span<const double> y, std::span<double> out) const {
  densities(y, out, false);
}

void Model::logpdf(std::span<const double> y, std::span<double> out) const {
  densities(y, out, true);
}

template <typename Pick>
void Model::masses(std::span<const double> y, std::span<double> out, Pick pick) const {
  require_values(y, out.size());
  const internal::CumulativeTable& table = cumulative();
  for (size_t i = 0; i < y.size(); ++i) {
    if (inside(y[i])) {
      const internal::CumulativeTable::Masses mass = table.masses(to_point(y[i]));
      out[i] = pick(mass.lower, mass.upper);
    } else {
      out[i] = y[i] < domain_.origin ? pick(0.0, 1.0) : pick(1.0, 0.0);
    }
  }
}

void Model::cdf(std::span<const double> y, std::span<double> out) const {
  masses(y, out, [](double lower, double) { return lower; });
}

void Model::sf(std::span<const double> y, std::span<double> out) const {
  masses(y, out, [](double, double upper) { return upper; });
}

double Model::log_lower_mass(double y) const {
  if (!inside(y)) {
    return y < domain_.origin ? -kInfinity : 0;
  }
  const Domain::Point point = to_point(y);
  const internal::CumulativeTable::Masses mass = cumulative().masses(point);
  if (base_ && mass.lower < kUnderflow) {
    // mass = p(-1) (1 - |x|) = |A(-1)|^2 F(y).
    return end_log_density() + base_->log_lower_tail(y);
  }
  return mass.lower < 0.5 ? std::log(mass.lower) : std::log1p(-mass.upper);
}

double Model::log_upper_mass(double y) const {
  if (!inside(y)) {
    return y < domain_.origin ? 0 : -kInfinity;
  }
  const Domain::Point point = to_point(y);
  const internal::CumulativeTable::Masses mass = cumulative().masses(point);
  if (base_ && mass.upper < kUnderflow) {
    return end_log_density() + base_->log_upper_tail(y);
  }
  return mass.upper < 0.5 ? std::log(mass.upper) : std::log1p(-mass.lower);
}

double Model::end_log_density() const {
  double end = 1;
  internal::log_squared_magnitude(b_, std::span(&end, 1), std::span(&end, 1));
  return end;
}

void Model::logcdf(std::span<const double> y, std::span<double> out) const {
  require_values(y, out.size());
  for (size_t i = 0; i < y.size(); ++i) {
    out[i] = log_lower_mass(y[i]);
  }
}

void Model::logsf(std::span<const double> y, std::span<double> out) const {
  require_values(y, out.size());
  for (size_t i = 0; i < y.size(); ++i) {
    out[i] = log_upper_mass(y[i]);
  }
}

void Model::invert(std::span<const internal::MassTarget> targets, std::span<double> out) const {
  std::array<Domain::Point, kBlock> points;
  cumulative().quantiles(targets, std::span(points.data(), targets.size()));
  for (size_t i = 0; i < targets.size(); ++i) {
    out[i] = from_point(points[i]);
  }
}

void Model::quantile(std::span<const double> u, std::span<double> out) const {
  require(u.size() == out.size(), ErrorKind::bad_data, "{} probabilities and room for {} results",
          u.size(), out.size());
  for (size_t i = 0; i < u.size(); ++i) {
    require(u[i] >= 0 && u[i] <= 1, ErrorKind::bad_data,
            "probability {} is {}; a quantile needs one in [0, 1]", i + 1, u[i]);
  }
  std::array<internal::MassTarget, kBlock> targets;
  for (size_t first = 0; first < u.size(); first += kBlock) {
    const size_t count = std::min(kBlock, u.size() - first);
    for (size_t i = 0; i < count; ++i) {
      targets[i] = {u[first + i], false};
    }
    invert(std::span(targets.data(), count), out.subspan(first, count));
  }
}

void Model::sample(uint64_t seed, uint64_t first, std::span<double> out) const {
  std::array<internal::MassTarget, kBlock> targets;
  std::array<uint32_t, 4> block = {};
  for (size_t start = 0; start < out.size(); start += kBlock) {
    const size_t count = std::min(kBlock, out.size() - start);
    for (size_t i = 0; i < count; ++i) {
      // Number `index` of Rng(seed): two to a block.
      const uint64_t index = first + start + i;
      if (i == 0 || index % 2 == 0) {
        block = philox4x32(
            {static_cast<uint32_t>(index / 2), static_cast<uint32_t>(index / 2 >> 32), 0, 0},
            {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
      }
      const size_t word = 2 * (index % 2);
      const uint64_t bits = static_cast<uint64_t>(block[word + 1]) << 32 | block[word];
      // One bit says from which end, the others how much mass lies beyond: so both tails are
      // equally fine, to 2^-65.
      constexpr uint64_t kSide = uint64_t{1} << 63;
      const double mass = (static_cast<double>(bits & (kSide - 1)) + 0.5) * 0x1p-64;
      targets[i] = {mass, (bits & kSide) != 0};
    }
    invert(std::span(targets.data(), count), out.subspan(start, count));
  }
}

}  // namespace yonder::density
