// SPDX-License-Identifier: Apache-2.0
// Memory in the web app: a stream and its reconstruction frame by frame, readings with their
// errors, snapshots, matrices, the advisor, the equal-bytes contest.
//
// No state: a request names the samples and the options, or brings a snapshot, and the stream is
// fed anew for each answer (some nanoseconds a sample). So a page may go back and forth in time,
// nothing is lost when the program is started again, and nothing need be bounded but the request:
// 200,000 samples, 10 s. Tests: memory_routes_test.cpp.
#include "web/server/component.h"
#include "web/server/file_name.h"
#include "web/server/held_signal.h"
#include "web/server/request_options.h"
#include "web/server/series.h"
#include "web/server/shell_text.h"
#include "yonder/base/base64.h"
#include "yonder/base/file.h"
#include "yonder/memory/analysis.h"
#include "yonder/memory/discretization.h"
#include "yonder/memory/peers/contest.h"
#include "yonder/memory/stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

namespace yonder::web {
namespace {

using memory::Stream;
using memory::StreamOptions;
using memory::Summary;

constexpr uint64_t kMostSamples = 200'000;
constexpr int64_t kMostFrames = 200;
constexpr int64_t kMostPoints = 1000;
constexpr int64_t kDescribedPoints = 601;
constexpr size_t kMostReadings = 1000;
constexpr int64_t kMostMatrixOrder = 64;
constexpr int64_t kAdvicePoints = 200;  // of the advisor's curve
constexpr size_t kDrawnSamples = 4000;  // of the signal
constexpr auto kLiveTime = std::chrono::seconds(10);
constexpr const char* kSnapshotFile = "stream.yms";

HttpResponse answer(JsonWriter& w, const std::string& command) {
  w.key("command").raw(json_escape_lossy(command)).end_object();
  return json_response(w.str());
}

std::string snapshot_bytes(const Json& member) {
  std::optional<std::string> bytes = base64_decode(member.text());
  require(bytes.has_value(), ErrorKind::bad_data, "the snapshot is no base64");
  return std::move(*bytes);
}

void write_snapshot(JsonWriter& w, const Stream& stream) {
  w.key("snapshot").value(base64_encode(stream.to_bytes()));
}

/// What is to be fed to a stream, and the stream before it.
struct Feed {
  StreamOptions options;
  Series series;
  Stream stream;
  bool resumed = false;

  HeldSignal signal() const {
    return {series.values(), series.times(), options.start, options.step, options.hold == "linear"};
  }
  /// Samples [from, to) of the series.
  void push(size_t from, size_t to) {
    stream.push(series.values().subspan(from, to - from),
                series.times().empty() ? series.times() : series.times().subspan(from, to - from));
  }
  /// older: the snapshot to go on from.
  std::string command(const std::string& out = kSnapshotFile,
                      const std::string& older = "older.yms") const {
    if (resumed) {
      return series.command({"yonder", "memory", "resume", older}, {"-o", out});
    }
    std::vector<std::string> arguments = changed_arguments(options);
    arguments.insert(arguments.end(), {"-o", out});
    return series.command({"yonder", "memory", "run"}, arguments);
  }
};

/// What a request says beside "data", "options" and "snapshot".
struct FeedRange {
  int64_t first = 0;
  int64_t samples = static_cast<int64_t>(kMostSamples);

