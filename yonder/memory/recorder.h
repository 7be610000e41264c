// SPDX-License-Identifier: Apache-2.0
// From a table of samples to a snapshot on disk: what `yonder memory run` and `resume` do.
//
//   Signal signal = open_signal({.input = "ecg.csv", .column = "adc"}, MissingCells::keep);
//   RecordReport report = record(options, *signal.table, {.every = 100000}, "ecg.yms");
//   report = record(Stream::load("ecg.yms"), *more.table, {}, "ecg.yms");        // goes on
//
// Missing cells (NaN in the table, which is opened with MissingCells::keep) are refused, or filled
// as `gap` says: by the last value before them (hold), along a line to the next one (linear), or
// not at all (split): then every unbroken stretch gets a snapshot of its own, since a summary of
// the whole past cannot contain a stretch that nobody knows (regular ones are refused by merge for
// the same reason; with times merge holds the last value). Every `every` samples the snapshot is
// replaced atomically; whatever ends the work, the file is complete and holds all samples up to a
// checkpoint. Tests: recorder_test.cpp, recorder_slow_test.cpp (killed at random instants).
#pragma once

#include "yonder/base/number_table.h"
#include "yonder/base/options.h"
#include "yonder/base/progress.h"
#include "yonder/memory/stream.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace yonder::memory {

struct RecordOptions {
  std::string gap = "refuse";  ///< refuse, hold, linear, split
  int64_t every = 0;           ///< samples between checkpoints; 0: only at the end
  std::string emit = {};       ///< an .npy of the coefficients at the checkpoints; empty: none
  uint64_t skip = 0;           ///< rows of the table that the stream has taken before

  /// All but skip.
  void visit(OptionVisitor& v);
  void validate() const;
};

struct RecordReport {
  uint64_t samples = 0;            ///< taken now
  uint64_t missing = 0;            ///< cells that were missing
  std::vector<std::string> files;  ///< snapshots written, in order of time
};

/// A new stream of the table's columns. out: the snapshot; with split: out "s.yms" gives "s.1.yms",
/// "s.2.yms", ... Existing files are only replaced where `overwrite` is set. Throws Error(bad_data)
/// for a table without samples, for missing cells (refuse), those where nothing was before (hold,
/// linear) or nothing comes after (linear), and what Stream::push throws; Error(cancelled) after a
/// checkpoint.
RecordReport record(const StreamOptions& options, NumberTable& table, const RecordOptions& record,
                    const std::filesystem::path& out, bool overwrite = false,
                    Progress* progress = nullptr);

/// Goes on with a stream and replaces `out`. Not for split. An existing log of its checkpoints is
/// gone on with too; Error(bad_data) where it is of something else, unless `overwrite` begins a new
/// one.
RecordReport record(Stream stream, NumberTable& table, const RecordOptions& record,
                    const std::filesystem::path& out, bool overwrite = false,
                    Progress* progress = nullptr);

}  // namespace yonder::memory
