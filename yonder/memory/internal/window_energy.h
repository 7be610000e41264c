// SPDX-License-Identifier: Apache-2.0
// The energy int u^2 dt of what a recurrence remembers: of everything so far, or of the last w,
// estimated from kBuckets parts of the window (the oldest part counts by its share), because the
// samples that leave are gone. Up to kOpen cells are summed as they are, then added with
// compensation, so that neither the length of the stream nor the sizes of pushes show. Test:
// window_energy_test.cpp.
#pragma once

#include "yonder/memory/internal/bytes.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace yonder::memory::internal {

class WindowEnergy {
 public:
  static constexpr size_t kBuckets = 64;
  static constexpr uint32_t kOpen = 64;

  /// width 0: everything.
  WindowEnergy(size_t channels, double width);

  /// One cell, times counted from the stream's start; u0, u1 [C]: from u0 to u1 along a line (held:
  /// the same).
  template <typename Scalar>
  void add(double from, double to, const Scalar* u0, const Scalar* u1);
  /// [C], of the window that ends at `now`.
  std::vector<double> energy(double now) const;
  /// Takes over what came after.
  void merge(const WindowEnergy& newer);
  void save(std::string& bytes) const;
  void load(ByteReader& reader);

 private:
  size_t slot(int64_t bucket) const { return static_cast<size_t>(bucket) % buckets_; }
  // What is summed so far goes to the newest bucket.
  void flush();
  void go_to(int64_t bucket);

  size_t channels_;
  double bucket_length_;  // 0: one for everything
  size_t buckets_;
  int64_t newest_ = 0;  // number of the newest bucket
  uint32_t open_cells_ = 0;
  std::vector<double> open_;   // [C], of the newest bucket, not in sums_ yet
  std::vector<double> sums_;   // [buckets][C]
  std::vector<double> rests_;  // what rounding lost
};

}  // namespace yonder::memory::internal
