// SPDX-License-Identifier: Apache-2.0
// What every row of the table promises, and the contest.
#include "yonder/density/baselines/table.h"

#include "tests/error_text.h"
#include "yonder/base/random.h"
#include "yonder/density/goodness_of_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>

namespace yonder::density {
namespace {

using testing::HasSubstr;

struct Case {
  const char* method;
  const char* domain;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.method << " on " << c.domain; }

// Two bumps; within [0, 10].
std::vector<double> two_bumps(size_t count) {
  Rng rng(4);
  std::vector<double> values(count);
  for (double& value : values) {
    value = std::clamp(rng.below(3) == 0 ? 2 + 0.4 * rng.normal() : 6 + rng.normal(), 0.0, 10.0);
  }
  return values;
}

class EveryBaseline : public testing::TestWithParam<Case> {
 protected:
  EveryBaseline() : domain_(Domain::parse(GetParam().domain)), density_(fitted(GetParam())) {
    const bool part_of_the_line =
        domain_.kind == DomainKind::interval && GetParam().method[0] != 'f';
    if (domain_.kind == DomainKind::line || part_of_the_line) {
      low_ = -40;
      high_ = 50;
    } else {
      low_ = domain_.origin;
      high_ = domain_.upper();
    }
  }

  // All tests of a case share one fit.
  static const Estimator& fitted(const Case& c) {
    static std::map<std::pair<std::string, std::string>, std::unique_ptr<Estimator>> cache;
    std::unique_ptr<Estimator>& density = cache[{c.method, c.domain}];
    if (density == nullptr) {
      density = fit_baseline(c.method, two_bumps(1500), {},
                             {.domain = Domain::parse(c.domain), .seed = 1, .starts = 1});
    }
    return *density;
  }

  std::vector<double> grid(size_t cells) const {
    std::vector<double> points(cells);
    for (size_t i = 0; i < cells; ++i) {
      points[i] =
          low_ + (high_ - low_) * (static_cast<double>(i) + 0.5) / static_cast<double>(cells);
    }
    return points;
  }

