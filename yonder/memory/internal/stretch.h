// SPDX-License-Identifier: Apache-2.0
// A remembered stretch of time: its length, the energy of every channel, the coefficients. What
// blocks become and what merges combine.
#pragma once

#include "yonder/memory/internal/bytes.h"
#include "yonder/memory/internal/merger.h"

#include <cstdint>
#include <string>
#include <vector>

namespace yonder::memory::internal {

/// A sum of doubles that keeps what rounding would lose (an unevaluated pair).
/// Source: Knuth, TAOCP 4.2.2, theorem B.
struct CompensatedSum {
  double value = 0;
  double rest = 0;  ///< to be added to value

  void add(double x) {
    const double sum = value + x;
    const double part = sum - value;
    rest += (value - (sum - part)) + (x - part);
    value = sum;
  }
  void add(const CompensatedSum& other) {
    add(other.value);
    rest += other.rest;
  }
  double total() const { return value + rest; }
};

template <typename Scalar>
struct Stretch {
  double length = 0;                   ///< in time units, > 0
  std::vector<CompensatedSum> energy;  ///< [C]
  std::vector<Scalar> coefficients;    ///< [C][N], hippo normalisation
};

/// `newer` becomes the union of `older` and itself.
template <typename Scalar>
void merge_into_newer(Merger<Scalar>& merger, const Stretch<Scalar>& older,
                      Stretch<Scalar>& newer) {
  merger.merge(older.length, older.coefficients.data(), newer.length, newer.coefficients.data(),
               static_cast<int64_t>(newer.energy.size()), newer.coefficients.data());
  newer.length += older.length;
  for (size_t c = 0; c < newer.energy.size(); ++c) {
    newer.energy[c].add(older.energy[c]);
  }
}

/// f64 length, per channel f64 energy and f64 rest, [C][N] scalars.
template <typename Scalar>
void put_stretch(std::string& bytes, const Stretch<Scalar>& stretch) {
  put(bytes, stretch.length);
  for (const CompensatedSum& energy : stretch.energy) {
    put(bytes, energy.value);
    put(bytes, energy.rest);
  }
  put_all<Scalar>(bytes, stretch.coefficients);
}

template <typename Scalar>
Stretch<Scalar> get_stretch(ByteReader& reader, int64_t order, int64_t channels) {
  Stretch<Scalar> stretch;
  stretch.length = reader.get_finite<double>();
  reader.check(stretch.length > 0, "a stretch whose length is not above 0");
  std::vector<double> energy;
  reader.get_all(2 * static_cast<uint64_t>(channels), energy);
  for (size_t c = 0; c < static_cast<size_t>(channels); ++c) {
    reader.check(energy[2 * c] >= 0, "an energy below 0");
    stretch.energy.push_back({energy[2 * c], energy[2 * c + 1]});
  }
  reader.get_all(static_cast<uint64_t>(order) * static_cast<uint64_t>(channels),
                 stretch.coefficients);
  return stretch;
}

}  // namespace yonder::memory::internal
