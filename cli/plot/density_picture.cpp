// SPDX-License-Identifier: Apache-2.0
#include "cli/plot/density_picture.h"

#include "cli/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace yonder::cli {
namespace {

constexpr size_t kCurvePoints = 4001;
constexpr double kTail = 0.002;   // beyond each end of the picture on the line
constexpr double kMargin = 0.05;  // of the width, on the line
constexpr double kDecades = 8;    // of a logarithmic picture below its highest value
constexpr int64_t kMostBins = 300;
constexpr size_t kMostLabels = 12;  // of modes

struct Interval {
  double low;
  double high;
};

Interval shown_interval(std::span<const NamedModel> models, const DensityPictureOptions& options) {
  Interval shown{INFINITY, -INFINITY};
  for (const NamedModel& named : models) {
    Interval own{named.model.domain().origin, named.model.domain().upper()};
    if (named.model.domain().kind == density::DomainKind::line) {
      std::array<double, 2> ends{};
      named.model.quantile(std::array{kTail, 1 - kTail}, ends);
      const double margin = kMargin * (ends[1] - ends[0]);
      own = {ends[0] - margin, ends[1] + margin};
    }
    shown = {std::min(shown.low, own.low), std::max(shown.high, own.high)};
  }
  shown = {options.low.value_or(shown.low), options.high.value_or(shown.high)};
  if (!(shown.low < shown.high)) {  // one end was given, beyond the other
    shown.high = shown.low + 1;
  }
  return shown;
}

/// By the rule of Freedman and Diaconis: bins of twice the quartile distance over n^(1/3).
int64_t bins_for(std::vector<double> values, Interval shown) {
  std::sort(values.begin(), values.end());
  const double spread = values[values.size() * 3 / 4] - values[values.size() / 4];
  const double width = 2 * spread / std::cbrt(static_cast<double>(values.size()));
  const double bins = width > 0 ? std::ceil((shown.high - shown.low) / width) : 30;
  return std::clamp<int64_t>(static_cast<int64_t>(std::min<double>(bins, kMostBins)), 8, kMostBins);
}

/// Where a value lies in the picture: on a circle moved into the period.
double placed(const density::Domain& domain, double value) {
  return domain.kind == density::DomainKind::circular ? domain.from_point(domain.to_point(value))
                                                      : value;
}

PlotSeries histogram(const density::Domain& domain, std::span<const double> values,
                     std::span<const double> weights, Interval shown, int64_t bins) {
  std::vector<double> at(values.begin(), values.end());
  for (double& value : at) {
    value = placed(domain, value);
  }
  const auto count = static_cast<size_t>(bins > 0 ? bins : bins_for(at, shown));
  const double width = (shown.high - shown.low) / static_cast<double>(count);
  PlotSeries series{"data", PlotKind::bars, {}, {}};
  for (size_t i = 0; i <= count; ++i) {
    series.x.push_back(shown.low + width * static_cast<double>(i));
  }
  series.y.assign(count, 0.0);
  double total = 0;
  for (size_t i = 0; i < at.size(); ++i) {
    const double weight = weights.empty() ? 1 : weights[i];
    total += weight;
    const double bin = std::floor((at[i] - shown.low) / width);
    if (bin >= 0 && at[i] <= shown.high) {
      series.y[std::min(static_cast<size_t>(bin), count - 1)] += weight;
    }
  }
  for (double& height : series.y) {
    height /= total * width;
  }
  return series;
}

}  // namespace

SvgPlot density_picture(std::span<const NamedModel> models, std::span<const double> values,
                        std::span<const double> weights, const DensityPictureOptions& options) {
  const density::Model& first = models.front().model;
  const Interval shown = shown_interval(models, options);
  SvgPlot plot{.x_label = first.info().column,
               .y_label = "density",
               .from_zero = true,
               .log_y = options.log_y};
  if (!values.empty()) {
    plot.series.push_back(histogram(first.domain(), values, weights, shown, options.bins));
  }
  std::vector<double> x(kCurvePoints);
  for (size_t i = 0; i < kCurvePoints; ++i) {
    x[i] = shown.low + (shown.high - shown.low) * static_cast<double>(i) /
                           static_cast<double>(kCurvePoints - 1);
  }
  double highest = 0;
  for (const NamedModel& named : models) {
    PlotSeries curve{named.name, PlotKind::line, x, std::vector<double>(kCurvePoints)};
    named.model.pdf(x, curve.y);
    highest = std::max(highest, *std::max_element(curve.y.begin(), curve.y.end()));
    plot.series.push_back(std::move(curve));
  }
  if (options.log_y) {  // values that are almost 0 would stretch the axis without end
    for (PlotSeries& series : plot.series) {
      for (double& y : series.y) {
        y = y < highest * std::pow(10, -kDecades) ? 0 : y;
      }
    }
  }
  if (options.cdf) {
    PlotSeries curve{"cdf, drawn to this height", PlotKind::line, x,
                     std::vector<double>(kCurvePoints)};
    curve.dashed = true;
    first.cdf(x, curve.y);
    for (double& y : curve.y) {
      y *= highest;
    }
    plot.series.push_back(std::move(curve));
  }
  if (options.modes) {
    PlotSeries marks{"modes", PlotKind::points, {}, {}, {}};
    for (const density::Mode& mode : first.modes(options.min_prominence)) {
      const double at = placed(first.domain(), mode.location);
      if (mode.maximum && at >= shown.low && at <= shown.high) {
        marks.x.push_back(at);
        marks.y.push_back(mode.density);
        marks.labels.push_back(fmt::format("{:.4g}", at));
      }
    }
    if (marks.labels.size() > kMostLabels) {
      marks.labels.clear();  // only some would find a place
    }
    plot.series.push_back(std::move(marks));
  }
  return plot;
}

}  // namespace yonder::cli
