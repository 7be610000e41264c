// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/choose_order.h"

#include "yonder/base/error.h"
#include "yonder/base/parallel.h"
#include "yonder/base/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace yonder::density::internal {
namespace {

// Scores differ by far more than this; the final fit goes on to the tolerance asked for.
constexpr double kGapOfATrial = 1e-6;

Coefficients padded(const Coefficients& b, int64_t order) {
  Coefficients out = Coefficients::Zero(static_cast<Eigen::Index>(order) + 1);
  out.head(b.size()) = b;
  return out;
}

Sample part_of(const Sample& sample, const std::vector<int64_t>& fold_of, int64_t fold,
               bool inside) {
  Sample out;
  out.even = sample.even;
  double total = 0;
  for (size_t i = 0; i < sample.x.size(); ++i) {
    if ((fold_of[i] == fold) == inside) {
      out.x.push_back(sample.x[i]);
      out.w.push_back(sample.w[i]);
      total += sample.w[i];
    }
  }
  for (double& w : out.w) {
    w /= total;
  }
  return out;
}

// Fits of growing order to one training part, scored on what was left out.
class Trial {
 public:
  Trial(Sample train, Sample test, double weight)
      : train_(std::move(train)), test_(std::move(test)), weight_(weight) {}

  void raise(int64_t order, const OptimumSettings& settings) {
    b_ =
        find_optimum(train_, b_.size() == 0 ? uniform_start(order) : padded(b_, order), settings).b;
    const double nll = Likelihood(test_, order, 0, 1).value(b_);
    test_nll_ = std::isnan(nll) ? std::numeric_limits<double>::infinity() : nll;
  }
  double test_nll() const { return test_nll_; }
  double weight() const { return weight_; }  // of the test part, in the whole sample

 private:
  Sample train_, test_;
  double weight_;
  Coefficients b_;
  double test_nll_ = 0;
};

// Parts to train on and to test with: all k for kfold, one for holdout, none for the others.
std::vector<Trial> make_trials(const Sample& sample, const FitOptions& options) {
  std::vector<Trial> trials;
  if (options.criterion != "kfold" && options.criterion != "holdout") {
    return trials;
  }
  const std::vector<int64_t> fold_of = assign_folds(sample.x.size(), options.folds, options.seed);
  const int64_t used = options.criterion == "kfold" ? options.folds : 1;
  for (int64_t fold = 0; fold < used; ++fold) {
    double weight = 0;
    for (size_t i = 0; i < sample.w.size(); ++i) {
      weight += fold_of[i] == fold ? sample.w[i] : 0;
    }
    trials.emplace_back(part_of(sample, fold_of, fold, false), part_of(sample, fold_of, fold, true),
                        weight);
  }
  return trials;
}

// Weighted mean over the trials' test parts.
double mean_of(const std::vector<Trial>& trials, const std::vector<double>& of_trial) {
  double weight = 0, sum = 0;
  for (size_t i = 0; i < trials.size(); ++i) {
    weight += trials[i].weight();
    sum += trials[i].weight() * of_trial[i];
  }
  return sum / weight;
}

// Standard error of the mean of a - b. Parts differ much more from each other than orders do on the
// same part, so orders are compared part by part.
double paired_error(const std::vector<Trial>& trials, const std::vector<double>& a,
                    const std::vector<double>& b) {
  if (trials.size() < 2) {
    return 0;
  }
  const double mean = mean_of(trials, a) - mean_of(trials, b);
  double square = 0;
  for (size_t i = 0; i < trials.size(); ++i) {
    square += std::pow(a[i] - b[i] - mean, 2);
  }
  const auto count = static_cast<double>(trials.size());
  return std::isfinite(square) ? std::sqrt(square / (count - 1) / count) : 0;
}

}  // namespace

std::vector<int64_t> orders_between(int64_t low, int64_t high) {
  std::vector<int64_t> orders;
  for (int64_t order = low; order < high; order += std::max<int64_t>(1, order / 8)) {
    orders.push_back(order);
  }
  orders.push_back(high);
  return orders;
}

