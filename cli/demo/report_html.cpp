// SPDX-License-Identifier: Apache-2.0
#include "cli/demo/report_html.h"

#include "cli/html_escape.h"
#include "yonder/base/error.h"
#include "yonder/base/utf8.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace yonder::cli {
namespace {

constexpr const char* kStyle = R"css(
:root {
  color-scheme: light dark;
  --paper: #fcfbf8; --card: #ffffff; --ink: #1d1f24; --soft: #5d626c; --line: #e3e0d8;
  --accent: #0b6e6b; --quiet: #b9c3c2; --track: #efede6;
  --h0: #d3e9e6; --h1: #fbe3c6; --h2: #dcdff6; --h3: #f7d9de; --h4: #e0ecc8; --h5: #e9dcf0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #131519; --card: #1a1d22; --ink: #e9e7e1; --soft: #a0a5ae; --line: #2d3138;
    --accent: #55c7bf; --quiet: #566467; --track: #23272d;
    --h0: #1d4a48; --h1: #5a3f1c; --h2: #343a6b; --h3: #5c2d38; --h4: #3c4d1d; --h5: #4b3458;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 17px/1.6 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
}
main, header, footer { max-width: 50rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 3.5rem; padding-bottom: .5rem; }
h1, h2 { font-family: "Iowan Old Style", Charter, Palatino, "DejaVu Serif", Georgia, serif; }
h1 { font-size: clamp(1.9rem, 6vw, 2.7rem); line-height: 1.15; margin: 0 0 .4rem; letter-spacing: -.01em; }
h2 { font-size: 1.65rem; line-height: 1.2; margin: 3rem 0 .4rem; }
h3 { font-size: 1.02rem; margin: 0 0 1rem; font-weight: 650; }
header p, .lead { color: var(--soft); margin: 0; }
.lead { font-size: 1.08rem; max-width: 42rem; margin-bottom: 1.4rem; }
p { max-width: 42rem; }
figure {
  margin: 1.25rem 0; padding: 1.15rem 1.25rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 12px;
}
figcaption { color: var(--soft); font-size: .87rem; line-height: 1.5; margin-top: .9rem; max-width: 42rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(8.5rem, 45%), 1fr)); gap: .75rem; margin: 1.25rem 0; }
.figures div { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .9rem 1rem; }
.figures b { display: block; white-space: nowrap; font-size: clamp(1.2rem, 5vw, 1.55rem); line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums; }
.figures span { display: block; color: var(--soft); font-size: .84rem; line-height: 1.35; margin-top: .25rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; font-variant-numeric: tabular-nums; }
th, td { padding: .42rem 1.1rem .42rem 0; white-space: nowrap; border-bottom: 1px solid var(--line); text-align: right; vertical-align: baseline; }
th:first-child, td:first-child { text-align: left; }
th:last-child, td:last-child { padding-right: 0; }
tbody tr:last-child td { border-bottom: 0; }
th { white-space: normal; color: var(--soft); font-weight: 500; font-size: .84rem; line-height: 1.3; }
svg { display: block; width: 100%; overflow: visible; }
svg text { fill: var(--ink); font-size: 14px; }
svg .soft { fill: var(--soft); font-size: 12px; }
svg .value { font-variant-numeric: tabular-nums; font-weight: 600; }
.track { fill: var(--track); } .bar { fill: var(--quiet); } .hot { fill: var(--accent); }
.grid { stroke: var(--line); stroke-width: 1; }
.arc { fill: none; stroke: var(--soft); } .arc.best { stroke: var(--accent); }
svg .cell { font-size: 12.5px; font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; }
.segmentation { margin: 0 0 .85rem; }
.segmentation:last-of-type { margin-bottom: 0; }
.segmentation > span { display: block; color: var(--soft); font-size: .84rem; font-variant-numeric: tabular-nums; }
.pieces { font: .95rem/2 ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.pieces i { font-style: normal; border-radius: 5px; padding: .16em .22em; margin-right: 2px; white-space: pre-wrap; }
.p0 { background: var(--h0); } .p1 { background: var(--h1); } .p2 { background: var(--h2); }
.p3 { background: var(--h3); } .p4 { background: var(--h4); } .p5 { background: var(--h5); }
.picture svg { min-width: 34rem; } .picture .plot-paper { fill: none; }
.chips { display: flex; flex-wrap: wrap; gap: .45rem; }
.chips span { border: 1px solid var(--line); border-radius: 7px; padding: .1rem .5rem; font-size: .88rem; overflow-wrap: anywhere; }
.chips code { white-space: pre-wrap; } .chips small { white-space: nowrap; color: var(--soft); margin-left: .35rem; }
code, pre { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; font-size: .9em; }
pre { background: var(--track); border-radius: 8px; padding: .7rem .9rem; overflow-x: auto; font-size: .84rem; }
footer { color: var(--soft); font-size: .85rem; padding-top: 1rem; padding-bottom: 4rem; }
)css";

