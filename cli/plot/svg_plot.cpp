// SPDX-License-Identifier: Apache-2.0
#include "cli/plot/svg_plot.h"

#include "cli/html_escape.h"
#include "cli/quantity.h"
#include "yonder/base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace yonder::cli {
namespace {

constexpr int kColours = 6;
constexpr double kCharacter = 7.2;  // width of a digit at the size of the tick labels, about
constexpr double kLineHeight = 22;
constexpr double kRight = 18;
constexpr double kPadding = 0.04;  // of the range, above and below lines
constexpr size_t kPointsPerPixel = 4;

constexpr const char* kStyle = R"css(
.plot { --p-paper: #fcfbf8; --p-ink: #1d1f24; --p-soft: #5d626c; --p-grid: #e3e0d8; --p-bar: #c3ccca;
  --c0: #0b6e6b; --c1: #c2571a; --c2: #4b52b5; --c3: #b3234e; --c4: #5d7d12; --c5: #84569b; }
@media (prefers-color-scheme: dark) {
  .plot { --p-paper: #131519; --p-ink: #e9e7e1; --p-soft: #a0a5ae; --p-grid: #2d3138; --p-bar: #4a5558;
    --c0: #55c7bf; --c1: #f0a35e; --c2: #a3a8f5; --c3: #f58aa5; --c4: #b5d36a; --c5: #cfa6e3; }
}
.plot text { font-family: system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; fill: var(--p-ink); font-size: 13px; }
.plot .plot-title { font-size: 16px; font-weight: 600; }
.plot .plot-soft { fill: var(--p-soft); font-variant-numeric: tabular-nums; }
.plot .plot-label { font-size: 12px; paint-order: stroke; stroke: var(--p-paper); stroke-width: 3px; stroke-linejoin: round; }
.plot-paper { fill: var(--p-paper); } .plot-bar { fill: var(--p-bar); }
.plot-grid { stroke: var(--p-grid); stroke-width: 1; } .plot-axis { stroke: var(--p-soft); stroke-width: 1; }
.plot-rule { stroke: var(--p-soft); stroke-width: 1; stroke-dasharray: 2 3; }
.plot-line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.plot-dashed { stroke-dasharray: 7 5; stroke-width: 1.6; }
)css";

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return !(low <= high); }
  /// A range of some width around what there is, whatever that is.
  void widen(double share) {
    if (empty()) {
      *this = {0, 1};
    }
    if (low == high) {
      const double margin = low == 0 ? 1 : 0.5 * std::abs(low);
      *this = {low - margin, high + margin};
      return;
    }
    const double margin = share * (high - low);
    low -= margin;
    high += margin;
  }
};

/// Where values lie in the picture.
struct Axis {
  double low = 0;
  double high = 1;
  double first = 0;  // of the picture
  double last = 1;
  double at(double value) const { return first + (value - low) / (high - low) * (last - first); }
};

class Picture {
 public:
  explicit Picture(const SvgPlot& plot) : plot_(plot) {
    for (const PlotSeries& series : plot.series) {
      YONDER_CHECK(series.x.size() == series.y.size() + (with_edges(series) ? 1 : 0));
      YONDER_CHECK(series.labels.empty() || series.labels.size() == series.y.size());
    }
    find_ranges();
    lay_out();
  }

  std::string text() {
    const std::string name = plot_.title.empty() ? ""
                                                 : fmt::format(" role=\"img\" aria-label=\"{}\"",
                                                               html_escape(plot_.title));
    out_ = fmt::format(
        "<svg class=\"plot\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\"{}>\n"
        "<style>{}</style>\n<rect class=\"plot-paper\" width=\"100%\" height=\"100%\"/>\n",
        plot_.width, plot_.height, name, kStyle);
    write_axes();
    int colour = 0;
    for (const PlotSeries& series : plot_.series) {
      write_series(series, colour);
      colour += series.kind == PlotKind::bars ? 0 : 1;
    }
    write_rules();
    write_head();
    return out_ + "</svg>\n";
  }

