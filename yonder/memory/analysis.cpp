// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/analysis.h"

#include "yonder/base/error.h"
#include "yonder/memory/internal/dense.h"
#include "yonder/memory/internal/exponential_action.h"
#include "yonder/memory/internal/operator.h"
#include "yonder/memory/internal/structure.h"
#include "yonder/memory/measures/table.h"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/SVD>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace yonder::memory {
namespace {

using Complex = std::complex<double>;
using Eigen::Index;
using Eigen::VectorXcd;

constexpr int64_t kMostLegtPoles = 512;

void sort_by_angle(VectorXcd& values) {
  std::sort(values.begin(), values.end(), [](const Complex& a, const Complex& b) {
    return std::pair(a.imag(), a.real()) < std::pair(b.imag(), b.real());
  });
}

// Poles that follow the curve of `half` in number `order`, scaled by the orders: a first guess.
VectorXcd stretched(const VectorXcd& half, Index order) {
  const Index known = half.size();
  VectorXcd result(order);
  for (Index i = 0; i < order; ++i) {
    const double at =
        (static_cast<double>(i) + 0.5) * static_cast<double>(known) / static_cast<double>(order) -
        0.5;
    const Index left = std::clamp<Index>(static_cast<Index>(std::floor(at)), 0, known - 2);
    const double share = at - static_cast<double>(left);
    result[i] = (half[left] + share * (half[left + 1] - half[left])) *
                (static_cast<double>(order) / static_cast<double>(known));
  }
  return result;
}

// Newton's method on f_i = sum 2/(z_i - z_j) - 1 - (2N-1)/z_i, steps limited by the distances.
void refine(VectorXcd& z) {
  const Index order = z.size();
  const double last = 2 * static_cast<double>(order) - 1;
  constexpr int kMost = 60;
  for (int iteration = 0; iteration < kMost; ++iteration) {
    Eigen::MatrixXcd slope = Eigen::MatrixXcd::Zero(order, order);
    VectorXcd value(order);
    double nearest = std::numeric_limits<double>::infinity();
    for (Index i = 0; i < order; ++i) {
      value[i] = -1.0 - last / z[i];
      slope(i, i) = last / (z[i] * z[i]);
      for (Index j = 0; j < order; ++j) {
        if (i != j) {
          const Complex inverse = 1.0 / (z[i] - z[j]);
          nearest = std::min(nearest, std::abs(z[i] - z[j]));
          value[i] += 2.0 * inverse;
          slope(i, j) = 2.0 * inverse * inverse;
          slope(i, i) -= 2.0 * inverse * inverse;
        }
      }
    }
    const VectorXcd step = slope.partialPivLu().solve(-value);
    const double longest = step.cwiseAbs().maxCoeff();
    if (longest > 0) {
      z += std::min(1.0, 0.3 * nearest / longest) * step;
    }
    if (step.cwiseQuotient(z).cwiseAbs().maxCoeff() <= 1e-15) {
      return;
    }
  }
}

VectorXcd legt_poles(Index order) {
  if (order == 1) {
    return VectorXcd::Constant(1, -1.0);
  }
  constexpr Index kSmall = 16;  // a general solver still has eight digits
  VectorXcd z;
  if (order <= kSmall) {
    const System s = system({MeasureKind::legt, 1}, order);
    z = Eigen::EigenSolver<Eigen::MatrixXd>(internal::view(s.a), false).eigenvalues();
    sort_by_angle(z);
  } else {
    z = stretched(legt_poles((order + 1) / 2), order);
  }
  refine(z);
  sort_by_angle(z);
  return z;
}

VectorXcd general_poles(const Measure& measure, int64_t order) {
  const System s = system(measure, order);
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(internal::view(s.a), true);
  const Eigen::JacobiSVD<Eigen::MatrixXcd> svd(solver.eigenvectors());
  const double condition = svd.singularValues()[0] / svd.singularValues().tail(1)[0];
  require(condition < 1e10, ErrorKind::numerical,
          "the poles of {} N={} cannot be trusted: the eigenvectors have condition {:.1e}; take a "
          "smaller order",
          row_of(measure.kind).name, order, condition);
  return solver.eigenvalues();
}

// (2n+1) j_n(x)^2 for n < count, by the recurrence downwards (Miller), which is stable from an
// order well above both x and count; normalised by their sum, which is 1.
std::vector<double> tone_energies(double x, int64_t count) {
  const auto margin = static_cast<int64_t>(20 + 10 * std::cbrt(x));
  const int64_t top = std::max(count, static_cast<int64_t>(x)) + margin;
  std::vector<double> energies(static_cast<size_t>(top) + 1);
  double above = 0;
  double current = 1e-150;
  double total = 0;
  constexpr double kLarge = 1e100;
  for (int64_t n = top; n >= 0; --n) {
    const double energy = static_cast<double>(2 * n + 1) * current * current;
    energies[static_cast<size_t>(n)] = energy;
    total += energy;
    const double below =
        x > 0 ? static_cast<double>(2 * n + 1) / x * current - above : (n == 1 ? 1.0 : 0.0);
    above = current;
    current = below;
    if (std::abs(current) > kLarge) {
      current /= kLarge;
      above /= kLarge;
      total /= kLarge * kLarge;
      for (int64_t m = n; m <= top; ++m) {
        energies[static_cast<size_t>(m)] /= kLarge * kLarge;
      }
    }
  }
  for (double& energy : energies) {
    energy /= total;
  }
  return energies;
}

double tail(const std::vector<double>& energies, int64_t order) {
  double sum = 0;
  for (size_t n = energies.size(); n-- > static_cast<size_t>(order);) {
    sum += energies[n];
  }
  return std::sqrt(sum);
}

double delay_error(int64_t order, double w) {
  return std::abs(delay_transfer(order, {0, w}) - std::polar(1.0, -w));
}

}  // namespace

