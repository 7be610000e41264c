// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/ssm/low_rank_reference.h"

#include <ATen/ATen.h>

#include <cmath>
#include <complex>
#include <numbers>

namespace yonder::nn {
namespace {

using Complex = std::complex<double>;
using Vector = std::vector<Complex>;

// [n, 2] -> n numbers and their conjugates.
Vector with_conjugates(const at::Tensor& pairs) {
  Vector all;
  for (int64_t n = 0; n < pairs.size(0); ++n) {
    all.emplace_back(pairs[n][0].item<double>(), pairs[n][1].item<double>());
    all.push_back(std::conj(all.back()));
  }
  return all;
}

// a^* b.
Complex inner(const Vector& a, const Vector& b) {
  Complex sum = 0;
  for (size_t n = 0; n < a.size(); ++n) {
    sum += std::conj(a[n]) * b[n];
  }
  return sum;
}

// (diag(r) + sum_k p_k p_k^*)^-1 v, one rank after the other (Sherman and Morrison).
Vector solved(const Vector& r, const std::vector<Vector>& p, size_t ranks, const Vector& v) {
  Vector x = v;
  if (ranks == 0) {
    for (size_t n = 0; n < v.size(); ++n) {
      x[n] /= r[n];
    }
    return x;
  }
  x = solved(r, p, ranks - 1, v);
  const Vector q = solved(r, p, ranks - 1, p[ranks - 1]);
  const Complex share = inner(p[ranks - 1], x) / (1.0 + inner(p[ranks - 1], q));
  for (size_t n = 0; n < v.size(); ++n) {
    x[n] -= share * q[n];
  }
  return x;
}

}  // namespace

std::vector<double> generating_function_kernel(const NamedTensors& parameters, int64_t channel,
                                               int64_t length) {
  const auto of = [&](const char* name) { return parameters.at(name)[channel].to(at::kDouble); };
  const double step = std::exp(of("log_dt").item<double>());
  const Vector poles = with_conjugates(at::stack({-of("log_A_real").exp(), of("A_imag")}, 1));
  const Vector b = with_conjugates(of("B"));
  Vector c = with_conjugates(of("C"));  // y = sum C_n x_n, so C here is conj(C) in C^* x
  for (Complex& value : c) {
    value = std::conj(value);
  }
  std::vector<Vector> p;
  for (int64_t k = 0; k < of("P").size(0); ++k) {
    p.push_back(with_conjugates(of("P")[k]));
  }
  // C~ = C - (A^*)^L C, with A^* = -1 + (4/e) (2/e - pole^* + P P^*)^-1.
  Vector adjoint(poles.size());
  for (size_t n = 0; n < poles.size(); ++n) {
    adjoint[n] = 2 / step - std::conj(poles[n]);
  }
  Vector moved = c;
  for (int64_t l = 0; l < length; ++l) {
    const Vector part = solved(adjoint, p, p.size(), moved);
    for (size_t n = 0; n < moved.size(); ++n) {
      moved[n] = 4 / step * part[n] - moved[n];
    }
  }
  Vector truncated = c;
  for (size_t n = 0; n < c.size(); ++n) {
    truncated[n] -= moved[n];
  }
  std::vector<Complex> spectrum;
  for (int64_t j = 0; j < length; ++j) {
    if (2 * j == length) {
      spectrum.push_back(step / 2 * inner(truncated, b));
      continue;
    }
    // K(z) = sum K_l z^l at z = exp(-2 pi i j / L).
    const Complex z = std::polar(
        1.0, -2 * std::numbers::pi * static_cast<double>(j) / static_cast<double>(length));
    Vector r(poles.size());
    for (size_t n = 0; n < poles.size(); ++n) {
      r[n] = 2 / step * (1.0 - z) / (1.0 + z) - poles[n];
    }
    spectrum.push_back(2.0 / (1.0 + z) * inner(truncated, solved(r, p, p.size(), b)));
  }
  std::vector<double> kernel;
  for (int64_t l = 0; l < length; ++l) {
    Complex sum = 0;
    for (int64_t j = 0; j < length; ++j) {
      sum += spectrum[static_cast<size_t>(j)] *
             std::polar(1.0, 2 * std::numbers::pi * static_cast<double>(j * l % length) /
                                 static_cast<double>(length));
    }
    kernel.push_back(sum.real() / static_cast<double>(length));
  }
  return kernel;
}

}  // namespace yonder::nn