 private:
  static bool with_edges(const PlotSeries& series) {
    return series.kind == PlotKind::bars || series.kind == PlotKind::steps;
  }

  /// The value on the vertical axis, nothing where it cannot be shown.
  std::optional<double> level(double y) const {
    if (plot_.log_y) {
      y = y > 0 ? std::log10(y) : std::numeric_limits<double>::quiet_NaN();
    }
    return std::isfinite(y) ? std::optional(y) : std::nullopt;
  }

  void find_ranges() {
    Range x;
    Range y;
    bool zero = plot_.from_zero;
    for (const PlotSeries& series : plot_.series) {
      for (const double value : series.x) {
        if (std::isfinite(value)) {
          x.include(value);
        }
      }
      for (const double value : series.y) {
        if (const std::optional<double> shown = level(value)) {
          y.include(*shown);
        }
      }
      zero = zero || series.kind == PlotKind::bars;
    }
    x.widen(0);
    zero = zero && !plot_.log_y;
    if (zero) {
      y.include(0);
    }
    const bool on_zero = zero && y.low == 0;
    y.widen(kPadding);
    x_.low = x.low;
    x_.high = x.high;
    y_.low = on_zero ? 0 : y.low;
    y_.high = y.high;
  }

  void lay_out() {
    y_ticks_ = nice_ticks(y_.low, y_.high, std::max(2, plot_.height / 75));
    if (plot_.log_y) {
      std::erase_if(y_ticks_, [](double tick) { return tick != std::floor(tick); });
      for (const double tick : y_ticks_) {
        y_labels_.push_back(fmt::format("{:g}", std::pow(10, tick)));
      }
    } else {
      y_labels_ = tick_labels(y_ticks_);
    }
    size_t longest = 1;
    for (const std::string& label : y_labels_) {
      longest = std::max(longest, label.size());
    }
    x_.first =
        16 + (plot_.y_label.empty() ? 0 : kLineHeight) + kCharacter * static_cast<double>(longest);
    x_.last = plot_.width - kRight;
    const bool legend = std::any_of(plot_.series.begin(), plot_.series.end(),
                                    [](const PlotSeries& series) { return !series.name.empty(); });
    y_.last = 14 + (plot_.title.empty() ? 0 : kLineHeight + 4) + (legend ? kLineHeight : 0) +
              (has_labels() ? 12 : 0);
    y_.first = plot_.height - 18 - kLineHeight - (plot_.x_label.empty() ? 0 : kLineHeight);
    x_ticks_ = nice_ticks(x_.low, x_.high, std::max(2, plot_.width / 110));
  }

  bool has_labels() const {
    return std::any_of(plot_.rules.begin(), plot_.rules.end(),
                       [](const PlotRule& rule) { return !rule.label.empty(); }) ||
           std::any_of(plot_.series.begin(), plot_.series.end(),
                       [](const PlotSeries& series) { return !series.labels.empty(); });
  }

