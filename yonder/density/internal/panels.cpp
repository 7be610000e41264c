// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/panels.h"

#include <Eigen/Dense>

#include <array>
#include <cmath>
#include <numbers>

namespace yonder::density::internal {
namespace {

constexpr int kDegree = 11;
constexpr size_t kNodes = kDegree + 1;
using Samples = std::array<double, kNodes>;

struct GaussLegendre {
  std::vector<double> nodes;  // on [0, 1]
  std::vector<double> weights;
};

/// Nodes by Newton's method on the Legendre polynomial of degree n.
GaussLegendre gauss_legendre(int n) {
  GaussLegendre rule;
  for (int i = 0; i < n; ++i) {
    double x = std::cos(std::numbers::pi * (i + 0.75) / (n + 0.5));
    double slope = 1;
    for (int step = 0; step < 20; ++step) {
      double before = 1;
      double here = x;
      for (int k = 2; k <= n; ++k) {
        const double next = ((2 * k - 1) * x * here - (k - 1) * before) / k;
        before = here;
        here = next;
      }
      slope = n * (x * here - before) / (x * x - 1);
      x -= here / slope;
    }
    rule.nodes.push_back(0.5 * (1 + x));
    rule.weights.push_back(1 / ((1 - x * x) * slope * slope));
  }
  return rule;
}

/// The place of a panel at `place` in [0, 1] from left to right.
double distance(const CumulativeTable& table, const Panel& panel, double place) {
  const double width = panel.to - panel.from;
  return table.is_left(panel.cell) ? panel.from + place * width : panel.to - place * width;
}

double weigh(const CumulativeTable& table, const Panel& panel, const GaussLegendre& rule,
             const std::function<double(Domain::Point)>& g) {
  double sum = 0;
  for (size_t i = 0; i < rule.nodes.size(); ++i) {
    const double t = distance(table, panel, rule.nodes[i]);
    sum += rule.weights[i] * table.mass_rate(panel.cell, t) * g(table.point(panel.cell, t));
  }
  return sum * (panel.to - panel.from);
}

int sign(double value) { return (value > 0) - (value < 0); }

/// Chebyshev nodes of [0, 1] and the matrix from values there to Bernstein coefficients.
struct Bernstein {
  Samples nodes;
  Eigen::Matrix<double, kDegree + 1, kDegree + 1> from_values;

  Bernstein() {
    Eigen::Matrix<double, kDegree + 1, kDegree + 1> to_values;
    for (int i = 0; i <= kDegree; ++i) {
      const double x = 0.5 - 0.5 * std::cos(std::numbers::pi * (i + 0.5) / (kDegree + 1));
      nodes[static_cast<size_t>(i)] = x;
      double binomial = 1;
      for (int j = 0; j <= kDegree; ++j) {
        to_values(i, j) = binomial * std::pow(x, j) * std::pow(1 - x, kDegree - j);
        binomial *= static_cast<double>(kDegree - j) / (j + 1);
      }
    }
    from_values = to_values.inverse();
  }
};

const Bernstein& bernstein() {
  static const Bernstein basis;
  return basis;
}

/// Walks along the panels and reports every change of sign.
class SignWalk {
 public:
  SignWalk(const CumulativeTable& table, const LocalFunction& h) : table_(table), h_(h) {}

  void panel(const Panel& panel) {
    const Bernstein& basis = bernstein();
    Eigen::Matrix<double, kDegree + 1, 1> values;
    for (size_t i = 0; i < kNodes; ++i) {
      values(static_cast<Eigen::Index>(i)) = value(panel, basis.nodes[i]);
    }
    const Eigen::Matrix<double, kDegree + 1, 1> product = basis.from_values * values;
    Samples coefficients;
    for (size_t i = 0; i < kNodes; ++i) {
      coefficients[i] = product(static_cast<Eigen::Index>(i));
    }
    walk(panel, coefficients, 0, 1);
  }

  /// To be called last: compares the signs at both ends.
  void close() {
    if (last_ != first_) {
      changes_.insert(changes_.begin(), {0, 0, last_ > 0});
    }
  }

  std::vector<SignChange> take() { return std::move(changes_); }

 private:
  double value(const Panel& panel, double place) const {
    const double t = distance(table_, panel, place);
    return h_(table_.local(panel.cell, t), table_.point(panel.cell, t));
  }

