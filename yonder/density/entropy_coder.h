// SPDX-License-Identifier: Apache-2.0
// Compresses numbers with a density as the entropy model, into a stream that needs nothing else to
// be read: values are rounded to bins of width `step`, the table of bin frequencies travels in the
// file, and decoding touches no floating point before the last step, so that every machine decodes
// the same numbers.
//
//   encode(model, values, {.step = 0.1}, "s.yec");       std::vector<double> y = decode("s.yec");
//
// Bins are [(k - 1/2) step + offset, (k + 1/2) step + offset]; a decoded value is k step + offset.
// Interleaved rANS (8 lanes of 64-bit state, 32-bit renormalisation); bins outside the table are
// escaped, never clamped. Format: docs/formats/density_stream.md. Tests: entropy_coder_test.cpp.
#pragma once

#include "yonder/base/options.h"
#include "yonder/base/progress.h"
#include "yonder/density/model.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::density {

struct EncodeOptions {
  double step = 0;         ///< bin width in units of y, > 0; must be given
  double offset = 0;       ///< centre of bin 0
  int64_t precision = 16;  ///< frequencies sum to 2^precision; 12 to 24
  double tail = 1e-9;      ///< mass beyond the table on each side, at most
  void visit(OptionVisitor& v);
  void validate() const;
};

struct EncodeReport {
  uint64_t samples = 0;
  uint64_t escapes = 0;
  uint64_t bytes = 0;          ///< of the stream's payload
  double bits_per_sample = 0;  ///< payload bits / samples
  double cross_entropy =
      0;  ///< mean -log2 P of the model's own bins, without rounding of frequencies
};

/// The bytes of a .yec file. Throws Error(bad_data) for a value that is not finite.
std::string encode(const Model& model, std::span<const double> values, const EncodeOptions& options,
                   EncodeReport* report = nullptr, Progress* progress = nullptr);
/// The values of a stream; `name` stands in messages. Damaged bytes never give numbers without
/// Error(bad_data).
std::vector<double> decode(std::string_view bytes, std::string_view name,
                           Progress* progress = nullptr);

/// ln of the probability that y + noise falls into the bin of width `step` around y, with the bins'
/// soft rounding at `temperature` (0: no rounding), for training with quantisation.
/// Source: arXiv 2402.15345 (noisy), Agustsson & Theis 2020 (soft rounding). Test:
/// soft_bins_test.cpp.
void log_bin_probability(const Model& model, std::span<const double> y, double step,
                         double temperature, std::span<double> out);

}  // namespace yonder::density
