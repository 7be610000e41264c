// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/tune.h"

#include "yonder/base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace yonder::lm {
namespace {

using ::testing::HasSubstr;

double best_of(const std::vector<TuneTrial>& trials) {
  return std::min_element(trials.begin(), trials.end(),
                          [](const auto& a, const auto& b) { return a.loss < b.loss; })
      ->value;
}

TEST(Minimize, FindsTheMinimumOfAParabola) {
  const auto trials =
      minimize([](double x) { return (x - 0.625) * (x - 0.625); }, {0, 1, false}, 7, 30);
  EXPECT_NEAR(best_of(trials), 0.625, 2e-3);
  EXPECT_LE(trials.size(), 30U);
}

TEST(Minimize, TheGridFindsTheDeeperOfTwoValleys) {
  const auto loss = [](double x) { return std::min(std::abs(x - 1), std::abs(x - 8) - 0.5); };
  EXPECT_NEAR(best_of(minimize(loss, {0, 10, false}, 11, 40)), 8, 0.02);
}

TEST(Minimize, WholeNumbersAreTriedOnce) {
  std::vector<double> asked;
  const auto trials = minimize(
      [&](double x) {
        asked.push_back(x);
        return std::abs(x - 37);
      },
      {2, 100, true}, 5, 60);
  EXPECT_EQ(best_of(trials), 37);
  for (const double x : asked) {
    EXPECT_EQ(x, std::round(x));
    EXPECT_EQ(std::count(asked.begin(), asked.end(), x), 1);
  }
}

TEST(Minimize, WideRangesAreSearchedByRatios) {
  const auto trials =
      minimize([](double x) { return std::abs(std::log(x / 8)); }, {1, 1024, false}, 6, 6);
  EXPECT_NEAR(trials[1].value, 4, 1e-9);
  EXPECT_NEAR(trials[5].value, 1024, 1e-9);
}

TEST(Minimize, NeverAsksMoreThanTrials) {
  int asked = 0;
  minimize(
      [&](double x) {
        ++asked;
        return x * x;
      },
      {-3, 5, false}, 3, 9);
  EXPECT_EQ(asked, 9);
}

/// Loss |b - 0.7| (or |w - 40|) above 1, the value read from the scheme's text.
class Valley : public TextScorer {
 public:
  UsedScheme use(std::string_view text, int64_t /*target*/) override {
    text_ = text;
    const size_t at = text.rfind('=');
    value_ = std::stod(std::string(text.substr(at + 1)));
    best_ = text[at - 1] == 'b' ? 0.7 : 40;
    return {text_, kUnlimited, {}};
  }
  Scores score(std::span<const uint32_t> ids, int64_t first) override {
    const size_t n = ids.size() - static_cast<size_t>(first);
    return {std::vector<float>(n, static_cast<float>(-1 - std::abs(value_ - best_))),
            std::vector<uint8_t>(n, 0)};
  }

 private:
  std::string text_;
  double value_ = 0;
  double best_ = 0;
};

TuneReport run(const TuneOptions& options) {
  static const auto codec = make_byte_codec();
  Valley scorer;
  return tune_scheme(scorer, {codec.get(), codec->bos(), 16, ""}, std::string(900, 'a'), options);
}

TEST(Tune, PutsTheBestValueIntoTheScheme) {
  const TuneReport report =
      run({.scheme = "ntk-mixed:s=8,b=?", .from = 0.1, .to = 1, .samples = 2, .trials = 25});
  EXPECT_NEAR(report.best.value, 0.7, 2e-3);
  EXPECT_THAT(report.scheme, HasSubstr("ntk-mixed:s=8,b=0.7"));
  EXPECT_FALSE(report.at_an_end);
}

TEST(Tune, ArgumentsOfWholeNumbersAreTriedAtWholeNumbers) {
  const TuneReport report =
      run({.scheme = "logn:clip+rerope:w=?", .from = 2, .to = 64, .samples = 2, .trials = 25});
  EXPECT_EQ(report.scheme, "logn:clip+rerope:w=40");
}

TEST(Tune, SaysWhereTheBestIsAnEndOfTheRange) {
  EXPECT_TRUE(run({.scheme = "rerope:w=?", .from = 2, .to = 30, .samples = 2}).at_an_end);
}

TEST(Tune, AsksForOneMarkInPlaceOfANumber) {
  for (const char* bad : {"rerope:w=8", "rerope:w=?,k=?", "?", "nothing:w=?", "rerope:v=?",
                          "lambda:w=8,sinkpos=?", "rerope:w=?8"}) {
    EXPECT_THROW(run({.scheme = bad, .from = 1, .to = 2}), Error) << bad;
  }
}

}  // namespace
}  // namespace yonder::lm
