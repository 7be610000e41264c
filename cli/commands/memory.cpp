// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/memory.h"

#include "cli/table.h"
#include "yonder/base/number_table.h"
#include "yonder/memory/coefficient_file.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace yonder::cli {
namespace {

std::optional<double> moment_of(const std::string& text) {
  try {
    return parse_time(text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// NaN where the mean of the stream is only that of a reconstruction.
double deviation_of(const memory::Summary& summary, int64_t channel, double mean) {
  const memory::MeasureKind kind = summary.measure().kind;
  if (kind != memory::MeasureKind::legs && kind != memory::MeasureKind::window) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const double mean_square = summary.energy(channel) / (summary.end() - summary.begin());
  const double variance = mean_square - mean * mean;
  return std::isnan(variance) ? variance : std::sqrt(std::max(variance, 0.0));
}

}  // namespace

std::vector<CommandRow> memory_commands() {
  return {memory_run_command(),    memory_resume_command(),  memory_merge_command(),
          memory_read_command(),   memory_info_command(),    memory_error_command(),
          memory_plot_command(),   memory_convert_command(), memory_compare_command(),
          memory_choose_command(), memory_matrix_command(),  memory_analyze_command()};
}

void SummaryArgument::visit(OptionVisitor& v) {
  v.path("summary", path, "a snapshot (.yms), or coefficients with their side-car (.npy)");
  v.text("channel", channel, "the column to look at, by name or by number from 1; empty: all");
}

memory::Summary SummaryArgument::open() const {
  require_option("summary", path, "the snapshot to read, e.g. ecg.yms");
  return memory::open_summary(path);
}

std::vector<int64_t> SummaryArgument::channels(const memory::Summary& summary) const {
  const std::vector<std::string>& names = summary.names();
  std::vector<int64_t> all;
  for (size_t i = 0; i < names.size(); ++i) {
    all.push_back(static_cast<int64_t>(i));
  }
  if (channel.empty()) {
    return all;
  }
  const auto named = std::find(names.begin(), names.end(), channel);
  if (named != names.end()) {
    return {named - names.begin()};
  }
  const std::optional<int64_t> number = parse_count(channel, 1000);
  if (number && *number >= 1 && *number <= summary.channels()) {
    return {*number - 1};
  }
  const std::string nearest = nearest_name(channel, names);
  fail(ErrorKind::bad_option, "{} has no channel \"{}\"; {}", path, channel,
       nearest.empty() ? "it has " + describe_columns(names) : "did you mean \"" + nearest + "\"?");
}

double parse_moment(const char* option, const std::string& text) {
  const std::optional<double> moment = moment_of(text);
  require(moment.has_value(), ErrorKind::bad_option,
          "--{} is \"{}\"; a time was expected: a number, or 2013-01-01T06:00:00Z", option, text);
  return *moment;
}

std::pair<double, double> parse_stretch(const char* option, const std::string& text) {
  std::vector<std::pair<double, double>> readings;
  for (size_t colon = text.find(':'); colon != std::string::npos;
       colon = text.find(':', colon + 1)) {
    const std::optional<double> first = moment_of(text.substr(0, colon));
    const std::optional<double> second = moment_of(text.substr(colon + 1));
    if (first && second) {
      readings.emplace_back(*first, *second);
    }
  }
  require(readings.size() == 1, ErrorKind::bad_option,
          "--{} is \"{}\"; T1:T2 was expected, e.g. 100:200 or "
          "2013-01-01T00:00:00Z:2013-02-01T00:00:00Z",
          option, text);
  require(readings[0].first < readings[0].second, ErrorKind::bad_option,
          "--{} is \"{}\"; the first time must be before the second", option, text);
  return readings[0];
}

ChannelAccount account_of(const memory::Summary& summary, int64_t channel) {
  ChannelAccount account;
  account.name = summary.names()[static_cast<size_t>(channel)];
  account.mean = summary.mean(channel, summary.begin(), summary.end()).estimate;
  account.deviation = deviation_of(summary, channel, account.mean);
  account.rms_residual = summary.rms_residual(channel);
  account.resolution = summary.residual_resolution(channel);
  account.relative =
      account.deviation == 0 ? account.rms_residual : account.rms_residual / account.deviation;
  account.local_error = summary.local_error_estimate(channel);
  account.clamped = summary.clamped(channel);
  return account;
}

std::string residual_text(const ChannelAccount& account) {
  return account.rms_residual < account.resolution ? fmt::format("< {:.3g}", account.resolution)
                                                   : figure_text(account.rms_residual);
}

std::string_view residual_kind(const memory::Summary& summary) {
  if (!summary.exact()) {
    return "estimate";
  }
  return summary.measure().kind == memory::MeasureKind::lagt ? "upper limit" : "exact";
}

void require_finite(const memory::Summary& summary, std::span<const double> readings) {
  require(std::all_of(readings.begin(), readings.end(), [](double v) { return std::isfinite(v); }),
          ErrorKind::bad_option,
          "what {} answers is infinite at the newest moment, as lagt is where alpha < 0 (its "
          "derivative where alpha < 2); read earlier",
          summary.measure().text());
}

std::string figure_text(double value) {
  return std::isnan(value) ? "-" : fmt::format("{:.9g}", value);
}

std::string time_text(double value) { return fmt::format("{:.15g}", value); }

void write_number(JsonWriter& w, double value) { std::isfinite(value) ? w.value(value) : w.null(); }

void write_account(JsonWriter& w, const ChannelAccount& account) {
  w.begin_object().key("name").value(account.name);
  for (const auto& [key, value] : {std::pair{"mean", account.mean},
                                   {"deviation", account.deviation},
                                   {"rms_residual", account.rms_residual},
                                   {"residual_resolution", account.resolution},
                                   {"relative_residual", account.relative},
                                   {"local_error_estimate", account.local_error},
                                   {"clamped", account.clamped}}) {
    write_number(w.key(key), value);
  }
  w.end_object();
}

memory::Measure parse_shape(const std::string& text) {
  for (const memory::MeasureRow& row : memory::measures()) {
    if (row.has_width && row.name == text) {
      return memory::Measure::parse(text + ":1");
    }
  }
  return memory::Measure::parse(text);
}

std::string summary_text(const memory::Summary& summary) {
  return fmt::format("{}, N = {}, {} channel{}", summary.measure().text(), summary.order(),
                     summary.channels(), summary.channels() == 1 ? "" : "s");
}

}  // namespace yonder::cli