  Domain domain_;
  const Estimator& density_;
  double low_ = 0;
  double high_ = 0;
};

TEST_P(EveryBaseline, IntegratesToOne) {
  std::vector<double> density = grid(90000);
  density_.logpdf(density, density);
  double sum = 0;
  for (const double each : density) {
    sum += std::exp(each);
  }
  EXPECT_NEAR(sum * (high_ - low_) / 90000, 1, 2e-4);
}

TEST_P(EveryBaseline, HasACdfThatNeverFalls) {
  const std::vector<double> points = grid(5000);
  std::vector<double> cdf(points.size());
  density_.cdf(points, cdf);
  EXPECT_GE(cdf.front(), 0);
  EXPECT_LE(cdf.back(), 1 + 1e-12);
  for (size_t i = 1; i < cdf.size(); ++i) {
    EXPECT_GE(cdf[i], cdf[i - 1] - 1e-14) << points[i];
  }
}

TEST_P(EveryBaseline, HasTheDensityThatItsCdfRisesBy) {
  // Not at a bar's edge; there the density jumps.
  const double step = 1e-5;
  for (const double y : {0.513, 2.0411, 3.7717, 5.9003, 7.3301, 9.1239}) {
    std::vector<double> ends = {y - step, y + step};
    density_.cdf(ends, ends);
    double density = 0;
    density_.logpdf({&y, 1}, {&density, 1});
    EXPECT_NEAR((ends[1] - ends[0]) / (2 * step), std::exp(density),
                1e-6 + 1e-5 * std::exp(density))
        << y;
  }
}

TEST_P(EveryBaseline, DrawsValuesOfItsOwnDistribution) {
  std::vector<double> values(20000);
  density_.sample(7, 0, values);
  EXPECT_LT(goodness_of_fit(density_, values).ks, 1.63 / std::sqrt(20000.0) * 1.2);
}

TEST_P(EveryBaseline, DrawsTheSameValuesForAnySplit) {
  std::vector<double> whole(100);
  std::vector<double> parts(100);
  density_.sample(7, 50, whole);
  density_.sample(7, 50, std::span(parts).first(33));
  density_.sample(7, 83, std::span(parts).subspan(33));
  EXPECT_EQ(whole, parts);
}

TEST_P(EveryBaseline, IsFiniteWhereDataMayStillCome) {
  std::vector<double> far = {0.01, 9.99, 5};
  density_.logpdf(far, far);
  for (const double each : far) {
    EXPECT_TRUE(std::isfinite(each));
  }
}

TEST_P(EveryBaseline, SaysWhatItIs) {
  EXPECT_FALSE(density_.text().empty());
  EXPECT_GT(density_.parameter_count(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Table, EveryBaseline,
    testing::Values(Case{"fbdm:8", "line"}, Case{"fbdm:6@student:4", "line"},
                    Case{"fbdm:6", "circular:10"}, Case{"gmm:2", "line"},
                    Case{"gmm:3", "circular:10"}, Case{"gmm:2,random", "reflected:0:10"},
                    Case{"gmm:2,kmeans", "interval:0:10"}, Case{"kde", "line"},
                    Case{"kde:silverman", "circular:10"}, Case{"kde:scott", "reflected:0:10"},
                    Case{"kde:0.2,exact", "line"}, Case{"kde:0.2,exact", "circular:10"},
                    Case{"histogram:30", "line"}, Case{"histogram", "circular:10"},
                    Case{"histogram:auto", "reflected:0:10"}, Case{"dfp", "line"},
                    Case{"dfp:2", "line"}, Case{"normal", "line"}, Case{"normal", "circular:10"}));

TEST(BaselineTable, HasATestOfEveryRow) {
  std::vector<std::string> names;
  for (const BaselineRow& row : baselines()) {
    names.push_back(row.name);
    EXPECT_FALSE(row.help.empty());
  }
  EXPECT_EQ(names, (std::vector<std::string>{"fbdm", "gmm", "kde", "histogram", "dfp", "normal"}));
}

TEST(BaselineTable, RefusesWhatItDoesNotKnow) {
  const auto refusal = [](std::string_view method, const char* domain = "line") {
    return error_text(ErrorKind::bad_option, [&] {
      fit_baseline(method, std::vector<double>{1, 2, 3}, {}, {.domain = Domain::parse(domain)});
    });
  };
  EXPECT_THAT(refusal("gnm:5"), HasSubstr("gmm"));
  EXPECT_THAT(refusal("gmm"), HasSubstr("gmm:5"));
  EXPECT_THAT(refusal("gmm:x"), HasSubstr("gmm"));
  EXPECT_THAT(refusal("gmm:2,kmean"), HasSubstr("kmeans"));
  EXPECT_THAT(refusal("gmm:4"), HasSubstr("3 distinct values"));
  EXPECT_THAT(refusal("kde:wide"), HasSubstr("silverman, scott, cv"));
  EXPECT_THAT(refusal("kde:-1"), HasSubstr("above 0"));
  EXPECT_THAT(refusal("histogram:0"), HasSubstr("histogram"));
  EXPECT_THAT(refusal("dfp:0"), HasSubstr("dfp"));
  EXPECT_THAT(refusal("dfp", "circular:10"), HasSubstr("no meaning on the circle"));
  EXPECT_THAT(refusal("normal:3"), HasSubstr("no argument"));
  EXPECT_THAT(refusal("fbdm:2@student", "circular:10"), HasSubstr("belongs to the line"));
}

TEST(BaselineTable, RefusesDataThatNothingCanBeFittedTo) {
  const auto refusal = [](std::vector<double> values, std::vector<double> weights = {}) {
    return error_text(ErrorKind::bad_data, [&] { fit_baseline("normal", values, weights, {}); });
  };
  EXPECT_THAT(refusal({1, 1, 1}), HasSubstr("single point"));
  EXPECT_THAT(refusal({1, std::nan("")}), HasSubstr("value 1 is nan"));
  EXPECT_THAT(refusal({1, 2}, {1}), HasSubstr("1 weights for 2 values"));
  EXPECT_THAT(refusal({1, 2}, {1, -1}), HasSubstr("weight 1 is -1"));
  EXPECT_THAT(refusal({1, 2}, {1, 0}), HasSubstr("single point"));
}

TEST(CountModes, CountsMaximaOfSomeProminence) {
  const std::unique_ptr<Estimator> density = fit_baseline("kde:0.25", two_bumps(4000), {}, {});
  EXPECT_EQ(count_modes(*density, -5, 15, 0.05), 2);
  EXPECT_EQ(count_modes(*density, -5, 15, 0.99), 1);
  EXPECT_EQ(count_modes(*density, 4, 8, 0.05), 1) << "the other one is out of sight";
}

TEST(CountModes, GoesAroundACircle) {
  // One bump across the origin.
  Rng rng(2);
  std::vector<double> values(2000);
  for (double& value : values) {
    value = rng.normal();
  }
  const std::unique_ptr<Estimator> density =
      fit_baseline("kde:0.5", values, {}, {.domain = Domain::parse("circular:24")});
  EXPECT_EQ(count_modes(*density, 0, 24, 0.05, 20000, true), 1);
  EXPECT_EQ(count_modes(*density, 0, 24, 0.05, 20000), 2) << "as a part of the line";
}

TEST(Compare, ScoresAllMethodsOnTheSameValues) {
  const std::vector<double> values = two_bumps(3000);
  const std::vector<Comparison> table =
      compare(values, {"normal", "gmm:2", "fbdm:8", "kde"}, 0.2, {.seed = 3});
  ASSERT_EQ(table.size(), 4U);
  for (const Comparison& row : table) {
    EXPECT_GT(row.test_error, 0);
    EXPECT_GT(row.eval_nanoseconds, 0);
    EXPECT_GE(row.fit_seconds, 0);
    EXPECT_NEAR(row.test_nll, row.train_nll, 0.15) << row.method;
    EXPECT_LE(row.test_nll, table[0].test_nll) << row.method;
  }
  EXPECT_EQ(table[0].modes, 1);
  EXPECT_EQ(table[1].modes, 2);
  EXPECT_EQ(table[1].parameters, 5);
  EXPECT_LT(table[1].test_nll, table[0].test_nll - 0.1);
  // The same seed holds out the same values.
  EXPECT_EQ(compare(values, {"normal"}, 0.2, {.seed = 3})[0].test_nll, table[0].test_nll);
  EXPECT_NE(compare(values, {"normal"}, 0.2, {.seed = 4})[0].test_nll, table[0].test_nll);
}

TEST(Compare, RefusesAHoldoutThatLeavesNothing) {
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [] {
                           compare(std::vector<double>{1, 2, 3}, {"normal"}, 0.9, {});
                         }),
              HasSubstr("smaller holdout"));
}

}  // namespace
}  // namespace yonder::density
