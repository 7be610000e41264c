// SPDX-License-Identifier: Apache-2.0
// Integrals over the domain, by adaptive quadrature; on the line in v with y = t + s sinh(v), which
// makes exponential tails end early and heavy ones exponential.
#include "yonder/base/error.h"
#include "yonder/density/goodness_of_fit.h"
#include "yonder/density/internal/adaptive_panels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <utility>

namespace yonder::density {
namespace {

constexpr double kTolerance = 1e-11;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The variable of integration: y itself, or v on the line.
class Coordinate {
 public:
  Coordinate(const Model& p, const Model& q)
      : line_(p.domain().kind == DomainKind::line), origin_(p.domain().origin) {
    const int64_t panels = 2 * (p.order() + q.order()) + 16;
    double low = p.domain().origin;
    double high = p.domain().upper();
    unit_ = p.domain().length;
    if (line_) {
      origin_ = (p.base()->location() + q.base()->location()) / 2;
      unit_ = std::min(p.base()->scale(), q.base()->scale());
      // Where both bases have a share of 1e-12 left, and from there on with few panels.
      const double wide = std::max(p.base()->scale(), q.base()->scale()) +
                          std::abs(p.base()->location() - q.base()->location());
      high = std::asinh(30 * wide / unit_);
      low = -high;
    }
    for (int64_t i = 0; i <= panels; ++i) {
      breakpoints_.push_back(low +
                             (high - low) * static_cast<double>(i) / static_cast<double>(panels));
    }
    double v = high + 1;
    while (line_ && v < kFarthest) {
      breakpoints_.insert(breakpoints_.begin(), -v);
      breakpoints_.push_back(v);
      v *= 1.3;
    }
  }

  std::span<const double> breakpoints() const { return breakpoints_; }
  /// A length that tolerances are relative to.
  double unit() const { return unit_; }
  double value(double v) const { return line_ ? origin_ + unit_ * std::sinh(v) : v; }
  double slope(double v) const { return line_ ? unit_ * std::cosh(v) : 1; }
  double inverse(double y) const { return line_ ? std::asinh((y - origin_) / unit_) : y; }
  std::vector<double> values(std::span<const double> v) const {
    std::vector<double> y(v.size());
    std::transform(v.begin(), v.end(), y.begin(), [&](double each) { return value(each); });
    return y;
  }

