// SPDX-License-Identifier: Apache-2.0
// `yonder memory info` and `yonder memory error`: what a memory holds, and what it has lost.
#include "cli/commands/memory.h"
#include "yonder/memory/coefficient_file.h"
#include "yonder/memory/stream.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace yonder::cli {
namespace {

struct Info : Command {
  SummaryArgument argument;
  bool json = false;

  void visit(OptionVisitor& v) override {
    argument.visit(v);
    v.flag("json", json, "print one JSON document");
  }

  void run(Output& out, Progress& /*progress*/) override {
    require_option("summary", argument.path, "what to look at, e.g. ecg.yms");
    std::optional<memory::Stream> stream;
    if (!memory::is_coefficient_file(argument.path)) {
      stream.emplace(memory::Stream::load(argument.path));
    }
    const memory::Summary summary =
        stream ? stream->summary() : memory::read_coefficients(argument.path);
    json ? print_json(summary, stream, out) : print(summary, stream, out);
  }

 private:
  void print(const memory::Summary& summary, const std::optional<memory::Stream>& stream,
             Output& out) const {
    const memory::MeasureRow& row = memory::row_of(summary.measure().kind);
    out.print("measure          {}\n", summary.measure().text());
    out.print("coefficients     {} per channel{}\n", summary.order(),
              stream ? ", " + stream->options().scalar : "");
    out.print("interval         {} to {}\n", time_text(summary.begin()), time_text(summary.end()));
    if (stream) {
      out.print("samples          {}, hold {}\n", stream->samples(), stream->options().hold);
      out.print("state            {} bytes\n", stream->state_bytes());
    }
    out.print("projection       {}\n", summary.exact() ? "exact" : "approximate");
    out.print("merges           {}\n", row.mergeable ? "yes" : "no");
    out.print("{:<16}{:>14}{:>14}{:>14}{:>10}\n", "channel", "mean", "deviation",
              residual_kind(summary) == "exact"      ? "rms residual"
              : residual_kind(summary) == "estimate" ? "rms estimate"
                                                     : "rms at most",
              "relative");
    for (const int64_t channel : argument.channels(summary)) {
      const ChannelAccount account = account_of(summary, channel);
      out.print("{:<16}{:>14}{:>14}{:>14}{:>10}\n", account.name, figure_text(account.mean),
                figure_text(account.deviation), residual_text(account),
                std::isnan(account.relative) ? "-" : fmt::format("{:.4f}", account.relative));
    }
  }

  void print_json(const memory::Summary& summary, const std::optional<memory::Stream>& stream,
                  Output& out) const {
    JsonWriter w(2);
    w.begin_object().key("measure").value(summary.measure().text());
    w.key("order").value(summary.order()).key("begin").value(summary.begin());
    w.key("end").value(summary.end()).key("exact").value(summary.exact());
    if (stream) {
      w.key("scalar").value(stream->options().scalar).key("hold").value(stream->options().hold);
      w.key("samples").value(stream->samples()).key("state_bytes").value(stream->state_bytes());
    }
    w.key("channels").begin_array();
    for (const int64_t channel : argument.channels(summary)) {
      write_account(w, account_of(summary, channel));
    }
    w.end_array().end_object();
    out.write(w.str() + "\n");
  }
};

/// What would be lost with fewer coefficients.
struct Prefix {
  int64_t order = 0;
  double rms_residual = 0;
};

struct ErrorReport : Command {
  SummaryArgument argument;
  std::string stretch;
  bool json = false;

  void visit(OptionVisitor& v) override {
    argument.visit(v);
    v.text("stretch", stretch, "T1:T2: also the bounds of the mean and the integral over it");
    v.flag("json", json, "print one JSON document");
  }

  void run(Output& out, Progress& /*progress*/) override {
    const memory::Summary summary = argument.open();
    JsonWriter w(2);
    w.begin_object().key("channels").begin_array();
    for (const int64_t channel : argument.channels(summary)) {
      json ? write(summary, channel, w) : print(summary, channel, out);
    }
    w.end_array().end_object();
    if (json) {
      out.write(w.str() + "\n");
    }
  }

