// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/structure.h"

#include "yonder/base/error.h"
#include "yonder/memory/measures/table.h"

#include <cmath>
#include <numbers>

namespace yonder::memory::internal {
namespace {

Semiseparable legendre(int64_t order, double width, bool translated) {
  Semiseparable a;
  for (int64_t n = 0; n < order; ++n) {
    const double square = static_cast<double>(2 * n + 1);
    const double r = std::sqrt(square);
    a.p.push_back(-r / width);
    a.q.push_back(r);
    a.d.push_back(translated ? -square / width : -static_cast<double>(n + 1));
    if (translated) {
      a.s.push_back((n % 2 == 0 ? -r : r) / width);
      a.t.push_back(n % 2 == 0 ? r : -r);
    }
  }
  a.input = -1;
  return a;
}

Semiseparable laguerre(const Measure& measure, int64_t order) {
  Semiseparable a;
  const std::vector<double> h = laguerre_norms(measure.alpha, order);
  for (const double norm : h) {
    a.p.push_back(-1 / (norm * measure.width));
    a.q.push_back(norm);
    a.d.push_back(-(1 + measure.beta) / (2 * measure.width));
  }
  a.input = measure.alpha == 0 ? -std::sqrt(measure.width) : 0;
  return a;
}

}  // namespace

Semiseparable semiseparable(const Measure& measure, int64_t order) {
  switch (measure.kind) {
    case MeasureKind::legs:
    case MeasureKind::legs_step:
      return legendre(order, 1, false);
    case MeasureKind::legt:
      return legendre(order, measure.width, true);
    default:
      YONDER_CHECK(measure.kind == MeasureKind::lagt);
      return laguerre(measure, order);
  }
}

SemiseparableFactor factor(const Semiseparable& a, double rho) {
  SemiseparableFactor f;
  const size_t order = a.order();
  double g = 0;  // the rest after k steps is the same matrix with q - g t and s - g p
  for (size_t n = 0; n < order; ++n) {
    const double diagonal = 1 - rho * a.d[n];
    const double p = -rho * a.p[n];
    const double t = a.triangular() ? 0 : a.t[n];
    const double s = a.triangular() ? 0 : -rho * a.s[n];
    const double u = diagonal - g * p * t;
    const double beta = (a.q[n] - g * t) / u;
    const double upper = s - g * p;
    f.p.push_back(p);
    f.beta.push_back(beta);
    f.kappa.push_back((1 - rho * (a.d[n] - a.p[n] * a.q[n])) / u);
    f.inverse.push_back(1 / u);
    if (!a.triangular()) {
      f.s.push_back(upper);
      f.t.push_back(t);
      f.kappa_upper.push_back((1 - rho * (a.d[n] - a.s[n] * a.t[n])) / u);
    }
    g += beta * upper;
  }
  return f;
}

Rotations rotations(const Measure& measure, int64_t order) {
  Rotations a;
  for (int64_t n = 0; 2 * n < order; ++n) {
    a.turn.push_back(2 * std::numbers::pi * static_cast<double>(n) / measure.width);
    a.q.push_back(n == 0 ? 1 : std::numbers::sqrt2);
  }
  a.coupling = 2 / measure.width;
  return a;
}

}  // namespace yonder::memory::internal
