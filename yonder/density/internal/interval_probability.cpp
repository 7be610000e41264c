// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/interval_probability.h"

#include <cmath>
#include <limits>
#include <vector>

namespace yonder::density::internal {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Below this share of its terms a difference has fewer digits than the density times the width.
constexpr double kNarrow = 1e-9;
// Below this, probabilities are about to lose digits to gradual underflow.
constexpr double kTiny = 1e-290;

using Function = void (Model::*)(std::span<const double>, std::span<double>) const;

// Values of one of the model's functions at edges; at and beyond the domain's ends, where it is not
// defined or begins anew, the values that it tends to.
std::vector<double> at_edges(const Model& model, Function function, std::span<const double> edges,
                             double at_lower_end, double at_upper_end) {
  const bool line = model.domain().kind == DomainKind::line;
  const double lower = line ? -kInfinity : model.domain().origin;
  const double upper = line ? kInfinity : model.domain().upper();
  std::vector<double> values(edges.size());
  std::vector<double> inside;
  for (const double edge : edges) {
    if (edge > lower && edge < upper) {
      inside.push_back(edge);
    }
  }
  (model.*function)(inside, inside);
  for (size_t i = 0, next = 0; i < edges.size(); ++i) {
    values[i] = edges[i] <= lower   ? at_lower_end
                : edges[i] >= upper ? at_upper_end
                                    : inside[next++];
  }
  return values;
}

std::vector<double> pick(std::span<const double> values, std::span<const size_t> rows) {
  std::vector<double> picked;
  picked.reserve(rows.size());
  for (const size_t row : rows) {
    picked.push_back(values[row]);
  }
  return picked;
}

}  // namespace

void log_interval_probability(const Model& model, std::span<const double> low,
                              std::span<const double> high, std::span<double> out) {
  const std::vector<double> cdf_low = at_edges(model, &Model::cdf, low, 0, 1);
  const std::vector<double> cdf_high = at_edges(model, &Model::cdf, high, 0, 1);
  const std::vector<double> sf_low = at_edges(model, &Model::sf, low, 1, 0);
  const std::vector<double> sf_high = at_edges(model, &Model::sf, high, 1, 0);
  std::vector<size_t> far_left;
  std::vector<size_t> far_right;
  std::vector<size_t> narrow;
  for (size_t i = 0; i < low.size(); ++i) {
    const bool left = cdf_high[i] <= 0.5;
    const bool right = !left && sf_low[i] <= 0.5;
    const double scale = left ? cdf_high[i] : right ? sf_low[i] : 1;
    const double probability = left    ? cdf_high[i] - cdf_low[i]
                               : right ? sf_low[i] - sf_high[i]
                                       : 1 - cdf_low[i] - sf_high[i];
    out[i] = probability > 0 ? std::log(probability) : -kInfinity;
    if (scale < kTiny) {
      (left ? far_left : far_right).push_back(i);
    } else if (probability < kNarrow * scale) {
      narrow.push_back(i);
    }
  }
  // ln(big - small) from the logarithms of both, big being the edge nearer to the middle.
  const auto far_tail = [&](std::span<const size_t> rows, Function tail,
                            std::span<const double> big, std::span<const double> small) {
    const double at_lower_end = tail == &Model::logcdf ? -kInfinity : 0;
    const double at_upper_end = tail == &Model::logcdf ? 0 : -kInfinity;
    const auto logs = [&](std::span<const double> edges) {
      return at_edges(model, tail, pick(edges, rows), at_lower_end, at_upper_end);
    };
    const std::vector<double> log_big = logs(big);
    const std::vector<double> log_small = logs(small);
    for (size_t j = 0; j < rows.size(); ++j) {
      out[rows[j]] = log_big[j];
      if (!(log_big[j] - log_small[j] >= kNarrow)) {  // also where both are below all doubles
        narrow.push_back(rows[j]);
      } else if (log_small[j] > -kInfinity) {
        out[rows[j]] += std::log(-std::expm1(log_small[j] - log_big[j]));
      }
    }
  };
  far_tail(far_left, &Model::logcdf, high, low);
  far_tail(far_right, &Model::logsf, low, high);

  std::vector<double> middle;
  std::vector<size_t> wide_enough;  // and neither empty nor beyond an end of the domain
  const bool line = model.domain().kind == DomainKind::line;
  for (const size_t i : narrow) {
    const double centre = low[i] + (high[i] - low[i]) / 2;
    out[i] = -kInfinity;
    if (high[i] > low[i] && std::isfinite(centre) &&
        (line || (centre >= model.domain().origin && centre <= model.domain().upper()))) {
      middle.push_back(centre);
      wide_enough.push_back(i);
    }
  }
  model.logpdf(middle, middle);
  for (size_t j = 0; j < middle.size(); ++j) {
    const size_t i = wide_enough[j];
    out[i] = middle[j] + std::log(high[i] - low[i]);
  }
}

}  // namespace yonder::density::internal
