// SPDX-License-Identifier: Apache-2.0
// The signals a memory takes, whatever file they lie in: CSV, NPY and raw floats
// (base/number_table.h) and WAV (wav.h), as one table.
//
//   Signal signal = open_signal({.input = "call.wav"});
//   signal.step;                                  // 1 / 48000: WAV knows its rate
//   signal.table->read(values);
//
// Missing cells come as NaN where `missing` says so. Test: signal_file_test.cpp.
#pragma once

#include "yonder/base/number_table.h"
#include "yonder/base/options.h"

#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::memory {

struct SignalOptions {
  std::string input = {};   ///< a file, or "-" for standard input
  std::string column = {};  ///< names or numbers from 1, separated by commas; empty: the only one
  std::string time_column = {};  ///< empty: samples follow each other regularly
  std::string format = "auto";
  std::vector<std::string> default_columns = {};  ///< where `column` is empty

  /// The input itself is the caller's to visit, as commands name it differently, and so are the
  /// default columns.
  void visit(OptionVisitor& v);
};

struct Signal {
  std::unique_ptr<NumberTable> table;
  std::optional<double> step;  ///< time between samples, where the file says it: WAV, in seconds
};

/// Opens the input. standard_input: what "-" reads; null: refused. A WAV file is known by its name
/// (.wav) or its first bytes; from standard input it must be named (format "wav"). Throws
/// Error(file), Error(bad_data), Error(bad_option).
Signal open_signal(const SignalOptions& options, MissingCells missing = MissingCells::refuse,
                   std::istream* standard_input = nullptr);

/// The parts of "a,b,c"; none of "".
std::vector<std::string> split_at_commas(std::string_view text);

}  // namespace yonder::memory
