// SPDX-License-Identifier: Apache-2.0
#include "web/server/density_picture.h"

#include "web/server/series.h"
#include "yonder/density/goodness_of_fit.h"

#include <algorithm>
#include <cmath>

namespace yonder::web {
namespace {

using density::Domain;
using density::DomainKind;
using density::Model;

constexpr size_t kCurvePoints = 601;
constexpr double kFewestBins = 8;
constexpr double kMostBins = 160;

/// The value below which a share p of the sorted values lies.
double quantile_of(std::span<const double> sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto i = static_cast<size_t>(place);
  const double next = sorted[std::min(i + 1, sorted.size() - 1)];
  return sorted[i] + (place - static_cast<double>(i)) * (next - sorted[i]);
}

void write_moment(JsonWriter& w, const char* name, const density::Moment& moment) {
  w.key(name).begin_object();
  write_number(w, "value", moment.exists ? moment.value : NAN);
  write_number(w, "error", moment.error);
  w.end_object();
}

}  // namespace

std::vector<double> PlotRange::grid(size_t points) const {
  std::vector<double> x(points);
  for (size_t i = 0; i < points; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(points - 1);
    x[i] = low * (1 - share) + high * share;
  }
  return x;
}

PlotRange plot_range(const Domain& domain, std::span<const double> sorted) {
  if (domain.kind != DomainKind::line) {
    return {domain.origin, domain.upper()};
  }
  const double first = quantile_of(sorted, 0.25);
  const double third = quantile_of(sorted, 0.75);
  const double reach = third > first ? 6 * (third - first) : sorted.back() - sorted.front();
  const PlotRange inside{std::max(sorted.front(), first - reach),
                         std::min(sorted.back(), third + reach)};
  const double margin = 0.06 * (inside.high - inside.low);
  return {inside.low - margin, inside.high + margin};
}

PlotRange plot_range(const Model& model, std::span<const double> sorted) {
  if (model.domain().kind != DomainKind::line || !sorted.empty()) {
    return plot_range(model.domain(), sorted);
  }
  const double u[] = {0.001, 0.999};
  double y[2];
  model.quantile(u, y);
  return {y[0], y[1]};
}

std::vector<double> sorted_on(const Domain& domain, std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  if (domain.kind == DomainKind::circular) {
    for (double& y : sorted) {
      y = domain.from_point(domain.to_point(y));
    }
  }
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

void write_model(JsonWriter& w, const Model& model) {
  w.key("model").value(model.to_json()).key("text").value(model.text());
  w.key("domain").value(model.domain().text()).key("base");
  if (model.base()) {
    w.value(model.base()->text());
  } else {
    w.null();
  }
  w.key("order").value(model.order()).key("parameters").value(model.parameter_count());
  write_number(w, "entropy", model.entropy());
  const density::Moments moments = model.moments();
  w.key("moments").begin_object();
  write_moment(w, "mean", moments.mean);
  write_moment(w, "variance", moments.variance);
  write_moment(w, "skewness", moments.skewness);
  write_moment(w, "kurtosis", moments.kurtosis);
  if (model.domain().kind == DomainKind::circular) {
    write_number(w, "direction", moments.direction);
    write_number(w, "resultant_length", moments.resultant_length);
  }
  w.end_object();
}

void write_histogram(JsonWriter& w, const PlotRange& range, std::span<const double> sorted) {
  // Half as wide as Freedman and Diaconis would have it: their rule is for one peak, and the smooth
  // curve beside the bars is there for the rest.
  const auto n = static_cast<double>(sorted.size());
  const double width = (quantile_of(sorted, 0.75) - quantile_of(sorted, 0.25)) / std::cbrt(n);
  const double wanted = width > 0 ? std::ceil((range.high - range.low) / width) : kMostBins;
  const auto bins = static_cast<size_t>(std::clamp(wanted, kFewestBins, kMostBins));
  const std::vector<double> edges = range.grid(bins + 1);
  std::vector<double> heights(bins);
  auto from = std::lower_bound(sorted.begin(), sorted.end(), edges.front());
  const auto first = from;
  for (size_t i = 0; i < bins; ++i) {
    // The last bin has both of its edges.
    const auto to = i + 1 < bins ? std::lower_bound(from, sorted.end(), edges[i + 1])
                                 : std::upper_bound(from, sorted.end(), edges[i + 1]);
    heights[i] = static_cast<double>(to - from) / (n * (edges[i + 1] - edges[i]));
    from = to;
  }
  w.key("histogram").begin_object();
  write_numbers(w, "edges", edges);
  write_numbers(w, "density", heights);
  w.key("outside").value(static_cast<int64_t>((first - sorted.begin()) + (sorted.end() - from)));
  w.end_object();
}

void write_picture(JsonWriter& w, const Model& model, std::span<const double> values) {
  const std::vector<double> sorted = sorted_on(model.domain(), values);
  const PlotRange range = plot_range(model, sorted);
  const std::vector<double> x = range.grid(kCurvePoints);
  std::vector<double> y(x.size());
  write_numbers(w, "x", x, 9);
  model.pdf(x, y);
  write_numbers(w, "pdf", y);
  model.cdf(x, y);
  if (model.domain().kind == DomainKind::circular) {
    y.back() = 1;  // the end is the origin again
  }
  write_numbers(w, "cdf", y);
  if (sorted.empty()) {
    return;
  }
  write_histogram(w, range, sorted);
  for (size_t i = 0; i < x.size(); ++i) {
    const auto below = std::upper_bound(sorted.begin(), sorted.end(), x[i]) - sorted.begin();
    y[i] = static_cast<double>(below) / static_cast<double>(sorted.size());
  }
  write_numbers(w, "empirical", y);
  const density::GoodnessOfFit goodness = density::goodness_of_fit(model, values);
  w.key("goodness").begin_object();
  write_number(w, "nll", goodness.nll);
  write_number(w, "nll_error", goodness.nll_error);
  write_number(w, "ks", goodness.ks);
  write_number(w, "ks_p_value", goodness.ks_p_value);
  write_numbers(w, "pit", goodness.pit);
  w.end_object();
}

void write_report(JsonWriter& w, const density::FitReport& report) {
  w.key("report").begin_object();
  write_number(w, "nll", report.nll);
  write_number(w, "penalty", report.penalty);
  write_number(w, "gap", report.gap < 0 ? NAN : report.gap);
  w.key("lbfgs_steps").value(report.lbfgs_steps).key("newton_steps").value(report.newton_steps);
  write_number(w, "seconds", report.seconds);
  w.key("samples").value(report.samples).key("orders").begin_array();
  for (const density::OrderScore& score : report.orders) {
    w.begin_object().key("order").value(score.order);
    write_number(w, "nll", score.nll);
    write_number(w, "score", score.score);
    write_number(w, "standard_error", score.standard_error);
    w.end_object();
  }
  w.end_array().key("warnings").begin_array();
  for (const std::string& warning : report.warnings) {
    w.value(warning);
  }
  w.end_array().end_object();
}

}  // namespace yonder::web
