// SPDX-License-Identifier: Apache-2.0
// Wilson's method is Newton's on the equations autocorrelation(b) = c. From any minimal-phase start
// every iterate is of minimal phase, and the convergence is quadratic, or by a factor 1/2 per step
// where the polynomial has zeros on the circle, so a constant start always ends at the
// minimal-phase factor. A step solves conj(A) D + A conj(D) = f - |A|^2 for the correction D: for
// orders up to 256 as a dense real system, beyond on a grid, where D / A is the causal half of (f -
// |A|^2) / |A|^2. Source: G. T. Wilson, "Factorization of the covariance generating function of a
// pure moving average process", SIAM J. Numer. Anal. 6 (1969).
#include "yonder/density/spectral_factor.h"

#include "yonder/base/error.h"
#include "yonder/density/internal/fourier.h"
#include "yonder/density/internal/polynomial_roots.h"

#include <Eigen/Dense>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace yonder::density {
namespace {

using Complex = std::complex<double>;
using Coefficients = std::vector<Complex>;

constexpr size_t kMostDense = 256;   // order up to which Newton's steps are dense
constexpr size_t kMostRoots = 1024;  // coefficients up to which roots are computed

double norm_of(std::span<const Complex> b) {
  double sum = 0;
  for (const Complex& value : b) {
    sum += std::norm(value);
  }
  return sum;
}

bool is_normalised(std::span<const Complex> b) {
  const double rounding = 8 * std::numeric_limits<double>::epsilon();
  return b[0].imag() == 0 && b[0].real() > 0 &&
         std::fabs(norm_of(b) - 1) <= rounding * std::sqrt(static_cast<double>(b.size()));
}

/// b_0 turned to the positive real axis, sum |b|^2 = 1.
Coefficients normalised(Coefficients b) {
  const double magnitude = std::abs(b[0]);
  const double scale = 1 / std::sqrt(norm_of(b));
  const Complex turn = std::conj(b[0]) / magnitude * scale;
  for (Complex& value : b) {
    value *= turn;
  }
  b[0] = magnitude * scale;
  return b;
}

struct ValueAndSlope {
  Complex value;
  Complex slope;  // d A / d x
};

ValueAndSlope horner(std::span<const Complex> b, double x) {
  const Complex z = std::polar(1.0, std::numbers::pi * x);
  Complex value = 0;
  Complex slope = 0;
  for (size_t k = b.size(); k-- > 0;) {
    slope = slope * z + value;
    value = value * z + b[k];
  }
  return {value, slope * z * Complex(0, std::numbers::pi)};
}

/// Change of arg A over [x, x + width]. The interval is halved while a root may be as near as the
/// interval is wide, which |A' / A| tells; a root on the circle itself ends the recursion.
double turning(std::span<const Complex> b, double x, double width, const ValueAndSlope& left,
               const ValueAndSlope& right) {
  constexpr double kLeastWidth = 1e-14;
  const auto nearness = [](const ValueAndSlope& a) {
    return std::abs(a.slope) / std::abs(a.value);
  };
  const bool settled = width * nearness(left) < 1 && width * nearness(right) < 1;
  if (settled || width < kLeastWidth) {
    return left.value == Complex(0) || right.value == Complex(0)
               ? 0
               : std::arg(right.value * std::conj(left.value));
  }
  const ValueAndSlope middle = horner(b, x + 0.5 * width);
  return turning(b, x, 0.5 * width, left, middle) +
         turning(b, x + 0.5 * width, 0.5 * width, middle, right);
}

/// Argument principle: how many roots lie inside the unit circle. Those within about 1e-14 of it
/// may count either way; they change nothing.
int64_t roots_inside(std::span<const Complex> b) {
  const size_t cells = std::bit_ceil(8 * b.size());
  Coefficients slopes(b.size());
  for (size_t k = 0; k < b.size(); ++k) {
    slopes[k] = b[k] * Complex(0, std::numbers::pi * static_cast<double>(k));
  }
  const Coefficients value = internal::values_on_grid(b, cells);
  const Coefficients slope = internal::values_on_grid(slopes, cells);
  const double width = 2 / static_cast<double>(cells);
  double total = 0;
  for (size_t m = 0; m < cells; ++m) {
    const size_t next = (m + 1) % cells;
    total += turning(b, width * static_cast<double>(m), width, {value[m], slope[m]},
                     {value[next], slope[next]});
  }
  return std::lround(total / (2 * std::numbers::pi));
}

/// What is missing from `c`, n = 0..N.
Coefficients residual(std::span<const Complex> c, std::span<const Complex> b) {
  Coefficients r = autocorrelation(b);
  for (size_t n = 0; n < c.size(); ++n) {
    r[n] = c[n] - r[n];
  }
  return r;
}

double largest(std::span<const Complex> r) {
  double most = 0;
  for (const Complex& value : r) {
    most = std::max(most, std::abs(value));
  }
  return most;
}

/// The correction of one Newton step by elimination: sum_k conj(b_k) d_{k+n} + conj(d_k) b_{k+n} =
/// r_n, with Im d_0 = 0.
Coefficients dense_step(std::span<const Complex> b, std::span<const Complex> r) {
  const auto size = static_cast<Eigen::Index>(b.size());
  const Eigen::Index unknowns = 2 * size - 1;  // Re d_0..d_N, Im d_1..d_N
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(unknowns, unknowns);
  Eigen::VectorXd right(unknowns);
  // Adds `factor` (times conj(d_j) or d_j) to equation n.
  const auto add = [&](Eigen::Index n, Eigen::Index j, Complex factor, double sign) {
    matrix(n, j) += factor.real();
    if (n > 0) {
      matrix(size - 1 + n, j) += factor.imag();
    }
    if (j > 0) {
      matrix(n, size - 1 + j) -= sign * factor.imag();
      if (n > 0) {
        matrix(size - 1 + n, size - 1 + j) += sign * factor.real();
      }
    }
  };
  for (Eigen::Index n = 0; n < size; ++n) {
    for (Eigen::Index k = 0; k + n < size; ++k) {
      add(n, k + n, std::conj(b[static_cast<size_t>(k)]), 1);
      add(n, k, b[static_cast<size_t>(k + n)], -1);
    }
    right(n) = r[static_cast<size_t>(n)].real();
    if (n > 0) {
      right(size - 1 + n) = r[static_cast<size_t>(n)].imag();
    }
  }
  const Eigen::VectorXd solution = matrix.partialPivLu().solve(right);
  Coefficients d(b.size());
  for (Eigen::Index k = 0; k < size; ++k) {
    d[static_cast<size_t>(k)] = Complex(solution(k), k > 0 ? solution(size - 1 + k) : 0);
  }
  return d;
}

/// The causal half of a function on the grid: half its mean and the coefficients of z, z^2, ...
void keep_causal_half(Coefficients& coefficients) {
  coefficients[0] *= 0.5;
  std::fill(coefficients.begin() + static_cast<std::ptrdiff_t>(coefficients.size() / 2),
            coefficients.end(), Complex(0));
}

/// The same step on a grid of `cells` points; exact but for aliasing, which falls like |r|^cells
/// for the root r nearest to the circle.
Coefficients grid_step(std::span<const Complex> b, std::span<const Complex> r, size_t cells) {
  Coefficients symmetric(r.begin(), r.end());
  symmetric[0] *= 0.5;
  const Coefficients missing = internal::values_on_grid(symmetric, cells);
  const Coefficients value = internal::values_on_grid(b, cells);
  Coefficients ratio(cells);
  for (size_t m = 0; m < cells; ++m) {
    ratio[m] = 2 * missing[m].real() / std::norm(value[m]);
  }
  Coefficients half = internal::coefficients_of_grid(ratio);
  keep_causal_half(half);
  Coefficients step = internal::values_on_grid(half, cells);
  for (size_t m = 0; m < cells; ++m) {
    step[m] *= value[m];
  }
  step = internal::coefficients_of_grid(step);
  step.resize(b.size());
  return step;
}

/// Newton from `b` until the residual no longer falls; returns it relative to c_0.
template <typename Step>
double refine(std::span<const Complex> c, Coefficients& b, Step step) {
  constexpr int kMostSteps = 100;
  constexpr double kRounding = 1e-16;
  Coefficients r = residual(c, b);
  double error = largest(r);
  int worse = 0;
  for (int count = 0; count < kMostSteps && error > kRounding * c[0].real(); ++count) {
    Coefficients next = b;
    const Coefficients d = step(b, r);
    for (size_t k = 0; k < b.size(); ++k) {
      next[k] += d[k];
    }
    Coefficients next_r = residual(c, next);
    const double next_error = largest(next_r);
    if (!std::isfinite(next_error)) {
      break;
    }
    // The first steps from a constant may raise the residual; near the end rounding does.
    worse = next_error > 0.9 * error ? worse + 1 : 0;
    if (worse > 3 || (worse > 0 && error < 1e-13 * c[0].real())) {
      break;
    }
    b = std::move(next);
    r = std::move(next_r);
    error = next_error;
  }
  return error / c[0].real();
}

/// exp of the causal half of ln f / 2: the factor itself, but for aliasing and for what truncation
/// to N + 1 coefficients leaves out; a start for Newton.
Coefficients cepstral_factor(std::span<const double> f, double floor, size_t coefficients) {
  Coefficients logarithm(f.size());
  for (size_t m = 0; m < f.size(); ++m) {
    logarithm[m] = std::log(std::max(f[m], floor));
  }
  Coefficients half = internal::coefficients_of_grid(logarithm);
  keep_causal_half(half);
  Coefficients value = internal::values_on_grid(half, f.size());
  for (Complex& v : value) {
    v = std::exp(v);
  }
  value = internal::coefficients_of_grid(value);
  value.resize(coefficients);
  return value;
}

/// b_0 made real, and all of b where it should be: the steps leave that as it is.
void settle_phase(Coefficients& b, bool real) {
  const Complex turn = std::conj(b[0]) / std::abs(b[0]);
  for (Complex& value : b) {
    value = real ? Complex(value.real()) : value * turn;
  }
  b[0] = std::abs(b[0]);
}

/// The polynomial, its slope and its curvature at x.
std::array<double, 3> cosine_sum(std::span<const Complex> c, double x) {
  std::array<double, 3> f = {c[0].real(), 0, 0};
  for (size_t n = 1; n < c.size(); ++n) {
    const double w = std::numbers::pi * static_cast<double>(n);
    const Complex term = 2.0 * c[n] * std::polar(1.0, w * x);
    f[0] += term.real();
    f[1] -= w * term.imag();
    f[2] -= w * w * term.real();
  }
  return f;
}

/// The least value of the polynomial: every local minimum of the grid that Bernstein's bound leaves
/// in question is followed down.
double least_value(std::span<const Complex> c, std::span<const double> f) {
  const double most = *std::max_element(f.begin(), f.end());
  const size_t cells = f.size();
  const double width = 2 / static_cast<double>(cells);
  // Between grid points f falls by at most max|f''| width^2 / 8 <= (pi N width)^2 / 8 max f.
  const double drop =
      std::pow(std::numbers::pi * static_cast<double>(c.size() - 1) * width, 2) / 8 * most;
  double least = most;
  for (size_t m = 0; m < cells; ++m) {
    const double here = f[m];
    if (here > f[(m + 1) % cells] || here > f[(m + cells - 1) % cells]) {
      continue;
    }
    least = std::min(least, here);
    if (here > drop) {
      continue;
    }
    double low = width * (static_cast<double>(m) - 1);
    double high = width * (static_cast<double>(m) + 1);
    double x = width * static_cast<double>(m);
    for (int step = 0; step < 60 && high - low > 1e-15; ++step) {
      const auto [value, slope, curvature] = cosine_sum(c, x);
      least = std::min(least, value);
      (slope < 0 ? low : high) = x;
      const double next = x - slope / curvature;
      x = next > low && next < high ? next : 0.5 * (low + high);
    }
  }
  return least;
}

/// A (1 - conj(r) z) / (z - r) for every root r inside the circle: all-pass factors leave |A| as it
/// is. Dividing from the highest coefficient on is stable for |r| < 1.
Coefficients with_roots_reflected(Coefficients b) {
  for (const Complex& root : internal::polynomial_roots(b)) {
    if (std::norm(root) >= 1) {
      continue;
    }
    Complex quotient = 0;  // of the power above, while b becomes that of this power
    for (size_t k = b.size(); k-- > 0;) {
      const Complex next = b[k] + root * quotient;
      b[k] = quotient;
      quotient = next;
    }
    for (size_t k = b.size() - 1; k > 0; --k) {
      b[k] -= std::conj(root) * b[k - 1];
    }
  }
  return b;
}

}  // namespace

