// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/likelihood_reference.h"

#include "yonder/base/random.h"

namespace yonder::density::internal {

Coefficients gradient_reference(const Sample& sample, const Coefficients& b, double gamma) {
  using Scalar = std::complex<double>;
  constexpr double kStep = 1e-30;
  std::vector<Scalar> u, v;
  for (const Scalar& value : b) {
    u.emplace_back(value.real());
    v.emplace_back(value.imag());
  }
  Coefficients gradient(b.size());
  const auto derivative = [&](Scalar& at) {
    at += Scalar(0, kStep);
    const double result = likelihood_reference(sample, u, v, gamma).imag() / kStep;
    at = at.real();
    return result;
  };
  for (Eigen::Index k = 0; k < b.size(); ++k) {
    const auto i = static_cast<size_t>(k);
    const double by_u = derivative(u[i]);
    gradient[k] = {by_u, derivative(v[i])};
  }
  return gradient;
}

Sample peaks(int count, size_t n, uint64_t seed) {
  Rng rng(seed);
  Sample sample;
  const double first = count == 5 ? -0.7 : -0.84;
  const double spacing = count == 5 ? 0.35 : 0.07;
  const double deviation = count == 5 ? 0.05 : 0.012;
  const auto weight = [&](int j) { return count == 5 ? 3 - std::abs(j - 2) : 1 + j % 3; };
  int total = 0;
  for (int j = 0; j < count; ++j) {
    total += weight(j);
  }
  for (size_t i = 0; i < n; ++i) {
    auto left = static_cast<int>(rng.below(static_cast<uint64_t>(total)));
    int j = 0;
    while (left >= weight(j)) {
      left -= weight(j++);
    }
    sample.x.push_back(first + spacing * j + deviation * rng.normal());
    sample.w.push_back(1 / static_cast<double>(n));
  }
  return sample;
}

Coefficients random_start(int64_t order, uint64_t seed) {
  Rng rng(seed);
  Coefficients b(static_cast<Eigen::Index>(order) + 1);
  for (std::complex<double>& value : b) {
    value = {rng.normal(), rng.normal()};
  }
  return b;
}

}  // namespace yonder::density::internal
