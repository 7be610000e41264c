// SPDX-License-Identifier: Apache-2.0
// One recurrence serves both sides: seen from the older part p_n of the whole has the argument
// rho s - (1 - rho), from the newer part (1 - rho) s + rho. rho and 1 - rho are both taken from the
// lengths, so neither loses digits where one part is much longer.
#include "yonder/memory/merge.h"

#include "yonder/base/error.h"
#include "yonder/memory/internal/legendre_kernels.h"
#include "yonder/memory/internal/merger.h"

#include <cmath>
#include <utility>
#include <vector>

namespace yonder::memory {
namespace {

using internal::kRowMargin;

// Calls visit(n, row) for n = 0 ... order - 1 with the row of H.
template <typename Visit>
void visit_affine_rows(int64_t order, double scale, double offset, const Visit& visit) {
  const auto size = static_cast<size_t>(order);
  const std::vector<double> a = internal::recurrence_coefficients(size + 3 + kRowMargin);
  std::vector<double> buffer(2 * (size + 2 * kRowMargin));
  double* current = buffer.data() + kRowMargin;
  double* previous = current + size + 2 * kRowMargin;
  current[0] = 1;
  for (size_t n = 0; n < size; ++n) {
    visit(n, static_cast<const double*>(current));
    if (n + 1 < size) {
      internal::next_affine_row(n, scale, offset, a.data(), current, previous);
      std::swap(current, previous);
    }
  }
}

// What a hippo coefficient is multiplied by, up to a factor that is the same for all n.
double scale_of(Normalization norm, size_t n) {
  const double root = std::sqrt(2 * static_cast<double>(n) + 1);
  switch (norm) {
    case Normalization::value:
      return root;
    case Normalization::lmu:
      return n % 2 == 0 ? root : -root;
    default:
      return 1;
  }
}

}  // namespace

Matrix affine_legendre(int64_t order, double scale, double offset) {
  YONDER_CHECK(order >= 1);
  Matrix h{order, order, std::vector<double>(static_cast<size_t>(order * order))};
  visit_affine_rows(order, scale, offset, [&](size_t n, const double* row) {
    std::copy(row, row + n + 1, h.values.data() + n * static_cast<size_t>(order));
  });
  return h;
}

MergeMatrices merge_matrices(int64_t order, double older_length, double newer_length,
                             Normalization norm) {
  YONDER_CHECK(older_length > 0 && newer_length > 0);
  const double rho = older_length / (older_length + newer_length);
  const double rest = newer_length / (older_length + newer_length);
  MergeMatrices m{affine_legendre(order, rho, -rest), affine_legendre(order, rest, rho)};
  for (int64_t n = 0; n < order; ++n) {
    for (int64_t k = 0; k <= n; ++k) {
      const double ratio =
          scale_of(norm, static_cast<size_t>(n)) / scale_of(norm, static_cast<size_t>(k));
      m.older.at(n, k) *= rho * ratio;
      m.newer.at(n, k) *= rest * ratio;
    }
  }
  return m;
}

void merge_coefficients(int64_t order, double older_length, double newer_length,
                        std::span<const double> older, std::span<const double> newer,
                        std::span<double> merged) {
  YONDER_CHECK(older_length > 0 && newer_length > 0);
  YONDER_CHECK(older.size() == newer.size() && older.size() == merged.size());
  const auto size = static_cast<size_t>(order);
  const size_t channels = older.size() / size;
  if (older_length == newer_length) {
    internal::Merger<double> merger(order);
    merger.merge_halves(older.data(), newer.data(), static_cast<int64_t>(channels), merged.data());
    return;
  }
  const double rho = older_length / (older_length + newer_length);
  const double rest = newer_length / (older_length + newer_length);
  // Measured from the older part's mean, so that a constant stays one without rounding.
  std::vector<double> first(older.begin(), older.end());
  std::vector<double> second(newer.begin(), newer.end());
  std::vector<double> mean(channels);
  for (size_t c = 0; c < channels; ++c) {
    mean[c] = std::exchange(first[c * size], 0.0);
    second[c * size] -= mean[c];
  }
  visit_affine_rows(order, rho, -rest, [&](size_t n, const double* row) {
    for (size_t c = 0; c < channels; ++c) {
      merged[c * size + n] = rho * internal::dot(row, first.data() + c * size, n + 1);
    }
  });
  visit_affine_rows(order, rest, rho, [&](size_t n, const double* row) {
    for (size_t c = 0; c < channels; ++c) {
      merged[c * size + n] += rest * internal::dot(row, second.data() + c * size, n + 1);
    }
  });
  for (size_t c = 0; c < channels; ++c) {
    merged[c * size] += mean[c];
  }
}

}  // namespace yonder::memory