/// Visible blanks, so that a piece that is a space can be seen.
std::string show_blanks(std::string_view text) {
  std::string out;
  for (const char c : utf8_replace_invalid(text)) {
    if (c == ' ') {
      out += "\xC2\xB7";  // middle dot
    } else if (c == '\n') {
      out += "\xE2\x86\xB5";  // arrow with a corner
    } else if (c == '\t') {
      out += "\xE2\x86\x92";  // arrow
    } else {
      out += c;
    }
  }
  return out;
}

std::string piece_html(std::string_view piece) { return html_escape(show_blanks(piece)); }

}  // namespace

Report::Report(std::string title, std::string subtitle)
    : title_(std::move(title)), subtitle_(std::move(subtitle)) {}

void Report::section(std::string_view title, std::string_view lead) {
  body_ += in_section_ ? "</section>\n<section>\n" : "<section>\n";
  in_section_ = true;
  body_ +=
      fmt::format("<h2>{}</h2>\n<p class=\"lead\">{}</p>\n", html_escape(title), html_escape(lead));
}

void Report::figures(const std::vector<Figure>& figures) {
  body_ += "<div class=\"figures\">\n";
  for (const Figure& figure : figures) {
    body_ += fmt::format("<div><b>{}</b><span>{}</span></div>\n", html_escape(figure.value),
                         html_escape(figure.label));
  }
  body_ += "</div>\n";
}

void Report::open_figure(const std::string& title) {
  body_ += "<figure>\n";
  if (!title.empty()) {
    body_ += fmt::format("<h3>{}</h3>\n", html_escape(title));
  }
}

void Report::close_figure(const std::string& caption) {
  if (!caption.empty()) {
    body_ += fmt::format("<figcaption>{}</figcaption>\n", html_escape(caption));
  }
  body_ += "</figure>\n";
}

void Report::table(const ReportTable& table) {
  body_ += "<figure><div class=\"scroll\"><table>\n<thead><tr>";
  for (const std::string& cell : table.head) {
    body_ += fmt::format("<th scope=\"col\">{}</th>", html_escape(cell));
  }
  body_ += "</tr></thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : table.rows) {
    YONDER_CHECK(row.size() == table.head.size());
    body_ += "<tr>";
    for (const std::string& cell : row) {
      body_ += fmt::format("<td>{}</td>", html_escape(cell));
    }
    body_ += "</tr>\n";
  }
  body_ += "</tbody></table></div>\n";
  close_figure(table.caption);
}