  template <typename... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) {
    out_ += fmt::format(format, std::forward<Args>(args)...);
  }

  void write_axes() {
    for (size_t i = 0; i < y_ticks_.size(); ++i) {
      const double y = y_.at(y_ticks_[i]);
      print("<line class=\"plot-grid\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>",
            x_.first, x_.last, y, y);
      print("<text class=\"plot-soft\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
            x_.first - 8, y + 4.5, y_labels_[i]);
    }
    const std::vector<std::string> labels = tick_labels(x_ticks_);
    for (size_t i = 0; i < x_ticks_.size(); ++i) {
      const double x = x_.at(x_ticks_[i]);
      print(
          "<line class=\"plot-axis\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\"/>",
          x, y_.first, y_.first + 5);
      print(
          "<text class=\"plot-soft\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
          x, y_.first + 20, labels[i]);
    }
    print(
        "<line class=\"plot-axis\" x1=\"{0:.1f}\" x2=\"{1:.1f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>\n",
        x_.first, x_.last, y_.first);
    if (!plot_.x_label.empty()) {
      print("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
            (x_.first + x_.last) / 2, y_.first + 20 + kLineHeight, html_escape(plot_.x_label));
    }
    if (!plot_.y_label.empty()) {
      print(
          "<text transform=\"translate({:.1f} {:.1f}) rotate(-90)\" text-anchor=\"middle\">{}"
          "</text>\n",
          kLineHeight - 2, (y_.first + y_.last) / 2, html_escape(plot_.y_label));
    }
  }

  void write_series(const PlotSeries& series, int colour) {
    switch (series.kind) {
      case PlotKind::bars:
        write_bars(series);
        break;
      case PlotKind::points:
        write_points(series, colour);
        break;
      case PlotKind::line:
        write_path(series, colour, thinned(series.x, series.y));
        break;
      case PlotKind::steps: {
        std::vector<Point> corners;
        for (size_t i = 0; i < series.y.size(); ++i) {
          corners.push_back({series.x[i], series.y[i]});
          corners.push_back({series.x[i + 1], series.y[i]});
        }
        write_path(series, colour, corners);
        break;
      }
    }
  }

  struct Point {
    double x;
    double y;
  };

  /// The points, or of too many the first, least, largest and last of each column of pixels.
  std::vector<Point> thinned(const std::vector<double>& x, const std::vector<double>& y) const {
    std::vector<Point> points;
    const bool all = x.size() <= kPointsPerPixel * static_cast<size_t>(plot_.width);
    for (size_t first = 0; first < x.size();) {
      size_t last = first;
      size_t least = first;
      size_t largest = first;
      const double pixel = std::floor(x_.at(x[first]));
      while (!all && last + 1 < x.size() && std::floor(x_.at(x[last + 1])) == pixel) {
        ++last;
        least = y[last] < y[least] ? last : least;
        largest = y[last] > y[largest] ? last : largest;
      }
      size_t previous = x.size();
      for (const size_t i : {first, std::min(least, largest), std::max(least, largest), last}) {
        if (i != previous) {
          points.push_back({x[i], y[i]});
        }
        previous = i;
      }
      first = last + 1;
    }
    return points;
  }

  void write_path(const PlotSeries& series, int colour, const std::vector<Point>& points) {
    print("<path class=\"plot-line{}\" stroke=\"var(--c{})\" d=\"",
          series.dashed ? " plot-dashed" : "", colour % kColours);
    bool pen_down = false;
    for (const Point& point : points) {
      const std::optional<double> y = level(point.y);
      if (y && std::isfinite(point.x)) {
        print("{}{:.1f} {:.1f}", pen_down ? "L" : "M", x_.at(point.x), y_.at(*y));
      }
      pen_down = y && std::isfinite(point.x);
    }
    print("\"/>\n");
  }

  void write_bars(const PlotSeries& series) {
    const double base = plot_.log_y ? y_.first : y_.at(0);
    for (size_t i = 0; i < series.y.size(); ++i) {
      const std::optional<double> y = level(series.y[i]);
      if (!y || series.y[i] == 0) {
        continue;
      }
      const double left = x_.at(series.x[i]);
      const double right = x_.at(series.x[i + 1]);
      const double gap = right - left > 4 ? 1 : 0;  // narrow bars touch
      print(
          "<rect class=\"plot-bar\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
          "height=\"{:.1f}\"/>\n",
          left, std::min(base, y_.at(*y)), std::max(right - left - gap, 0.5),
          std::abs(base - y_.at(*y)));
    }
  }

  void write_points(const PlotSeries& series, int colour) {
    double free_from = 0;
    for (size_t i = 0; i < series.y.size(); ++i) {
      const std::optional<double> y = level(series.y[i]);
      if (!y || !std::isfinite(series.x[i])) {
        continue;
      }
      const double x = x_.at(series.x[i]);
      print("<circle fill=\"var(--c{})\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\"/>\n",
            colour % kColours, x, y_.at(*y));
      if (!series.labels.empty()) {
        write_label(x, y_.at(*y) - 9, series.labels[i], free_from);
      }
    }
  }

  /// A label in the middle of x, unless it would run into the one before it.
  void write_label(double x, double y, const std::string& label, double& free_from) {
    const double half = kCharacter * static_cast<double>(label.size()) / 2;
    const double middle = std::clamp(x, x_.first + half, std::max(x_.first + half, x_.last - half));
    if (!label.empty() && middle - half >= free_from) {
      print(
          "<text class=\"plot-label\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
          middle, y, html_escape(label));
      free_from = middle + half + 4;
    }
  }

  void write_rules() {
    double free_from = 0;
    for (const PlotRule& rule : plot_.rules) {
      if (rule.x < x_.low || rule.x > x_.high) {
        continue;
      }
      const double x = x_.at(rule.x);
      print(
          "<line class=\"plot-rule\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" "
          "y2=\"{2:.1f}\"/>\n",
          x, y_.last, y_.first);
      write_label(x, y_.last - 3, rule.label, free_from);
    }
  }

  void write_head() {
    double y = 14;
    if (!plot_.title.empty()) {
      y += kLineHeight - 4;
      print("<text class=\"plot-title\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", x_.first, y,
            html_escape(plot_.title));
      y += 4;
    }
    y += kLineHeight - 6;
    double x = x_.first;
    int colour = 0;
    for (const PlotSeries& series : plot_.series) {
      const bool bars = series.kind == PlotKind::bars;
      if (!series.name.empty()) {
        if (bars) {
          print("<rect class=\"plot-bar\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"16\" height=\"10\"/>",
                x, y - 9);
        } else if (series.kind == PlotKind::points) {
          print("<circle fill=\"var(--c{})\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\"/>",
                colour % kColours, x + 8, y - 4.5);
        } else {
          print("<path class=\"plot-line{}\" stroke=\"var(--c{})\" d=\"M{:.1f} {:.1f}h18\"/>",
                series.dashed ? " plot-dashed" : "", colour % kColours, x, y - 4.5);
        }
        print("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", x + 24, y, html_escape(series.name));
        x += 48 + kCharacter * static_cast<double>(series.name.size());
      }
      colour += bars ? 0 : 1;
    }
  }

  const SvgPlot& plot_;
  Axis x_;
  Axis y_;
  std::vector<double> x_ticks_;
  std::vector<double> y_ticks_;
  std::vector<std::string> y_labels_;
  std::string out_;
};

}  // namespace

