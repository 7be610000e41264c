// SPDX-License-Identifier: Apache-2.0
// Reading a summary. Legendre measures are read by Clenshaw's sum (values), by the recurrence over
// many points at once (grids) and by closed antiderivatives; the others through the table of their
// functions.
#include "yonder/memory/summary.h"

#include "yonder/base/error.h"
#include "yonder/memory/internal/basis.h"
#include "yonder/memory/internal/legendre_kernels.h"
#include "yonder/memory/measures/table.h"
#include "yonder/memory/merge.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace yonder::memory {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool is_legendre(const Measure& measure) { return definition_of(measure.kind).legendre; }

// Factors of Clenshaw's sum of P_n: b_n = c_n + (first[n] x) b_{n+1} - second[n] b_{n+2}.
struct ClenshawFactors {
  std::vector<double> first;
  std::vector<double> second;
};

const ClenshawFactors& clenshaw_factors() {
  static const ClenshawFactors factors = [] {
    ClenshawFactors f;
    for (int n = 0; n <= 4096; ++n) {
      f.first.push_back((2.0 * n + 1) / (n + 1));
      f.second.push_back((n + 1.0) / (n + 2));
    }
    return f;
  }();
  return factors;
}

double legendre_sum(std::span<const double> series, double x) {
  const ClenshawFactors& f = clenshaw_factors();
  double next = 0;
  double after = 0;
  for (size_t n = series.size(); n-- > 0;) {
    const double current = (series[n] - f.second[n] * after) + (f.first[n] * x) * next;
    after = next;
    next = current;
  }
  return next;
}

// What a lagt state becomes when nothing is added for `time`: s grows by d = time / theta, and
// L_n^(alpha)(s + d) = sum_k L_k^(alpha)(s) L_{n-k}^(-1)(d).
void fade(const Measure& measure, double time, std::span<double> coefficients) {
  const size_t order = coefficients.size();
  const double d = time / measure.width;
  std::vector<double> shift(order);  // L_n^(-1)(d) = L_n(d) - L_{n-1}(d), times the exponential
  double before = 0;
  double current = std::exp(-(1 + measure.beta) * d / 2);
  for (size_t n = 0; n < order; ++n) {
    shift[n] = current - before;
    const auto m = static_cast<double>(n);
    const double next = ((2 * m + 1 - d) * current - m * before) / (m + 1);
    before = current;
    current = next;
  }
  const std::vector<double> norms = laguerre_norms(measure.alpha, static_cast<int64_t>(order));
  for (size_t n = order; n-- > 0;) {
    double sum = 0;
    for (size_t k = 0; k <= n; ++k) {
      sum += shift[n - k] * norms[k] * coefficients[k];
    }
    coefficients[n] = sum / norms[n];
  }
}

std::string interval_text(const Summary& s) { return fmt::format("[{}, {}]", s.begin(), s.end()); }

void require_mergeable(const Summary& older, const Summary& newer) {
  require(row_of(older.measure().kind).mergeable, ErrorKind::bad_option,
          "{} summaries do not merge; only legs, lagt and window summaries merge",
          older.measure().text());
  require(older.measure() == newer.measure(), ErrorKind::bad_data,
          "the older summary is of {}, the newer of {}; only summaries of one measure merge",
          older.measure().text(), newer.measure().text());
  require(older.order() == newer.order(), ErrorKind::bad_data,
          "the older summary has {} coefficients, the newer {}; only equal orders merge",
          older.order(), newer.order());
  require(older.names() == newer.names(), ErrorKind::bad_data,
          "the summaries of {} and {} have different channels; merge summaries of the same columns",
          interval_text(older), interval_text(newer));
  const double shorter = std::min(older.end() - older.begin(), newer.end() - newer.begin());
  const double rounding =
      4 * std::numeric_limits<double>::epsilon() *
      std::max({std::abs(older.begin()), std::abs(older.end()), std::abs(newer.end())});
  const double gap = newer.begin() - older.end();
  require(std::abs(gap) <= 1e-9 * shorter + rounding, ErrorKind::bad_data,
          "the older summary covers {}, the newer {}: {} of {}; only adjacent intervals merge",
          interval_text(older), interval_text(newer), gap > 0 ? "a gap" : "an overlap",
          std::abs(gap));
}

}  // namespace

