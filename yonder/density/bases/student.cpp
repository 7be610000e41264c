// SPDX-License-Identifier: Apache-2.0
// Student's t distribution with nu degrees of freedom: tails |y|^-(nu + 1), the base for data with
// outliers. The tail is I_{nu / (nu + u^2)}(nu / 2, 1 / 2) / 2, the regularised incomplete beta
// function, by Lentz's evaluation of its continued fraction: relatively accurate to about 1e-15 +
// 4e-17 nu as far as doubles reach. Its inverse is Newton's method from the side from which it
// converges monotonically: the tail is convex in u > 0, and ln tail is concave in ln u.
// Fitted by EM; "student" alone also fits nu, as the maximum of the profile likelihood over 0.2 to
// 200 (golden section on ln nu).
// Source: NIST DLMF 8.17.22 (continued fraction), 5.11.13 (ratio of gamma functions).
#include "yonder/base/error.h"
#include "yonder/density/internal/location_scale.h"
#include "yonder/density/internal/student_distribution.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <numbers>

namespace yonder::density::internal {
namespace {

constexpr double kLeastFreedom = 0.05;
constexpr double kMostFreedom = 1e5;  // beyond, the fraction loses too many digits

/// ln(Gamma(a + 1/2) / Gamma(a)); the difference of two lgamma would lose digits for large a.
double log_gamma_ratio(double a) {
  // Shifted upwards until the asymptotic series reaches double precision.
  double correction = 0;
  while (a < 16) {
    correction += std::log1p(0.5 / a);
    a += 1;
  }
  const double r = 1 / (a * a);
  const double series =
      (-1.0 / 8 + r * (1.0 / 192 + r * (-1.0 / 640 + r * (17.0 / 14336 + r * (-31.0 / 18432))))) /
      a;
  return 0.5 * std::log(a) + series - correction;
}

/// Continued fraction of I_z(a, b), to be multiplied by z^a (1-z)^b / (a B(a, b)).
double beta_fraction(double a, double b, double z) {
  constexpr double kTiny = 1e-300;
  constexpr double kPrecision = 1e-16;
  double c = 1;
  double d = 1 - (a + b) * z / (a + 1);
  d = 1 / (std::fabs(d) < kTiny ? kTiny : d);
  double value = d;
  for (int m = 1; m < 10000; ++m) {
    const double even = m * (b - m) * z / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 + even * d;
    c = 1 + even / c;
    d = 1 / (std::fabs(d) < kTiny ? kTiny : d);
    c = std::fabs(c) < kTiny ? kTiny : c;
    value *= d * c;
    const double odd = -(a + m) * (a + b + m) * z / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 + odd * d;
    c = 1 + odd / c;
    d = 1 / (std::fabs(d) < kTiny ? kTiny : d);
    c = std::fabs(c) < kTiny ? kTiny : c;
    value *= d * c;
    if (std::fabs(d * c - 1) < kPrecision) {
      break;
    }
  }
  return value;
}

/// ln(1 + u^2 / nu) without overflow.
double log_one_plus(double freedom, double u) {
  const double v = std::fabs(u) / std::sqrt(freedom);
  return v > 1e8 ? 2 * std::log(std::fabs(u)) - std::log(freedom) : std::log1p(v * v);
}

}  // namespace

double student_log_density(double freedom, double u) {
  return log_gamma_ratio(0.5 * freedom) - 0.5 * std::log(freedom * std::numbers::pi) -
         0.5 * (freedom + 1) * log_one_plus(freedom, u);
}

double student_log_tail(double freedom, double u) {
  // B(nu / 2, 1 / 2) = Gamma(nu / 2) sqrt(pi) / Gamma((nu + 1) / 2).
  const double log_beta = 0.5 * std::log(std::numbers::pi) - log_gamma_ratio(0.5 * freedom);
  const double log_ratio = log_one_plus(freedom, u);  // -ln z
  const double z = std::exp(-log_ratio);
  const double complement = -std::expm1(-log_ratio);
  const double a = 0.5 * freedom;
  if (z < (a + 1) / (a + 2.5)) {
    return 0.5 * std::log(complement) - a * log_ratio - log_beta +
           std::log(0.5 / a * beta_fraction(a, 0.5, z));
  }
  if (complement <= 0) {
    return -std::numbers::ln2;
  }
  const double centre = std::exp(0.5 * std::log(complement) - a * log_ratio - log_beta) *
                        beta_fraction(0.5, a, complement);
  return std::log(0.5 - centre);
}

double student_tail(double freedom, double u) { return std::exp(student_log_tail(freedom, u)); }

double student_log_likelihood(const BaseSample& sample, double freedom, double location,
                              double scale) {
  const double constant = student_log_density(freedom, 0) - std::log(scale);
  double sum = 0;
  double total = 0;
  for (size_t i = 0; i < sample.values.size(); ++i) {
    sum += sample.weight(i) * log_one_plus(freedom, (sample.values[i] - location) / scale);
    total += sample.weight(i);
  }
  return constant - 0.5 * (freedom + 1) * sum / total;
}

std::vector<double> fit_student(const BaseSample& sample, double freedom) {
  double location = sample.location != nullptr ? *sample.location : weighted_median(sample);
  double scale = sample.scale != nullptr ? *sample.scale : half_interquartile_range(sample);
  // Where half of the weight lies on one value the likelihood has no maximum: the scale would
  // shrink for ever.
  const double least_scale = 1e-6 * scale;
  for (int step = 0; step < 1000; ++step) {
    double total = 0;
    double weight_sum = 0;
    double moment = 0;
    double square = 0;
    for (size_t i = 0; i < sample.values.size(); ++i) {
      const double u = (sample.values[i] - location) / scale;
      const double w = sample.weight(i) * (freedom + 1) / (freedom + u * u);
      total += sample.weight(i);
      weight_sum += w;
      moment += w * u;
      square += w * u * u;
    }
    const double shift = sample.location != nullptr ? 0 : moment / weight_sum;  // in scales
    // The faster variant that divides by the sum of the weights (Kent, Tyler and Vardi 1994) has
    // the same fixed point.
    const double stretch = sample.scale != nullptr
                               ? 1
                               : std::sqrt(std::max(0.0, square - shift * moment) /
                                           (sample.location != nullptr ? total : weight_sum));
    location += shift * scale;
    scale = std::max(scale * stretch, least_scale);
    if (std::fabs(shift) < 1e-10 && std::fabs(stretch - 1) < 1e-10) {
      break;
    }
  }
  return {location, scale};
}

namespace {

/// Quantiles beyond e^709 are infinite.
constexpr double kMostLog = 709;

/// Hill's approximation of the quantile, relative 1e-2 or better; for nu < 1 the power law of the
/// far tail, density(u) ~ e^{log_scale} u^-(nu + 1). A start for Newton's method.
/// Source: G. W. Hill 1970, "Student's t-quantiles" (ACM algorithm 396).
double approximate_quantile(double freedom, double mass) {
  if (freedom < 1) {
    const double log_scale =
        student_log_density(freedom, 0) + 0.5 * (freedom + 1) * std::log(freedom);
    return std::exp(
        std::clamp((log_scale - std::log(freedom) - std::log(mass)) / freedom, -1.0, kMostLog));
  }
  const double a = 1 / (freedom - 0.5);
  const double b = 48 / (a * a);
  double c = ((20700 * a / b - 98) * a - 16) * a + 96.36;
  const double d = ((94.5 / (b + c) - 3) / b + 1) * std::sqrt(a * std::numbers::pi / 2) * freedom;
  const double log_y = 2 / freedom * std::log(2 * d * mass);
  double y = std::exp(log_y);
  if (y > a + 0.05) {
    const double x = -normal_tail_quantile(mass);
    y = x * x;
    c += freedom < 5 ? 0.3 * (freedom - 4.5) * (x + 0.6) : 0;
    c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c;
    y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x;
    return std::sqrt(freedom * std::expm1(a * y * y));
  }
  if (y < 1e-200) {
    return std::exp(std::min(0.5 * (std::log(freedom) - log_y), kMostLog));
  }
  y = ((1 / (((freedom + 6) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2) * 3) +
        0.5 / (freedom + 4)) *
           y -
       1) *
          (freedom + 1) / (freedom + 2) +
      1 / y;
  return std::sqrt(freedom * std::max(y, 0.0));
}

struct Student {
  using Parameters = std::span<const double>;
  static double tail(Parameters p, double u) { return student_tail(p[2], u); }
  static double log_tail(Parameters p, double u) { return student_log_tail(p[2], u); }
  static double tail_quantile(Parameters p, double mass) {
    const double freedom = p[2];
    if (mass >= 0.5) {
      return 0;
    }
    // Newton doubles the digits: a relative change below this was the last that mattered.
    constexpr double kSettled = 1e-9;
    double u = approximate_quantile(freedom, mass);
    if (mass > 0.1) {  // the tail is convex: Newton never passes the root from below
      for (int step = 0; step < 100; ++step) {
        const double change =
            (student_tail(freedom, u) - mass) / std::exp(student_log_density(freedom, u));
        u = std::max(u + change, 0.0);
        if (std::fabs(change) <= kSettled * u) {
          break;
        }
      }
      return u;
    }
    // ln tail is concave in ln u: Newton never passes the root from above.
    const double log_mass = std::log(mass);
    double log_u = std::log(u);
    for (int step = 0; step < 200; ++step) {
      const double here = std::exp(log_u);
      const double log_tail = student_log_tail(freedom, here);
      const double log_slope = student_log_density(freedom, here) + log_u - log_tail;
      const double change = (log_tail - log_mass) * std::exp(-log_slope);
      log_u += std::clamp(change, -20.0, 20.0);
      if (log_u > kMostLog) {
        return std::numeric_limits<double>::infinity();
      }
      if (std::fabs(change) <= kSettled) {
        break;
      }
    }
    return std::exp(log_u);
  }
  static double log_density(Parameters p, double u) { return student_log_density(p[2], u); }
  static double log_density_slope(Parameters p, double u) {
    return -(p[2] + 1) / p[2] * u / (1 + u * (u / p[2]));
  }
  static double log_density_curvature(Parameters p, double u) {
    const double v = u / std::sqrt(p[2]);
    const double h = std::hypot(1, v);
    return -(p[2] + 1) / p[2] * ((1 - v) / h) * ((1 + v) / h) / h / h;
  }
};

using Family = LocationScale<Student>;

std::string complaint(std::span<const double> p) {
  if (p.size() != 3) {
    return fmt::format("{} parameters; 3 were expected: location, scale, degrees of freedom",
                       p.size());
  }
  if (!(p[2] >= kLeastFreedom && p[2] <= kMostFreedom)) {
    return fmt::format("{} degrees of freedom; they must lie between {} and {}", p[2],
                       kLeastFreedom, kMostFreedom);
  }
  return Family::complaint(p.first(2));
}

bool has_moment(std::span<const double> p, int n) { return n < p[2]; }

std::vector<double> fit(const BaseSample& sample) {
  if (!sample.argument.empty()) {
    double freedom = 0;
    const char* last = sample.argument.data() + sample.argument.size();
    const auto [end, error] = std::from_chars(sample.argument.data(), last, freedom);
    require(
        error == std::errc() && end == last && freedom >= kLeastFreedom && freedom <= kMostFreedom,
        ErrorKind::bad_option,
        "base \"student:{}\": the degrees of freedom are a number from {} to {}", sample.argument,
        kLeastFreedom, kMostFreedom);
    std::vector<double> parameters = fit_student(sample, freedom);
    parameters.push_back(freedom);
    return parameters;
  }
  const auto profile = [&](double log_freedom) {
    const double freedom = std::exp(log_freedom);
    const std::vector<double> p = fit_student(sample, freedom);
    return student_log_likelihood(sample, freedom, p[0], p[1]);
  };
  double low = std::log(0.2);
  double high = std::log(200.0);
  const double ratio = 1 / std::numbers::phi;
  double left = high - ratio * (high - low);
  double right = low + ratio * (high - low);
  double left_value = profile(left);
  double right_value = profile(right);
  while (high - low > 1e-3) {
    if (left_value > right_value) {
      high = right;
      right = left;
      right_value = left_value;
      left = high - ratio * (high - low);
      left_value = profile(left);
    } else {
      low = left;
      left = right;
      left_value = right_value;
      right = low + ratio * (high - low);
      right_value = profile(right);
    }
  }
  const double freedom = std::exp(0.5 * (low + high));
  std::vector<double> parameters = fit_student(sample, freedom);
  parameters.push_back(freedom);
  return parameters;
}

}  // namespace

constexpr BaseFamily kStudent = {
    0x04,
    "student",
    "power-law tails, by the degrees of freedom (fitted where none are given)",
    "degrees of freedom",
    complaint,
    Family::lower_tail,
    Family::upper_tail,
    Family::log_lower_tail,
    Family::log_upper_tail,
    Family::lower_quantile,
    Family::upper_quantile,
    Family::log_density,
    Family::log_density_slope,
    Family::log_density_curvature,
    0,
    has_moment,
    Family::location,
    Family::scale,
    Family::with,
    fit,
};

}  // namespace yonder::density::internal
