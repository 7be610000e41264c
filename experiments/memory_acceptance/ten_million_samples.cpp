// SPDX-License-Identifier: Apache-2.0
// How far float32 and float64 carry: two tones and 10 % noise through exact LegS and through the
// HiPPO authors' loop (bilinear, weights 1/k, the state as it is), against a direct projection of
// all samples in long double.
//
//   ten_million_samples SAMPLES N        one line of JSON: relative 2-norm errors of the
//   coefficients
//
// The projection: value coefficients c_n = 1/2 sum_j u_j [P_{n+1} - P_{n-1}] over cell j, n >= 1.
#include "yonder/base/random.h"
#include "yonder/memory/stream.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <span>
#include <vector>

namespace {

using yonder::Rng;
using yonder::memory::Stream;
using yonder::memory::StreamOptions;

std::vector<double> make_samples(int64_t count) {
  std::vector<double> samples;
  Rng rng(1);
  for (int64_t k = 0; k < count; ++k) {
    const double s = (static_cast<double>(k) + 0.5) / static_cast<double>(count);
    samples.push_back(std::sin(2 * std::numbers::pi * 5 * s + 0.3) +
                      0.5 * std::sin(2 * std::numbers::pi * 13 * s + 1) + 0.1 * rng.normal());
  }
  return samples;
}

/// Legendre polynomials P_0 ... P_n at s.
void legendre(long double s, std::span<long double> p) {
  p[0] = 1;
  p[1] = s;
  for (size_t n = 1; n + 1 < p.size(); ++n) {
    const auto m = static_cast<long double>(n);
    p[n + 1] = ((2 * m + 1) * s * p[n] - m * p[n - 1]) / (m + 1);
  }
}

/// Coefficients in hippo normalisation.
std::vector<long double> project(const std::vector<double>& samples, size_t order) {
  const auto count = static_cast<long double>(samples.size());
  std::vector<long double> value(order);
  std::vector<long double> left(order + 1);
  std::vector<long double> right(order + 1);
  legendre(-1, left);
  for (size_t j = 0; j < samples.size(); ++j) {
    legendre(2 * (static_cast<long double>(j) + 1) / count - 1, right);
    const auto u = static_cast<long double>(samples[j]);
    value[0] += u / count;
    for (size_t n = 1; n < order; ++n) {
      value[n] += u * ((right[n + 1] - left[n + 1]) - (right[n - 1] - left[n - 1])) / 2;
    }
    left.swap(right);
  }
  for (size_t n = 0; n < order; ++n) {
    value[n] /= std::sqrt(2 * static_cast<long double>(n) + 1);
  }
  return value;
}

double error_of(const std::vector<double>& found, const std::vector<long double>& exact) {
  long double difference = 0;
  long double size = 0;
  for (size_t n = 0; n < exact.size(); ++n) {
    const long double d = static_cast<long double>(found[n]) - exact[n];
    difference += d * d;
    size += exact[n] * exact[n];
  }
  return static_cast<double>(std::sqrt(difference / size));
}

std::vector<double> exact_legs(const std::vector<double>& samples, int64_t order,
                               const char* scalar) {
  StreamOptions options;
  options.order = order;
  options.scalar = scalar;
  Stream stream(options, {"u"});
  constexpr size_t kPush = 1 << 16;
  for (size_t i = 0; i < samples.size(); i += kPush) {
    stream.push(std::span(samples).subspan(i, std::min(kPush, samples.size() - i)));
  }
  const yonder::memory::Summary summary = stream.summary();
  return {summary.coefficients(0).begin(), summary.coefficients(0).end()};
}

/// (I - A/2t) x' = (I + A/2t) x + B u / t with t = k for u_k, k >= 1, from x = (u_0, 0, ...);
/// forward product and solve by running sums, in one scalar throughout.
template <typename Scalar>
std::vector<double> peer(const std::vector<double>& samples, size_t order) {
  std::vector<Scalar> r(order);
  for (size_t n = 0; n < order; ++n) {
    r[n] = std::sqrt(static_cast<Scalar>(2 * n + 1));
  }
  std::vector<Scalar> x(order);
  x[0] = static_cast<Scalar>(samples[0]);
  for (size_t k = 1; k < samples.size(); ++k) {
    const Scalar half = Scalar{1} / (2 * static_cast<Scalar>(k));
    const Scalar input = static_cast<Scalar>(samples[k]) / static_cast<Scalar>(k);
    Scalar before = 0;  // sum of r_j x_j
    Scalar solved = 0;  // sum of r_j x'_j
    for (size_t n = 0; n < order; ++n) {
      const auto diagonal = half * static_cast<Scalar>(n + 1);
      const Scalar right = x[n] - half * r[n] * before - diagonal * x[n] + r[n] * input;
      before += r[n] * x[n];
      x[n] = (right - half * r[n] * solved) / (1 + diagonal);
      solved += r[n] * x[n];
    }
  }
  return {x.begin(), x.end()};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: ten_million_samples SAMPLES N\n");
    return 2;
  }
  const int64_t count = std::atoll(argv[1]);
  const int64_t order = std::atoll(argv[2]);
  const std::vector<double> samples = make_samples(count);
  const auto size = static_cast<size_t>(order);
  const std::vector<long double> exact = project(samples, size);
  std::printf("{\"exact_f32\":%.3g,\"exact_f64\":%.3g,\"peer_f32\":%.3g,\"peer_f64\":%.3g}\n",
              error_of(exact_legs(samples, order, "f32"), exact),
              error_of(exact_legs(samples, order, "f64"), exact),
              error_of(peer<float>(samples, size), exact),
              error_of(peer<double>(samples, size), exact));
  return 0;
}
