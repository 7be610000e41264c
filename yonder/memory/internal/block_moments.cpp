// SPDX-License-Identifier: Apache-2.0
// Formulas, with I_n = (P_{n+1} - P_{n-1}) / (2n+1) (antiderivative of P_n, zero at both ends for n
// >= 1, I_0 = P_1) and J_n = (I_{n+1} - I_{n-1}) / (2n+1) (antiderivative of I_n), coefficients in
// hippo normalisation (r_n = sqrt(2n+1)), cells between edges e_j:
//   zoh     c_n = r_n/2 sum_j u_j [I_n]_j = r_n/2 sum over inner edges (u_{j-1} - u_j) I_n(e_j)
//   linear  c_n = -r_n/2 sum_j slope_j [J_n]_j
// and c_0 is the mean. The constant matrix of regular cells is made in long double.
#include "yonder/memory/internal/block_moments.h"

#include "yonder/base/error.h"
#include "yonder/memory/internal/fold.h"
#include "yonder/memory/internal/legendre_kernels.h"
#include "yonder/memory/internal/shared_by_key.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace yonder::memory::internal {
namespace {

// I_n or J_n at one point for n = 0 ... order - 1.
std::vector<long double> antiderivatives(size_t order, Hold hold, long double s) {
  std::vector<long double> values(order + 3);  // P_n
  values[0] = 1;
  values[1] = s;
  for (size_t n = 1; n + 1 < values.size(); ++n) {
    const auto m = static_cast<long double>(n);
    values[n + 1] = ((2 * m + 1) * s * values[n] - m * values[n - 1]) / (m + 1);
  }
  for (int times = hold == Hold::linear ? 2 : 1; times > 0; --times) {
    long double below = 0;
    for (size_t n = 0; n + 1 < values.size(); ++n) {
      const long double next = values[n + 1] - below;
      below = values[n];
      values[n] = next / static_cast<long double>(2 * n + 1);
    }
    values.pop_back();
  }
  values.resize(order);
  return values;
}

// Row n of Q up to the middle: what the first half of the samples is multiplied with.
std::vector<std::vector<long double>> half_projection(size_t order, size_t cells, Hold hold) {
  const size_t nodes = nodes_of(cells, hold);
  const size_t width = (nodes + 1) / 2;
  const long double h = 2.0L / static_cast<long double>(cells);
  // differences[j][n] over cell j.
  std::vector<std::vector<long double>> differences(width);
  std::vector<long double> left = antiderivatives(order, hold, -1);
  for (size_t j = 0; j < width; ++j) {
    const long double s = j + 1 == cells ? 1 : -1 + h * static_cast<long double>(j + 1);
    std::vector<long double> right = antiderivatives(order, hold, s);
    differences[j].resize(order);
    for (size_t n = 0; n < order; ++n) {
      differences[j][n] = right[n] - left[n];
    }
    left = std::move(right);
  }
  std::vector<std::vector<long double>> q(order, std::vector<long double>(width));
  for (size_t n = 0; n < order; ++n) {
    const long double r = std::sqrt(static_cast<long double>(2 * n + 1));
    for (size_t j = 0; j < width; ++j) {
      const bool end = hold == Hold::linear && j == 0;
      if (n == 0) {
        q[n][j] = (end ? 0.5L : 1.0L) / static_cast<long double>(cells);
      } else if (hold == Hold::zoh) {
        q[n][j] = r / 2 * differences[j][n];
      } else {
        q[n][j] = r / (2 * h) * (differences[j][n] - (end ? 0 : differences[j - 1][n]));
      }
    }
  }
  return q;
}

template <typename Scalar>
std::shared_ptr<const FoldedProjection<Scalar>> shared_projection(int64_t order, int64_t cells,
                                                                  Hold hold) {
  static SharedByKey<std::tuple<int64_t, int64_t, Hold>, FoldedProjection<Scalar>> cache;
  return cache.get({order, cells, hold},
                   [&] { return FoldedProjection<Scalar>(order, cells, hold); });
}

constexpr size_t kColumns = 12;         // blocks of one channel per product
constexpr size_t kChannelsAtOnce = 48;  // channels of one block per product

}  // namespace

template <typename Scalar>
FoldedProjection<Scalar>::FoldedProjection(int64_t order, int64_t cells, Hold hold) {
  const auto size = static_cast<size_t>(order);
  const auto q = half_projection(size, static_cast<size_t>(cells), hold);
  even = PackedMatrix<Scalar>((size + 1) / 2, q[0].size(), [&](size_t row, size_t j) {
    return static_cast<double>(q[2 * row][j]);
  });
  odd = PackedMatrix<Scalar>(size / 2, q[0].size(), [&](size_t row, size_t j) {
    return static_cast<double>(q[2 * row + 1][j]);
  });
}

template <typename Scalar>
RegularMoments<Scalar>::RegularMoments(int64_t order, int64_t cells, int64_t channels, Hold hold)
    : order_(static_cast<size_t>(order)),
      cells_(static_cast<size_t>(cells)),
      channels_(static_cast<size_t>(channels)),
      hold_(hold) {}

