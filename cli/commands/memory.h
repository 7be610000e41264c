// SPDX-License-Identifier: Apache-2.0
// What the commands of `yonder memory` share: the summary argument, channels by name, stretches of
// time, and how an account of errors looks. Each command is a file of its own,
// memory_<command>.cpp; the order in help is that of memory.cpp.
#pragma once

#include "cli/command.h"
#include "yonder/base/json.h"
#include "yonder/memory/measure.h"
#include "yonder/memory/summary.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::cli {

/// The summary that a command reads, and which of its channels.
struct SummaryArgument {
  std::string path;
  std::string channel;

  void visit(OptionVisitor& v);
  memory::Summary open() const;
  /// Indices into names: the one that --channel names (or numbers, from 1), or all.
  std::vector<int64_t> channels(const memory::Summary& summary) const;
};

/// A time: a number, or ISO-8601 in seconds. Throws Error(bad_option) naming the option.
double parse_moment(const char* option, const std::string& text);
/// "T1:T2" with T1 < T2; colons within ISO-8601 are told apart.
std::pair<double, double> parse_stretch(const char* option, const std::string& text);

/// What a summary knows about one of its channels, and what it has lost.
struct ChannelAccount {
  std::string name;
  double mean = 0;          ///< of the stream, over the interval
  double deviation = 0;     ///< standard deviation from the energy; legs and window, else NaN
  double rms_residual = 0;  ///< NaN where the energy is not known, as deviation and relative then
  double resolution = 0;    ///< the smallest residual that is told from rounding
  double relative = 0;      ///< rms_residual / deviation: 1 is what the mean alone would do
  double local_error = 0;   ///< estimate from the last coefficients
  double clamped = 0;       ///< by how much, relatively, rounding made the residual negative
};
ChannelAccount account_of(const memory::Summary& summary, int64_t channel);
/// The rms residual; "< 1.41e-07" where it drowns in rounding.
std::string residual_text(const ChannelAccount& account);

/// What a residual is: "exact", "upper limit" (lagt: what was lost is counted over all of time, the
/// time before the interval included), or "estimate".
std::string_view residual_kind(const memory::Summary& summary);

/// Throws Error(bad_option) where a measure is infinite at a moment that was read.
void require_finite(const memory::Summary& summary, std::span<const double> readings);

/// "1.23456789" with nine digits; "-" for NaN.
std::string figure_text(double value);
/// The same with all digits that a time in seconds since 1970 needs.
std::string time_text(double value);
/// A number, or null where it is not finite.
void write_number(JsonWriter& w, double value);
void write_account(JsonWriter& w, const ChannelAccount& account);

/// A measure where its width may be left out, "legt" for "legt:1": matrices scale with it.
memory::Measure parse_shape(const std::string& text);

/// "legs, N = 64, 1 channel".
std::string summary_text(const memory::Summary& summary);

CommandRow memory_run_command();
CommandRow memory_resume_command();
CommandRow memory_merge_command();
CommandRow memory_read_command();
CommandRow memory_info_command();
CommandRow memory_error_command();
CommandRow memory_plot_command();
CommandRow memory_convert_command();
CommandRow memory_compare_command();
CommandRow memory_choose_command();
CommandRow memory_matrix_command();
CommandRow memory_analyze_command();

}  // namespace yonder::cli
