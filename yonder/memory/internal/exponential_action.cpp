// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/exponential_action.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace yonder::memory::internal {
namespace {

// 2^24 / 24! = 3e-17: what is left out of a part is below rounding.
constexpr double kPart = 2;
constexpr int kDegree = 24;

}  // namespace

void ExponentialAction::advance(double length, double growth, const double* u, const double* slope,
                                double* x, size_t pitch) {
  const std::vector<double>& b = a_.input();
  const size_t order = b.size();
  const auto parts =
      std::max<int64_t>(1, static_cast<int64_t>(std::ceil(length * (norm_ + growth) / kPart)));
  const double h = length / static_cast<double>(parts);
  next_.resize(order * pitch);
  w_.assign(pitch, 0);
  for (int64_t part = 0; part < parts; ++part) {
    term_.assign(x, x + order * pitch);
    w_term_ = w_;
    for (int j = 1; j <= kDegree; ++j) {
      const double factor = h / j;
      a_.apply(term_.data(), next_.data(), pitch);
      for (size_t n = 0; n < order; ++n) {
        for (size_t c = 0; c < pitch; ++c) {
          const double input = w_term_[c] + (j == 1 ? u[c] : 0);
          const size_t i = n * pitch + c;
          next_[i] = factor * (next_[i] + b[n] * input);
          x[i] += next_[i];
        }
      }
      for (size_t c = 0; c < pitch; ++c) {
        w_term_[c] = factor * (growth * w_term_[c] + (j == 1 ? slope[c] : 0));
        w_[c] += w_term_[c];
      }
      term_.swap(next_);
    }
  }
}

}  // namespace yonder::memory::internal
