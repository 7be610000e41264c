// SPDX-License-Identifier: Apache-2.0
// The chapter of density: numbers from a law with 25 narrow peaks, made in the program so that the
// truth is known. A Fourier density finds them all and proves that no density of its order fits
// better; the methods people use otherwise do the same work beside it; new numbers are compressed
// to the rate that the model promises.
#include "cli/demo/table.h"
#include "cli/plot/density_picture.h"
#include "cli/quantity.h"
#include "yonder/base/error.h"
#include "yonder/base/random.h"
#include "yonder/density/baselines/table.h"
#include "yonder/density/entropy_coder.h"
#include "yonder/density/fit.h"

#include <fmt/core.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <numbers>

namespace yonder::cli {
namespace {

constexpr size_t kSamples = 20000;
constexpr size_t kCoded = 100000;
constexpr size_t kTimedPoints = 200000;
constexpr double kStep = 0.002;
constexpr double kProminence = 0.05;
constexpr size_t kGrid = 40001;  // cells of the integral of the divergence
constexpr uint64_t kSeed = 25;

/// The law: 25 normal distributions of deviation 0.012, 0.07 apart, of weights 1, 2, 3, 1, 2, ...
struct Truth {
  static constexpr int kPeaks = 25;
  static constexpr double kDeviation = 0.012;
  static constexpr double kTotal = 49;

  static double mean(int peak) { return -0.84 + 0.07 * peak; }
  static double weight(int peak) { return 1 + peak % 3; }

  static double density(double y) {
    double sum = 0;
    for (int peak = 0; peak < kPeaks; ++peak) {
      const double u = (y - mean(peak)) / kDeviation;
      sum += weight(peak) * std::exp(-0.5 * u * u);
    }
    return sum / (kTotal * kDeviation * std::sqrt(2 * std::numbers::pi));
  }

  static std::vector<double> draw(size_t count, uint64_t stream) {
    Rng rng(kSeed, stream);
    std::vector<double> values(count);
    for (double& value : values) {
      double u = kTotal * rng.uniform();
      int peak = 0;
      while (peak + 1 < kPeaks && u >= weight(peak)) {
        u -= weight(peak);
        ++peak;
      }
      value = mean(peak) + kDeviation * rng.normal();
    }
    return values;
  }

