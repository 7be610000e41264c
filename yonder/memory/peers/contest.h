// SPDX-License-Identifier: Apache-2.0
// The equal-bytes contest: exact LegS and its peers summarise the same stream in the same number of
// bytes per channel, and each rebuilds the whole history from what it kept.
//
//   for (const ContestRow& row : run_contest(samples, {.bytes = 1024})) { ... }
//
// LegS has bytes / 4 coefficients in float32; its engine needs more while it runs (`working`), and
// that is shown too. Peers are told what they need in advance (peers/table.h). Tests:
// contest_test.cpp; figures on real series: experiments/memory_acceptance.
#pragma once

#include "yonder/base/options.h"
#include "yonder/base/progress.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::memory {

struct ContestOptions {
  int64_t bytes = 1024;                         ///< that may be kept per channel
  std::string peers = "ema,ring,pyramid,rdft";  ///< names of peers(), separated by commas

  void visit(OptionVisitor& v);
  void validate() const;
  std::vector<std::string> peer_list() const;
};

struct ContestRow {
  std::string name;      ///< "legs", or a peer's
  int64_t bytes = 0;     ///< kept
  int64_t working = 0;   ///< held while the stream runs, what is kept included
  double rms_error = 0;  ///< of the reconstruction at the samples, over the whole history
  double relative = 0;   ///< rms_error / standard deviation of the samples: 1 is what a mean does
  double nanoseconds_per_sample = 0;  ///< median of three runs, one thread
};

/// One channel; LegS first, then the peers as they were named. All take the samples as floats and
/// are judged by the samples as they are. samples: 2 or more, up to 1e37. channel: for messages.
/// Throws Error(bad_data) naming the channel and the first bad sample.
std::vector<ContestRow> run_contest(std::span<const double> samples, const ContestOptions& options,
                                    Progress* progress = nullptr, std::string_view channel = "u");

}  // namespace yonder::memory