std::string svg_text(const SvgPlot& plot) { return Picture(plot).text(); }

std::vector<double> nice_ticks(double low, double high, int count) {
  YONDER_CHECK(low < high && count > 0);
  const double rough = (high - low) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.5, 2.0, 1.0}) {
    step = factor * power >= rough ? factor * power : step;
  }
  std::vector<double> ticks;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k) {
    ticks.push_back(k == 0 ? 0.0 : k * step);  // never -0
  }
  return ticks;
}

std::vector<std::string> tick_labels(const std::vector<double>& ticks) {
  double largest = 0;
  for (const double tick : ticks) {
    largest = std::max(largest, std::abs(tick));
  }
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : largest;
  const bool scientific = largest >= 1e7 || (largest > 0 && largest < 1e-4);
  // The fewest decimals that say every tick.
  int decimals = 0;
  const auto exact = [&](double tick) {
    const double scaled = tick * std::pow(10, decimals);
    return std::abs(scaled - std::round(scaled)) < 1e-6 * step * std::pow(10, decimals);
  };
  while (!scientific && decimals < 12 && !std::all_of(ticks.begin(), ticks.end(), exact)) {
    ++decimals;
  }
  std::vector<std::string> labels;
  for (const double tick : ticks) {
    if (scientific) {
      labels.push_back(fmt::format("{:.6g}", tick));
      continue;
    }
    const std::string digits = fmt::format("{:.{}f}", std::abs(tick), decimals);
    const size_t point = std::min(digits.find('.'), digits.size());
    const std::string whole = digits.substr(0, point);
    labels.push_back((tick < 0 ? "-" : "") + (largest >= 10000 ? with_commas(whole) : whole) +
                     digits.substr(point));
  }
  return labels;
}

}  // namespace yonder::cli
