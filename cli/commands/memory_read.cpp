// SPDX-License-Identifier: Apache-2.0
// `yonder memory read`: the past back from a summary, each number with its error.
#include "cli/commands/memory.h"

#include <algorithm>
#include <functional>

namespace yonder::cli {
namespace {

struct Read : Command {
  SummaryArgument summary;
  std::vector<std::string> at;
  std::vector<std::string> derivative;
  std::vector<std::string> mean;
  std::vector<std::string> integral;
  int64_t grid = 0;
  std::string from;
  std::string to;
  bool json = false;

  void visit(OptionVisitor& v) override {
    summary.visit(v);
    v.list("at", at, "values at these times: numbers, or 2013-01-01T06:00:00Z");
    v.list("derivative", derivative, "derivatives at these times");
    v.list("mean", mean, "means over these stretches: T1:T2");
    v.list("integral", integral, "integrals over these stretches: T1:T2");
    v.integer("grid", grid, 0, 100000000, "values at so many equally spaced times, as CSV");
    v.text("from", from, "with --grid: the first time; empty: where the memory begins");
    v.text("to", to, "with --grid: the last time; empty: where the memory ends");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override {
    const bool points = !at.empty() || !derivative.empty() || !mean.empty() || !integral.empty();
    require(points || grid > 0, ErrorKind::bad_option,
            "what shall be read? Pass --at, --grid, --mean, --integral or --derivative");
    require(!points || grid == 0, ErrorKind::bad_option,
            "--grid prints a table of its own; leave out the other questions, or ask twice");
    require(grid != 1, ErrorKind::bad_option, "--grid is 1; 2 or more times were expected");
    require(grid > 0 || (from.empty() && to.empty()), ErrorKind::bad_option,
            "--from and --to belong to --grid");
  }

  void run(Output& out, Progress& /*progress*/) override {
    const memory::Summary read = summary.open();
    const std::vector<int64_t> channels = summary.channels(read);
    if (grid > 0) {
      print_grid(read, channels, out);
      return;
    }
    std::vector<Answer> answers;
    for (const Question& question : questions()) {
      for (const int64_t index : channels) {
        const memory::Value value = question.ask(read, index);
        require_finite(read, std::span(&value.estimate, 1));
        answers.push_back(
            {question.what, question.time, read.names()[static_cast<size_t>(index)], value});
      }
    }
    json ? write(answers, out) : print(answers, out);
  }

 private:
  struct Question {
    std::string what;
    std::string time;
    std::function<memory::Value(const memory::Summary&, int64_t channel)> ask;
  };

  struct Answer {
    std::string what;
    std::string time;
    std::string channel;
    memory::Value value;
  };

  static void print(const std::vector<Answer>& answers, Output& out) {
    size_t time = 4;
    size_t channel = 7;
    for (const Answer& answer : answers) {
      time = std::max(time, answer.time.size());
      channel = std::max(channel, answer.channel.size());
    }
    const auto line = [&](const auto& what, const auto& at, const auto& name, const auto&... rest) {
      out.print("{:<12}{:<{}}{:<{}}", what, at, time + 2, name, channel + 2);
      (out.print("{:>16}", rest), ...);
      out.write("\n");
    };
    line("", "time", "channel", "value", "rms error", "bound");
    for (const Answer& answer : answers) {
      line(answer.what, answer.time, answer.channel, figure_text(answer.value.estimate),
           figure_text(answer.value.rms_error), figure_text(answer.value.bound));
    }
  }

  static void write(const std::vector<Answer>& answers, Output& out) {
    JsonWriter w(2);
    w.begin_object().key("values").begin_array();
    for (const Answer& answer : answers) {
      w.begin_object().key("what").value(answer.what).key("time").value(answer.time);
      w.key("channel").value(answer.channel);
      write_number(w.key("value"), answer.value.estimate);
      write_number(w.key("rms_error"), answer.value.rms_error);
      write_number(w.key("bound"), answer.value.bound);
      w.end_object();
    }
    w.end_array().end_object();
    out.write(w.str() + "\n");
  }

  using AtMoment = memory::Value (memory::Summary::*)(int64_t, double) const;
  using OverStretch = memory::Value (memory::Summary::*)(int64_t, double, double) const;

  std::vector<Question> questions() const {
    using memory::Summary;
    std::vector<Question> all;
    const auto add_moments = [&](const char* what, const std::vector<std::string>& texts,
                                 AtMoment read) {
      for (const std::string& text : texts) {
        const double t = parse_moment(what, text);
        all.push_back({what, text, [=](const Summary& s, int64_t c) { return (s.*read)(c, t); }});
      }
    };
    const auto add_stretches = [&](const char* what, const std::vector<std::string>& texts,
                                   OverStretch read) {
      for (const std::string& text : texts) {
        const auto [t1, t2] = parse_stretch(what, text);
        all.push_back({what, text, [read, t1 = t1, t2 = t2](const Summary& s, int64_t c) {
                         return (s.*read)(c, t1, t2);
                       }});
      }
    };
    add_moments("at", at, &Summary::at);
    add_moments("derivative", derivative, &Summary::derivative);
    add_stretches("mean", mean, &Summary::mean);
    add_stretches("integral", integral, &Summary::integral);
    return all;
  }

  void print_grid(const memory::Summary& read, const std::vector<int64_t>& channels,
                  Output& out) const {
    const double first = from.empty() ? read.begin() : parse_moment("from", from);
    const double last = to.empty() ? read.end() : parse_moment("to", to);
    require(first < last, ErrorKind::bad_option, "--from {} must be before --to {}", first, last);
    const auto count = static_cast<size_t>(grid);
    std::vector<std::vector<double>> columns;
    for (const int64_t channel : channels) {
      columns.emplace_back(count);
      read.grid(channel, first, last, columns.back());
      require_finite(read, columns.back());
    }
    const auto time = [&](size_t i) {
      const double part = static_cast<double>(i) / static_cast<double>(count - 1);
      return i + 1 == count ? last : first + (last - first) * part;
    };
    if (json) {
      JsonWriter w(2);
      w.begin_object().key("time").begin_array();
      for (size_t i = 0; i < count; ++i) {
        w.value(time(i));
      }
      w.end_array().key("channels").begin_array();
      for (size_t k = 0; k < channels.size(); ++k) {
        w.begin_object().key("name").value(read.names()[static_cast<size_t>(channels[k])]);
        w.key("values").begin_array();
        for (const double value : columns[k]) {
          w.value(value);
        }
        w.end_array().end_object();
      }
      w.end_array().end_object();
      out.write(w.str() + "\n");
      return;
    }
    out.write("time");
    for (const int64_t channel : channels) {
      out.write("," + csv_cell(read.names()[static_cast<size_t>(channel)]));
    }
    out.write("\n");
    for (size_t i = 0; i < count; ++i) {
      out.write(time_text(time(i)));
      for (const std::vector<double>& column : columns) {
        out.print(",{:.9g}", column[i]);
      }
      out.write("\n");
    }
  }

  /// A name as a cell of a CSV file.
  static std::string csv_cell(const std::string& name) {
    if (name.find_first_of(",\"\r\n") == std::string::npos) {
      return name;
    }
    std::string quoted = "\"";
    for (const char c : name) {
      quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    }
    return quoted + "\"";
  }
};

}  // namespace

CommandRow memory_read_command() {
  return {.name = "read",
          .summary = "values, means, integrals and derivatives of the past, with their errors",
          .details =
              "rms error is that of the reconstruction over the whole interval, exact for legs and "
              "window. bound is never exceeded; there is one for means and integrals (docs/math/"
              "memory.md), none for a single moment. Nothing is extrapolated: times outside the "
              "interval are an error.",
          .positional = "summary",
          .examples = {"yonder memory read ecg.yms --at 5000 --mean 4000:6000",
                       "yonder memory read ecg.yms --grid 1000 --from 4000 --to 6000",
                       "yonder memory read week.yms --channel temp --at 2013-02-10T12:00:00Z "
                       "--json"},
          .make = make_command<Read>};
}

}  // namespace yonder::cli
