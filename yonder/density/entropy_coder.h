// SPDX-License-Identifier: Apache-2.0
// Compresses numbers with a density as the entropy model, into a stream that needs nothing else to
// be read: values are rounded to bins of width `step`, the table of bin frequencies travels in the
// file, and decoding touches no floating point before the last step, so that every machine decodes
// the same numbers.
//
//   std::string bytes = encode(model, values, {.step = 0.1}, &report);
//   std::vector<double> rounded = decode(bytes, "s.yec");
//
// Bins are [(k - 1/2) step + offset, (k + 1/2) step + offset]; a decoded value is k step + offset.
// Interleaved rANS (8 lanes of 64-bit state, 32-bit renormalisation); bins outside the table are
// escaped, never clamped. Format: docs/formats/density_stream.md. Parts: internal/rans.h,
// internal/optimal_frequencies.h, internal/interval_probability.h. Tests: entropy_coder_test.cpp.
#pragma once

#include "yonder/base/options.h"
#include "yonder/base/progress.h"
#include "yonder/density/model.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::density {

struct EncodeOptions {
  double step = 0;         ///< bin width in units of y, > 0; must be given
  double offset = 0;       ///< centre of bin 0
  int64_t precision = 16;  ///< frequencies sum to 2^precision; 12 to 24
  double tail = 1e-9;      ///< the table of the line ends where this mass is left on each side, or
                           ///< before, where bins are rarer than a place in the table is worth
  void visit(OptionVisitor& v);
  void validate() const;
};

struct EncodeReport {
  uint64_t samples = 0;
  uint64_t escapes = 0;
  uint64_t bytes = 0;          ///< of the coded numbers, escapes included
  uint64_t table_bytes = 0;    ///< of the table of frequencies
  double bits_per_sample = 0;  ///< 8 bytes / samples
  double cross_entropy =
      0;  ///< mean -log2 P of the model's own bins, without rounding of frequencies
};

/// The bytes of a .yec file. On a circle values wrap first. Throws Error(bad_data) for a value that
/// is not finite, lies outside an interval, or is 2^62 steps away; Error(bad_option) for a step so
/// small that the table has no room for the bins.
std::string encode(const Model& model, std::span<const double> values, const EncodeOptions& options,
                   EncodeReport* report = nullptr, Progress* progress = nullptr);
/// The values of a stream; `name` stands in messages. Damaged bytes never give numbers without
/// Error(bad_data).
std::vector<double> decode(std::string_view bytes, std::string_view name,
                           Progress* progress = nullptr);

/// What a stream says about itself; its content is not checked.
struct StreamInfo {
  double step = 0;
  double offset = 0;
  int64_t precision = 0;
  int64_t low = 0;  ///< the bins of the table: values from low step + offset
  int64_t high = 0;
  uint64_t samples = 0;
};
StreamInfo stream_info(std::string_view bytes, std::string_view name);

/// out[i] = ln of the probability of the bin of width `step` around y[i], for training with
/// quantisation. temperature: how soft the rounding is that y was made with: infinity for none
/// (y + noise), 0 for the coder's own bins (offset 0), between them Agustsson & Theis' soft
/// rounding, whose alpha is 1 / temperature. Throws Error(bad_option).
/// Source: arXiv 2402.15345 (noise), 2006.09952, section 4.1 (soft rounding). Test:
/// soft_bins_test.cpp.
void log_bin_probability(const Model& model, std::span<const double> y, double step,
                         double temperature, std::span<double> out);

}  // namespace yonder::density
