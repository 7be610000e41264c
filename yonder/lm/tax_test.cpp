// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/tax.h"

#include "yonder/base/error.h"
#include "yonder/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace yonder::lm {
namespace {

/// Loss 2 nats at any context. "near:a" costs 0.5 more from context 8 on, but nothing beyond N;
/// "lambda:..." 0.1 more beyond N = 16; "far" 0.2 more at twice that and 0.05 at four times.
class Costs : public TextScorer {
 public:
  UsedScheme use(std::string_view text, int64_t target) override {
    scheme_ = text;
    require(text != "nonsense", ErrorKind::bad_option, "no scheme {}", text);
    return {scheme_ + "@" + std::to_string(target), kUnlimited, {}};
  }
  Scores score(std::span<const uint32_t> ids, int64_t first) override {
    Scores scores;
    const auto length = static_cast<int64_t>(ids.size()) - 1;
    for (auto t = first; t <= length; ++t) {
      double loss = 2 + 0.001 * ids[static_cast<size_t>(t)];  // the same for all schemes
      if (scheme_ == "near" && length == 16 && t >= 8) {
        loss += 0.5;
      }
      if (scheme_.starts_with("lambda") && length > 16) {
        loss += 0.1;
      }
      if (scheme_ == "far") {
        loss += length == 32 ? 0.05 : length == 64 ? 0.2 : 0;
      }
      scores.log_probability.push_back(static_cast<float>(-loss));
      scores.hit.push_back(0);
    }
    return scores;
  }

 private:
  std::string scheme_;
};

std::vector<TaxRow> run(const std::vector<std::string>& schemes) {
  static const auto codec = make_byte_codec();
  std::string text;
  for (int i = 0; i < 700; ++i) {
    text += static_cast<char>('a' + i * i % 23);
  }
  Costs scorer;
  TaxOptions options;
  options.schemes = schemes;
  options.lengths = {32, 64};
  options.samples = 6;
  return extrapolation_tax(scorer, {codec.get(), codec->bos(), 16, ""}, text, options);
}

TEST(Tax, IsTheDifferenceAtEveryContextLength) {
  const TaxRow row = run({"near"}).front();
  ASSERT_EQ(row.by_length.size(), 16U);
  for (size_t n = 1; n <= 16; ++n) {
    EXPECT_NEAR(row.by_length[n - 1], n >= 8 ? 0.5 : 0, 1e-6) << n;
  }
  EXPECT_EQ(row.exact_up_to, 7);
  EXPECT_NEAR(row.tax.mean, 0.5 * 9 / 16, 1e-6);
  ASSERT_EQ(row.bins.size(), 5U);
  EXPECT_EQ(row.bins[2].first, 4);
  EXPECT_EQ(row.bins[2].last, 7);
  EXPECT_NEAR(row.bins[2].tax.mean, 0, 1e-9);
  EXPECT_NEAR(row.bins[3].tax.mean, 0.5, 1e-6);
  EXPECT_EQ(row.bins[4].last, 16);
}

TEST(Tax, OfTheUnmodifiedModelIsExactlyZero) {
  const TaxRow row = run({"rope"}).front();
  EXPECT_EQ(row.tax.mean, 0);
  EXPECT_EQ(row.exact_up_to, 16);
}

TEST(Tax, FindsTheFirstLengthAtWhichLambdaIsBetter) {
  const auto rows = run({"far,near"});
  EXPECT_EQ(rows[0].loses_at, 64);
  EXPECT_NEAR(rows[0].beyond[0].difference.mean, -0.05, 1e-6);
  EXPECT_NEAR(rows[0].beyond[1].difference.mean, 0.1, 1e-6);
  EXPECT_FALSE(rows[1].loses_at.has_value());
}

TEST(Tax, ComparesWithALambdaMaskOfTheTrainingLength) {
  EXPECT_EQ(run({"far"}).front().lambda, "lambda:w=12,sinks=4@64");
}

TEST(Tax, ABadSchemeIsFoundFirst) { EXPECT_THROW(run({"far", "nonsense"}), Error); }

TEST(Tax, RowsAreJson) {
  const Json json = parse_json(run({"near"}).front().to_json(), "row");
  EXPECT_EQ(json.at("exact_up_to").integer(), 7);
  EXPECT_EQ(json.at("by_length").array().size(), 16U);
}

}  // namespace
}  // namespace yonder::lm
