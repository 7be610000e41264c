// SPDX-License-Identifier: Apache-2.0
// Plots as SVG, one file that needs nothing else and reads well on light and dark paper: lines,
// steps, bars and points over one pair of axes, vertical rules, a legend.
//
//   SvgPlot plot{.title = "galaxies", .x_label = "km/s", .y_label = "density"};
//   plot.series.push_back({"data", PlotKind::bars, edges, heights});
//   plot.series.push_back({"fit", PlotKind::line, x, density});
//   write_file("galaxies.svg", svg_text(plot));
//
// The same text may stand inside of a page: its rules of style name only its own classes, and a
// page that has a paper of its own says `.plot-paper { fill: none }`. Values that are not finite
// interrupt a line. Lines of more points than the picture has pixels are thinned to the least and
// the largest value of each column of pixels, so nothing that would be seen is lost.
#pragma once

#include <string>
#include <vector>

namespace yonder::cli {

enum class PlotKind {
  line,    ///< through (x, y)
  bars,    ///< y[i] from x[i] to x[i + 1]: one x more than y; filled down to 0
  steps,   ///< the same as an outline
  points,  ///< at (x, y)
};

struct PlotSeries {
  std::string name;  ///< in the legend; empty: not there
  PlotKind kind = PlotKind::line;
  std::vector<double> x;
  std::vector<double> y;
  std::vector<std::string> labels = {};  ///< of points, shown as far as they do not overlap
  bool dashed = false;                   ///< of lines and steps
};

/// A vertical line through the whole plot.
struct PlotRule {
  double x = 0;
  std::string label;  ///< at its upper end; may be empty
};

struct SvgPlot {
  std::string title = {};
  std::string x_label = {};
  std::string y_label = {};
  bool from_zero = false;  ///< the vertical axis begins at 0 (bars: always)
  bool log_y = false;      ///< logarithmic vertical axis; values <= 0 are left out
  int width = 860;         ///< in units of the picture, which scales
  int height = 440;
  std::vector<PlotSeries> series =
      {};  ///< drawn in this order, in up to six colours; bars are grey
  std::vector<PlotRule> rules = {};
};

/// The whole document, from <svg to </svg>.
std::string svg_text(const SvgPlot& plot);

/// Round numbers that cut [low, high] into about `count` parts, all inside of it. low < high.
std::vector<double> nice_ticks(double low, double high, int count);
/// The ticks as text with as many digits as tell them apart: "0.25", "10,000", "2e-07".
std::vector<std::string> tick_labels(const std::vector<double>& ticks);

}  // namespace yonder::cli