void Report::bars(const BarChart& chart) {
  constexpr int kRow = 46;
  double largest = 0;
  for (const BarChart::Bar& bar : chart.bars) {
    YONDER_CHECK(std::isfinite(bar.value) && bar.value >= 0);
    largest = std::max(largest, bar.value);
  }
  open_figure(chart.title);
  body_ += fmt::format("<svg role=\"img\" aria-label=\"{}\" height=\"{}\">\n",
                       html_escape(chart.title), kRow * static_cast<int>(chart.bars.size()) - 12);
  int y = 0;
  for (const BarChart::Bar& bar : chart.bars) {
    const std::string value = bar.text.empty() ? fmt::format("{:.2f}", bar.value) : bar.text;
    body_ += fmt::format(
        "<text x=\"0\" y=\"{0}\">{1}</text>"
        "<text class=\"value\" x=\"100%\" y=\"{0}\" text-anchor=\"end\">{2}</text>"
        "<rect class=\"track\" x=\"0\" y=\"{3}\" width=\"100%\" height=\"10\" rx=\"5\"/>"
        "<rect class=\"{4}\" x=\"0\" y=\"{3}\" width=\"{5:.2f}%\" height=\"10\" rx=\"5\"/>\n",
        y + 14, html_escape(bar.label), html_escape(value), y + 22, bar.highlight ? "hot" : "bar",
        largest > 0 ? 100 * bar.value / largest : 0.0);
    y += kRow;
  }
  body_ += "</svg>\n";
  close_figure(chart.caption);
}

void Report::histogram(const Histogram& chart) {
  constexpr double kHeight = 170;  // of the plot, in pixels
  const size_t bins = chart.shares.size();
  const double largest =
      bins == 0 ? 0 : *std::max_element(chart.shares.begin(), chart.shares.end());
  // Grid lines at a round step that gives two to five of them.
  double step = 0.01;
  for (const double candidate : {0.01, 0.02, 0.05, 0.1, 0.2, 0.5}) {
    step = candidate;
    if (largest / step <= 5) {
      break;
    }
  }
  const double top = std::max(step, std::ceil(largest / step - 1e-9) * step);
  const auto height = [&](double share) { return kHeight * share / top; };
  open_figure(chart.title);
  body_ += fmt::format("<svg role=\"img\" aria-label=\"{}\" height=\"{:.0f}\">\n",
                       html_escape(chart.title), kHeight + 58);
  const double base = kHeight + 14;
  const auto lines = static_cast<int>(std::lround(top / step));
  for (int i = 0; i <= lines; ++i) {
    const double share = step * i;
    body_ += fmt::format(
        "<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{0:.1f}\" y2=\"{0:.1f}\"/>"
        "<text class=\"soft\" x=\"0\" y=\"{1:.1f}\">{2:.0f} %</text>\n",
        base - height(share), base - height(share) - 4, 100 * share);
  }
  // The plot leaves the left tenth to the labels of the grid.
  const double width = 90.0 / static_cast<double>(std::max<size_t>(bins, 1));
  const size_t every = bins > 14 ? 4 : 2;
  for (size_t i = 0; i < bins; ++i) {
    const double x = 10 + width * static_cast<double>(i);
    const std::string number = fmt::format("{}{}", chart.first + static_cast<int64_t>(i),
                                           chart.open_end && i + 1 == bins ? "+" : "");
    body_ += fmt::format(
        "<rect class=\"hot\" x=\"{:.2f}%\" y=\"{:.1f}\" width=\"{:.2f}%\" height=\"{:.1f}\" "
        "rx=\"2\"><title>{}: {:.2f} %</title></rect>\n",
        x + width * 0.1, base - height(chart.shares[i]), width * 0.8, height(chart.shares[i]),
        number, 100 * chart.shares[i]);
    if (i % every == every - 1 || i == 0 || (chart.open_end && i + 1 == bins)) {
      body_ += fmt::format(
          "<text class=\"soft\" x=\"{:.2f}%\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
          x + width * 0.5, base + 17, number);
    }
  }
  body_ += fmt::format(
      "<text class=\"soft\" x=\"55%\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n</svg>\n",
      base + 38, html_escape(chart.x_label));
  close_figure(chart.caption);
}

void Report::segmentations(const Segmentations& picture) {
  open_figure(picture.title);
  for (const Segmentations::Row& row : picture.rows) {
    body_ += fmt::format("<div class=\"segmentation\"><span>{}</span><div class=\"pieces\">",
                         html_escape(row.label));
    size_t colour = 0;
    for (const std::string& piece : row.pieces) {
      body_ += fmt::format("<i class=\"p{}\">{}</i><wbr>", colour, piece_html(piece));
      colour = (colour + 1) % 6;
    }
    body_ += "</div></div>\n";
  }
  close_figure(picture.caption);
}