std::vector<Complex> autocorrelation(std::span<const Complex> b) {
  const size_t size = b.size();
  Coefficients c(size);
  if (size < 64) {
    for (size_t n = 0; n < size; ++n) {
      for (size_t k = 0; k + n < size; ++k) {
        c[n] += std::conj(b[k]) * b[k + n];
      }
    }
  } else {
    Coefficients value = internal::values_on_grid(b, std::bit_ceil(2 * size));
    for (Complex& v : value) {
      v = std::norm(v);
    }
    value = internal::coefficients_of_grid(value);
    std::copy_n(value.begin(), size, c.begin());
  }
  c[0] = norm_of(b);
  return c;
}

std::vector<Complex> spectral_factor(std::span<const Complex> c) {
  require(!c.empty(), ErrorKind::bad_data, "there are no coefficients; c_0 at least was expected");
  for (size_t n = 0; n < c.size(); ++n) {
    require(std::isfinite(c[n].real()) && std::isfinite(c[n].imag()), ErrorKind::bad_data,
            "coefficient c_{} is not finite", n);
  }
  require(c[0].real() > 0 && std::fabs(c[0].imag()) <= 1e-12 * c[0].real(), ErrorKind::bad_data,
          "c_0 is {} + {}i; the integral of a density is real and > 0", c[0].real(), c[0].imag());
  Coefficients wanted(c.begin(), c.end());
  wanted[0] = c[0].real();
  const size_t cells = std::bit_ceil(32 * c.size());
  Coefficients half = wanted;
  half[0] *= 0.5;
  const Coefficients values = internal::values_on_grid(half, cells);
  std::vector<double> f(cells);
  for (size_t m = 0; m < cells; ++m) {
    f[m] = 2 * values[m].real();
  }
  const double most = *std::max_element(f.begin(), f.end());
  const double least = least_value(wanted, f);
  constexpr double kRounding = 1e-12;
  require(least >= -kRounding * most, ErrorKind::bad_data,
          "the coefficients are no density: their polynomial falls to {:.3g} times its maximum; "
          "it must be >= 0 everywhere",
          least / most);
  wanted[0] -= std::min(0.0, least);

  const bool real = std::all_of(wanted.begin(), wanted.end(),
                                [](const Complex& value) { return value.imag() == 0; });
  const bool dense = c.size() <= kMostDense + 1;
  const auto refined = [&](Coefficients& start, size_t grid) {
    settle_phase(start, real);
    return dense ? refine(wanted, start, dense_step)
                 : refine(wanted, start, [&](const Coefficients& at, const Coefficients& r) {
                     return grid_step(at, r, grid);
                   });
  };
  double error = 1;
  Coefficients b = cepstral_factor(f, 1e-12 * most, c.size());
  if (roots_inside(b) == 0) {
    error = refined(b, cells);
  }
  // A constant is of minimal phase for certain; on a grid, roots near the circle need a fine one.
  constexpr size_t kFinest = size_t{1} << 23;
  for (size_t grid = cells; error > kRounding && grid <= kFinest;
       grid = dense ? kFinest + 1 : 8 * grid) {
    b.assign(c.size(), 0);
    b[0] = std::sqrt(wanted[0].real());
    error = refined(b, grid);
  }
  settle_phase(b, real);
  require(error <= kRounding, ErrorKind::bad_data,
          "the coefficients could not be factored beyond a relative error of {:.3g}; they are "
          "negative somewhere, or have many zeros on the circle",
          error);
  return b;
}