  void visit(OptionVisitor& v) {
    constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
    v.integer("first", first, 0, kMax, "samples to pass over");
    v.integer("samples", samples, 1, static_cast<int64_t>(kMostSamples), "samples to feed");
  }
};

Feed feed_of(const Json& request, const FeedRange& range, Workspace& workspace) {
  const Series all = read_series(request, workspace);
  Series series =
      all.slice(static_cast<uint64_t>(range.first), static_cast<uint64_t>(range.samples));
  if (const Json* snapshot = request.find("snapshot")) {
    Stream stream = Stream::from_bytes(snapshot_bytes(*snapshot), "the snapshot");
    require(stream.names().size() == 1, ErrorKind::bad_option,
            "the snapshot has {} channels; this page feeds one, the command line any number",
            stream.names().size());
    StreamOptions options = stream.options();
    // A stream of several steps, merged, goes on at its end.
    const bool known_end = series.times().empty() && options.hold == "zoh" && stream.samples() > 1;
    options.start = known_end
                        ? stream.summary().end()
                        : options.start + static_cast<double>(stream.samples()) * options.step;
    return {options, std::move(series), std::move(stream), true};
  }
  StreamOptions options;
  options.step = all.column->step;
  read_options(request, options);
  options.validate();
  options.start += static_cast<double>(range.first) * options.step;
  Stream stream(options, {series.name});
  return {options, std::move(series), std::move(stream), false};
}

/// The samples as a page can draw them: all, or the lowest and highest of each of many stretches.
void write_signal(JsonWriter& w, const HeldSignal& signal, std::span<const double> values) {
  std::vector<double> t;
  std::vector<double> u;
  const auto add = [&](size_t k) {
    t.push_back(signal.time(k));
    u.push_back(values[k]);
  };
  if (values.size() <= kDrawnSamples) {
    for (size_t k = 0; k < values.size(); ++k) {
      add(k);
    }
  } else {
    constexpr size_t kStretches = kDrawnSamples / 2;
    for (size_t i = 0; i < kStretches; ++i) {
      const auto from = values.begin() + static_cast<ptrdiff_t>(i * values.size() / kStretches);
      const auto to = values.begin() + static_cast<ptrdiff_t>((i + 1) * values.size() / kStretches);
      const auto [low, high] = std::minmax_element(from, to);
      add(static_cast<size_t>(std::min(low, high) - values.begin()));
      add(static_cast<size_t>(std::max(low, high) - values.begin()));
    }
  }
  w.key("signal").begin_object();
  write_numbers(w, "t", t, 12);
  write_numbers(w, "u", u);
  w.end_object();
}

/// Members of one moment: the interval, the reconstruction at equally spaced times, coefficients,
/// the account of the error. signal: measures the reconstruction where it is known.
void write_summary(JsonWriter& w, const Summary& summary, int64_t channel, int64_t points,
                   const HeldSignal* signal) {
  std::vector<double> values(static_cast<size_t>(points));
  const double begin = summary.begin();
  const double end = summary.end();
  summary.grid(channel, begin, end, values);
  write_number(w, "begin", begin);
  write_number(w, "end", end);
  w.key("exact").value(summary.exact());
  write_numbers(w, "values", values, 6);
  write_numbers(w, "coefficients", summary.coefficients(channel), 6);
  write_number(w, "rms_residual", summary.rms_residual(channel));
  write_number(w, "clamped", summary.clamped(channel));
  write_number(w, "local_error", summary.local_error_estimate(channel));
  if (signal == nullptr) {
    return;
  }
  double squares = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(values.size() - 1);
    const double error = values[i] - signal->at(begin * (1 - share) + end * share);
    squares += error * error;
  }
  write_number(w, "measured", std::sqrt(squares / static_cast<double>(values.size())));
}

void write_value(JsonWriter& w, const memory::Value& value, double truth) {
  write_number(w, "estimate", value.estimate);
  write_number(w, "rms_error", value.rms_error);
  write_number(w, "bound", value.bound);
  write_number(w, "truth", truth);
}

void write_matrix(JsonWriter& w, std::string_view key, const memory::Matrix& matrix) {
  w.key(key).begin_array();
  for (int64_t i = 0; i < matrix.rows; ++i) {
    w.begin_array();
    for (int64_t j = 0; j < matrix.columns; ++j) {
      w.value(matrix.at(i, j));
    }
    w.end_array();
  }
  w.end_array();
}

class MemoryComponent : public Component {
 public:
  explicit MemoryComponent(Workspace& workspace) : workspace_(workspace) {}

  std::vector<Route> routes() override {
    const auto bind = [this](HttpResponse (MemoryComponent::*handler)(Call&)) {
      return [this, handler](Call& call) { return (this->*handler)(call); };
    };
    using Self = MemoryComponent;
    return {
        {"POST", "/api/memory/run", BodyKind::json, bind(&Self::run)},
        {"POST", "/api/memory/read", BodyKind::json, bind(&Self::read)},
        {"POST", "/api/memory/snapshot", BodyKind::json, bind(&Self::snapshot)},
        {"POST", "/api/memory/inspect", BodyKind::json, bind(&Self::inspect)},
        {"POST", "/api/memory/merge", BodyKind::json, bind(&Self::merge)},
        {"POST", "/api/memory/matrix", BodyKind::json, bind(&Self::matrix)},
        {"POST", "/api/memory/choose", BodyKind::json, bind(&Self::choose)},
        {"POST", "/api/memory/contest", BodyKind::json, bind(&Self::contest)},
        {"GET", "/api/memory/measures", BodyKind::none, bind(&Self::list_measures)},
    };
  }