void Report::lattice(const LatticePicture& picture) {
  constexpr double kCell = 13.5;
  constexpr double kMargin = 10;
  size_t longest = 1;
  for (const LatticePicture::Arc& arc : picture.arcs) {
    longest = std::max(longest, arc.end - arc.start);
  }
  // An arc of n cells is this high; the square root keeps long ones inside the picture.
  const auto height = [](size_t cells) {
    return 26 + 30 * std::sqrt(static_cast<double>(cells) - 1);
  };
  const double base = height(longest) * 0.75 + 16;
  const double width = kCell * static_cast<double>(picture.cells.size()) + 2 * kMargin;
  open_figure(picture.title);
  body_ += fmt::format(
      "<div class=\"scroll\"><svg role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {:.0f} {:.0f}\" "
      "style=\"width:{:.0f}px\">\n",
      html_escape(picture.title), width, base + 34, width);
  std::vector<LatticePicture::Arc> arcs = picture.arcs;
  // The probable ones are drawn last, on top.
  std::stable_sort(arcs.begin(), arcs.end(), [](const auto& a, const auto& b) {
    return std::pair(a.best, a.probability) < std::pair(b.best, b.probability);
  });
  for (const LatticePicture::Arc& arc : arcs) {
    const double x0 = kMargin + kCell * static_cast<double>(arc.start);
    const double x1 = kMargin + kCell * static_cast<double>(arc.end);
    const double lift = base - height(arc.end - arc.start);
    body_ += fmt::format(
        "<path class=\"arc{}\" d=\"M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}\" "
        "stroke-width=\"{:.2f}\" stroke-opacity=\"{:.2f}\"><title>{}: {:.1f} %</title></path>\n",
        arc.best ? " best" : "", x0, base, x0 + (x1 - x0) * 0.15, lift, x1 - (x1 - x0) * 0.15, lift,
        x1, base, 0.7 + 4.3 * arc.probability, 0.25 + 0.75 * arc.probability, piece_html(arc.label),
        100 * arc.probability);
  }
  for (size_t i = 0; i < picture.cells.size(); ++i) {
    body_ += fmt::format(
        "<text class=\"cell\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
        kMargin + kCell * (static_cast<double>(i) + 0.5), base + 20, piece_html(picture.cells[i]));
  }
  for (size_t i = 0; i <= picture.cells.size(); ++i) {
    body_ += fmt::format("<circle class=\"bar\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2\"/>",
                         kMargin + kCell * static_cast<double>(i), base);
  }
  body_ += "\n</svg></div>\n";
  close_figure(picture.caption);
}

void Report::chips(const Chips& chips) {
  open_figure(chips.title);
  body_ += "<div class=\"chips\">\n";
  for (const Chips::Chip& chip : chips.chips) {
    body_ += fmt::format("<span><code>{}</code><small>{}</small></span>\n", piece_html(chip.text),
                         html_escape(chip.note));
  }
  body_ += "</div>\n";
  close_figure(chips.caption);
}

void Report::plot(const PlotFigure& figure) {
  open_figure(figure.plot.title);
  SvgPlot untitled = figure.plot;
  untitled.title.clear();
  body_ += fmt::format(
      "<div class=\"scroll\"><div class=\"picture\" role=\"img\" aria-label=\"{}\">\n{}"
      "</div></div>\n",
      html_escape(figure.plot.title), svg_text(untitled));
  close_figure(figure.caption);
}

void Report::command(std::string_view text) {
  body_ += fmt::format("<pre>{}</pre>\n", html_escape(text));
}

std::string Report::html() const {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n"
      "<header>\n<h1>{0}</h1>\n<p>{2}</p>\n</header>\n<main>\n{3}{4}</main>\n"
      "<footer>Written by <code>yonder demo</code>. The page is self-contained.</footer>\n"
      "</body>\n</html>\n",
      html_escape(title_), kStyle, html_escape(subtitle_), body_,
      in_section_ ? "</section>\n" : "");
}

}  // namespace yonder::cli
