// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/position/scheme_reference.h"

#include "yonder/base/error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace yonder::lm {
namespace {

/// q^T R_{-distance} k, with XPOS's decay over `true_distance` tokens.
double rotated_product(const PositionScheme& scheme, const ThetaTable& table, PairLayout layout,
                       std::span<const double> q, std::span<const double> k, double distance,
                       int64_t true_distance) {
  double sum = 0;
  const size_t pairs = table.theta.size();
  for (size_t c = 0; c < pairs; ++c) {
    const size_t first = layout == PairLayout::half ? c : 2 * c;
    const size_t second = layout == PairLayout::half ? c + pairs : 2 * c + 1;
    const double cosine = std::cos(distance * table.theta[c]);
    const double sine = std::sin(distance * table.theta[c]);
    const double a = k[first] * cosine + k[second] * sine;
    const double b = k[second] * cosine - k[first] * sine;
    double product = q[first] * a + q[second] * b;
    if (!scheme.decay.zeta.empty()) {
      product *=
          std::pow(scheme.decay.zeta[c], static_cast<double>(true_distance) / scheme.decay.scale);
    }
    sum += product;
  }
  return sum;
}

}  // namespace

ReferenceRow attention_row_reference(const PositionScheme& scheme, int64_t i,
                                     std::span<const double> q, std::span<const double> k,
                                     std::span<const double> v, const ReferenceHead& head) {
  const auto dims = static_cast<size_t>(scheme.rope().dims);
  YONDER_CHECK(q.size() == dims && k.size() == v.size());
  YONDER_CHECK(k.size() >= dims * static_cast<size_t>(i + 1));
  const ThetaTable table = scheme.theta_at(i);
  const double scale = head.scale == 0 ? 1 / std::sqrt(static_cast<double>(dims)) : head.scale;

  ReferenceRow row;
  for (int64_t j = 0; j <= i; ++j) {
    if (!scheme.visible.sees(i, j)) {
      row.logits.push_back(-std::numeric_limits<double>::infinity());
      continue;
    }
    const auto key = k.subspan(static_cast<size_t>(j) * dims, dims);
    double logit =
        scale * scheme.logit_factor(i) *
        rotated_product(scheme, table, head.layout, q, key, scheme.relative(i, j), i - j);
    if (scheme.bias) {
      logit += (*scheme.bias)(head.head, head.heads, i - j);
    }
    row.logits.push_back(logit);
  }

  const double largest = *std::max_element(row.logits.begin(), row.logits.end());
  double sum = 0;
  row.output.assign(dims, 0);
  for (size_t j = 0; j < row.logits.size(); ++j) {
    const double weight = std::exp(row.logits[j] - largest);
    sum += weight;
    for (size_t c = 0; c < dims; ++c) {
      row.output[c] += weight * v[j * dims + c];
    }
  }
  for (double& value : row.output) {
    value /= sum;
  }
  row.log_sum_exp = largest + std::log(sum);
  return row;
}

}  // namespace yonder::lm