template <typename Scalar>
size_t RegularMoments<Scalar>::batch() const {
  return channels_ == 1 ? kColumns : 1;
}

template <typename Scalar>
void RegularMoments<Scalar>::compute(const Scalar* samples, size_t blocks, Scalar* coefficients,
                                     double* energy) {
  if (!projection_) {
    projection_ = shared_projection<Scalar>(static_cast<int64_t>(order_),
                                            static_cast<int64_t>(cells_), hold_);
  }
  const size_t nodes = nodes_of(cells_, hold_);
  const size_t half = (nodes + 1) / 2;
  for (size_t b = 0; b < blocks; ++b) {
    block_energy(samples + b * cells_ * channels_, cells_, channels_, hold_ == Hold::linear,
                 energy + b * channels_);
  }
  folded_.resize(2 * half * std::max(kColumns, std::min(channels_, kChannelsAtOnce)));
  if (channels_ == 1) {
    for (size_t first = 0; first < blocks; first += kColumns) {
      const size_t columns = std::min(kColumns, blocks - first);
      reference_.resize(columns);
      for (size_t c = 0; c < columns; ++c) {
        const Scalar* block = samples + (first + c) * cells_;
        reference_[c] = block[0];
        fold(block, nodes, folded_.data() + c * half, folded_.data() + (columns + c) * half);
      }
      multiply(columns, 1, half, coefficients + first * order_);
    }
    return;
  }
  for (size_t b = 0; b < blocks; ++b) {
    for (size_t first = 0; first < channels_; first += kChannelsAtOnce) {
      const size_t width = std::min(kChannelsAtOnce, channels_ - first);
      const Scalar* block = samples + b * cells_ * channels_ + first;
      reference_.assign(block, block + width);
      fold_channels(block, nodes, channels_, width, folded_.data(), folded_.data() + half * width);
      multiply(width, width, 1, coefficients + (b * channels_ + first) * order_);
    }
  }
}

// coefficients [columns][N] of the folded columns.
template <typename Scalar>
void RegularMoments<Scalar>::multiply(size_t columns, size_t step, size_t stride,
                                      Scalar* coefficients) {
  const size_t half = (nodes_of(cells_, hold_) + 1) / 2;
  const size_t even_pitch = projection_->even.padded_rows();
  const size_t odd_pitch = projection_->odd.padded_rows();
  outputs_.resize(columns * (even_pitch + odd_pitch));
  Scalar* even = outputs_.data();
  Scalar* odd = even + columns * even_pitch;
  projection_->even.multiply(folded_.data(), step, stride, columns, even, even_pitch);
  projection_->odd.multiply(folded_.data() + columns * half, step, stride, columns, odd, odd_pitch);
  for (size_t c = 0; c < columns; ++c) {
    Scalar* to = coefficients + c * order_;
    for (size_t n = 0; n < order_; ++n) {
      to[n] = n % 2 == 0 ? even[c * even_pitch + n / 2] : odd[c * odd_pitch + n / 2];
    }
    to[0] += reference_[c];
  }
}

namespace {

// Masses w[c][p] at points x[p]; what becomes of them are sums over the points of P_n and its
// antiderivatives.
struct Masses {
  std::vector<double> points;
  std::vector<double> weights;  // [C][points]
};

// sum_p w[c][p] P_n(x[p]) for n < count, [C][count].
std::vector<double> legendre_sums(const Masses& masses, size_t count, size_t channels) {
  const std::vector<double>& x = masses.points;
  std::vector<double> previous(x.size(), 0.0);
  std::vector<double> current(x.size(), 1.0);
  std::vector<double> sums(channels * count);
  for (size_t n = 0; n < count; ++n) {
    for (size_t c = 0; c < channels; ++c) {
      sums[c * count + n] = dot(current.data(), masses.weights.data() + c * x.size(), x.size());
    }
    next_legendre(n, x.data(), current.data(), previous.data(), x.size());
    std::swap(current, previous);
  }
  return sums;
}

// From sums of P_n (or I_n) to sums of I_n (or J_n), in place; the last one is lost.
void integrate_sums(std::span<double> sums) {
  double below = 0;
  for (size_t n = 0; n + 1 < sums.size(); ++n) {
    const double next = sums[n + 1] - below;
    below = sums[n];
    sums[n] = next / static_cast<double>(2 * n + 1);
  }
}

class IrregularBlock {
 public:
  IrregularBlock(int64_t order, std::span<const double> edges, std::span<const double> samples,
                 int64_t channels)
      : order_(static_cast<size_t>(order)),
        cells_(edges.size() - 1),
        channels_(static_cast<size_t>(channels)),
        edges_(edges),
        samples_(samples),
        s_(edges.size()) {
    const double scale = 2 / (edges.back() - edges.front());
    for (size_t j = 1; j < cells_; ++j) {
      // From the nearer end, which keeps the digits where P_n is steep.
      const double left = scale * (edges[j] - edges.front());
      const double right = scale * (edges.back() - edges[j]);
      s_[j] = left < right ? left - 1 : 1 - right;
    }
    s_.front() = -1;
    s_.back() = 1;
  }

