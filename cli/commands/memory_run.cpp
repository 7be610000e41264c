// SPDX-License-Identifier: Apache-2.0
// `yonder memory run` and `yonder memory resume`: a stream of samples into a snapshot.
#include "cli/commands/memory.h"
#include "yonder/base/file.h"
#include "yonder/memory/recorder.h"
#include "yonder/memory/signal_file.h"

#include <cmath>
#include <iostream>

namespace yonder::cli {
namespace {

constexpr const char* kInputHelp =
    "samples: CSV, NPY, WAV, or raw floats (--format f32 or f64); - is standard input";

/// What both commands do with the stream of the last snapshot.
void print_report(const memory::RecordReport& report, bool json, Output& out) {
  JsonWriter w(2);
  w.begin_object().key("samples").value(report.samples).key("missing").value(report.missing);
  w.key("snapshots").begin_array();
  for (const std::string& file : report.files) {
    const memory::Stream stream = memory::Stream::load(file);
    if (json) {
      w.begin_object().key("file").value(file).key("samples").value(stream.samples());
      w.end_object();
    } else {
      out.print("{}: {} samples, {}\n", file, stream.samples(),
                fmt::format("{}, N = {}", stream.options().measure, stream.options().order));
    }
  }
  w.end_array().end_object();
  if (json) {
    out.write(w.str() + "\n");
  } else if (report.missing > 0) {
    out.print("{} cells were missing\n", report.missing);
  }
}

struct Run : Command {
  memory::SignalOptions signal;
  memory::StreamOptions stream;
  memory::RecordOptions recording;
  std::string out_path;
  bool force = false;
  bool json = false;

  void visit(OptionVisitor& v) override {
    v.path("input", signal.input, kInputHelp);
    signal.visit(v);
    stream.visit(v);
    recording.visit(v);
    v.path("out", out_path, "the snapshot to write (.yms)");
    v.flag("force", force, "overwrite what exists");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override {
    require_option("input", signal.input, "the samples to remember, e.g. ecg.csv");
    require_option("out", out_path, "the snapshot to write, e.g. -o ecg.yms");
    stream.validate();
    recording.validate();
    const memory::MeasureKind kind = memory::Measure::parse(stream.measure).kind;
    const bool projected = kind == memory::MeasureKind::legs || kind == memory::MeasureKind::window;
    const memory::StreamOptions usual;
    require(!projected || stream.rule == usual.rule, ErrorKind::bad_option,
            "--rule is {}, but {} takes no steps, its blocks are projected exactly; leave it out",
            stream.rule, stream.measure);
    require(stream.rule == "gbt" || stream.alpha == usual.alpha, ErrorKind::bad_option,
            "--alpha belongs to --rule gbt");
  }

  void run(Output& out, Progress& progress) override {
    const memory::Signal opened = memory::open_signal(signal, MissingCells::keep, &std::cin);
    memory::StreamOptions options = stream;
    if (opened.step) {
      require(options.step == 1, ErrorKind::bad_option,
              "--step is {}, but the file says {} samples per second itself; leave out --step",
              options.step, std::round(1 / *opened.step));
      options.step = *opened.step;
    }
    print_report(memory::record(options, *opened.table, recording, out_path, force, &progress),
                 json, out);
  }
};

struct Resume : Command {
  std::vector<std::string> files;
  memory::SignalOptions signal;
  memory::RecordOptions recording;
  bool from_start = false;
  std::string out_path;
  bool force = false;
  bool json = false;

  void visit(OptionVisitor& v) override {
    v.list("files", files, "the snapshot (.yms) to go on from, then the samples that follow");
    signal.visit(v);
    recording.visit(v);
    v.flag("from-start", from_start,
           "the samples are those that the interrupted run was given: pass over what the snapshot "
           "has");
    v.path("out", out_path, "the snapshot to write; may be the same");
    v.flag("force", force, "overwrite another file, and begin --emit anew");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override {
    require(files.size() == 2, ErrorKind::bad_option,
            "two files were expected: the snapshot, then the samples that follow, e.g. ecg.yms "
            "more.csv; found {}",
            files.size());
    require_option("out", out_path, "the snapshot to write, e.g. -o ecg.yms");
    recording.validate();
  }

  void run(Output& out, Progress& progress) override {
    memory::Stream stream = memory::Stream::load(files[0]);
    signal.input = files[1];
    signal.default_columns = stream.names();
    const memory::Signal opened = memory::open_signal(signal, MissingCells::keep, &std::cin);
    const double step = stream.options().step;
    require(!opened.step || *opened.step == step, ErrorKind::bad_data,
            "{} has {:.9g} samples per second, what {} remembers has {:.9g} per unit of time; go "
            "on with samples of the same rate",
            files[1], 1 / opened.step.value_or(step), files[0], 1 / step);
    memory::RecordOptions options = recording;
    options.skip = from_start ? stream.samples() : 0;
    if (out_path != files[0]) {
      require_free(out_path, force);
    }
    print_report(
        memory::record(std::move(stream), *opened.table, options, out_path, force, &progress), json,
        out);
  }
};

}  // namespace

CommandRow memory_run_command() {
  return {
      .name = "run",
      .summary = "a stream of samples into a snapshot",
      .details =
          "N numbers per channel stay, from which the past can be read back with its error. "
          "Samples are regular (--start, --step), or have a column of times. A WAV file is regular "
          "in seconds. With --every the snapshot is replaced at each checkpoint; a run that is "
          "interrupted loses what came after the last one and goes on with resume --from-start.\n"
          "Missing cells (empty, NA or NaN) are refused unless --gap says what they are: hold "
          "keeps "
          "the last value, linear draws a line to the next one, split writes a snapshot for every "
          "unbroken stretch (ecg.1.yms, ecg.2.yms, ...), because a memory of all the past cannot "
          "leave a stretch out.",
      .positional = "input",
      .examples = {"yonder memory run ecg.csv --column adc -N 64 -o ecg.yms",
                   "yonder memory run weather.csv --column temp,wind --time-column time "
                   "--measure window:604800 --gap linear -o week.yms",
                   "yonder memory run call.wav -N 256 --scalar f32 --every 48000 --emit call.npy "
                   "-o call.yms"},
      .make = make_command<Run>};
}

CommandRow memory_resume_command() {
  return {.name = "resume",
          .summary = "go on from a snapshot with the samples that follow",
          .details =
              "Bit for bit what one uninterrupted run would give. Columns are those of the "
              "snapshot unless --column says otherwise.",
          .positional = "files",
          .examples = {"yonder memory resume ecg.yms more.csv -o ecg.yms",
                       "yonder memory resume stopped.yms ecg.csv --from-start -o stopped.yms"},
          .make = make_command<Resume>};
}

}  // namespace yonder::cli
