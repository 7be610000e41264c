// SPDX-License-Identifier: Apache-2.0
// The chapter of memory: a month of telemetry, a sample every three seconds, made in the program.
// What N numbers keep of it and what they lose, known exactly; the exact method beside the
// recurrence per sample; shards merged; and everything else that fits into the same bytes.
#include "cli/demo/table.h"
#include "cli/quantity.h"
#include "yonder/base/error.h"
#include "yonder/base/random.h"
#include "yonder/memory/peers/contest.h"
#include "yonder/memory/stream.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <numbers>

namespace yonder::cli {
namespace {

using memory::Stream;
using memory::StreamOptions;
using memory::Summary;

constexpr size_t kSamples = 864000;
constexpr double kDays = 30;
constexpr size_t kPush = 4096;
constexpr int64_t kOrder = 128;
constexpr int64_t kMostOrder = 256;
constexpr int64_t kComparedOrder = 64;
constexpr size_t kShards = 8;
constexpr size_t kPicturePoints = 1500;
constexpr uint64_t kSeed = 30;

/// Degrees: a day's course that grows and shrinks, a front that passes, a drift, sensor noise.
std::vector<float> make_month() {
  Rng rng(kSeed);
  std::vector<float> samples;
  samples.reserve(kSamples);
  for (size_t k = 0; k < kSamples; ++k) {
    const double day = kDays * static_cast<double>(k) / static_cast<double>(kSamples);
    const double course =
        (4 + 2 * std::sin(0.5 * day)) * std::sin(2 * std::numbers::pi * (day - 0.3));
    const double front = -6 / (1 + std::exp(-8 * (day - 17.4)));
    samples.push_back(static_cast<float>(15 + 0.1 * day + course + front + 0.3 * rng.normal()));
  }
  return samples;
}

StreamOptions options_of(int64_t order, const std::string& measure, const std::string& scalar,
                         double start = 0) {
  StreamOptions options;
  options.order = order;
  options.measure = measure;
  options.scalar = scalar;
  options.rule = "bilinear";
  options.start = start;
  return options;
}

Stream remember(std::span<const float> samples, const StreamOptions& options) {
  Stream stream(options, {"degrees"});
  for (size_t i = 0; i < samples.size(); i += kPush) {
    stream.push(samples.subspan(i, std::min(kPush, samples.size() - i)));
  }
  return stream;
}

double nanoseconds_per_sample(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start)
             .count() /
         static_cast<double>(kSamples);
}

double difference(const Summary& found, const Summary& exact) {
  double sum = 0;
  double size = 0;
  for (int64_t n = 0; n < exact.order(); ++n) {
    const auto i = static_cast<size_t>(n);
    sum += std::pow(found.coefficients(0)[i] - exact.coefficients(0)[i], 2);
    size += std::pow(exact.coefficients(0)[i], 2);
  }
  return std::sqrt(sum / size);
}

/// What the first N of the coefficients leave out, per deviation of the stream.
double residual_of(const Summary& summary, int64_t order) {
  const std::span<const double> c = summary.coefficients(0);
  const double mean_square = summary.energy(0) / (summary.end() - summary.begin());
  double kept = 0;
  for (const double value : c.first(static_cast<size_t>(order))) {
    kept += value * value;
  }
  return std::sqrt(std::max(mean_square - kept, 0.0) / (mean_square - c[0] * c[0]));
}

void report_resolution(DemoContext& context, const Summary& summary) {
  BarChart chart{"What is lost of the month, by the number of coefficients",
                 "Rms residual over the stream's deviation, from the energy that is carried along. "
                 "Thirty days need 30 pi = 94 coefficients; what is left is the sensor's noise.",
                 {}};
  context.out.print("\n  {:<28}{:>10}\n", "coefficients", "lost");
  for (const int64_t order : {8, 16, 32, 64, 80, 96, 112, 128, 192, 256}) {
    const double lost = residual_of(summary, order);
    context.out.print("  {:<28}{:>9.1f}%\n", order, 100 * lost);
    chart.bars.push_back(
        {fmt::format("N = {}", order), lost, fmt::format("{:.1f} %", 100 * lost), order == kOrder});
  }
  context.report.bars(chart);
}

void report_picture(DemoContext& context, const std::vector<float>& samples,
                    const Summary& summary) {
  PlotSeries signal{.name = "stream", .kind = PlotKind::line, .x = {}, .y = {}};
  for (size_t k = 0; k < samples.size(); k += 60) {
    signal.x.push_back(kDays * static_cast<double>(k) / static_cast<double>(kSamples));
    signal.y.push_back(double{samples[k]});
  }
  PlotSeries rebuilt{.name = fmt::format("rebuilt from {} numbers", kOrder),
                     .kind = PlotKind::line,
                     .x = {},
                     .y = std::vector<double>(kPicturePoints)};
  summary.grid(0, summary.begin(), summary.end(), rebuilt.y);
  for (size_t i = 0; i < kPicturePoints; ++i) {
    rebuilt.x.push_back(kDays * static_cast<double>(i) / static_cast<double>(kPicturePoints - 1));
  }
  SvgPlot plot{.title = "A month, as it was and as it is remembered",
               .x_label = "days",
               .y_label = "degrees"};
  plot.series = {std::move(signal), std::move(rebuilt)};
  context.report.plot(
      {std::move(plot),
       fmt::format("{} samples in, {} numbers kept. The sensor's noise is not kept; the front is.",
                   with_commas(uint64_t{kSamples}), kOrder)});
}

void report_methods(DemoContext& context, const std::vector<float>& samples) {
  const Summary exact = remember(samples, options_of(kComparedOrder, "legs", "f64")).summary();
  ReportTable table{
      "The exact method, and the recurrence that HiPPO steps sample by sample (bilinear), N = 64: "
      "time, and how far the coefficients are from the exact projection in float64.",
      {"method", "ns per sample", "error"},
      {}};
  context.out.print("\n  {:<28}{:>12}{:>12}\n", "method, N = 64", "ns/sample", "error");
  struct Method {
    const char* name;
    const char* measure;
    const char* scalar;
  };
  for (const Method& method : {Method{"exact, float64", "legs", "f64"},
                               {"exact, float32", "legs", "f32"},
                               {"recurrence, float64", "legs-step", "f64"},
                               {"recurrence, float32", "legs-step", "f32"}}) {
    double error = 0;
    const double time = nanoseconds_per_sample([&] {
      const StreamOptions options = options_of(kComparedOrder, method.measure, method.scalar);
      error = difference(remember(samples, options).summary(), exact);
    });
    const std::string error_text = error == 0 ? "0" : fmt::format("{:.1e}", error);
    context.out.print("  {:<28}{:>12.1f}{:>12}\n", method.name, time, error_text);
    table.rows.push_back({method.name, fmt::format("{:.1f}", time), error_text});
    context.progress.advance(1);
    require(!context.progress.cancelled(), ErrorKind::cancelled, "stopped; no page was written");
  }
  context.report.table(table);
}

/// Shards recorded by themselves, merged; how far from one run.
double merged_shards(const std::vector<float>& samples, const Summary& whole) {
  std::vector<Stream> shards;
  constexpr size_t kShard = kSamples / kShards;
  for (size_t i = 0; i < kShards; ++i) {
    shards.push_back(
        remember(std::span(samples).subspan(i * kShard, kShard),
                 options_of(whole.order(), "legs", "f64", static_cast<double>(i * kShard))));
  }
  Stream merged = std::move(shards.front());
  for (size_t i = 1; i < kShards; ++i) {
    merged = Stream::merge(merged, shards[i]);
  }
  return difference(merged.summary(), whole);
}

void report_contest(DemoContext& context, const std::vector<float>& samples) {
  const std::vector<double> exact(samples.begin(), samples.end());
  ReportTable table{
      "Everything that fits into 1 KiB, rebuilding the whole month. ema and rdft are told the "
      "stream's length beforehand, legs and the pyramid are not.",
      {"summary", "bytes", "rms error", "per deviation", "ns per sample"},
      {}};
  context.out.print("\n  {:<28}{:>8}{:>12}{:>12}\n", "1 KiB each", "bytes", "rms error",
                    "ns/sample");
  for (const memory::ContestRow& row : memory::run_contest(exact, {}, nullptr)) {
    context.out.print("  {:<28}{:>8}{:>12.3f}{:>12.1f}\n", row.name, row.bytes, row.rms_error,
                      row.nanoseconds_per_sample);
    table.rows.push_back({row.name, std::to_string(row.bytes), fmt::format("{:.3f}", row.rms_error),
                          fmt::format("{:.3f}", row.relative),
                          fmt::format("{:.1f}", row.nanoseconds_per_sample)});
  }
  context.report.table(table);
}

}  // namespace

