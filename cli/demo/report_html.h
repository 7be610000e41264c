// SPDX-License-Identifier: Apache-2.0
// One self-contained HTML page of sections, figures, tables and charts: no scripts, no fonts, no
// network; light and dark by the reader's setting; readable from 360 pixels up.
//
//   Report report("Yonder on this machine", "14 July 2024");
//   report.section("Tokenizer", "What a vocabulary of 16,000 pieces does.");
//   report.bars({"Bytes per token", "", {{"single bytes", 1.0}, {"BytePiece", 4.1, "", true}}});
//   write_file("report.html", report.html());
//
// Charts are SVG whose horizontal positions are percentages, so that they take the width there is
// while their text keeps its size. Texts are escaped here; bytes that are no UTF-8 become U+FFFD.
#pragma once

#include "cli/plot/svg_plot.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::cli {

/// A few numbers in large type.
struct Figure {
  std::string value;
  std::string label;
};

struct ReportTable {
  std::string caption;
  std::vector<std::string> head;               // the first column is text, the others are numbers
  std::vector<std::vector<std::string>> rows;  // as many cells as head
};

/// Horizontal bars that begin at zero.
struct BarChart {
  struct Bar {
    std::string label;
    double value = 0;
    std::string text;        // shown at the right; empty = the value
    bool highlight = false;  // drawn in the accent colour
  };
  std::string title;
  std::string caption;
  std::vector<Bar> bars;
};

/// Vertical bars of shares (0 to 1) over consecutive whole numbers.
struct Histogram {
  std::string title;
  std::string caption;
  std::string x_label;
  int64_t first = 0;           // what the first bin stands for
  std::vector<double> shares;  // one per bin
  bool open_end = false;       // the last bin holds everything from its number on
};

/// Segmentations of one text: a weight in words, and the pieces as coloured chips.
struct Segmentations {
  struct Row {
    std::string label;
    std::vector<std::string> pieces;
  };
  std::string title;
  std::string caption;
  std::vector<Row> rows;
};

/// The lattice of segmentations of a short text: an arc for each piece, as strong as it is
/// probable.
struct LatticePicture {
  struct Arc {
    size_t start = 0;  // in cells
    size_t end = 0;
    double probability = 0;
    bool best = false;  // on the best path
    std::string label;
  };
  std::string title;
  std::string caption;
  std::vector<std::string> cells;  // the text, a character each
  std::vector<Arc> arcs;
};

/// Words with a number each, as chips.
struct Chips {
  struct Chip {
    std::string text;
    std::string note;
  };
  std::string title;
  std::string caption;
  std::vector<Chip> chips;
};

/// A plot over a pair of axes, as cli/plot draws it; its title becomes that of the figure.
struct PlotFigure {
  SvgPlot plot;
  std::string caption;
};

class Report {
 public:
  Report(std::string title, std::string subtitle);
  void section(std::string_view title, std::string_view lead);
  void figures(const std::vector<Figure>& figures);
  void table(const ReportTable& table);
  void bars(const BarChart& chart);
  void histogram(const Histogram& chart);
  void segmentations(const Segmentations& picture);
  void lattice(const LatticePicture& picture);
  void chips(const Chips& chips);
  void plot(const PlotFigure& figure);
  /// Command lines to try.
  void command(std::string_view text);
  /// The whole page.
  std::string html() const;

 private:
  void open_figure(const std::string& title);
  void close_figure(const std::string& caption);
  std::string title_;
  std::string subtitle_;
  std::string body_;
  bool in_section_ = false;
};

}  // namespace yonder::cli