Summary::Summary(Parts parts) : parts_(std::move(parts)) {
  const size_t channels = parts_.names.size();
  const auto order = static_cast<size_t>(std::max<int64_t>(parts_.order, 0));
  require(order >= 1 && order <= 4096 && channels >= 1 &&
              parts_.coefficients.size() == channels * order && parts_.energy.size() == channels,
          ErrorKind::bad_data,
          "a summary of {} channels and order {} has {} coefficients and {} energies; {} and {} "
          "were expected",
          channels, parts_.order, parts_.coefficients.size(), parts_.energy.size(),
          channels * order, channels);
  require(std::isfinite(parts_.begin) && std::isfinite(parts_.end) && begin() < parts_.end,
          ErrorKind::bad_data, "a summary's interval [{}, {}] is empty", begin(), parts_.end);
  for (const double c : parts_.coefficients) {
    require(std::isfinite(c), ErrorKind::bad_data, "a summary's coefficient is {}", c);
  }
  if (parts_.rounding <= 0) {
    parts_.rounding = 1e-12;
  }
  // The ends of the interval are rounded, hence its length, by which the energy is divided.
  parts_.rounding = std::max(parts_.rounding,
                             std::numeric_limits<double>::epsilon() *
                                 std::max(std::abs(parts_.begin), std::abs(parts_.end)) / length());
  const bool legendre = is_legendre(parts_.measure);
  if (legendre) {
    series_ = parts_.coefficients;
    for (size_t i = 0; i < series_.size(); ++i) {
      series_[i] *= std::sqrt(2 * static_cast<double>(i % order) + 1);
    }
  }
  for (size_t c = 0; c < channels; ++c) {
    const std::span<const double> row = coefficients(static_cast<int64_t>(c));
    double square = 0;
    for (const double value : row) {
      square += value * value;
    }
    if (parts_.measure.kind == MeasureKind::lagt) {
      square /= length();  // its sum of squares is an energy
    }
    residual_.push_back(
        internal::is_orthonormal(parts_.measure) ? parts_.energy[c] / length() - square : kNaN);
  }
}

size_t Summary::index(int64_t channel) const {
  require(channel >= 0 && channel < channels(), ErrorKind::bad_option,
          "channel {} was asked for; the summary has {}, counted from 0", channel, channels());
  return static_cast<size_t>(channel);
}

void Summary::require_inside(double t) const {
  require(t >= begin() && t <= end(), ErrorKind::bad_option,
          "time {} lies outside of what is remembered, {} to {}; nothing is extrapolated", t,
          begin(), end());
}

// s in [-1, 1], from the nearer end.
double Summary::position(double t) const {
  const double left = (t - parts_.begin) / length();
  const double right = (end() - t) / length();
  return left < right ? 2 * left - 1 : 1 - 2 * right;
}

std::span<const double> Summary::coefficients(int64_t channel) const {
  const auto order = static_cast<size_t>(parts_.order);
  return std::span(parts_.coefficients).subspan(index(channel) * order, order);
}

std::vector<double> Summary::coefficients(int64_t channel, Normalization norm) const {
  require(is_legendre(measure()) || norm == Normalization::hippo, ErrorKind::bad_option,
          "{} has coefficients in one normalisation, hippo; the others belong to Legendre measures",
          measure().text());
  const std::span<const double> row = coefficients(channel);
  return convert({row.begin(), row.end()}, Normalization::hippo, norm);
}

double Summary::energy(int64_t channel) const { return parts_.energy[index(channel)]; }

double Summary::sum(int64_t channel, std::span<const double> values) const {
  return internal::dot(coefficients(channel).data(), values.data(), values.size());
}

