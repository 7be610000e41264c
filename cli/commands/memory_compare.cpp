// SPDX-License-Identifier: Apache-2.0
// `yonder memory compare`: the equal-bytes contest on one's own data.
#include "cli/commands/memory.h"
#include "yonder/memory/peers/contest.h"
#include "yonder/memory/signal_file.h"

#include <iostream>

namespace yonder::cli {
namespace {

struct Compare : Command {
  memory::SignalOptions signal;
  memory::ContestOptions contest;
  bool json = false;

  void visit(OptionVisitor& v) override {
    v.path("input", signal.input, "samples as for run; - is standard input");
    signal.visit(v);
    contest.visit(v);
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override {
    require_option("input", signal.input, "the samples to compare on, e.g. ecg.csv");
    require(
        signal.time_column.empty(), ErrorKind::bad_option,
        "--time-column is given, but compare takes the samples as equally spaced; leave it out");
    contest.validate();
  }

  void run(Output& out, Progress& progress) override {
    const memory::Signal opened = memory::open_signal(signal, MissingCells::refuse, &std::cin);
    const std::vector<std::vector<double>> columns = read_columns(*opened.table);
    JsonWriter w(2);
    w.begin_object().key("channels").begin_array();
    for (size_t channel = 0; channel < columns.size(); ++channel) {
      const std::vector<double>& samples = columns[channel];
      const std::string& name = opened.table->names()[channel];
      const auto rows = memory::run_contest(samples, contest, &progress, name);
      json ? write(name, samples.size(), rows, w) : print(name, samples.size(), rows, out);
    }
    w.end_array().end_object();
    if (json) {
      out.write(w.str() + "\n");
    }
  }

 private:
  static void print(const std::string& name, size_t samples,
                    const std::vector<memory::ContestRow>& rows, Output& out) {
    out.print("{}: {} samples\n", name, samples);
    out.print("  {:<10}{:>8}{:>10}{:>14}{:>10}{:>12}\n", "", "bytes", "working", "rms error",
              "relative", "ns/sample");
    for (const memory::ContestRow& row : rows) {
      out.print("  {:<10}{:>8}{:>10}{:>14.6g}{:>10.4f}{:>12.1f}\n", row.name, row.bytes,
                row.working, row.rms_error, row.relative, row.nanoseconds_per_sample);
    }
  }

  static void write(const std::string& name, size_t samples,
                    const std::vector<memory::ContestRow>& rows, JsonWriter& w) {
    w.begin_object().key("name").value(name).key("samples").value(static_cast<uint64_t>(samples));
    w.key("summaries").begin_array();
    for (const memory::ContestRow& row : rows) {
      w.begin_object().key("name").value(row.name).key("bytes").value(row.bytes);
      w.key("working_bytes").value(row.working).key("rms_error").value(row.rms_error);
      w.key("relative").value(row.relative);
      w.key("nanoseconds_per_sample").value(row.nanoseconds_per_sample).end_object();
    }
    w.end_array().end_object();
  }
};

}  // namespace

CommandRow memory_compare_command() {
  return {
      .name = "compare",
      .summary = "exact LegS beside what else fits into the same bytes",
      .details =
          "Each keeps the same stream in --bytes per channel and rebuilds the whole history. "
          "ema: exponential averages, read by least squares; ring: the last samples; pyramid: "
          "means of bins that double; rdft: the lowest harmonics. ema and rdft are told the "
          "stream's length beforehand, which legs and pyramid are not. relative: rms error over "
          "the standard deviation; 1 is what the mean alone would do.",
      .positional = "input",
      .examples = {"yonder memory compare ecg.csv --column adc --bytes 1024",
                   "yonder memory compare call.wav --bytes 4k --peers ring,pyramid --json"},
      .make = make_command<Compare>};
}

}  // namespace yonder::cli
