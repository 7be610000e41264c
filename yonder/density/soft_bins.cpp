// SPDX-License-Identifier: Apache-2.0
// Rounding that a gradient can pass, as entropy models are trained with it. Soft rounding is
// s(y) = m + tanh((y - m) / t) / (2 tanh(1 / (2 t))), m the middle between the two whole numbers
// around y: the identity for t -> infinity, rounding for t -> 0. The probability that the coder
// will pay for s(y) + u, u uniform in (-1/2, 1/2), is F(s^-1(y + 1/2)) - F(s^-1(y - 1/2)), with y
// in units of the step. Source: Agustsson & Theis 2020, arXiv 2006.09952, section 4.1.
#include "yonder/base/error.h"
#include "yonder/density/entropy_coder.h"
#include "yonder/density/internal/interval_probability.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace yonder::density {
namespace {

// Where soft rounding is the identity or rounding to double precision.
constexpr double kIdentity = 1e9;
constexpr double kRounding = 1e-3;

// s^-1(v).
double inverse_soft_round(double v, double temperature) {
  if (temperature > kIdentity) {
    return v;
  }
  if (temperature < kRounding) {
    return std::ceil(v) - 0.5;
  }
  const double middle = std::floor(v) + 0.5;
  return middle + temperature * std::atanh((v - middle) * 2 * std::tanh(0.5 / temperature));
}

// ln P(low < Y <= high) on a circle, where intervals may cross the origin: they are moved so that
// they begin within the period, and cut at its end; what is beyond comes from its beginning.
void log_arc_probability(const Model& model, std::span<const double> low,
                         std::span<const double> high, std::span<double> out) {
  const Domain& circle = model.domain();
  std::vector<double> first_low(low.size());
  std::vector<double> first_high(low.size());
  std::vector<double> second_high(low.size());
  for (size_t i = 0; i < low.size(); ++i) {
    const double width = std::min(high[i] - low[i], circle.length);
    first_low[i] = circle.from_point(circle.to_point(low[i]));
    first_high[i] = std::min(first_low[i] + width, circle.upper());
    second_high[i] = std::max(first_low[i] + width - circle.length, circle.origin);
  }
  const std::vector<double> second_low(low.size(), circle.origin);
  std::vector<double> second(low.size());
  internal::log_interval_probability(model, second_low, second_high, second);
  internal::log_interval_probability(model, first_low, first_high, out);
  for (size_t i = 0; i < low.size(); ++i) {
    const double big = std::max(out[i], second[i]);
    const double small = std::min(out[i], second[i]);
    out[i] = std::isinf(small) ? big : big + std::log1p(std::exp(small - big));
  }
}

}  // namespace

void log_bin_probability(const Model& model, std::span<const double> y, double step,
                         double temperature, std::span<double> out) {
  require(step > 0 && std::isfinite(step), ErrorKind::bad_option,
          "the step is {}; bins have a finite width above 0", step);
  require(temperature >= 0, ErrorKind::bad_option,
          "the temperature is {}; it is 0 (rounding) or more, infinity being no rounding",
          temperature);
  YONDER_CHECK(y.size() == out.size());
  std::vector<double> low(y.size());
  std::vector<double> high(y.size());
  for (size_t i = 0; i < y.size(); ++i) {
    require(std::isfinite(y[i]), ErrorKind::bad_data, "value {} is {}; a finite number is needed",
            i, y[i]);
    // s^-1(v + 1) = s^-1(v) + 1.
    const double upper = inverse_soft_round(y[i] / step + 0.5, temperature);
    low[i] = (upper - 1) * step;
    high[i] = upper * step;
  }
  if (model.domain().kind == DomainKind::circular) {
    log_arc_probability(model, low, high, out);
  } else {
    internal::log_interval_probability(model, low, high, out);
  }
}

}  // namespace yonder::density
