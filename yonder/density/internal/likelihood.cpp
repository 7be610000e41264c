// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/likelihood.h"

#include "yonder/base/parallel.h"
#include "yonder/density/internal/trigonometric_kernel.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace yonder::density::internal {
namespace {

// Points for one thread at a time: 8192, and so many per order that FFTs do not dominate.
size_t chunk_size(int64_t order) { return std::max<size_t>(8192, 64 * static_cast<size_t>(order)); }

// Below so many points times coefficients a second thread costs more than it brings.
constexpr size_t kWorthThreads = 4'000'000;

std::span<std::complex<double>> span_of(Coefficients& v) {
  return {v.data(), static_cast<size_t>(v.size())};
}

void drop_imaginary(Coefficients& v) { v.imag().setZero(); }

}  // namespace

Likelihood::Likelihood(const Sample& sample, int64_t order, double gamma, int threads)
    : sample_(&sample),
      order_(order),
      gamma_(gamma),
      threads_(threads),
      grid_(static_cast<size_t>(2 * order + 1)) {
  if (gamma > 0) {
    roughness_.emplace(static_cast<size_t>(order));
  }
  if (sample.x.size() * static_cast<size_t>(order + 1) < kWorthThreads) {
    threads_ = 1;
  }
}

Likelihood::Totals Likelihood::sums(const Coefficients& b, size_t inverse, size_t inverse_squared,
                                    size_t inverse_power) {
  const auto empty = [=] {
    Totals totals;
    totals.inverse = Coefficients::Zero(static_cast<Eigen::Index>(inverse));
    totals.inverse_squared = Coefficients::Zero(static_cast<Eigen::Index>(inverse_squared));
    totals.inverse_power = Coefficients::Zero(static_cast<Eigen::Index>(inverse_power));
    return totals;
  };
  const size_t n = sample_->x.size();
  const size_t chunk_points = chunk_size(order_);
  const size_t chunks = (n + chunk_points - 1) / chunk_points;
  std::vector<Totals> parts(chunks);
  const std::span<const std::complex<double>> coefficients(b.data(), static_cast<size_t>(b.size()));
  parallel_for(chunks, 1, threads_, [&](size_t first, size_t last) {
    for (size_t chunk = first; chunk < last; ++chunk) {
      Totals& part = parts[chunk] = empty();
      const size_t start = chunk * chunk_points;
      const size_t count = std::min(chunk_points, n - start);
      part.log_sum = likelihood_sums(
          coefficients, {sample_->x.data() + start, count}, {sample_->w.data() + start, count},
          {span_of(part.inverse), span_of(part.inverse_squared), span_of(part.inverse_power)});
    }
  });
  Totals totals = empty();
  for (const Totals& part : parts) {
    totals.log_sum += part.log_sum;
    totals.inverse += part.inverse;
    totals.inverse_squared += part.inverse_squared;
    totals.inverse_power += part.inverse_power;
  }
  if (even()) {  // the mirror images contribute the conjugates
    drop_imaginary(totals.inverse);
    drop_imaginary(totals.inverse_squared);
    drop_imaginary(totals.inverse_power);
  }
  return totals;
}

double Likelihood::finish(const Coefficients& b, const Totals& totals, Coefficients* g) {
  const double s = b.squaredNorm();
  double value = std::log(2 * s) - totals.log_sum;
  if (g != nullptr) {
    *g = 2 * (b / s - totals.inverse.conjugate());
  }
  if (roughness_) {
    Coefficients roughness_gradient;
    value += gamma_ * roughness_->evaluate(b, roughness_gradient);
    if (g != nullptr) {
      *g += gamma_ * roughness_gradient;
    }
  }
  return value;
}

double Likelihood::value(const Coefficients& b) { return finish(b, sums(b, 0, 0, 0), nullptr); }

double Likelihood::gradient(const Coefficients& b, Coefficients& g) {
  return finish(b, sums(b, static_cast<size_t>(b.size()), 0, 0), &g);
}

double Likelihood::curvature(const Coefficients& b, Coefficients& g) {
  const auto terms = static_cast<size_t>(b.size());
  const Totals totals = sums(b, terms, 2 * terms - 1, 0);
  b_ = b;
  hankel_values_ = grid_.values(totals.inverse_squared);
  return finish(b, totals, &g);
}

// H d = 2 (conj(M d) + d / S - 2 b <b, d> / S^2), M the Hankel matrix M_jk = sum_s w z^(j+k) / A^2:
// entry k of M d is coefficient k of the product of sum_n M_n z^n with sum_m d_m z^-m.
Coefficients Likelihood::product(const Coefficients& direction) {
  const double s = b_.squaredNorm();
  const Coefficients conjugate = grid_.values(direction.conjugate()).conjugate();
  const Coefficients hankel =
      grid_.coefficients(hankel_values_.cwiseProduct(conjugate)).head(b_.size());
  Coefficients out =
      2 * (hankel.conjugate() + direction / s) - 4 * inner(b_, direction) / (s * s) * b_;
  if (roughness_) {
    out += gamma_ * roughness_->product(direction);
  }
  if (even()) {
    drop_imaginary(out);  // rounding of the FFTs
  }
  return out;
}

Coefficients Likelihood::toeplitz(const Coefficients& b) {
  Totals totals = sums(b, 0, 0, static_cast<size_t>(b.size()));
  return b.squaredNorm() * totals.inverse_power;
}

double Likelihood::penalty(const Coefficients& b) {
  Coefficients unused;
  return roughness_ ? gamma_ * roughness_->evaluate(b, unused) : 0;
}

}  // namespace yonder::density::internal