void run_memory_chapter(DemoContext& context) {
  context.report.section("Memory",
                         "A stream without end, kept as a few numbers from which its past is "
                         "rebuilt with a known error (HiPPO, kexue.fm 10114 to 10180): a month of "
                         "telemetry, made in the program.");
  context.progress.begin("remembering a month", 6, "runs");
  const std::vector<float> samples = make_month();
  const Summary fine = remember(samples, options_of(kMostOrder, "legs", "f64")).summary();
  const Stream stream = remember(samples, options_of(kOrder, "legs", "f64"));
  const Summary summary = stream.summary();
  const double shards = merged_shards(samples, summary);
  context.progress.advance(2);
  const memory::Value mean =
      summary.mean(0, static_cast<double>(kSamples) / 2, static_cast<double>(kSamples));
  const double lost = residual_of(summary, kOrder);
  context.out.print(
      "  {} samples kept as {} numbers: {:.1f} % of the deviation lost (noise: {:.1f} "
      "%)\n  mean of the second half {:.4f}, off by at most {:.4f}\n  {} shards "
      "merged differ from one run by {:.0e}\n",
      with_commas(uint64_t{kSamples}), kOrder, 100 * lost, 100 * residual_of(fine, kMostOrder),
      mean.estimate, mean.bound, kShards, shards);
  context.report.figures(
      {{with_commas(uint64_t{kSamples}), "samples in"},
       {std::to_string(kOrder), "numbers kept"},
       {fmt::format("{:.1f} %", 100 * lost), "of the deviation lost, noise included"},
       {fmt::format("{:.2f}", mean.estimate),
        fmt::format("mean of the second half, off by at most {:.3f}", mean.bound)},
       {fmt::format("{:.0e}", shards), fmt::format("{} shards merged against one run", kShards)}});
  report_picture(context, samples, summary);
  report_resolution(context, fine);
  report_methods(context, samples);
  report_contest(context, samples);
  context.report.command(
      "yonder memory choose --freq 1/d --window 30d --error 1%\n"
      "yonder memory run FILE.csv --column NAME -N 128 --every 100000 -o month.yms\n"
      "yonder memory read month.yms --mean 432000:864000\n"
      "yonder memory merge monday.yms tuesday.yms -o both.yms\n"
      "yonder memory compare FILE.csv --column NAME --bytes 1024");
}

}  // namespace yonder::cli