  std::vector<OptionForm> forms() override {
    return {{"memory.stream", [] {
               StreamOptions options;
               return options_to_form(visit_of(options));
             }}};
  }

 private:
  HttpResponse list_measures(Call& /*call*/) {
    JsonWriter w;
    w.begin_object().key("measures").begin_array();
    for (const memory::MeasureRow& row : memory::measures()) {
      w.begin_object().key("name").value(row.name).key("help").value(row.help);
      w.key("has_width").value(row.has_width).key("mergeable").value(row.mergeable);
      w.key("approximate").value(row.approximate).end_object();
    }
    w.end_array().end_object();
    return json_response(w.str());
  }

  /// The stream after each of `frames` equal shares of the samples.
  HttpResponse run(Call& call) {
    const Json request = call.json();
    FeedRange range;
    int64_t frames = 60;
    int64_t points = 241;
    read_members(request, {"data", "options", "snapshot"}, [&](OptionVisitor& v) {
      range.visit(v);
      v.integer("frames", frames, 1, kMostFrames, "moments to show");
      v.integer("points", points, 2, kMostPoints, "points of a reconstruction");
    });
    Feed feed = feed_of(request, range, workspace_);
    const HeldSignal signal = feed.signal();
    const size_t n = feed.series.values().size();
    const auto end = std::chrono::steady_clock::now() + kLiveTime;
    JsonWriter w;
    w.begin_object().key("values").value(static_cast<uint64_t>(n));
    w.key("missing").value(feed.series.column->missing);
    w.key("step").value(feed.options.step);
    write_signal(w, signal, feed.series.values());
    w.key("frames").begin_array();
    // A single sample with a time of its own is no cell yet.
    size_t fed = 0;
    for (int64_t frame = 1; frame <= frames; ++frame) {
      const size_t to = std::clamp(n * static_cast<size_t>(frame) / static_cast<size_t>(frames),
                                   std::min<size_t>(2, n), n);
      if (to == fed) {
        continue;
      }
      require(std::chrono::steady_clock::now() < end, ErrorKind::numerical,
              "this takes longer than {} s; feed fewer samples, or use the command line",
              kLiveTime.count());
      feed.push(fed, to);
      fed = to;
      w.begin_object().key("samples").value(static_cast<uint64_t>(to));
      // A resumed stream remembers what no signal is at hand for.
      write_summary(w, feed.stream.summary(), 0, points, feed.resumed ? nullptr : &signal);
      w.end_object();
    }
    w.end_array().key("state_bytes").value(feed.stream.state_bytes());
    return answer(w, feed.command());
  }

  /// Values at times, and the mean over an interval.
  HttpResponse read(Call& call) {
    const Json request = call.json();
    FeedRange range;
    double from = NAN;
    double to = NAN;
    constexpr double kMax = std::numeric_limits<double>::max();
    read_members(request, {"data", "options", "snapshot", "at"}, [&](OptionVisitor& v) {
      range.visit(v);
      v.real("from", from, -kMax, kMax, "begin of the interval");
      v.real("to", to, -kMax, kMax, "its end");
    });
    require(std::isnan(from) == std::isnan(to), ErrorKind::bad_option,
            "an interval has two ends; from and to belong together");
    Feed feed = feed_of(request, range, workspace_);
    feed.push(0, feed.series.values().size());
    const Summary summary = feed.stream.summary();
    const HeldSignal signal = feed.signal();
    const auto known = [&](double t) { return !feed.resumed || t >= feed.options.start; };
    std::string commands = feed.command();
    const auto add_command = [&](const std::vector<std::string>& arguments) {
      std::vector<std::string> words = {"yonder", "memory", "read", kSnapshotFile};
      words.insert(words.end(), arguments.begin(), arguments.end());
      commands += "\n" + shell_command(words);
    };
    JsonWriter w;
    w.begin_object();
    if (const Json* at = request.find("at")) {
      if (at->array().size() > kMostReadings) {
        throw HttpError(413, ErrorKind::bad_data,
                        fmt::format("{} times were given; this takes at most {}",
                                    at->array().size(), kMostReadings));
      }
      w.key("at").begin_array();
      for (const Json& time : at->array()) {
        const double t = time.real();
        w.begin_object();
        write_number(w, "t", t);
        write_value(w, summary.at(0, t), known(t) ? signal.at(t) : NAN);
        w.end_object();
        add_command({"--at", fmt::format("{}", t)});
      }
      w.end_array();
    }
    if (!std::isnan(from) && !std::isnan(to)) {
      require(from < to, ErrorKind::bad_option,
              "the interval goes from {} to {}; its lower end must come first", from, to);
      w.key("mean").begin_object();
      write_value(w, summary.mean(0, from, to), known(from) ? signal.mean(from, to) : NAN);
      w.end_object();
      add_command({"--mean", fmt::format("{}:{}", from, to)});
    }
    return answer(w, commands);
  }