std::vector<int64_t> assign_folds(size_t n, int64_t folds, uint64_t seed) {
  std::vector<int64_t> fold_of(n);
  for (size_t i = 0; i < n; ++i) {
    fold_of[i] = static_cast<int64_t>(i % static_cast<uint64_t>(folds));
  }
  Rng rng(seed);
  for (size_t i = n; i > 1; --i) {
    std::swap(fold_of[i - 1], fold_of[rng.below(i)]);
  }
  return fold_of;
}

OrderChoice choose_order(const MappedSample& mapped, const Domain& domain, const OrderRange& range,
                         const FitOptions& options, const OptimumSettings& settings) {
  const Sample& sample = mapped.sample;
  const auto n = static_cast<int64_t>(sample.x.size());
  const bool cuts = options.criterion == "kfold" || options.criterion == "holdout";
  require(!cuts || options.folds <= n, ErrorKind::bad_data,
          "{} values cannot be cut into {} folds; lower --folds", n, options.folds);
  const int64_t per_order = free_parameters(1, domain);
  const auto distinct = static_cast<int64_t>(
      count_distinct(sample.x, static_cast<size_t>(2 * per_order * range.high)));
  const int64_t high = std::max(range.low, std::min(range.high, distinct / (2 * per_order)));
  const std::vector<int64_t> orders = orders_between(range.low, high);

  std::vector<Trial> trials = make_trials(sample, options);
  OptimumSettings trial_settings = settings;
  trial_settings.gap_tolerance = std::max(settings.gap_tolerance, kGapOfATrial);
  trial_settings.progress = nullptr;
  trial_settings.threads = 1;
  OptimumSettings whole_settings = trial_settings;
  whole_settings.threads = settings.threads;
  const double effective =  // Kish: 1 / sum w^2 for weights that sum to 1
      1 / std::inner_product(sample.w.begin(), sample.w.end(), sample.w.begin(), 0.0);

  const ProgressRef progress(settings.progress);
  progress.begin("choosing the order", orders.size(), "orders");
  OrderChoice choice;
  std::vector<Coefficients> fits;
  std::vector<std::vector<double>> test_nlls;  // [orders][trials]
  for (const int64_t order : orders) {
    progress.stop_if_cancelled("Start the fit again to go on.");
    parallel_for(trials.size(), 1, settings.threads, [&](size_t first, size_t last) {
      for (size_t i = first; i < last; ++i) {
        trials[i].raise(order, trial_settings);
      }
    });
    const Optimum whole = find_optimum(
        sample, fits.empty() ? uniform_start(order) : padded(fits.back(), order), whole_settings);
    fits.push_back(whole.b);
    OrderScore score;
    score.order = order;
    score.nll = whole.value - whole.penalty - mapped.log_slope;
    const auto parameters = static_cast<double>(free_parameters(order, domain));
    if (!trials.empty()) {
      std::vector<double>& of_trial = test_nlls.emplace_back();
      for (const Trial& trial : trials) {
        of_trial.push_back(trial.test_nll());
      }
      score.score = mean_of(trials, of_trial) - mapped.log_slope;
    } else if (options.criterion == "aic") {
      score.score = score.nll + parameters / effective;
    } else {
      score.score = score.nll + parameters * std::log(effective) / (2 * effective);
    }
    choice.scores.push_back(score);
    progress.advance(1);
    progress.metric("score", score.score);
  }
  const auto by_score = [](const OrderScore& a, const OrderScore& b) { return a.score < b.score; };
  const auto best = std::min_element(choice.scores.begin(), choice.scores.end(), by_score);
  for (size_t i = 0; i < test_nlls.size(); ++i) {
    choice.scores[i].standard_error = paired_error(
        trials, test_nlls[i], test_nlls[static_cast<size_t>(best - choice.scores.begin())]);
  }
  const auto chosen = std::find_if(
      choice.scores.begin(), choice.scores.end(),
      [&](const OrderScore& score) { return score.score <= best->score + score.standard_error; });
  choice.order = chosen->order;
  choice.b = fits[static_cast<size_t>(chosen - choice.scores.begin())];
  return choice;
}

}  // namespace yonder::density::internal