std::vector<Complex> poles(const Measure& measure, int64_t order) {
  measure.validate();
  check_order(measure, order);
  VectorXcd result;
  switch (measure.kind) {
    case MeasureKind::legs:
    case MeasureKind::legs_step:
    case MeasureKind::lagt: {
      const std::vector<double> diagonal = internal::semiseparable(measure, order).d;
      return {diagonal.begin(), diagonal.end()};
    }
    case MeasureKind::legt:
      require(order <= kMostLegtPoles, ErrorKind::bad_option,
              "the poles of legt are found for orders up to {}, not {}", kMostLegtPoles, order);
      result = legt_poles(order) / measure.width;
      break;
    default:
      result = general_poles(measure, order);
      sort_by_angle(result);
  }
  return {result.begin(), result.end()};
}

// (s I - A) z = B by the factors of structure.h in complex arithmetic: the symmetric part of -A is
// half of two squares, that of s I is not negative.
Complex delay_transfer(int64_t order, Complex s) {
  const Measure measure{MeasureKind::legt, 1};
  check_order(measure, order);
  require(s.real() >= 0, ErrorKind::bad_option,
          "the delay is evaluated for s with a real part of 0 or more, not {}", s.real());
  const internal::Semiseparable a = internal::semiseparable(measure, order);
  const size_t size = a.order();
  std::vector<Complex> y(size);
  std::vector<Complex> upper(size);
  std::vector<Complex> inverse(size);
  Complex g = 0;
  Complex sum = 0;
  for (size_t n = 0; n < size; ++n) {
    const double p = -a.p[n];
    inverse[n] = 1.0 / (s - a.d[n] - g * p * a.t[n]);
    const Complex beta = (a.q[n] - g * a.t[n]) * inverse[n];
    upper[n] = -a.s[n] - g * p;
    g += beta * upper[n];
    y[n] = a.input * a.p[n] - p * sum;
    sum += beta * y[n];
  }
  Complex answer = 0;  // sum of t z: what is known at the far end of the window
  for (size_t n = size; n-- > 0;) {
    answer += a.t[n] * (y[n] - upper[n] * answer) * inverse[n];
  }
  return answer;
}

