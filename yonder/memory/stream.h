// SPDX-License-Identifier: Apache-2.0
// The public class of memory: an endless stream of samples goes in, a fixed number of bytes stays.
//
//   Stream stream({.measure = "legs", .order = 64}, {"adc"});
//   stream.push(samples);                       // [n][C]
//   stream.summary().at(0, t);
//   stream.save("ecg.yms");                     // resume: Stream::load("ecg.yms"), bit for bit
//
// Samples are held from their time to the next one's (hold "zoh") or joined by lines (hold
// "linear"). Regular samples: sample k covers [start + k step, start + (k+1) step). With times:
// sample k covers [t_k, t_{k+1}), so that the last one waits for its successor (it is in the
// snapshot). legs: block moments and merges, no discretisation error, O(N) amortised per sample;
// the sizes of the pushes do not change a single bit. Not thread-safe; streams are independent.
// Source: docs/math/memory.md. Tests: stream_test.cpp, snapshot_test.cpp, snapshot_slow_test.cpp.
#pragma once

#include "yonder/base/options.h"
#include "yonder/base/progress.h"
#include "yonder/memory/summary.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder {
class RecordFile;
}

namespace yonder::memory {

/// Cells of a block times order that a stream takes: its constant matrix has half as many elements.
inline constexpr int64_t kMostBlockElements = int64_t{1} << 26;

struct StreamOptions {
  std::string measure = "legs";  ///< as Measure::parse reads it
  int64_t order = 64;            ///< N, coefficients per channel, 1..4096
  std::string scalar = "f64";    ///< f64 or f32: how state and samples are kept
  std::string rule = "zoh";      ///< of the recurrences: a name of rule_names()
  double alpha = 0.5;            ///< of gbt
  std::string hold = "zoh";      ///< zoh or linear
  double start = 0;              ///< time of the first sample, where there are no times
  double step = 1;               ///< time between samples, where there are no times
  int64_t block = 0;             ///< samples per block of legs and window; 0: chosen by order
  bool allow_unstable = false;   ///< --unsafe: forward Euler, gbt beyond their limit

  void visit(OptionVisitor& v);
  void validate() const;
};

class Stream {
 public:
  /// names: of the channels, [C]. Throws Error(bad_option).
  Stream(StreamOptions options, std::vector<std::string> names);
  ~Stream();
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;

  /// samples [n][C], finite. times [n], strictly increasing, also from push to push; empty:
  /// regular. A stream takes one of the two kinds. Throws Error(bad_data) naming the first bad
  /// sample and leaves the stream as it was.
  void push(std::span<const double> samples, std::span<const double> times = {});
  void push(std::span<const float> samples, std::span<const double> times = {});
  const StreamOptions& options() const;
  const std::vector<std::string>& names() const;
  uint64_t samples() const;
  /// Bytes of state as they would lie in a snapshot.
  uint64_t state_bytes() const;
  /// What is known now. Throws Error(bad_data) before the first whole cell.
  Summary summary() const;

  /// Snapshot .yms (docs/formats/memory_snapshot.md), atomic.
  void save(const std::filesystem::path& path) const;
  static Stream load(const std::filesystem::path& path);
  std::string to_bytes() const;
  static Stream from_bytes(std::string_view bytes, std::string_view name);
  /// One stream of two that were fed adjacent stretches, as one stream fed with both would be, up
  /// to rounding; pushes go on after the newer's end. With times, and with hold linear, the newer
  /// must begin with the older one's last sample (same time), so that what lies between them is
  /// known; where the two disagree on its value, the newer's counts from then on. legs, lagt,
  /// window; Error(bad_data) as in Summary::merge, or for different options.
  static Stream merge(const Stream& older, const Stream& newer);

 private:
  struct Impl;
  explicit Stream(std::unique_ptr<Impl> impl);
  static Stream from_file(const RecordFile& file);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yonder::memory