 private:
  /// Residuals at half, a quarter, ... of the coefficients, down to one. Orthogonal measures only:
  /// there a shorter memory of the same stream has the same first coefficients.
  static std::vector<Prefix> prefixes(const memory::Summary& summary, int64_t channel) {
    std::vector<Prefix> all;
    if (!summary.exact() || std::isnan(summary.rms_residual(channel))) {
      return all;
    }
    const std::span<const double> c = summary.coefficients(channel);
    const double length = summary.end() - summary.begin();
    const double mean_square = summary.energy(channel) / length;
    // The squares of lagt sum up to an energy, all others to a mean square.
    const double share = summary.measure().kind == memory::MeasureKind::lagt ? 1 / length : 1;
    for (int64_t order = summary.order() / 2; order >= 1; order /= 2) {
      double kept = 0;
      for (const double value : c.first(static_cast<size_t>(order))) {
        kept += value * value;
      }
      all.push_back({order, std::sqrt(std::max(mean_square - kept * share, 0.0))});
    }
    return all;
  }

  /// What N coefficients resolve: about N / pi cycles over the interval.
  static double shortest_period(const memory::Summary& summary) {
    return std::numbers::pi * (summary.end() - summary.parts().begin) /
           static_cast<double>(summary.order());
  }

  void print(const memory::Summary& summary, int64_t channel, Output& out) const {
    const ChannelAccount account = account_of(summary, channel);
    out.print("{}\n", account.name);
    out.print("  deviation of the stream      {}\n", figure_text(account.deviation));
    out.print("  rms residual                 {} ({})\n", residual_text(account),
              residual_kind(summary) == "exact"      ? "exact, over the whole interval"
              : residual_kind(summary) == "estimate" ? "an estimate"
                                                     : "an upper limit");
    out.print("  estimate from the last terms {}\n", figure_text(account.local_error));
    out.print("  shortest period resolved     about {}\n",
              fmt::format("{:.3g}", shortest_period(summary)));
    if (account.clamped > 0) {
      out.print("  rounding below zero          {} of the energy\n", figure_text(account.clamped));
    }
    for (const Prefix& prefix : prefixes(summary, channel)) {
      out.print("  with N = {:<5} it would be    {}\n", prefix.order,
                figure_text(prefix.rms_residual));
    }
    if (!stretch.empty()) {
      const auto [t1, t2] = parse_stretch("stretch", stretch);
      for (const auto& [name, value] : {std::pair{"mean", summary.mean(channel, t1, t2)},
                                        {"integral", summary.integral(channel, t1, t2)}}) {
        out.print("  {:<8} over {}: {}, off by at most {}\n", name, stretch,
                  figure_text(value.estimate), figure_text(value.bound));
      }
    }
  }

  void write(const memory::Summary& summary, int64_t channel, JsonWriter& w) const {
    const ChannelAccount account = account_of(summary, channel);
    w.begin_object().key("account");
    write_account(w, account);
    w.key("exact").value(summary.exact());
    w.key("residual_is").value(residual_kind(summary));
    w.key("shortest_period").value(shortest_period(summary));
    w.key("fewer_coefficients").begin_array();
    for (const Prefix& prefix : prefixes(summary, channel)) {
      w.begin_object().key("order").value(prefix.order);
      w.key("rms_residual").value(prefix.rms_residual).end_object();
    }
    w.end_array();
    if (!stretch.empty()) {
      const auto [t1, t2] = parse_stretch("stretch", stretch);
      for (const auto& [name, value] : {std::pair{"mean", summary.mean(channel, t1, t2)},
                                        {"integral", summary.integral(channel, t1, t2)}}) {
        w.key(name).begin_object();
        write_number(w.key("value"), value.estimate);
        write_number(w.key("bound"), value.bound);
        w.end_object();
      }
    }
    w.end_object();
  }
};

}  // namespace

CommandRow memory_info_command() {
  return {.name = "info",
          .summary = "what a memory holds: measure, interval, samples, residuals",
          .details =
              "rms residual is what the memory has lost of the stream: the root mean square of the "
              "difference between stream and reconstruction, from the energy that was carried "
              "along. relative is that over the standard deviation, which legs and window know; 1 "
              "is what the mean alone would do.",
          .positional = "summary",
          .examples = {"yonder memory info ecg.yms", "yonder memory info ecg.yms --json"},
          .make = make_command<Info>};
}

CommandRow memory_error_command() {
  return {.name = "error",
          .summary = "what a memory has lost, and what fewer coefficients would have",
          .details =
              "The residual is exact for legs and window, an upper limit for lagt. N coefficients "
              "resolve about N / pi cycles over the interval; what is faster is lost however the "
              "coefficients are used.",
          .positional = "summary",
          .examples = {"yonder memory error ecg.yms",
                       "yonder memory error ecg.yms --stretch 4000:6000 --json"},
          .make = make_command<ErrorReport>};
}

}  // namespace yonder::cli