Value Summary::with_errors(int64_t channel, double estimate) const {
  return {estimate, rms_residual(channel), kNaN};
}

Value Summary::at(int64_t channel, double t) const {
  require_inside(t);
  if (is_legendre(measure())) {
    const auto size = static_cast<size_t>(order());
    return with_errors(
        channel,
        legendre_sum(std::span(series_).subspan(index(channel) * size, size), position(t)));
  }
  std::vector<double> values(static_cast<size_t>(order()));
  basis(measure(), end() - t, length(), values);
  return with_errors(channel, sum(channel, values));
}

Value Summary::derivative(int64_t channel, double t) const {
  require_inside(t);
  std::vector<double> values(static_cast<size_t>(order()));
  basis_derivative(measure(), end() - t, length(), values);
  return {sum(channel, values), kNaN, kNaN};
}

Value Summary::integral(int64_t channel, double t1, double t2) const {
  require_inside(t1);
  require_inside(t2);
  require(t1 <= t2, ErrorKind::bad_option,
          "an interval from {} to {} runs backwards; give the earlier time first", t1, t2);
  std::vector<double> values(static_cast<size_t>(order()));
  internal::basis_integral(measure(), end() - t1, end() - t2, length(), values);
  Value value = with_errors(channel, sum(channel, values));
  if (exact() && is_legendre(measure())) {
    // What was lost is orthogonal to all p_n, so only the part of the indicator of [t1, t2] that is
    // no polynomial counts: |error| <= T rms sqrt(share - sum q_n^2), q_n = integral of p_n over T.
    const double share = (t2 - t1) / length();
    double known = 0;
    for (const double q : values) {
      known += q / length() * (q / length());
    }
    const double mean_square = std::max(energy(channel), 0.0) / length();
    const double lost =
        std::sqrt(std::max(residual_[index(channel)], 0.0) + 2 * parts_.rounding * mean_square);
    const double unknown = std::sqrt(std::max(share - known, 0.0) + 1e-13 * share);
    value.bound = length() * (lost * unknown + parts_.rounding * std::sqrt(mean_square * share));
  }
  return value;
}

Value Summary::mean(int64_t channel, double t1, double t2) const {
  require(t1 < t2, ErrorKind::bad_option,
          "a mean from {} to {} is over no time; give the earlier time first", t1, t2);
  Value value = integral(channel, t1, t2);
  value.estimate /= t2 - t1;
  value.bound /= t2 - t1;
  return value;
}

void Summary::grid(int64_t channel, double t1, double t2, std::span<double> out) const {
  require_inside(t1);
  require_inside(t2);
  const auto time = [&](size_t i) {
    const double share =
        out.size() > 1 ? static_cast<double>(i) / static_cast<double>(out.size() - 1) : 0;
    return std::clamp(t1 + (t2 - t1) * share, std::min(t1, t2), std::max(t1, t2));
  };
  const auto size = static_cast<size_t>(order());
  if (!is_legendre(measure())) {
    std::vector<double> values(size);
    for (size_t i = 0; i < out.size(); ++i) {
      basis(measure(), end() - time(i), length(), values);
      out[i] = sum(channel, values);
    }
    return;
  }
  const std::span<const double> series = std::span(series_).subspan(index(channel) * size, size);
  constexpr size_t kPoints = 512;
  std::vector<double> x;
  std::vector<double> previous;
  std::vector<double> current;
  for (size_t first = 0; first < out.size(); first += kPoints) {
    const size_t count = std::min(kPoints, out.size() - first);
    x.resize(count);
    for (size_t i = 0; i < count; ++i) {
      x[i] = position(time(first + i));
      out[first + i] = 0;
    }
    previous.assign(count, 0.0);
    current.assign(count, 1.0);
    for (size_t n = 0; n < size; ++n) {
      for (size_t i = 0; i < count; ++i) {
        out[first + i] += series[n] * current[i];
      }
      internal::next_legendre(n, x.data(), current.data(), previous.data(), count);
      std::swap(previous, current);
    }
  }
}