  void report(const Panel& panel, double place) {
    changes_.push_back({panel.cell, distance(table_, panel, place), last_ > 0});
  }

  /// The part [left, right] of a panel, whose Bernstein coefficients are given. By the rule of
  /// signs it holds as many zeros as the coefficients change their sign, or an even number fewer.
  void walk(const Panel& panel, const Samples& coefficients, double left, double right) {
    int last = 0;
    int variations = 0;
    for (const double coefficient : coefficients) {
      const int s = sign(coefficient);
      variations += s != 0 && last != 0 && s != last ? 1 : 0;
      last = s != 0 ? s : last;
    }
    constexpr double kNarrow = 1e-9;
    if (variations > 1 && right - left > kNarrow) {
      Samples lower;
      Samples upper = coefficients;  // de Casteljau at the middle
      for (size_t i = 0; i < kNodes; ++i) {
        lower[i] = upper[0];
        for (size_t j = 0; j + 1 + i < kNodes; ++j) {
          upper[j] = 0.5 * (upper[j] + upper[j + 1]);
        }
      }
      const double middle = 0.5 * (left + right);
      walk(panel, lower, left, middle);
      walk(panel, upper, middle, right);
    } else {
      compare_ends(panel, left, right);
    }
  }

  /// A part with at most one zero: the function itself has the last word, since the coefficients'
  /// rounding shows zeros where it only touches 0, or beside one that lies on the edge.
  void compare_ends(const Panel& panel, double left, double right) {
    const int first = sign(value(panel, left));
    if (first != 0 && last_ != 0 && first != last_) {  // a jump from the part before
      report(panel, left);
    }
    last_ = first != 0 ? first : last_;
    first_ = first_ != 0 ? first_ : last_;
    const int last = sign(value(panel, right));
    if (last != 0 && last_ != 0 && last != last_) {
      report(panel, root(panel, left, right, last_));
    }
    last_ = last != 0 ? last : last_;
    first_ = first_ != 0 ? first_ : last_;
  }

  /// The one zero in [left, right], left of which the sign is `before`, by bisection.
  double root(const Panel& panel, double left, double right, int before) const {
    for (;;) {
      const double middle = 0.5 * (left + right);
      if (middle <= left || middle >= right) {
        return middle;
      }
      (sign(value(panel, middle)) == before ? left : right) = middle;
    }
  }

  const CumulativeTable& table_;
  const LocalFunction& h_;
  int first_ = 0;  // the first sign that was not 0
  int last_ = 0;   // the last one so far
  std::vector<SignChange> changes_;
};

}  // namespace

std::vector<Panel> panels(const CumulativeTable& table, int halvings) {
  std::vector<Panel> all;
  const auto add_end = [&](size_t cell, int power) {
    const double from = std::ldexp(1.0, -power - 1);
    all.push_back({cell, from, 2 * from});
  };
  for (int power = halvings; power-- > 0;) {
    add_end(0, power);
  }
  const size_t inner = halvings > 0 ? 1 : 0;
  for (size_t cell = inner; cell + inner < table.cells(); ++cell) {
    all.push_back({cell, 0, 1});
  }
  for (int power = 0; power < halvings; ++power) {
    add_end(table.cells() - 1, power);
  }
  return all;
}

Integral integrate(const CumulativeTable& table, const std::vector<Panel>& panels,
                   const std::function<double(Domain::Point)>& g) {
  static const GaussLegendre fine_rule = gauss_legendre(14);
  static const GaussLegendre coarse_rule = gauss_legendre(10);
  Integral result;
  double coarse = 0;
  double first = 0;
  double last = 0;
  for (size_t i = 0; i < panels.size(); ++i) {
    last = weigh(table, panels[i], fine_rule, g);
    first = i == 0 ? last : first;
    result.value += last;
    coarse += weigh(table, panels[i], coarse_rule, g);
  }
  result.error = std::fabs(result.value - coarse);
  if (!panels.empty() && panels.front().from > 0) {
    result.error += std::fabs(first) + std::fabs(last);
  }
  return result;
}

std::vector<SignChange> sign_changes(const CumulativeTable& table, const std::vector<Panel>& panels,
                                     const LocalFunction& h, bool around) {
  SignWalk walk(table, h);
  for (const Panel& panel : panels) {
    walk.panel(panel);
  }
  if (around) {
    walk.close();
  }
  return walk.take();
}

}  // namespace yonder::density::internal