  HttpResponse snapshot(Call& call) {
    const Json request = call.json();
    FeedRange range;
    std::string name = kSnapshotFile;
    std::string older = "older.yms";
    read_members(request, {"data", "options", "snapshot"}, [&](OptionVisitor& v) {
      range.visit(v);
      v.text("name", name, "what the snapshot's file is called, for the command");
      v.text("older", older, "and the one to go on from");
    });
    Feed feed = feed_of(request, range, workspace_);
    feed.push(0, feed.series.values().size());
    JsonWriter w;
    w.begin_object();
    write_snapshot(w, feed.stream);
    describe(w, feed.stream, 0, kDescribedPoints);
    return answer(w, feed.command(name, older));
  }

  static void describe(JsonWriter& w, const Stream& stream, int64_t channel, int64_t points) {
    StreamOptions options = stream.options();
    w.key("options").raw(options_to_json(visit_of(options)));
    w.key("names").begin_array();
    for (const std::string& name : stream.names()) {
      w.raw(json_escape_lossy(name));
    }
    w.end_array().key("samples").value(stream.samples());
    w.key("state_bytes").value(stream.state_bytes()).key("summary").begin_object();
    write_summary(w, stream.summary(), channel, points, nullptr);
    w.end_object();
  }

  HttpResponse inspect(Call& call) {
    const Json request = call.json();
    int64_t channel = 0;
    int64_t points = kDescribedPoints;
    std::string name = kSnapshotFile;
    read_members(request, {"snapshot"}, [&](OptionVisitor& v) {
      v.integer("channel", channel, 0, std::numeric_limits<int32_t>::max(), "from 0");
      v.integer("points", points, 2, kMostPoints, "points of the reconstruction");
      v.text("name", name, "what the snapshot's file is called, for the command");
    });
    const Stream stream =
        Stream::from_bytes(snapshot_bytes(request.at("snapshot")), "the snapshot");
    check_range("channel", channel, 0, static_cast<int64_t>(stream.names().size()) - 1);
    JsonWriter w;
    w.begin_object();
    describe(w, stream, channel, points);
    return answer(w, shell_command({"yonder", "memory", "info", name}));
  }

  HttpResponse merge(Call& call) {
    const Json request = call.json();
    std::string older_name = "older.yms";
    std::string newer_name = "newer.yms";
    std::string name = kSnapshotFile;
    read_members(request, {"older", "newer"}, [&](OptionVisitor& v) {
      v.text("older-name", older_name, "what the files are called, for the command");
      v.text("newer-name", newer_name, "the same");
      v.text("name", name, "the same");
    });
    const Stream older =
        Stream::from_bytes(snapshot_bytes(request.at("older")), "the older snapshot");
    const Stream newer =
        Stream::from_bytes(snapshot_bytes(request.at("newer")), "the newer snapshot");
    const Stream merged = Stream::merge(older, newer);
    JsonWriter w;
    w.begin_object();
    write_snapshot(w, merged);
    describe(w, merged, 0, kDescribedPoints);
    return answer(w,
                  shell_command({"yonder", "memory", "merge", older_name, newer_name, "-o", name}));
  }