  void held(std::span<double> coefficients, std::span<double> energy) const {
    Masses jumps;
    jumps.points.assign(s_.begin() + 1, s_.end() - 1);
    jumps.weights.resize(channels_ * jumps.points.size());
    for (size_t c = 0; c < channels_; ++c) {
      const double first = at(0, c);
      double mean = 0;
      double squares = 0;
      for (size_t j = 0; j < cells_; ++j) {
        mean += (at(j, c) - first) * (edges_[j + 1] - edges_[j]);
        squares += at(j, c) * at(j, c) * (edges_[j + 1] - edges_[j]);
        if (j > 0) {
          jumps.weights[c * jumps.points.size() + j - 1] = at(j - 1, c) - at(j, c);
        }
      }
      coefficients[c * order_] = first + mean / (edges_.back() - edges_.front());
      energy[c] = squares;
    }
    add_integrals(jumps, 1, 0.5, coefficients);
  }

  void joined(std::span<double> coefficients, std::span<double> energy) const {
    // Where a cell is so short that the difference of J_n over it would be rounding, the mean of
    // I_n over it is taken at the three nodes of Gauss and Legendre.
    const double tiny = 0.1 / (static_cast<double>(order_) * static_cast<double>(order_));
    constexpr double kNode = 0.77459666924148337704;
    constexpr double kNodes[3] = {-kNode, 0, kNode};
    constexpr double kShares[3] = {5.0 / 18, 8.0 / 18, 5.0 / 18};
    std::vector<size_t> short_cells;
    for (size_t j = 0; j < cells_; ++j) {
      if (s_[j + 1] - s_[j] < tiny) {
        short_cells.push_back(j);
      }
    }
    Masses kinks{s_, std::vector<double>(channels_ * s_.size())};
    Masses steps;
    for (const size_t j : short_cells) {
      for (const double node : kNodes) {
        steps.points.push_back(0.5 * ((s_[j] + s_[j + 1]) + node * (s_[j + 1] - s_[j])));
      }
    }
    steps.weights.resize(channels_ * steps.points.size());
    for (size_t c = 0; c < channels_; ++c) {
      const double first = at(0, c);
      double mean = 0;
      double squares = 0;
      double* kink = kinks.weights.data() + c * s_.size();
      for (size_t j = 0; j < cells_; ++j) {
        const double u0 = at(j, c);
        const double u1 = at(j + 1, c);
        const double h = edges_[j + 1] - edges_[j];
        mean += (0.5 * (u0 - first) + 0.5 * (u1 - first)) * h;
        squares += (u0 * u0 + u0 * u1 + u1 * u1) / 3 * h;
        if (s_[j + 1] - s_[j] >= tiny) {
          const double slope = (u1 - u0) / (s_[j + 1] - s_[j]);
          kink[j + 1] += slope;
          kink[j] -= slope;
        }
      }
      double* step = steps.weights.data() + c * steps.points.size();
      for (const size_t j : short_cells) {
        for (const double share : kShares) {
          *step++ = share * (at(j + 1, c) - at(j, c));
        }
      }
      coefficients[c * order_] = first + mean / (edges_.back() - edges_.front());
      energy[c] = squares;
    }
    add_integrals(kinks, 2, -0.5, coefficients);
    add_integrals(steps, 1, -0.5, coefficients);
  }

 private:
  double at(size_t j, size_t c) const { return samples_[j * channels_ + c]; }

  // coefficients[c][n] += factor r_n sum of the `times`-fold antiderivative of P_n, n >= 1.
  void add_integrals(const Masses& masses, int times, double factor,
                     std::span<double> coefficients) const {
    if (masses.points.empty()) {
      return;
    }
    const size_t count = order_ + static_cast<size_t>(times);
    std::vector<double> sums = legendre_sums(masses, count, channels_);
    for (size_t c = 0; c < channels_; ++c) {
      std::span<double> of_channel = std::span(sums).subspan(c * count, count);
      for (int k = 0; k < times; ++k) {
        integrate_sums(of_channel);
        of_channel = of_channel.first(of_channel.size() - 1);
      }
      for (size_t n = 1; n < order_; ++n) {
        coefficients[c * order_ + n] +=
            factor * std::sqrt(2 * static_cast<double>(n) + 1) * of_channel[n];
      }
    }
  }

  size_t order_;
  size_t cells_;
  size_t channels_;
  std::span<const double> edges_;
  std::span<const double> samples_;
  std::vector<double> s_;  // edges on [-1, 1]
};

}  // namespace

void irregular_moments(int64_t order, Hold hold, std::span<const double> edges,
                       std::span<const double> samples, int64_t channels,
                       std::span<double> coefficients, std::span<double> energy) {
  YONDER_CHECK(edges.size() >= 2);
  std::fill(coefficients.begin(), coefficients.end(), 0.0);
  const IrregularBlock block(order, edges, samples, channels);
  if (hold == Hold::linear) {
    block.joined(coefficients, energy);
  } else {
    block.held(coefficients, energy);
  }
}

template struct FoldedProjection<float>;
template struct FoldedProjection<double>;
template class RegularMoments<float>;
template class RegularMoments<double>;

}  // namespace yonder::memory::internal
