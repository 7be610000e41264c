// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

namespace yonder::density::internal {
namespace {

constexpr size_t kMemory = 20;

// The last steps and the changes of the gradient along them.
class History {
 public:
  explicit History(double scale) : scale_(scale) {}

  void add(Coefficients step, Coefficients change) {
    const double product = inner(step, change);
    if (!(product > 1e-14 * step.norm() * change.norm())) {
      return;  // no curvature seen: the pair would break positive definiteness
    }
    scale_ = product / change.squaredNorm();
    pairs_.push_back({std::move(step), std::move(change), 1 / product});
    if (pairs_.size() > kMemory) {
      pairs_.pop_front();
    }
  }
  void clear() { pairs_.clear(); }
  bool empty() const { return pairs_.empty(); }

  // The two-loop recursion.
  Coefficients direction(const Coefficients& gradient) const {
    Coefficients d = -gradient;
    std::vector<double> alpha(pairs_.size());
    for (size_t i = pairs_.size(); i-- > 0;) {
      alpha[i] = pairs_[i].rho * inner(pairs_[i].step, d);
      d -= alpha[i] * pairs_[i].change;
    }
    d *= scale_;
    for (size_t i = 0; i < pairs_.size(); ++i) {
      d += (alpha[i] - pairs_[i].rho * inner(pairs_[i].change, d)) * pairs_[i].step;
    }
    return d;
  }

 private:
  struct Pair {
    Coefficients step, change;
    double rho;
  };
  std::deque<Pair> pairs_;
  double scale_;
};

}  // namespace

LbfgsResult lbfgs(Coefficients start,
                  const std::function<double(const Coefficients&, Coefficients&)>& evaluate,
                  const LbfgsSettings& settings,
                  const std::function<void(double, int64_t)>& after_step) {
  LbfgsResult result{std::move(start)};
  Coefficients g;
  result.value = evaluate(result.b, g);
  History history(settings.first_scale);
  Coefficients trial, trial_g;
  while (result.steps < settings.max_steps && g.norm() > settings.gradient_norm) {
    Coefficients d = history.direction(g);
    double slope = inner(g, d);
    if (!(slope < 0)) {
      if (history.empty()) {
        break;
      }
      history.clear();
      continue;
    }
    // Weak Wolfe conditions by bisection and doubling.
    double low = 0, high = std::numeric_limits<double>::infinity(), t = 1, value = 0;
    bool found = false;
    for (int tries = 0; tries < 40 && !found; ++tries) {
      trial = result.b + t * d;
      value = evaluate(trial, trial_g);
      if (!(value <= result.value + 1e-4 * t * slope)) {
        high = t;
      } else if (inner(trial_g, d) < 0.9 * slope) {
        low = t;
      } else {
        found = true;
        break;
      }
      t = std::isinf(high) ? 2 * t : (low + high) / 2;
    }
    if (!found && !(value < result.value)) {
      if (history.empty()) {
        break;  // rounding hides every descent
      }
      history.clear();
      continue;
    }
    history.add(trial - result.b, trial_g - g);
    const double gain = result.value - value;
    std::swap(result.b, trial);
    std::swap(g, trial_g);
    result.value = value;
    ++result.steps;
    if (after_step) {
      after_step(value, result.steps);
    }
    if (gain <= settings.relative_change * std::max(1.0, std::abs(value))) {
      break;
    }
  }
  return result;
}

}  // namespace yonder::density::internal