double Summary::rms_residual(int64_t channel) const {
  const double residual = residual_[index(channel)];
  return residual < 0 ? 0 : std::sqrt(residual);
}

double Summary::clamped(int64_t channel) const {
  const size_t c = index(channel);
  return residual_[c] < 0 && parts_.energy[c] > 0 ? -residual_[c] / (parts_.energy[c] / length())
                                                  : 0;
}

double Summary::residual_resolution(int64_t channel) const {
  return std::sqrt(2 * parts_.rounding * std::max(energy(channel), 0.0) / length());
}

double Summary::local_error_estimate(int64_t channel) const {
  const std::span<const double> row = coefficients(channel);
  const std::span<const double> tail = row.last(std::min<size_t>(8, row.size()));
  const auto energy_of = [](std::span<const double> part) {
    double sum = 0;
    for (const double c : part) {
      sum += c * c;
    }
    return sum;
  };
  const size_t half = tail.size() / 2;
  const double first = energy_of(tail.first(half));
  const double second = energy_of(tail.last(tail.size() - half));
  // Squares fall by `ratio` per half tail; a tail that hardly falls is taken for 20 times its end.
  constexpr double kLargestRatio = 0.95;
  const double ratio = first > 0 ? std::min(second / first, kLargestRatio) : kLargestRatio;
  // Of lagt, c_n^2 are integrals over time, else means (as in the constructor).
  const double time = measure().kind == MeasureKind::lagt ? length() : 1;
  return std::sqrt(second * ratio / (1 - ratio) / time);
}

Summary Summary::merge(const Summary& older, const Summary& newer) {
  require_mergeable(older, newer);
  Parts parts = newer.parts_;
  parts.begin = older.parts_.begin;
  parts.known_from = older.parts_.known_from;
  parts.exact = older.exact() && newer.exact();
  parts.rounding = std::max(older.parts_.rounding, newer.parts_.rounding);
  for (size_t c = 0; c < parts.energy.size(); ++c) {
    parts.energy[c] += older.parts_.energy[c];
  }
  if (older.measure().kind == MeasureKind::lagt) {
    const auto size = static_cast<size_t>(older.order());
    std::vector<double> faded = older.parts_.coefficients;
    for (size_t c = 0; c < parts.energy.size(); ++c) {
      fade(older.measure(), newer.length(), std::span(faded).subspan(c * size, size));
    }
    std::transform(faded.begin(), faded.end(), parts.coefficients.begin(),
                   parts.coefficients.begin(), std::plus<>());
  } else {
    merge_coefficients(older.order(), older.length(), newer.length(), older.parts_.coefficients,
                       newer.parts_.coefficients, parts.coefficients);
  }
  return Summary(std::move(parts));
}

Summary Summary::restrict(double t1, double t2) const {
  require(is_legendre(measure()), ErrorKind::bad_option,
          "{} summaries cannot be restricted; legs, window and legt summaries can",
          measure().text());
  require_inside(t1);
  require_inside(t2);
  require(t1 < t2, ErrorKind::bad_option,
          "an interval from {} to {} is empty; give the earlier time first", t1, t2);
  const double scale = (t2 - t1) / length();
  const Matrix h = affine_legendre(order(), scale, ((t1 - parts_.begin) - (end() - t2)) / length());
  Parts parts = parts_;
  parts.begin = t1;
  parts.end = t2;
  parts.exact = false;
  const auto size = static_cast<size_t>(order());
  for (int64_t channel = 0; channel < channels(); ++channel) {
    const size_t c = index(channel);
    double square = 0;
    for (size_t k = 0; k < size; ++k) {
      double value = 0;
      for (size_t n = k; n < size; ++n) {
        value += parts_.coefficients[c * size + n] * h.values[n * size + k];
      }
      parts.coefficients[c * size + k] = value;
      square += value * value;
    }
    parts.energy[c] = square * (t2 - t1) + std::max(residual_[c], 0.0) * length();
  }
  return Summary(std::move(parts));
}

}  // namespace yonder::memory
