// SPDX-License-Identifier: Apache-2.0
// How the state of a recurrence is moved over cells: by an implicit rule, step by step; exactly,
// step by step (irregular times, time-varying systems); or exactly in blocks (regular times).
//
// Blocks: x after m cells is A^m x + K u with the m inputs of the block, K = [A^(m-1) b ... b], so
// that a sample costs N multiplications and not N^2. Samples of an unfinished block wait; reading
// applies what they bring to a copy. Block edges are counted from the first cell, so the sizes of
// the pushes do not change a bit. Joined lines are reduced to held samples: with x' = A x + b0 u +
// b1 u', y = x - b1 u moves as y' = A y + (A b1 + b0) u.
// Test: recurrence_test.cpp against recurrence_reference.h.
#pragma once

#include "yonder/memory/discretization.h"
#include "yonder/memory/internal/bytes.h"
#include "yonder/memory/internal/engine.h"
#include "yonder/memory/measure.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace yonder::memory::internal {

/// What a recurrence is made of, checked.
struct RecurrencePlan {
  Measure measure;
  int64_t order = 1;
  int64_t channels = 1;
  Rule rule = Rule::zoh;
  double alpha = 0.5;
  bool allow_unstable = false;
  bool linear = false;  ///< hold
  int64_t block = 0;    ///< cells of a block of exact steps; 0: by order

  bool exponential() const { return rule == Rule::zoh || rule == Rule::foh; }
  bool time_varying() const {
    return measure.kind == MeasureKind::legs_step || measure.kind == MeasureKind::fous;
  }
};

template <typename Scalar>
class Transition {
 public:
  virtual ~Transition() = default;
  /// elapsed: from the stream's first edge to the first of these cells.
  virtual void push(const Cells<Scalar>& cells, double elapsed) = 0;
  /// The state now, [C][N].
  virtual std::vector<double> state() const = 0;
  virtual void set_state(const std::vector<double>& state) = 0;
  virtual void save(std::string& bytes) const = 0;
  virtual void load(ByteReader& reader) = 0;
};

/// regular: cells of one length `step`.
template <typename Scalar>
std::unique_ptr<Transition<Scalar>> make_transition(const RecurrencePlan& plan, bool regular,
                                                    double step);

}  // namespace yonder::memory::internal