std::vector<Complex> canonical(std::span<const Complex> b) {
  double most = 0;
  for (size_t k = 0; k < b.size(); ++k) {
    require(std::isfinite(b[k].real()) && std::isfinite(b[k].imag()), ErrorKind::bad_data,
            "coefficient b_{} is not finite", k);
    most = std::max(most, std::max(std::fabs(b[k].real()), std::fabs(b[k].imag())));
  }
  require(most > 0, ErrorKind::bad_data, "all coefficients are 0; a density needs one that is not");
  Coefficients scaled(b.begin(), b.end());
  if (most > 1 || most < 1e-3) {
    for (Complex& value : scaled) {
      value /= most;
    }
  }
  const bool minimal_phase = scaled[0] != Complex(0) && roots_inside(scaled) == 0;
  if (!minimal_phase) {
    // The roots keep what the autocorrelation squares away; beyond some order they take too long.
    scaled = scaled.size() <= kMostRoots ? with_roots_reflected(std::move(scaled))
                                         : spectral_factor(autocorrelation(scaled));
  }
  Coefficients result = normalised(std::move(scaled));
  // Canonical coefficients stay as they are to the last bit, so that files keep their bytes.
  // Reflecting a root r multiplies b_0 by 1 / |r|, so what grows it by next to nothing only moved
  // roots that were on the circle but for rounding.
  constexpr double kOnCircle = 1e-7;
  if (is_normalised(b) && result[0].real() <= (1 + kOnCircle) * b[0].real()) {
    return Coefficients(b.begin(), b.end());
  }
  return result;
}

std::vector<Complex> cepstrum(std::span<const Complex> b) {
  // From A' = A (ln A)': n b_n = sum_{k=1..n} k l_k b_{n-k}.
  Coefficients weighted(b.size());  // n l_n
  for (size_t n = 1; n < b.size(); ++n) {
    Complex sum = static_cast<double>(n) * b[n];
    for (size_t k = 1; k < n; ++k) {
      sum -= weighted[k] * b[n - k];
    }
    weighted[n] = sum / b[0];
  }
  Coefficients l(b.size());
  l[0] = std::log(b[0]);
  for (size_t n = 1; n < b.size(); ++n) {
    l[n] = weighted[n] / static_cast<double>(n);
  }
  return l;
}

}  // namespace yonder::density
