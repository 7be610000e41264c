// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/cells.h"

#include "yonder/base/parallel.h"

#include <algorithm>
#include <cmath>

namespace yonder::density::internal {
namespace {

constexpr size_t kChunk = size_t{1} << 20;  // points per partial table, so that the sum is fixed

}  // namespace

Cells::Cells(size_t count) : cells_(count) {}

void Cells::add(std::span<const double> x, std::span<const double> w) {
  const auto count = static_cast<double>(cells_.size());
  for (size_t j = 0; j < x.size(); ++j) {
    const double at = (x[j] + 1) / 2 * count;
    const double cell = std::min(std::floor(at), count - 1);
    const double u = 2 * (at - cell) - 1;
    double term = w[j];
    for (double& sum : cells_[static_cast<size_t>(cell)].sum) {
      sum += term;
      term *= u;
    }
  }
}

void Cells::add(const Cells& other) {
  for (size_t i = 0; i < cells_.size(); ++i) {
    for (size_t moment = 0; moment < 4; ++moment) {
      cells_[i].sum[moment] += other.cells_[i].sum[moment];
    }
  }
}

double Cells::total_weight() const {
  double total = 0;
  for (const Moments& cell : cells_) {
    total += cell.sum[0];
  }
  return total;
}

Sample Cells::sample(bool even) const {
  Sample out;
  out.even = even;
  const double total = total_weight();
  const auto count = static_cast<double>(cells_.size());
  for (size_t i = 0; i < cells_.size(); ++i) {
    const double* sum = cells_[i].sum;
    const auto put = [&](double u, double weight) {
      if (weight > 0) {
        const double x =
            2 * (static_cast<double>(i) + (std::clamp(u, -1.0, 1.0) + 1) / 2) / count - 1;
        out.x.push_back(std::clamp(x, -1.0, 1.0));
        out.w.push_back(weight / total);
      }
    };
    if (!(sum[0] > 0)) {
      continue;
    }
    const double mean = sum[1] / sum[0];
    const double square = sum[2] / sum[0];
    const double variance = square - mean * mean;
    if (!(variance > 1e-14)) {
      put(mean, sum[0]);
      continue;
    }
    // The two nodes are mean + r with r^2 - (third / variance) r - variance = 0.
    const double third = sum[3] / sum[0] - 3 * mean * square + 2 * mean * mean * mean;
    const double half = third / variance / 2;
    const double root = std::sqrt(half * half + variance);
    const double right = half > 0 ? half + root : variance / (root - half);
    const double left = -variance / right;
    put(mean + left, sum[0] * right / (right - left));
    put(mean + right, sum[0] * -left / (right - left));
  }
  return out;
}

Sample gather_in_cells(const Sample& sample, size_t count, int threads) {
  const size_t n = sample.x.size();
  std::vector<Cells> parts((n + kChunk - 1) / kChunk, Cells(count));
  parallel_for(parts.size(), 1, threads, [&](size_t first, size_t last) {
    for (size_t part = first; part < last; ++part) {
      const size_t start = part * kChunk;
      const size_t length = std::min(kChunk, n - start);
      parts[part].add({sample.x.data() + start, length}, {sample.w.data() + start, length});
    }
  });
  for (size_t part = 1; part < parts.size(); ++part) {
    parts[0].add(parts[part]);
  }
  return parts[0].sample(sample.even);
}

}  // namespace yonder::density::internal
