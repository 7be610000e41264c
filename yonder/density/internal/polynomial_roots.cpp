// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/polynomial_roots.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace yonder::density::internal {
namespace {

using Complex = std::complex<double>;

/// Circles of starts: the slopes of the upper convex hull of (k, ln |b_k|) are the logarithms of
/// radii near which roots lie.
std::vector<Complex> starts(std::span<const Complex> b) {
  struct Corner {
    size_t k;
    double height;
  };
  std::vector<Corner> hull;
  for (size_t k = 0; k < b.size(); ++k) {
    if (b[k] == Complex(0)) {
      continue;
    }
    const Corner corner = {k, std::log(std::abs(b[k]))};
    const auto slope = [](const Corner& a, const Corner& c) {
      return (c.height - a.height) / static_cast<double>(c.k - a.k);
    };
    while (hull.size() >= 2 &&
           slope(hull[hull.size() - 2], hull.back()) <= slope(hull.back(), corner)) {
      hull.pop_back();
    }
    hull.push_back(corner);
  }
  std::vector<Complex> z;
  for (size_t i = 0; i + 1 < hull.size(); ++i) {
    const auto count = static_cast<double>(hull[i + 1].k - hull[i].k);
    const double radius = std::exp((hull[i].height - hull[i + 1].height) / count);
    for (size_t m = hull[i].k; m < hull[i + 1].k; ++m) {
      constexpr double kSkew = 0.7;  // no symmetry of the roots is met
      z.push_back(
          std::polar(radius, 2 * std::numbers::pi * static_cast<double>(m - hull[i].k) / count +
                                 kSkew + static_cast<double>(i)));
    }
  }
  return z;
}

struct Newton {
  Complex step;          // p / p'
  bool settled = false;  // p is rounding
};

/// Outside the unit circle in powers of 1 / z, so that nothing overflows.
Newton newton(std::span<const Complex> b, Complex z) {
  const bool inside = std::norm(z) <= 1;
  const Complex w = inside ? z : 1.0 / z;
  const double radius = std::abs(w);
  const size_t n = b.size() - 1;
  Complex value = 0;
  Complex slope = 0;
  double magnitude = 0;
  for (size_t i = 0; i <= n; ++i) {
    const Complex& coefficient = b[inside ? n - i : i];
    slope = slope * w + value;
    value = value * w + coefficient;
    magnitude = magnitude * radius + std::abs(coefficient);
  }
  const bool settled = std::abs(value) <= 4 * std::numeric_limits<double>::epsilon() * magnitude;
  if (value == Complex(0)) {
    return {0, true};
  }
  const Complex rate = slope / value;  // d ln p / dw
  return {1.0 / (inside ? rate : w * (static_cast<double>(n) - w * rate)), settled};
}

}  // namespace

std::vector<Complex> polynomial_roots(std::span<const Complex> b) {
  while (!b.empty() && b.back() == Complex(0)) {
    b = b.first(b.size() - 1);
  }
  std::vector<Complex> roots;
  while (!b.empty() && b.front() == Complex(0)) {
    roots.emplace_back(0);
    b = b.subspan(1);
  }
  if (b.size() < 2) {
    return roots;
  }
  std::vector<Complex> z = starts(b);
  std::vector<bool> done(z.size());
  constexpr int kMostPasses = 200;
  bool all_done = false;
  for (int pass = 0; pass < kMostPasses && !all_done; ++pass) {
    all_done = true;
    for (size_t i = 0; i < z.size(); ++i) {
      if (done[i]) {
        continue;
      }
      const Newton n = newton(b, z[i]);
      Complex repulsion = 0;
      for (size_t j = 0; j < z.size(); ++j) {
        const Complex difference = z[i] - z[j];
        if (j != i && difference != Complex(0)) {
          repulsion += std::conj(difference) / std::norm(difference);
        }
      }
      const Complex change = n.step / (1.0 - n.step * repulsion);
      if (std::isfinite(change.real()) && std::isfinite(change.imag())) {
        z[i] -= change;
      }
      done[i] =
          n.settled || std::abs(change) <= std::numeric_limits<double>::epsilon() * std::abs(z[i]);
      all_done = all_done && done[i];
    }
  }
  roots.insert(roots.end(), z.begin(), z.end());
  return roots;
}

}  // namespace yonder::density::internal
