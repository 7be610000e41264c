// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/projection_reference.h"

#include <numbers>

namespace yonder::memory::internal {
namespace {

struct Node {
  long double x;
  long double weight;
};

// Gauss and Legendre on [-1, 1]: roots of P_count by Newton's method.
std::vector<Node> gauss_legendre(int count) {
  std::vector<Node> nodes;
  for (int i = 0; i < count; ++i) {
    long double x = std::cos(std::numbers::pi_v<long double> * (i + 0.75L) / (count + 0.5L));
    long double slope = 0;
    for (int step = 0; step < 50; ++step) {
      long double before = 0;
      long double value = 1;
      for (int n = 0; n < count; ++n) {
        const long double next = ((2 * n + 1) * x * value - n * before) / (n + 1);
        before = value;
        value = next;
      }
      slope = count * (x * value - before) / (x * x - 1);
      x -= value / slope;
    }
    nodes.push_back({x, 2 / ((1 - x * x) * slope * slope)});
  }
  return nodes;
}

}  // namespace

std::vector<double> project_reference(int64_t order, Hold hold, std::span<const double> edges,
                                      std::span<const double> samples) {
  const std::vector<Node> nodes = gauss_legendre(static_cast<int>(order) / 2 + 2);
  const long double begin = edges.front();
  const long double length = static_cast<long double>(edges.back()) - begin;
  std::vector<long double> sums(static_cast<size_t>(order));
  for (size_t j = 0; j + 1 < edges.size(); ++j) {
    const long double width = static_cast<long double>(edges[j + 1]) - edges[j];
    for (const Node& node : nodes) {
      const long double share = (node.x + 1) / 2;
      const long double u =
          hold == Hold::zoh
              ? static_cast<long double>(samples[j])
              : samples[j] + (static_cast<long double>(samples[j + 1]) - samples[j]) * share;
      const long double s = 2 * (edges[j] + width * share - begin) / length - 1;
      long double before = 0;
      long double value = 1;
      for (size_t n = 0; n < sums.size(); ++n) {
        sums[n] += u * value * node.weight / 2 * width / length;
        const auto m = static_cast<long double>(n);
        const long double next = ((2 * m + 1) * s * value - m * before) / (m + 1);
        before = value;
        value = next;
      }
    }
  }
  std::vector<double> c;
  for (size_t n = 0; n < sums.size(); ++n) {
    c.push_back(static_cast<double>(sums[n] * std::sqrt(2 * static_cast<long double>(n) + 1)));
  }
  return c;
}

std::vector<double> project_regular_reference(int64_t order, Hold hold,
                                              std::span<const double> samples) {
  const size_t cells = samples.size() - (hold == Hold::linear ? 1 : 0);
  std::vector<double> edges(cells + 1);
  for (size_t j = 0; j <= cells; ++j) {
    edges[j] = static_cast<double>(j);
  }
  return project_reference(order, hold, edges, samples);
}

}  // namespace yonder::memory::internal
