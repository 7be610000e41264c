// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/basis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace yonder::memory::internal {
namespace {

constexpr double kPi = std::numbers::pi;

// Nodes and weights of Gauss and Legendre on [-1, 1].
struct GaussNode {
  double x;
  double weight;
};
constexpr std::array<GaussNode, 3> kThreeNodes = {
    {{-0.77459666924148337704, 5.0 / 9}, {0, 8.0 / 9}, {0.77459666924148337704, 5.0 / 9}}};
constexpr std::array<GaussNode, 8> kEightNodes = {
    {{-0.96028985649753623168, 0.10122853629037625915},
     {-0.79666647741362673959, 0.22238103445337447054},
     {-0.52553240991632898582, 0.31370664587788728734},
     {-0.18343464249564980494, 0.36268378337836198297},
     {0.18343464249564980494, 0.36268378337836198297},
     {0.52553240991632898582, 0.31370664587788728734},
     {0.79666647741362673959, 0.22238103445337447054},
     {0.96028985649753623168, 0.10122853629037625915}}};

// values += weight * basis at every node of [older, newer].
template <size_t kNodes>
void add_quadrature(const Measure& measure, double older, double newer, double length,
                    const std::array<GaussNode, kNodes>& nodes, std::span<double> values) {
  std::vector<double> at_node(values.size());
  for (const GaussNode& node : nodes) {
    basis(measure, 0.5 * ((older + newer) - node.x * (older - newer)), length, at_node);
    for (size_t n = 0; n < values.size(); ++n) {
      values[n] += 0.5 * (older - newer) * node.weight * at_node[n];
    }
  }
}

// P'_{n+1} = P'_{n-1} + (2n+1) P_n.
void legendre_derivative(const Measure&, double age, double length, std::span<double> values) {
  const double s = 1 - 2 * age / length;
  double before = 0;
  double current = 1;
  double slope_before = 0;
  double slope = 0;
  for (size_t n = 0; n < values.size(); ++n) {
    const auto m = static_cast<double>(n);
    values[n] = std::sqrt(2 * m + 1) * slope * 2 / length;
    const double next = ((2 * m + 1) * s * current - m * before) / (m + 1);
    const double next_slope = slope_before + (2 * m + 1) * current;
    before = current;
    current = next;
    slope_before = slope;
    slope = next_slope;
  }
}

// Adds sign * length/2 * sqrt(2n+1) * (P_{n+1} - P_{n-1}) / (2n+1) at s = 1 - 2 age / length.
void add_legendre_antiderivative(double age, double length, double sign, std::span<double> values) {
  const double s = 1 - 2 * age / length;
  double before = 0;
  double current = 1;
  for (size_t n = 0; n < values.size(); ++n) {
    const auto m = static_cast<double>(n);
    const double next = ((2 * m + 1) * s * current - m * before) / (m + 1);
    values[n] += sign * length / 2 * (next - before) / std::sqrt(2 * m + 1);
    before = current;
    current = next;
  }
}

void legendre_integral(const Measure& measure, double older, double newer, double length,
                       std::span<double> values) {
  std::fill(values.begin(), values.end(), 0.0);
  const auto order = static_cast<double>(values.size());
  // Over a short interval the functions are nearly straight, and differences of antiderivatives
  // would be rounding.
  if ((older - newer) / length * 2 * order * order < 0.1) {
    add_quadrature(measure, older, newer, length, kThreeNodes, values);
    return;
  }
  add_legendre_antiderivative(newer, length, 1, values);
  add_legendre_antiderivative(older, length, -1, values);
}

void fourier_derivative(const Measure&, double age, double length, std::span<double> values) {
  const double angle = 2 * kPi * (1 - age / length);
  for (size_t n = 0; n + 1 < values.size(); n += 2) {
    const size_t mode = n / 2;
    const auto m = static_cast<double>(mode);
    const double rate = 2 * kPi * m / length * std::numbers::sqrt2;
    values[n] = -rate * std::sin(m * angle);
    values[n + 1] = rate * std::cos(m * angle);
  }
}

void fourier_integral(const Measure&, double older, double newer, double length,
                      std::span<double> values) {
  const double middle = 2 * kPi * (1 - 0.5 * (older + newer) / length);
  const double half = kPi * (older - newer) / length;
  for (size_t n = 0; n + 1 < values.size(); n += 2) {
    const size_t mode = n / 2;
    const auto m = static_cast<double>(mode);
    // Sum formula: no cancellation however short the interval is.
    const double share =
        n == 0 ? older - newer : std::numbers::sqrt2 * length / (kPi * m) * std::sin(m * half);
    values[n] = share * std::cos(m * middle);
    values[n + 1] = share * std::sin(m * middle);
  }
}

// T_n' = n U_{n-1}.
void chebyshev_derivative(const Measure&, double age, double length, std::span<double> values) {
  const double s = 1 - 2 * age / length;
  double before = 0;
  double current = 0;  // U_{n-1}
  for (size_t n = 0; n < values.size(); ++n) {
    values[n] = static_cast<double>(n) * current * 2 / length;
    const double next = n == 0 ? 1 : 2 * s * current - before;
    before = current;
    current = next;
  }
}

// With s = cos x the integral of T_n is that of cos(n x) sin(x).
void chebyshev_integral(const Measure&, double older, double newer, double length,
                        std::span<double> values) {
  const double from = std::acos(std::clamp(1 - 2 * newer / length, -1.0, 1.0));
  const double to = std::acos(std::clamp(1 - 2 * older / length, -1.0, 1.0));
  const double middle = 0.5 * (from + to);
  const double half = 0.5 * (to - from);
  // Integral of sin(k x) from `from` to `to`.
  const auto sine = [&](double k) {
    return k == 0 ? 0.0 : 2 / k * std::sin(k * middle) * std::sin(k * half);
  };
  for (size_t n = 0; n < values.size(); ++n) {
    const auto m = static_cast<double>(n);
    values[n] = length / 4 * (sine(m + 1) + sine(1 - m));
  }
}

// d/ds of s^alpha e^(-g s) L_n = s^alpha e^(-g s) ((alpha/s - g) L_n - (L_0 + ... + L_{n-1}) with
// order raised by one); the sum follows from s L_n' = n L_n - (n + alpha) L_{n-1} except at s = 0.
void laguerre_derivative(const Measure& measure, double age, double length,
                         std::span<double> values) {
  // L_n' = -sum_{k<n} L_k for alpha = 0; in general L_n^(alpha)' = L_{n-1}^(alpha)' -
  // L_{n-1}^(alpha+1), and L_n^(alpha+1) = sum_{k<=n} L_k^(alpha): all in values of basis().
  std::vector<double> functions(values.size());
  basis(measure, age, length, functions);
  const double alpha = measure.alpha;
  const double rate = (1 - measure.beta) / 2;
  const double s = age / measure.width;
  const double shape = (alpha == 0 ? 0 : alpha / s) - rate;
  double norm_square = 1;  // h_n^2 / h_0^2
  double sum = 0;          // of h_k values_k, k < n
  for (size_t n = 0; n < values.size(); ++n) {
    if (n > 0) {
      norm_square *= (static_cast<double>(n) + alpha) / static_cast<double>(n);
    }
    const double norm = std::sqrt(norm_square);
    // Time runs against age.
    values[n] = -(shape * functions[n] - sum / norm) / measure.width;
    sum += norm * functions[n];
  }
}

// In x = sqrt(age) the functions wave evenly, about sqrt(n) times per unit of sqrt(theta).
void laguerre_integral(const Measure& measure, double older, double newer, double length,
                       std::span<double> values) {
  std::fill(values.begin(), values.end(), 0.0);
  std::vector<double> at_node(values.size());
  const double from = std::sqrt(newer / measure.width);
  const double to = std::sqrt(older / measure.width);
  // Beyond 6 n + 100 nothing is left of an untilted function.
  const auto order = static_cast<double>(values.size());
  const double last =
      measure.beta < 1 ? std::min(to, std::sqrt((6 * order + 100) / (1 - measure.beta))) : to;
  if (last <= from) {
    return;
  }
  const auto panels = static_cast<int>(std::ceil((last - from) * std::sqrt(order) + 1));
  for (int panel = 0; panel < panels; ++panel) {
    const double left = from + (last - from) * panel / panels;
    const double right = from + (last - from) * (panel + 1) / panels;
    for (const GaussNode& node : kEightNodes) {
      const double x = 0.5 * ((left + right) + node.x * (right - left));
      basis(measure, x * x * measure.width, length, at_node);
      const double weight = 0.5 * (right - left) * node.weight * 2 * x * measure.width;
      for (size_t n = 0; n < values.size(); ++n) {
        values[n] += weight * at_node[n];
      }
    }
  }
}

struct Family {
  void (*derivative)(const Measure& measure, double age, double length, std::span<double> values);
  void (*integral)(const Measure& measure, double older, double newer, double length,
                   std::span<double> values);
};
constexpr Family kLegendre = {legendre_derivative, legendre_integral};
constexpr Family kFourier = {fourier_derivative, fourier_integral};
constexpr Family kChebyshev = {chebyshev_derivative, chebyshev_integral};
constexpr Family kLaguerre = {laguerre_derivative, laguerre_integral};

const Family& family_of(MeasureKind kind) {
  switch (kind) {
    case MeasureKind::fout:
    case MeasureKind::fous:
      return kFourier;
    case MeasureKind::chebt:
      return kChebyshev;
    case MeasureKind::lagt:
      return kLaguerre;
    default:
      return kLegendre;
  }
}

}  // namespace

void basis_integral(const Measure& measure, double older, double newer, double length,
                    std::span<double> values) {
  family_of(measure.kind).integral(measure, older, newer, length, values);
}

bool is_orthonormal(const Measure& measure) {
  const Family* family = &family_of(measure.kind);
  return family == &kLegendre || family == &kFourier ||
         (family == &kLaguerre && measure.alpha == 0 && measure.beta == 0);
}

}  // namespace yonder::memory::internal

namespace yonder::memory {

void basis_derivative(const Measure& measure, double age, double length, std::span<double> values) {
  internal::family_of(measure.kind).derivative(measure, age, length, values);
}

}  // namespace yonder::memory