 private:
  static constexpr double kFarthest = 300;  // e^300: tails of y^-1.1 end below rounding
  bool line_;
  double origin_;
  double unit_ = 1;
  std::vector<double> breakpoints_;
};

// F_p - F_q where both are small, the negative difference of the survival functions elsewhere.
std::vector<double> cdf_differences(const Model& p, const Model& q, std::span<const double> y) {
  std::vector<double> lower_p(y.size());
  std::vector<double> lower_q(y.size());
  std::vector<double> upper_p(y.size());
  std::vector<double> upper_q(y.size());
  p.cdf(y, lower_p);
  q.cdf(y, lower_q);
  p.sf(y, upper_p);
  q.sf(y, upper_q);
  for (size_t i = 0; i < y.size(); ++i) {
    lower_p[i] = lower_p[i] < 0.5 ? lower_p[i] - lower_q[i] : upper_q[i] - upper_p[i];
  }
  return lower_p;
}

// On a circle mass may move either way around: the distance is the least integral of |D - c|.
double best_offset(const Model& p, const Model& q) {
  if (p.domain().kind != DomainKind::circular) {
    return 0;
  }
  constexpr size_t kPoints = 1 << 16;
  std::vector<double> y(kPoints);
  for (size_t i = 0; i < kPoints; ++i) {
    y[i] = p.domain().origin + p.domain().length * (static_cast<double>(i) + 0.5) / kPoints;
  }
  std::vector<double> differences = cdf_differences(p, q, y);
  std::nth_element(differences.begin(), differences.begin() + kPoints / 2, differences.end());
  return differences[kPoints / 2];
}

// nu of tails that fall like |y|^-nu; far greater where they fall faster.
double tail_index(const BaseDistribution& base) {
  constexpr double kFar = 1e60;
  constexpr double kFarther = 1e80;
  const auto log_tail = [&](double u) {
    return base.log_upper_tail(base.location() + u * base.scale());
  };
  return (log_tail(kFar) - log_tail(kFarther)) / std::log(kFarther / kFar);
}

// Whether int |F_p - F_q| exists. On one base F_p - F_q is a power series in the tail's mass e, as
// p - q is in the distance from the ends of the circle: it begins with e^(j+1) where the derivative
// of order j is the first that differs there.
bool wasserstein_exists(const Model& p, const Model& q) {
  if (!p.base() || (p.base()->has_moment(1) && q.base()->has_moment(1))) {
    return true;
  }
  if (p.base() != q.base()) {
    return false;
  }
  constexpr double kRounding = 1e-12;
  const double index = tail_index(*p.base());
  for (int j = 0; index * (j + 1) <= 1 + kRounding; ++j) {
    std::complex<double> difference;
    double magnitude = 0;
    for (const auto& [model, sign] : {std::pair(&p, 1.0), std::pair(&q, -1.0)}) {
      const std::span<const std::complex<double>> c = model->autocorrelation();
      for (size_t n = 0; n < c.size(); ++n) {
        const double power = std::pow(std::numbers::pi * static_cast<double>(n), j);
        difference += (n % 2 == 0 ? sign : -sign) * power * c[n];
        magnitude += power * std::abs(c[n]);
      }
    }
    // i^j z has the real part +-Re z for an even j, +-Im z for an odd one.
    if (std::abs(j % 2 == 0 ? difference.real() : difference.imag()) > kRounding * magnitude) {
      return false;
    }
  }
  return true;
}

// Mean distance on the circle from y, minus half that of two draws, both as series:
// |x| = 1/2 - 4/pi^2 sum over odd n of cos(pi n x) / n^2 on [-1, 1].
double circular_crps(const Model& model, std::span<const double> values) {
  const std::span<const std::complex<double>> c = model.autocorrelation();
  double spread = 0;
  for (size_t n = 1; n < c.size(); n += 2) {
    spread += std::norm(c[n]) / static_cast<double>(n * n);
  }
  double sum = 0;
  for (const double value : values) {
    const double x = model.domain().to_point(value).x;
    double distance = 0;
    for (size_t n = 1; n < c.size(); n += 2) {
      const double angle = std::numbers::pi * static_cast<double>(n) * x;
      distance += (c[n].real() * std::cos(angle) - c[n].imag() * std::sin(angle)) /
                  static_cast<double>(n * n);
    }
    sum += distance;
  }
  const double series = sum / static_cast<double>(values.size()) - spread / 2;
  return model.domain().length / 2 * (0.25 - 4 / (std::numbers::pi * std::numbers::pi) * series);
}

// Gauss-Legendre's rule of 8 nodes on [0, 1].
struct Node {
  double node;
  double weight;
};
constexpr std::array<Node, 8> kRule = {
    {{0.0198550717512318841582195657152635, 0.0506142681451881295762656771549811},
     {0.1016667612931866302042230317620847, 0.1111905172266872352721779972131204},
     {0.2372337950418355070911304754053768, 0.1568533229389436436689811009933007},
     {0.4082826787521750975302619288199080, 0.1813418916891809914825752246385978},
     {0.5917173212478249024697380711800920, 0.1813418916891809914825752246385978},
     {0.7627662049581644929088695245946227, 0.1568533229389436436689811009933007},
     {0.8983332387068133697957769682379153, 0.1111905172266872352721779972131204},
     {0.9801449282487681158417804342847365, 0.0506142681451881295762656771549811}}};

}  // namespace

Distances distances(const Model& p, const Model& q) {
  require(p.domain() == q.domain(), ErrorKind::bad_option,
          "distances need equal domains; found {} and {}", p.domain().text(), q.domain().text());
  const Coordinate coordinate(p, q);
  const double offset = best_offset(p, q);
  const bool exists = wasserstein_exists(p, q);
  const auto integrands = [&](std::span<const double> v, std::span<double> moved,
                              std::span<double> density) {
    const std::vector<double> y = coordinate.values(v);
    const std::vector<double> difference = cdf_differences(p, q, y);
    std::vector<double> density_q(y.size());
    p.pdf(y, density);
    q.pdf(y, density_q);
    for (size_t i = 0; i < y.size(); ++i) {
      const double slope = coordinate.slope(v[i]);
      moved[i] = exists ? std::abs(difference[i] - offset) * slope / coordinate.unit() : 0;
      density[i] = std::abs(density[i] - density_q[i]) * slope / 2;
    }
  };
  Distances result;
  for (const internal::Panel& panel :
       internal::adaptive_panels(integrands, coordinate.breakpoints(), kTolerance)) {
    result.wasserstein += panel.integral[0] * coordinate.unit();
    result.total_variation += panel.integral[1];
    result.error += panel.error;
  }
  result.error *= std::max(coordinate.unit(), 1.0);
  if (p.base()) {  // the mass beyond the last panels
    const std::array<double, 2> ends = {coordinate.value(coordinate.breakpoints().front()),
                                        coordinate.value(coordinate.breakpoints().back())};
    for (const double difference : cdf_differences(p, q, ends)) {
      result.error += std::abs(difference);
    }
  }
  if (!exists) {
    result.wasserstein = kInfinity;
  }
  return result;
}

double crps(const Model& model, std::span<const double> values) {
  require(!values.empty(), ErrorKind::bad_data, "there are no values to score");
  for (size_t i = 0; i < values.size(); ++i) {
    require(std::isfinite(values[i]), ErrorKind::bad_data,
            "value {} is {}; only finite numbers can be scored", i, values[i]);
  }
  if (model.domain().kind == DomainKind::circular) {
    return circular_crps(model, values);
  }
  if (model.base() && tail_index(*model.base()) <= 0.5 + 1e-12) {
    return kInfinity;  // the squared tails have no integral
  }
  // int (F - 1{t >= y})^2 dt = int_{-inf}^y F^2 + int_y^inf (1 - F)^2.
  const Coordinate coordinate(model, model);
  const auto integrands = [&](std::span<const double> v, std::span<double> lower,
                              std::span<double> upper) {
    const std::vector<double> y = coordinate.values(v);
    model.cdf(y, lower);
    model.sf(y, upper);
    for (size_t i = 0; i < y.size(); ++i) {
      const double slope = coordinate.slope(v[i]) / coordinate.unit();
      lower[i] *= lower[i] * slope;
      upper[i] *= upper[i] * slope;
    }
  };
  const std::vector<internal::Panel> panels =
      internal::adaptive_panels(integrands, coordinate.breakpoints(), kTolerance);
  std::vector<double> below(panels.size() + 1);  // of the first integral, up to each panel
  std::vector<double> above(panels.size() + 1);  // of the second, from each panel on
  for (size_t k = 0; k < panels.size(); ++k) {
    below[k + 1] = below[k] + panels[k].integral[0];
  }
  for (size_t k = panels.size(); k-- > 0;) {
    above[k] = above[k + 1] + panels[k].integral[1];
  }
  // The rest, from the panel's beginning to y and from y to its end, by Gauss-Legendre.
  double sum = 0;
  std::vector<double> nodes(2 * kRule.size());
  std::vector<double> lower(nodes.size());
  std::vector<double> upper(nodes.size());
  for (const double value : values) {
    require(model.domain().kind == DomainKind::line ||
                (value >= model.domain().origin && value <= model.domain().upper()),
            ErrorKind::bad_data, "value {} lies outside of the domain {}", value,
            model.domain().text());
    const double v = std::clamp(coordinate.inverse(value), panels.front().low, panels.back().high);
    const auto behind =
        std::upper_bound(panels.begin(), panels.end(), v,
                         [](double at, const internal::Panel& panel) { return at < panel.low; });
    const auto k = static_cast<size_t>(behind - panels.begin()) - 1;
    const double left = v - panels[k].low;
    const double right = panels[k].high - v;
    for (size_t i = 0; i < kRule.size(); ++i) {
      nodes[i] = panels[k].low + left * kRule[i].node;
      nodes[kRule.size() + i] = v + right * kRule[i].node;
    }
    integrands(nodes, lower, upper);
    sum += below[k] + above[k + 1];
    for (size_t i = 0; i < kRule.size(); ++i) {
      sum += kRule[i].weight * (left * lower[i] + right * upper[kRule.size() + i]);
    }
  }
  return sum * coordinate.unit() / static_cast<double>(values.size());
}

}  // namespace yonder::density
