// SPDX-License-Identifier: Apache-2.0
// What a stream drives: the state of one measure and how it takes samples. Stream (stream.cpp)
// checks input, keeps time and reads and writes snapshots; an engine sees only valid cells.
//
// exact_legs.cpp (legs), sliding_window.cpp (window), recurrence.cpp (all others), each for float
// and double. make_engine() (engine.cpp) chooses.
#pragma once

#include "yonder/memory/stream.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::memory::internal {

/// Cells that follow each other: cell k covers [edges[k], edges[k+1]) and holds samples[k] (linear:
/// goes from samples[k] to samples[k+1], so one more sample than cells).
template <typename Scalar>
struct Cells {
  std::span<const Scalar> samples;  ///< [n or n+1][C]
  std::span<const double> edges;    ///< [n+1]; empty: regular cells of `step` from `begin` on
  double begin = 0;
  double step = 1;
  int64_t count = 0;  ///< n
};

template <typename Scalar>
class Engine {
 public:
  virtual ~Engine() = default;
  virtual void push(const Cells<Scalar>& cells) = 0;
  /// The interval, coefficients [C][N] in hippo normalisation, energy [C].
  virtual Summary::Parts state() const = 0;
  /// Appends the state's bytes, pending samples included; load() reads exactly what save() wrote
  /// (docs/formats/memory_snapshot.md) and throws Error(bad_data) for what cannot be.
  virtual void save(std::string& bytes) const = 0;
  virtual void load(std::string_view bytes, std::string_view name) = 0;
  /// Takes over a newer engine's stretch. Error(bad_option) where the measure does not merge.
  virtual void merge(const Engine& newer) = 0;
};

template <typename Scalar>
std::unique_ptr<Engine<Scalar>> make_engine(const StreamOptions& options, int64_t channels);

}  // namespace yonder::memory::internal
