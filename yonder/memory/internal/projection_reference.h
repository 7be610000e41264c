// SPDX-License-Identifier: Apache-2.0
// The projection that streams are held against, by quadrature in long double, cell by cell, with
// nothing folded, merged or summed by parts. Also the rms distance of coefficients and random input
// for the tests around it.
#pragma once

#include "yonder/base/random.h"
#include "yonder/memory/internal/block_moments.h"

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace yonder::memory::internal {

/// c_n = mean over the interval of u p_n, n < order, hippo normalisation. edges [m + 1]; samples
/// [m or m + 1] of one channel.
std::vector<double> project_reference(int64_t order, Hold hold, std::span<const double> edges,
                                      std::span<const double> samples);

/// The same of m regular cells.
std::vector<double> project_regular_reference(int64_t order, Hold hold,
                                              std::span<const double> samples);

/// ||a - b|| / ||b||.
inline double relative_distance(std::span<const double> a, std::span<const double> b) {
  double difference = 0;
  double norm = 0;
  for (size_t i = 0; i < b.size(); ++i) {
    difference += (a[i] - b[i]) * (a[i] - b[i]);
    norm += b[i] * b[i];
  }
  return std::sqrt(difference / norm);
}

/// Two tones, an offset and noise.
inline std::vector<double> test_signal(size_t count, uint64_t seed) {
  Rng rng(seed);
  std::vector<double> u(count);
  for (size_t k = 0; k < count; ++k) {
    const double s = (static_cast<double>(k) + 0.5) / static_cast<double>(count);
    u[k] = std::sin(20.7 * s) + 0.5 * std::cos(44.6 * s + 0.3) + 0.2 + 0.1 * rng.normal();
  }
  return u;
}

/// Increasing edges [cells + 1] from `begin` on, with lengths between 0.1 and 1.9.
inline std::vector<double> test_edges(size_t cells, double begin, uint64_t seed) {
  Rng rng(seed, 1);
  std::vector<double> edges = {begin};
  for (size_t k = 0; k < cells; ++k) {
    edges.push_back(edges.back() + 0.1 + 1.8 * rng.uniform());
  }
  return edges;
}

}  // namespace yonder::memory::internal