  HttpResponse matrix(Call& call) {
    const Json request = call.json();
    std::string measure = "legt:1";
    int64_t order = 8;
    std::string norm = "hippo";
    std::string rule = "none";
    double step = 0.01;
    double alpha = 0.5;
    int64_t sample = 1;
    bool unsafe = false;
    std::vector<std::string> rules = {"none"};
    rules.insert(rules.end(), memory::rule_names().begin(), memory::rule_names().end());
    read_members(request, {}, [&](OptionVisitor& v) {
      v.text("measure", measure, "as in memory run");
      v.integer("order", order, 1, kMostMatrixOrder, "N");
      v.choice("norm", norm, memory::normalization_names(), "normalisation of the coefficients");
      v.choice("rule", rule, rules, "how it is discretised; none = the differential equation");
      v.real("dt", step, 0, std::numeric_limits<double>::max(), "step of time");
      v.real("alpha", alpha, 0, 1, "of gbt");
      v.integer("sample", sample, 1, std::numeric_limits<int64_t>::max(),
                "of legs and fous: number of the sample");
      v.flag("unsafe", unsafe, "allow forward Euler beyond its stability limit");
    });
    const memory::System system =
        memory::system(memory::Measure::parse(measure), order, memory::parse_normalization(norm));
    memory::Discrete shown{system.a, system.b, {}};
    std::vector<std::string> words = {
        "yonder", "memory", "matrix", "--measure", measure, "--order", fmt::format("{}", order),
        "--norm", norm};
    if (rule != "none") {
      words.insert(words.end(), {"--rule", rule});
      if (system.time_varying) {
        shown = memory::legs_step(system, memory::parse_rule(rule), sample, alpha, unsafe);
        words.insert(words.end(), {"--sample", fmt::format("{}", sample)});
      } else {
        shown = memory::discretise(system, memory::parse_rule(rule), step, alpha, unsafe);
        words.insert(words.end(), {"--dt", fmt::format("{}", step)});
      }
    }
    JsonWriter w;
    w.begin_object();
    write_matrix(w, "a", shown.a);
    write_numbers(w, "b", shown.b, 12);
    if (!shown.b_next.empty()) {
      write_numbers(w, "b_next", shown.b_next, 12);
    }
    w.key("time_varying").value(system.time_varying);
    write_number(w, "forward_limit",
                 system.time_varying ? NAN : memory::forward_euler_limit(system));
    return answer(w, shell_command(words));
  }

  /// The advisor: how many coefficients, and the error of fewer and more.
  HttpResponse choose(Call& call) {
    const Json request = call.json();
    constexpr double kMax = std::numeric_limits<double>::max();
    double frequency = 3;
    double window = 60;
    double error = 0.01;
    read_members(request, {}, [&](OptionVisitor& v) {
      v.real("frequency", frequency, 0, kMax, "the highest one to keep, per unit of time");
      v.real("window", window, 0, kMax, "units of time to look back");
      v.real("error", error, 0, 1, "relative rms error of a tone of that frequency");
    });
    const memory::Advice advice = memory::choose(frequency, window, error);
    JsonWriter w;
    w.begin_object().key("order").value(advice.order).key("legt_order").value(advice.legt_order);
    write_number(w, "cycles", advice.cycles);
    write_number(w, "error", advice.error);
    write_number(w, "samples_per_cycle", advice.samples_per_cycle);
    std::vector<double> orders;
    std::vector<double> errors;
    const int64_t last = advice.order + advice.order / 4 + 4;
    const int64_t step = std::max<int64_t>(1, last / kAdvicePoints);
    for (int64_t order = 1; order <= last; order += step) {
      orders.push_back(static_cast<double>(order));
      errors.push_back(memory::tone_error(order, advice.cycles));
    }
    write_numbers(w, "orders", orders);
    write_numbers(w, "errors", errors);
    return answer(
        w, shell_command({"yonder", "memory", "choose", "--freq", fmt::format("{}", frequency),
                          "--window", fmt::format("{}", window), "--error",
                          fmt::format("{}", error)}));
  }

  HttpResponse contest(Call& call) {
    const Json request = call.json();
    FeedRange range;
    memory::ContestOptions options;
    read_members(request, {"data", "options"}, [&](OptionVisitor& v) { range.visit(v); });
    read_options(request, options);
    options.validate();
    const Series series =
        read_series(request, workspace_)
            .slice(static_cast<uint64_t>(range.first), static_cast<uint64_t>(range.samples));
    require(series.times().empty(), ErrorKind::bad_option,
            "the contest takes the samples as equally spaced; choose no column of times");
    JsonWriter w;
    w.begin_object().key("rows").begin_array();
    for (const memory::ContestRow& row : memory::run_contest(series.values(), options)) {
      w.begin_object().key("name").value(row.name).key("bytes").value(row.bytes);
      w.key("working").value(row.working);
      write_number(w, "rms_error", row.rms_error);
      write_number(w, "relative", row.relative);
      write_number(w, "nanoseconds_per_sample", row.nanoseconds_per_sample);
      w.end_object();
    }
    w.end_array();
    return answer(w, series.command({"yonder", "memory", "compare"}, changed_arguments(options)));
  }

  Workspace& workspace_;
};

}  // namespace

std::unique_ptr<Component> make_memory_component(Workspace& workspace, Progress* /*progress*/) {
  return std::make_unique<MemoryComponent>(workspace);
}

}  // namespace yonder::web
