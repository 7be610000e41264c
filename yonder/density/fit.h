// SPDX-License-Identifier: Apache-2.0
// Maximum likelihood for Fourier densities, with a certificate that the optimum is the global one.
//
//   FitReport report;
//   Model model = fit(values, weights, options, &report, progress);
//   report.gap;   // nats: no density of this order is better by more than this
//
// Full batch: L-BFGS to a relative 1e-9, then Newton steps with the Hankel-structured Hessian until
// ln(lambda_max) of a Toeplitz matrix, the duality gap, is at most gap_tolerance. Large samples are
// gathered in cells for the approach, orders above 192 use non-uniform FFTs. Mini-batch (Adam)
// and streams (stream_fitter.h) share the objective. Source and proofs: docs/math/density.md, from
// "Likelihood" on. Tests: fit_test.cpp, internal/*_test.cpp.
#pragma once

#include "yonder/base/options.h"
#include "yonder/base/progress.h"
#include "yonder/density/model.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace yonder::density {

struct FitOptions {
  std::string domain = "line";      ///< as Domain::parse reads it
  std::string order = "auto";       ///< N: "8", "auto" or "auto:1-64"
  std::string criterion = "kfold";  ///< how auto chooses: kfold, holdout, aic, bic
  int64_t folds = 5;                ///< of kfold
  double gamma = 0;  ///< penalty on int p'(x)^2 dx of the normalised density on [-1, 1]
  std::string base = "logistic";  ///< on the line; as BaseDistribution::fitted reads it
  std::string location = "data";  ///< of the base: "data" or a number
  std::string scale = "data";     ///< of the base: "data" or a number > 0
  bool learn_map = false;         ///< location and scale are fitted jointly with the coefficients
  std::string optimizer = "newton";  ///< newton (full batch) or adam (mini-batches)
  int64_t batch = 4096;              ///< values per Adam step
  double learning_rate = 0.01;       ///< of Adam
  double gap_tolerance = 1e-8;       ///< nats
  int64_t max_steps = 500;           ///< of L-BFGS and of Newton each; epochs of Adam
  uint64_t seed = 0;                 ///< folds, mini-batches
  int64_t threads = 0;               ///< 0: all cores; results do not depend on it

  void visit(OptionVisitor& v);
  void validate() const;
};

/// One order that was tried.
struct OrderScore {
  int64_t order = 0;
  double nll = 0;             ///< on all data, nats per sample
  double score = 0;           ///< of the criterion; lower is better
  double standard_error = 0;  ///< of the score minus the best order's (kfold only)
};

struct FitReport {
  double nll = 0;      ///< nats per sample, in units of y
  double penalty = 0;  ///< gamma * R
  double gap = -1;  ///< nats; negative: no certificate (gamma > 0); a learned map: given that map
  int64_t lbfgs_steps = 0;
  int64_t newton_steps = 0;
  double seconds = 0;
  uint64_t samples = 0;
  uint64_t rejected = 0;              ///< rows left out by the reader
  std::vector<OrderScore> orders;     ///< where the order was chosen
  std::vector<std::string> warnings;  ///< gap not reached, 2N > n/5, ...
};

/// values: [n] in units of y. weights: [n] >= 0 or empty (all 1). Throws Error(bad_data) for values
/// outside the domain (naming the index), fewer than two distinct values, bad weights, more
/// parameters than distinct values without a penalty; Error(bad_option); Error(cancelled).
Model fit(std::span<const double> values, std::span<const double> weights,
          const FitOptions& options, FitReport* report = nullptr, Progress* progress = nullptr);

/// Several columns at once, each with its own model: columns [C][n], weights [n] or empty. Equal to
/// C calls of fit(), but with one thread per column. An error names its column.
std::vector<Model> fit_columns(const std::vector<std::vector<double>>& columns,
                               std::span<const double> weights, const FitOptions& options,
                               std::vector<FitReport>* reports = nullptr,
                               Progress* progress = nullptr);

/// The certificate of any model for any sample: ln(lambda_max(T)), nats; an upper bound of how much
/// better the best density of this order, domain and base is.
double optimality_gap(const Model& model, std::span<const double> values,
                      std::span<const double> weights);

}  // namespace yonder::density
