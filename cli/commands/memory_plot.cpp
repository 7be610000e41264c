// SPDX-License-Identifier: Apache-2.0
// `yonder memory plot`: the reconstruction as SVG, beside the signal where that is still there.
#include "cli/commands/memory.h"
#include "cli/plot/svg_plot.h"
#include "yonder/base/file.h"
#include "yonder/memory/coefficient_file.h"
#include "yonder/memory/signal_file.h"
#include "yonder/memory/stream.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <optional>

namespace yonder::cli {
namespace {

constexpr size_t kCurvePoints = 2000;
constexpr int kResidualHeight = 240;

/// Points of a curve.
struct Curve {
  std::vector<double> x;
  std::vector<double> y;
};

/// Pictures under each other, as one.
std::string stacked(const std::vector<SvgPlot>& plots) {
  int height = 0;
  std::string body;
  for (const SvgPlot& plot : plots) {
    std::string text = svg_text(plot);
    constexpr std::string_view kHead = "<svg ";
    YONDER_CHECK(text.starts_with(kHead));
    text.insert(kHead.size(), fmt::format("y=\"{}\" width=\"{}\" height=\"{}\" ", height,
                                          plot.width, plot.height));
    body += text;
    height += plot.height;
  }
  return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\">\n{}</svg>\n",
                     plots.front().width, height, body);
}

struct PlotCommand : Command {
  std::vector<std::string> files;
  std::string channel;
  memory::SignalOptions signal;
  std::string from;
  std::string to;
  std::string out_path;
  bool force = false;

  void visit(OptionVisitor& v) override {
    v.list("files", files,
           "the snapshot (.yms) or coefficients (.npy); then, if it is still there, the signal");
    v.text("channel", channel, "the column to look at, by name or by number from 1");
    signal.visit(v);
    v.text("from", from, "the first time; empty: where the memory begins");
    v.text("to", to, "the last time; empty: where the memory ends");
    v.path("out", out_path, "the picture to write (.svg)");
    v.flag("force", force, "overwrite what exists");
  }

  void validate() const override {
    require(files.size() == 1 || files.size() == 2, ErrorKind::bad_option,
            "one or two files were expected: the snapshot, and the signal that it remembers, e.g. "
            "ecg.yms ecg.csv; found {}",
            files.size());
    require_option("out", out_path, "the picture to write, e.g. -o ecg.svg");
  }

  void run(Output& out, Progress& /*progress*/) override {
    require_free(out_path, force);
    const SummaryArgument argument{files[0], channel};
    const memory::Summary summary = argument.open();
    const std::vector<int64_t> channels = argument.channels(summary);
    require(channels.size() == 1, ErrorKind::bad_option,
            "{} remembers {} channels; name one with --channel", files[0], channels.size());
    first_ = from.empty() ? summary.begin() : parse_moment("from", from);
    last_ = to.empty() ? summary.end() : parse_moment("to", to);
    require(first_ < last_, ErrorKind::bad_option, "--from {} must be before --to {}", first_,
            last_);
    const std::string& name = summary.names()[static_cast<size_t>(channels[0])];
    SvgPlot plot{.title = fmt::format("{}, {}", name, summary_text(summary)),
                 .x_label = "time",
                 .y_label = name};
    std::vector<SvgPlot> plots;
    if (files.size() == 2) {
      signal.input = files[1];
      signal.default_columns = {name};
      const Curve truth = read_signal(summary.begin(), summary.end());
      SvgPlot residual{.x_label = "time", .y_label = "signal - rebuilt", .height = kResidualHeight};
      Curve difference = truth;
      for (size_t i = 0; i < truth.x.size(); ++i) {
        difference.y[i] -= summary.at(channels[0], truth.x[i]).estimate;
      }
      plot.series.push_back({"signal", PlotKind::line, truth.x, truth.y});
      residual.series.push_back({"", PlotKind::line, difference.x, difference.y});
      plots.push_back(std::move(residual));
    }
    plot.series.push_back(rebuilt(summary, channels[0]));
    plots.insert(plots.begin(), std::move(plot));
    write_file(out_path, stacked(plots));
    out.print("{}: {} to {}\n", out_path, time_text(first_), time_text(last_));
  }

 private:
  PlotSeries rebuilt(const memory::Summary& summary, int64_t index) const {
    PlotSeries series{.name = "rebuilt", .kind = PlotKind::line, .x = {}, .y = {}};
    series.y.resize(kCurvePoints);
    summary.grid(index, first_, last_, series.y);
    require_finite(summary, series.y);
    for (size_t i = 0; i < kCurvePoints; ++i) {
      const double part = static_cast<double>(i) / (kCurvePoints - 1);
      series.x.push_back(first_ + (last_ - first_) * part);
    }
    return series;
  }

  /// The samples within the picture and the memory [begin, end], each in the middle of the cell
  /// that it stands for.
  Curve read_signal(double begin, double end) {
    const memory::Signal opened = memory::open_signal(signal, MissingCells::keep, &std::cin);
    NumberTable& table = *opened.table;
    std::optional<memory::StreamOptions> options;
    std::vector<double> values(4096 * table.names().size());
    Curve all;
    uint64_t row = 0;
    std::optional<std::pair<double, double>> open_cell;  // its beginning, its value
    while (const size_t rows = table.read(values)) {
      for (size_t i = 0; i < rows; ++i, ++row) {
        const double value = values[i * table.names().size()];
        if (table.times().empty()) {
          if (!options) {
            options = regular_options();
          }
          const double t = options->start + (static_cast<double>(row) + 0.5) * options->step;
          add(all, t, value, begin, end);
        } else {
          if (open_cell) {
            add(all, (open_cell->first + table.times()[i]) / 2, open_cell->second, begin, end);
          }
          open_cell = {table.times()[i], value};
        }
      }
    }
    require(!all.x.empty(), ErrorKind::bad_data,
            "{}: no sample lies within {} to {}, which is to be drawn", signal.input, first_,
            last_);
    return all;
  }

  void add(Curve& curve, double t, double value, double begin, double end) const {
    if (t >= std::max(first_, begin) && t <= std::min(last_, end)) {
      curve.x.push_back(t);
      curve.y.push_back(value);
    }
  }

  /// When regular samples were taken, which a snapshot knows.
  memory::StreamOptions regular_options() const {
    require(!memory::is_coefficient_file(files[0]), ErrorKind::bad_option,
            "{} does not say when regular samples were taken; plot the snapshot (.yms) instead, or "
            "name a --time-column",
            files[0]);
    return memory::Stream::load(files[0]).options();
  }

  double first_ = 0;
  double last_ = 0;
};

}  // namespace

CommandRow memory_plot_command() {
  return {.name = "plot",
          .summary = "the past as it is remembered, beside the signal, as SVG",
          .details =
              "With the signal the picture shows both and, below, their difference. Samples are "
              "drawn in the middle of the time for which they were held.",
          .positional = "files",
          .examples = {"yonder memory plot ecg.yms ecg.csv -o ecg.svg",
                       "yonder memory plot ecg.yms ecg.csv --from 4000 --to 6000 -o detail.svg",
                       "yonder memory plot week.yms --channel temp -o temp.svg"},
          .make = make_command<PlotCommand>};
}

}  // namespace yonder::cli
