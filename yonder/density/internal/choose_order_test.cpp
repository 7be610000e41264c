// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/choose_order.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"
#include "yonder/density/internal/likelihood_reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace yonder::density::internal {
namespace {

std::vector<double> values_of(const Sample& sample) { return sample.x; }

FitReport fit_auto(const std::string& criterion, const std::vector<double>& values,
                   const std::string& order = "auto:1-24") {
  FitOptions options;
  options.domain = "circular:2@-1";
  options.order = order;
  options.criterion = criterion;
  FitReport report;
  fit(values, {}, options, &report);
  return report;
}

TEST(OrderRange, IsReadFromText) {
  EXPECT_EQ(parse_order("8").low, 8);
  EXPECT_EQ(parse_order("8").high, 8);
  EXPECT_FALSE(parse_order("8").chosen_by_data);
  EXPECT_EQ(parse_order("auto").high, 64);
  EXPECT_EQ(parse_order("auto:3-70").low, 3);
  EXPECT_EQ(parse_order("auto:3-70").high, 70);
  for (const char* bad : {"", "-1", "8.5", "auto:", "auto:3", "auto:3-", "autos", "1-2", "70000"}) {
    EXPECT_THROW(parse_order(bad), Error) << bad;
  }
}

TEST(Orders, AreDenseBelowSixteenAndGrowByAnEighth) {
  EXPECT_EQ(orders_between(14, 26), (std::vector<int64_t>{14, 15, 16, 18, 20, 22, 24, 26}));
  EXPECT_EQ(orders_between(5, 5), (std::vector<int64_t>{5}));
}

TEST(Folds, AreEqualSharesOfAPermutation) {
  const std::vector<int64_t> folds = assign_folds(23, 5, 1);
  for (int64_t fold = 0; fold < 5; ++fold) {
    const auto share = std::count(folds.begin(), folds.end(), fold);
    EXPECT_TRUE(share == 4 || share == 5);
  }
  EXPECT_NE(folds, assign_folds(23, 5, 2));
  EXPECT_EQ(folds, assign_folds(23, 5, 1));
}

TEST(Folds, AreAskedForOnlyWhereTheDataAreCut) {
  const std::vector<double> four = {-0.7, -0.1, 0.2, 0.6};
  EXPECT_EQ(fit_auto("aic", four, "auto:1-2").orders.size(), 1u);
  EXPECT_EQ(fit_auto("bic", four, "auto:1-2").orders.size(), 1u);
  EXPECT_THROW(fit_auto("kfold", four, "auto:1-2"), Error);
  EXPECT_THROW(fit_auto("holdout", four, "auto:1-2"), Error);
}

// A density of order 2 in truth: nothing beyond helps.
TEST(ChooseOrder, FindsTheOrderOfTheTruth) {
  FitOptions options;
  options.domain = "circular:2@-1";
  options.order = "2";
  const Model truth = fit(std::vector<double>{-.9, -.5, -.45, 0, .1, .3, .35, .8}, {}, options);
  std::vector<double> values(4000);
  truth.sample(1, 0, values);
  for (const char* criterion : {"kfold", "holdout", "aic", "bic"}) {
    const FitReport report = fit_auto(criterion, values);
    const auto best =
        std::min_element(report.orders.begin(), report.orders.end(),
                         [](const auto& a, const auto& b) { return a.score < b.score; });
    EXPECT_GE(best->order, 2) << criterion;
    EXPECT_LE(best->order, 6) << criterion;
  }
}

TEST(ChooseOrder, TakesTheSmallestWithinOneStandardError) {
  const FitReport report = fit_auto("kfold", values_of(peaks(5, 2'000, 2)));
  const auto best =
      std::min_element(report.orders.begin(), report.orders.end(),
                       [](const auto& a, const auto& b) { return a.score < b.score; });
  EXPECT_EQ(best->standard_error, 0);  // of the difference from itself
  EXPECT_GT(report.orders.front().standard_error, 0);
  FitOptions options;
  options.domain = "circular:2@-1";
  options.order = "auto:1-24";
  const Model model = fit(values_of(peaks(5, 2'000, 2)), {}, options);
  for (const OrderScore& score : report.orders) {
    if (score.order < model.order()) {
      EXPECT_GT(score.score, best->score + score.standard_error);
    } else if (score.order == model.order()) {
      EXPECT_LE(score.score, best->score + score.standard_error);
    }
  }
}

TEST(ChooseOrder, LikelihoodOnAllDataGrowsWithTheOrder) {
  const FitReport report = fit_auto("aic", values_of(peaks(5, 1'000, 3)));
  for (size_t i = 1; i < report.orders.size(); ++i) {
    EXPECT_LE(report.orders[i].nll, report.orders[i - 1].nll + 1e-6);
  }
}

TEST(ChooseOrder, LeavesTwoDistinctValuesPerParameter) {
  const FitReport report = fit_auto("bic", values_of(peaks(5, 30, 4)));
  EXPECT_EQ(report.orders.back().order, 7);
}

TEST(ChooseOrder, DoesNotDependOnTheNumberOfThreads) {
  FitOptions options;
  options.domain = "circular:2@-1";
  options.order = "auto:1-12";
  const std::vector<double> values = values_of(peaks(5, 500, 5));
  options.threads = 1;
  const std::string expected = fit(values, {}, options).to_bytes();
  options.threads = 3;
  EXPECT_EQ(fit(values, {}, options).to_bytes(), expected);
}

}  // namespace
}  // namespace yonder::density::internal
