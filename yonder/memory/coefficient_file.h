// SPDX-License-Identifier: Apache-2.0
// Coefficients for other programs: an array .npy beside a JSON side-car (NAME.npy.json) that says
// what its numbers mean: measure, interval, normalisation, direction of time, energy. With it the
// file is a summary again; without it an array is only read under an explicit convention.
//
//   write_coefficients("ecg.npy", summary, Normalization::lmu);
//   Summary s = read_coefficients("ecg.npy");
//   Summary t = import_state("state.npy", {.convention = "s4-legt", .dt = 0.01, .end = 5});
//   Summary u = open_summary("ecg.yms");              // a snapshot or a coefficient file
//
// Source of the conventions: docs/math/memory.md (hippo-code legt is w = 1, s4 halves A and B and
// so has w = 2, LMU counts time backwards). Test: coefficient_file_test.cpp.
#pragma once

#include "yonder/base/options.h"
#include "yonder/memory/stream.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace yonder::memory {

/// Writes [C][N] in `norm`, and the side-car. Measures other than Legendre's have hippo only. An
/// energy that is unknown (an imported state) is null in JSON. Both files are atomic; the side-car
/// comes first.
void write_coefficients(const std::filesystem::path& path, const Summary& summary,
                        Normalization norm = Normalization::hippo);

/// Throws Error(file) where the array at `path` or its side-car exists, unless `overwrite`.
void require_free_coefficients(const std::filesystem::path& path, bool overwrite);

/// Reads both files back. Throws Error(bad_data) for what does not belong together.
Summary read_coefficients(const std::filesystem::path& path);

/// What must be known of an array from elsewhere.
struct ForeignState {
  std::string convention = {};  ///< hippo (hippo-code, legt), s4-legt, lmu
  double end = 0;               ///< time of the newest sample's end
  double width = 0;             ///< of the window, in time units; 0: from dt
  double dt = 0;  ///< step per sample of the layer: hippo has a window of 1/dt samples, s4-legt
                  ///< 2/dt (one time unit per sample)

  void visit(OptionVisitor& v);
  void validate() const;
};
const std::vector<std::string>& convention_names();

/// A state [N] or [C][N] of a sliding Legendre layer as a legt summary; its energy is unknown, so
/// that reads have no rms error.
Summary import_state(const std::filesystem::path& path, const ForeignState& state);

/// True for an array, false for anything else that can be opened.
bool is_coefficient_file(const std::filesystem::path& path);
/// The summary of a snapshot .yms or of a coefficient file, told by the first bytes.
Summary open_summary(const std::filesystem::path& path);

/// Coefficients at one checkpoint after another, written as [checkpoints][C][N] with a side-car
/// that lists the ends of their intervals; appears when finished.
class CoefficientLog {
 public:
  CoefficientLog(const std::filesystem::path& path, int64_t channels, int64_t order);
  ~CoefficientLog();
  CoefficientLog(CoefficientLog&&) noexcept;
  CoefficientLog& operator=(CoefficientLog&&) = delete;
  /// Takes over the checkpoints of the log that lies at the path, to be followed by those of
  /// `stream`. Throws Error(bad_data) unless it is a log of such a stream up to where it is now.
  void go_on(const Stream& stream);
  void add(const Summary& summary, uint64_t samples);
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yonder::memory
