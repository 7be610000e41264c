// SPDX-License-Identifier: Apache-2.0
// A density as a page draws it: curve, histogram and empirical distribution on one range, figures,
// quantiles. Everything is computed here, so that the page only draws. Test:
// density_routes_test.cpp.
#pragma once

#include "yonder/base/json.h"
#include "yonder/density/fit.h"
#include "yonder/density/model.h"

#include <span>
#include <vector>

namespace yonder::web {

struct PlotRange {
  double low = 0;
  double high = 1;
  /// `points` equally spaced values, both ends included.
  std::vector<double> grid(size_t points) const;
};

/// The whole domain, or on the line where the data are: not farther out than six interquartile
/// ranges, so that single values far away do not press the rest together. sorted: [n], n > 0,
/// values on the domain.
PlotRange plot_range(const density::Domain& domain, std::span<const double> sorted);
/// The same; without data from the 0.1 % to the 99.9 % quantile.
PlotRange plot_range(const density::Model& model, std::span<const double> sorted);

/// The values as they lie on the domain (a circle wraps), sorted.
std::vector<double> sorted_on(const density::Domain& domain, std::span<const double> values);

/// Members "domain", "base", "order", "parameters", "entropy", "moments" of a model, and "model",
/// the model as the text of its JSON file, which the page hands back with the next request.
void write_model(JsonWriter& w, const density::Model& model);

/// Members "x", "pdf", "cdf"; with data also "histogram" {"edges","density","outside"},
/// "empirical" (the distribution function at x) and "goodness".
void write_picture(JsonWriter& w, const density::Model& model, std::span<const double> values);

/// Member "histogram" alone. sorted: [n].
void write_histogram(JsonWriter& w, const PlotRange& range, std::span<const double> sorted);

/// Member "report". The gap is null where there is no certificate.
void write_report(JsonWriter& w, const density::FitReport& report);

}  // namespace yonder::web