  /// Kullback-Leibler divergence of `model` from the truth, nats.
  static double divergence(const density::Estimator& model) {
    std::vector<double> y(kGrid);
    std::vector<double> log_density(kGrid);
    for (size_t i = 0; i < kGrid; ++i) {
      y[i] = -1 + 2 * static_cast<double>(i) / static_cast<double>(kGrid - 1);
    }
    model.logpdf(y, log_density);
    double sum = 0;
    for (size_t i = 0; i < kGrid; ++i) {
      const double p = density(y[i]);
      sum += p > 0 ? p * (std::log(p) - log_density[i]) : 0;
    }
    return sum * 2 / static_cast<double>(kGrid - 1);
  }
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// One method on the same numbers.
struct Row {
  std::string name;
  double divergence = 0;
  int64_t parameters = 0;
  int64_t modes = 0;
  double fit_seconds = 0;
  double nanoseconds = 0;  // per evaluated point
};

double nanoseconds_per_point(const density::Estimator& model, const std::vector<double>& points) {
  std::vector<double> out(points.size());
  const auto start = std::chrono::steady_clock::now();
  model.logpdf(points, out);
  return 1e9 * seconds_since(start) / static_cast<double>(points.size());
}

void report_methods(DemoContext& context, const density::Model& model,
                    const density::FitReport& report, const std::vector<double>& values) {
  const std::vector<double> points = Truth::draw(kTimedPoints, 1);
  std::vector<Row> rows;
  rows.push_back({fmt::format("Fourier density, N = {}", model.order()), Truth::divergence(model),
                  model.parameter_count(),
                  static_cast<int64_t>(model.modes(kProminence).size() + 1) / 2, report.seconds,
                  nanoseconds_per_point(model, points)});
  for (const auto& [name, method] :
       {std::pair{"Gaussian mixture of 25, best of 5 starts", "gmm:25"},
        std::pair{"kernel density", "kde:silverman"},
        std::pair{"deep factorised prior", "dfp:3,3,3"}}) {
    density::BaselineFit options;
    options.seed = kSeed;
    options.threads = context.threads;
    const auto start = std::chrono::steady_clock::now();
    const std::unique_ptr<density::Estimator> fitted =
        density::fit_baseline(method, values, {}, options, &context.progress);
    const double seconds = seconds_since(start);
    rows.push_back({name, Truth::divergence(*fitted), fitted->parameter_count(),
                    density::count_modes(*fitted, -1, 1, kProminence), seconds,
                    nanoseconds_per_point(*fitted, points)});
  }
  ReportTable table{
      fmt::format("All methods fitted the same {} numbers. The divergence from the truth, in nats, "
                  "is what a perfect code would waste per number; peaks are local maxima of 5 % "
                  "prominence or more, of which the truth has {}. Numbers: what a method keeps. "
                  "The mixture starts four times at random and once by k-means++.",
                  with_commas(uint64_t{kSamples}), Truth::kPeaks),
      {"method", "divergence", "peaks", "numbers", "fit", "per point"},
      {}};
  context.out.print("\n  {:<42}{:>11}{:>7}{:>8}{:>9}{:>10}\n", "method", "divergence", "peaks",
                    "params", "fit s", "ns/point");
  for (const Row& row : rows) {
    context.out.print("  {:<42}{:>11.4f}{:>7}{:>8}{:>9.3f}{:>10.1f}\n", row.name, row.divergence,
                      row.modes, row.parameters, row.fit_seconds, row.nanoseconds);
    table.rows.push_back({row.name, fmt::format("{:.4f}", row.divergence),
                          fmt::format("{}", row.modes), fmt::format("{}", row.parameters),
                          fmt::format("{:.3f} s", row.fit_seconds),
                          fmt::format("{:.0f} ns", row.nanoseconds)});
  }
  context.report.table(table);
}

void report_coding(DemoContext& context, const density::Model& model) {
  const std::vector<double> values = Truth::draw(kCoded, 2);
  density::EncodeOptions options;
  options.step = kStep;
  density::EncodeReport report;
  const auto start = std::chrono::steady_clock::now();
  const std::string bytes = density::encode(model, values, options, &report, &context.progress);
  const double encode_seconds = seconds_since(start);
  const auto decode_start = std::chrono::steady_clock::now();
  const std::vector<double> decoded = density::decode(bytes, "demo");
  const double decode_seconds = seconds_since(decode_start);
  for (size_t i = 0; i < kCoded; ++i) {
    YONDER_CHECK(std::abs(decoded[i] - values[i]) <= 0.5000001 * kStep);
  }
  const auto rate = [](double seconds) {
    return fmt::format("{:.0f} M/s", kCoded / seconds / 1e6);
  };
  context.out.print(
      "\n  {} new numbers in steps of {}: {:.4f} bits each, the model promises {:.4f} ({:+.3f} %)\n"
      "  {} bytes with the table; encoded at {}, decoded at {}\n",
      with_commas(uint64_t{kCoded}), kStep, report.bits_per_sample, report.cross_entropy,
      100 * (report.bits_per_sample / report.cross_entropy - 1),
      with_commas(uint64_t{bytes.size()}), rate(encode_seconds), rate(decode_seconds));
  context.report.figures(
      {{fmt::format("{:.3f} bits", report.bits_per_sample),
        fmt::format("per new number in steps of {}", kStep)},
       {fmt::format("{:+.3f} %", 100 * (report.bits_per_sample / report.cross_entropy - 1)),
        "against the rate that the model promises"},
       {rate(decode_seconds), "numbers decoded, on any machine the same"}});
}

}  // namespace

void run_density_chapter(DemoContext& context) {
  context.report.section(
      "Density",
      "A smooth density of any shape from a few numbers (kexue.fm 10007), with a proof that no "
      "other of its size fits the data better.");
  const std::vector<double> values = Truth::draw(kSamples, 0);
  density::FitOptions options;
  options.domain = "circular:2@-1";
  options.order = "37";
  options.threads = context.threads;
  density::FitReport report;
  const density::Model model = density::fit(values, {}, options, &report, &context.progress);
  const size_t modes = (model.modes(kProminence).size() + 1) / 2;
  context.out.print(
      "{} numbers from {} peaks; N = {}: fitted in {:.3f} s, {} peaks found,\n"
      "no density of this order is better by more than {:.1e} nats\n",
      with_commas(uint64_t{kSamples}), Truth::kPeaks, model.order(), report.seconds, modes,
      report.gap);
  context.report.figures({{fmt::format("{} of {}", modes, Truth::kPeaks), "peaks found"},
                          {fmt::format("{:.0f} ms", 1e3 * report.seconds),
                           fmt::format("to fit {} numbers", with_commas(uint64_t{kSamples}))},
                          {fmt::format("{:.0e}", report.gap),
                           "nats: more than this no density of the same order can gain"}});
  const std::vector<NamedModel> models = {{fmt::format("N = {}", model.order()), model}};
  DensityPictureOptions picture;
  picture.bins = 300;
  SvgPlot plot = density_picture(models, values, {}, picture);
  plot.title = "25 peaks from 20,000 numbers";
  plot.x_label.clear();
  context.report.plot({std::move(plot),
                       "Histogram of the numbers, the fitted density and its modes of at least "
                       "5 % prominence. The modes are exact: roots of a polynomial, not cells of a "
                       "grid."});
  report_methods(context, model, report, values);
  report_coding(context, model);
  context.report.command(
      "yonder density fit FILE.csv --column NAME -o my.yfd\n"
      "yonder density plot my.yfd FILE.csv --column NAME -o my.svg\n"
      "yonder density modes my.yfd --min-prominence 5%\n"
      "yonder density compare FILE.csv --column NAME --models fbdm:auto,gmm:5,kde");
}

}  // namespace yonder::cli