double delay_bandwidth(int64_t order, double error) {
  require(error > 0 && error < 1, ErrorKind::bad_option,
          "an error of {}; it must lie between 0 and 1", error);
  // The error of the delay grows with the frequency until it is of the size of 1.
  double low = 0;
  double high = 1;
  while (delay_error(order, high) <= error) {
    low = high;
    high *= 1.1;
  }
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (delay_error(order, middle) <= error ? low : high) = middle;
  }
  return low;
}

Matrix memory_kernels(const Measure& measure, int64_t order, std::span<const double> ages) {
  const System s = system(measure, order);
  const auto n = static_cast<size_t>(order);
  Matrix kernels{static_cast<int64_t>(ages.size()), order, std::vector<double>(ages.size() * n)};
  double before = 0;
  for (const double age : ages) {
    require(age >= before && std::isfinite(age), ErrorKind::bad_option,
            "an age of {} after one of {}; ages start at 0 or later and do not fall", age, before);
    before = age;
  }
  if (s.time_varying) {
    for (size_t i = 0; i < ages.size(); ++i) {
      require(ages[i] <= 1, ErrorKind::bad_option,
              "an age of {} where all of the past is 1 long; give ages between 0 and 1", ages[i]);
      basis(measure, ages[i], 1, std::span(kernels.values).subspan(i * n, n));
    }
    return kernels;
  }
  const auto a = internal::make_operator<double>(measure, order);
  internal::ExponentialAction action(*a);
  std::vector<double> state = s.b;
  const double nothing = 0;
  before = 0;
  for (size_t i = 0; i < ages.size(); ++i) {
    if (ages[i] > before) {
      action.advance(ages[i] - before, 0, &nothing, &nothing, state.data(), 1);
      before = ages[i];
    }
    std::copy(state.begin(), state.end(),
              kernels.values.begin() + static_cast<std::ptrdiff_t>(i * n));
  }
  return kernels;
}

double tone_error(int64_t order, double cycles) {
  check_order({}, order);
  require(cycles >= 0 && cycles <= 1e6, ErrorKind::bad_option,
          "{} cycles; a number between 0 and a million is expected", cycles);
  return tail(tone_energies(std::numbers::pi * cycles, order), order);
}

Advice choose(double frequency, double window, double error) {
  require(frequency > 0 && std::isfinite(frequency), ErrorKind::bad_option,
          "--freq is {}; a number above 0 is expected", frequency);
  require(window > 0 && std::isfinite(window), ErrorKind::bad_option,
          "--window is {}; a number above 0 is expected", window);
  require(error > 0 && error < 1, ErrorKind::bad_option,
          "--error is {}; a number between 0 and 1 is expected, as in 0.01 or 1%", error);
  constexpr int64_t kMost = 4096;
  Advice advice;
  advice.cycles = frequency * window;
  const double x = std::numbers::pi * advice.cycles;
  require(x <= 2 * kMost, ErrorKind::bad_option,
          "{:.4g} cycles need about {:.0f} coefficients, more than {}; take a shorter window or a "
          "lower frequency",
          advice.cycles, x, kMost);
  const std::vector<double> energies = tone_energies(x, kMost);
  double left = 0;
  size_t order = energies.size();
  while (order > 1 && left + energies[order - 1] <= error * error) {
    --order;
    left += energies[order];
  }
  advice.order = static_cast<int64_t>(order);
  require(
      advice.order <= kMost, ErrorKind::bad_option,
      "{:.4g} cycles to an error of {} need more than {} coefficients; take a shorter window or "
      "a lower frequency",
      advice.cycles, error, kMost);
  advice.error = std::sqrt(left);
  // Held samples leave the rms of a sawtooth: 2 pi / (samples per cycle) / sqrt(12), relatively.
  advice.samples_per_cycle = 2 * std::numbers::pi / (std::sqrt(12.0) * error);
  for (int64_t n = advice.order; n <= kMost; ++n) {
    if (delay_error(n, 2 * x) <= error) {
      advice.legt_order = n;
      break;
    }
  }
  return advice;
}

}  // namespace yonder::memory
