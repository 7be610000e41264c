// SPDX-License-Identifier: Apache-2.0
// From cells to blocks: collects samples until a block is full, and projects it.
//
// Blocks of regular cells have `block` cells each, counted from the first cell, however the samples
// are cut into pushes; whole blocks that lie in one push are read where they are, several at once.
// Blocks of irregular cells end there too, or as soon as they are `longest` long, if that is given.
// Samples of the block that is not full yet wait here. Test: block_builder_test.cpp.
#pragma once

#include "yonder/memory/internal/block_moments.h"
#include "yonder/memory/internal/engine.h"
#include "yonder/memory/internal/stretch.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace yonder::memory::internal {

template <typename Scalar>
class BlockBuilder {
 public:
  struct Shape {
    int64_t order = 1;
    int64_t channels = 1;
    int64_t block = 1;  ///< cells, >= 1
    Hold hold = Hold::zoh;
    double longest = 0;  ///< of an irregular block, in time units; 0: any
  };
  /// A block that became full: [C][N] and [C]. The time of its first edge where cells are
  /// irregular.
  struct Block {
    double begin;
    double length;
    const Scalar* coefficients;
    const double* energy;
  };
  using Sink = std::function<void(const Block&)>;

  explicit BlockBuilder(const Shape& shape);

  /// The cells follow the last ones. Calls sink for every block that becomes full, in order.
  void push(const Cells<Scalar>& cells, const Sink& sink);
  /// Cells that wait.
  size_t pending() const { return pending_cells_; }
  /// What waits as a stretch in double; pending() > 0.
  Stretch<double> partial() const;

  /// u32 block, f64 longest, u8 kind of cells (0 none yet, 1 regular, 2 irregular), f64 step, u64
  /// cells that wait, f64 edges [cells + 1] (irregular), scalars [cells or cells + 1][C]. What a
  /// file says about blocks counts, whatever the defaults of this version are.
  void save(std::string& bytes) const;
  void load(ByteReader& reader);
  bool regular() const { return kind_ == Kind::regular; }
  /// Cells of a full block of regular cells.
  size_t block() const { return static_cast<size_t>(shape_.block); }
  double step() const { return step_; }

 private:
  enum class Kind : uint8_t { none = 0, regular = 1, irregular = 2 };
  void push_regular(const Cells<Scalar>& cells, const Sink& sink);
  void push_irregular(const Cells<Scalar>& cells, const Sink& sink);
  // Adds `count` cells to those that wait; their samples begin at `samples`.
  void keep(const Scalar* samples, size_t count);
  void compute(const Scalar* samples, size_t blocks, const Sink& sink);
  void close_irregular(const Sink& sink);
  size_t channels() const { return static_cast<size_t>(shape_.channels); }

  Shape shape_;
  RegularMoments<Scalar> moments_;
  Kind kind_ = Kind::none;
  double step_ = 1;
  size_t pending_cells_ = 0;
  std::vector<Scalar> pending_;  // [nodes_of(pending cells)][C]
  std::vector<double> edges_;    // [pending cells + 1], irregular only
  std::vector<Scalar> coefficients_;
  std::vector<double> energy_;
};

extern template class BlockBuilder<float>;
extern template class BlockBuilder<double>;

}  // namespace yonder::memory::internal
