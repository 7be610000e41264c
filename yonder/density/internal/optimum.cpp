// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/optimum.h"

#include "yonder/density/internal/cells.h"
#include "yonder/density/internal/certificate.h"
#include "yonder/density/internal/hankel_newton.h"
#include "yonder/density/internal/lbfgs.h"
#include "yonder/density/spectral_factor.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace yonder::density::internal {
namespace {

// Cells per unit of order: coarse ones for the approach, then fine ones, whose optimum differs from
// the sample's by so little that a step or two on the sample itself remain.
constexpr size_t kCellsPerOrder[] = {16, 256};
// Cells are used where they leave at most this fraction of the points.
constexpr size_t kWorthCells = 4;
constexpr int kMostEscapes = 20;

Coefficients normalized_autocorrelation(const Coefficients& b) {
  const std::vector<std::complex<double>> c =
      autocorrelation({b.data(), static_cast<size_t>(b.size())});
  return Eigen::Map<const Coefficients>(c.data(), b.size()) / c[0].real();
}

// From a stationary point that is not the best, a better one: the mixture (1 - t) p + t q with the
// density q = |B|^2 of the top eigenvector, along which L falls with slope 1 - lambda_max. Empty
// where no t helps beyond rounding.
std::optional<Coefficients> escape(Likelihood& likelihood, const Coefficients& b, double value,
                                   const TopEigenpair& top) {
  const Coefficients from = normalized_autocorrelation(b);
  const Coefficients to = normalized_autocorrelation(top.vector);
  for (double t = 0.5; t > 1e-9; t /= 4) {
    Coefficients c = (1 - t) * from + t * to;
    if (likelihood.even()) {
      c.imag().setZero();
    }
    const std::vector<std::complex<double>> factor =
        spectral_factor({c.data(), static_cast<size_t>(c.size())});
    Coefficients trial = Eigen::Map<const Coefficients>(factor.data(), b.size());
    if (likelihood.even()) {
      trial.imag().setZero();
    }
    if (likelihood.value(trial) < value - 1e-2 * t * (top.value - 1)) {
      return trial;
    }
  }
  return std::nullopt;
}

class Search {
 public:
  explicit Search(const OptimumSettings& settings)
      : settings_(settings), progress_(settings.progress) {}

  // L-BFGS down to small changes.
  void approach(Likelihood& likelihood, Optimum& at) {
    LbfgsSettings lbfgs_settings;
    lbfgs_settings.max_steps = settings_.max_steps - at.lbfgs_steps;
    const LbfgsResult result = lbfgs(
        at.b, [&](const Coefficients& b, Coefficients& g) { return likelihood.gradient(b, g); },
        lbfgs_settings, [&](double value, int64_t) { report(value); });
    at.b = result.b;
    at.lbfgs_steps += result.steps;
  }

  void approach_once(Likelihood& likelihood, Optimum& at) {
    if (at.lbfgs_steps == 0) {
      approach(likelihood, at);
    }
  }

  // Newton steps on cells, as far as these stand for the sample.
  void refine(Likelihood& likelihood, Optimum& at) {
    NewtonSettings newton_settings;
    newton_settings.max_steps = settings_.max_steps;
    newton_settings.gradient_norm = 1e-9;
    const NewtonResult result = hankel_newton(likelihood, at.b, newton_settings,
                                              [&](const Coefficients&, double value, double) {
                                                report(value);
                                                return false;
                                              });
    at.b = result.b;
    at.newton_steps += result.steps;
  }

  // Newton's method until the gap (or, with a penalty, the gradient) is small; escapes from
  // stationary points that are not the best.
  void finish(Likelihood& likelihood, Optimum& at) {
    for (int escapes = 0;; ++escapes) {
      at.gap = -1;
      double gap_at = -1;  // gradient norm at which the gap was last computed
      NewtonSettings newton_settings;
      newton_settings.max_steps = settings_.max_steps - at.newton_steps;
      const NewtonResult result = hankel_newton(
          likelihood, at.b, newton_settings,
          [&](const Coefficients& b, double value, double gradient_norm) {
            report(value);
            if (settings_.gamma > 0) {
              return gradient_norm * gradient_norm <= 1e-6 * settings_.gap_tolerance;
            }
            if (gradient_norm > 1e-3 || (gap_at >= 0 && gradient_norm > 0.03 * gap_at)) {
              return false;  // far from stationary, the gap is large: do not pay for it
            }
            gap_at = gradient_norm;
            at.gap = certificate_gap(likelihood.toeplitz(b));
            progress_.metric("gap", at.gap);
            return at.gap <= settings_.gap_tolerance;
          });
      at.b = result.b;
      at.value = result.value;
      at.newton_steps += result.steps;
      if (settings_.gamma > 0) {
        at.reached = result.gradient_norm * result.gradient_norm <= settings_.gap_tolerance;
        return;
      }
      const TopEigenpair top = toeplitz_top(likelihood.toeplitz(at.b));
      at.gap = std::max(0.0, std::log(top.value));
      at.reached = at.gap <= settings_.gap_tolerance;
      if (at.reached || escapes == kMostEscapes || at.newton_steps >= settings_.max_steps) {
        return;
      }
      const std::optional<Coefficients> next = escape(likelihood, at.b, at.value, top);
      if (!next) {
        return;
      }
      at.b = *next;
      approach(likelihood, at);
    }
  }

 private:
  void report(double value) {
    progress_.advance(1);
    progress_.metric("nll", value);
    progress_.stop_if_cancelled("Start the fit again to go on.");
  }

  const OptimumSettings& settings_;
  ProgressRef progress_;
};

}  // namespace

Coefficients uniform_start(int64_t order) {
  return Coefficients::Unit(static_cast<Eigen::Index>(order) + 1, 0);
}

Optimum find_optimum(const Sample& sample, const Coefficients& start,
                     const OptimumSettings& settings) {
  const int64_t order = start.size() - 1;
  Optimum at;
  at.b = start;
  Search search(settings);
  for (const size_t cells_per_order : kCellsPerOrder) {
    const size_t cells = cells_per_order * static_cast<size_t>(std::max<int64_t>(order, 8));
    if (sample.x.size() >= 2 * kWorthCells * cells) {  // a cell becomes up to two points
      const Sample gathered = gather_in_cells(sample, cells, settings.threads);
      Likelihood likelihood(gathered, order, settings.gamma, settings.threads);
      search.approach_once(likelihood, at);
      search.refine(likelihood, at);
    }
  }
  Likelihood likelihood(sample, order, settings.gamma, settings.threads);
  search.approach_once(likelihood, at);
  search.finish(likelihood, at);
  at.penalty = likelihood.penalty(at.b);
  return at;
}

}  // namespace yonder::density::internal
