// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/entropy_coder.h"

#include "tests/documented_dump.h"
#include "tests/error_text.h"
#include "yonder/base/random.h"
#include "yonder/density/fit.h"
#include "yonder/density/internal/interval_probability.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

namespace yonder::density {
namespace {

using testing::HasSubstr;

const std::vector<std::complex<double>> kCoefficients = {1, {0.5, -0.25}, {0, 0.3}};

Model line_model(const char* base = "logistic") {
  const std::vector<double> anchors = {-2, -1, 0, 1, 2};
  const double location = 0.3;
  const double scale = 1.5;
  return {Domain{}, BaseDistribution::fitted(base, anchors, {}, &location, &scale), kCoefficients};
}

std::vector<double> draw(const Model& model, size_t count, uint64_t seed = 1) {
  std::vector<double> values(count);
  model.sample(seed, 0, values);
  return values;
}

std::vector<double> rounded(std::vector<double> values, double step, double offset) {
  for (double& value : values) {
    value = std::nearbyint((value - offset) / step) * step + offset;
  }
  return values;
}

TEST(EntropyCoder, DecodesTheRoundedValues) {
  const Model model = line_model();
  for (const size_t count : {0, 1, 5, 4096, 20001}) {
    const std::vector<double> values = draw(model, count);
    for (const auto& [step, offset] : {std::pair{0.1, 0.0}, {0.02, 0.013}, {7.0, -100.0}}) {
      EXPECT_EQ(decode(encode(model, values, {.step = step, .offset = offset}), "x.yec"),
                rounded(values, step, offset));
    }
  }
}

TEST(EntropyCoder, EscapesWhatTheTableDoesNotHold) {
  const Model model = line_model();
  std::vector<double> values = draw(model, 1000);
  for (const double far : {1e3, -1e3, 1e9, -1e9, 1e15, -4e17, 55.5}) {
    values.insert(values.begin() + static_cast<ptrdiff_t>(values.size() / 2), far);
  }
  EncodeReport report;
  const std::string bytes = encode(model, values, {.step = 0.1}, &report);
  EXPECT_EQ(decode(bytes, "x.yec"), rounded(values, 0.1, 0));
  EXPECT_GE(report.escapes, 7U);
  EXPECT_TRUE(std::isfinite(report.cross_entropy));
}

TEST(EntropyCoder, NeedsNoMoreThanTheModelsEntropy) {
  for (const char* base : {"logistic", "normal", "laplace"}) {
    const Model model = line_model(base);
    const std::vector<double> values = draw(model, 100000);
    for (const double step : {0.5, 0.1, 0.02}) {
      EncodeReport report;
      const std::string bytes = encode(model, values, {.step = step}, &report);
      EXPECT_EQ(report.samples, values.size());
      const double bits = report.cross_entropy * static_cast<double>(values.size());
      EXPECT_LE(8 * static_cast<double>(report.bytes), bits * 1.0005 + 512) << base << ' ' << step;
      EXPECT_LT(report.table_bytes, 4000U);
      EXPECT_LT(bytes.size(), report.bytes + report.table_bytes + 1000);
    }
  }
}

// Figures of the specification, section 10: 3 T5 + 1 (five normal bumps), a model fitted to 20,000
// values, 100,000 others coded. Required: at most 0.05 % above the cross-entropy, states included.
TEST(EntropyCoder, ReachesTheRateOfAFittedModel) {
  const auto draw_bumps = [](size_t count, uint64_t stream) {
    Rng rng(1, stream);
    std::vector<double> values(count);
    for (double& value : values) {
      const uint64_t u = rng.below(9);
      const double mean = u < 1 ? -0.7 : u < 3 ? -0.35 : u < 6 ? 0 : u < 8 ? 0.35 : 0.7;
      value = 3 * (mean + 0.05 * rng.normal()) + 1;
    }
    return values;
  };
  const Model model = fit(draw_bumps(20000, 0), {}, {.order = "21"});
  const std::vector<double> values = draw_bumps(100000, 1);
  for (const auto& [step, expected] : {std::pair{0.1, 4.92476}, {0.02, 7.22709}}) {
    EncodeReport report;
    encode(model, values, {.step = step}, &report);
    EXPECT_NEAR(report.cross_entropy, expected, 0.02);
    EXPECT_LE(report.bits_per_sample, report.cross_entropy * 1.0005) << step;
    RecordProperty("excess_percent_at_" + std::to_string(step),
                   std::to_string(100 * (report.bits_per_sample / report.cross_entropy - 1)));
  }
}

TEST(EntropyCoder, WritesTheBytesOfItsDocument) {
  const Model model(Domain{}, BaseDistribution(1, {0.1, 2}), std::vector<std::complex<double>>{1});
  const std::vector<double> values = {0.2, -1.1, 0.9, 3.4, -0.4, 1.6, 100.2, 0.1, -2, 0.6};
  const std::string documented = documented_dump("docs/formats/density_stream.md");
  EXPECT_EQ(encode(model, values, {.step = 1, .precision = 12}), documented);
  EXPECT_EQ(decode(documented, "page"), (std::vector<double>{0, -1, 1, 3, 0, 2, 100, 0, -2, 1}));
}

RC_GTEST_PROP(EntropyCoder, IsTheIdentityOnRoundedValues, ()) {
  const auto bins = *rc::gen::container<std::vector<int32_t>>(rc::gen::arbitrary<int32_t>());
  const auto precision = *rc::gen::inRange<int64_t>(12, 21);
  std::vector<double> values(bins.size());
  for (size_t i = 0; i < bins.size(); ++i) {
    values[i] = 0.25 * bins[i] + 0.125;
  }
  const std::string bytes =
      encode(line_model(), values, {.step = 0.25, .offset = 0.125, .precision = precision});
  RC_ASSERT(decode(bytes, "x.yec") == values);
}

TEST(EntropyCoder, ReportsTheModelsOwnCrossEntropy) {
  const Model model = line_model();
  const std::vector<double> values = draw(model, 5000);
  EncodeReport report;
  encode(model, values, {.step = 0.01}, &report);
  std::vector<double> nats(values.size());
  model.logpdf(rounded(values, 0.01, 0), nats);
  double sum = 0;
  for (const double nat : nats) {
    sum -= nat + std::log(0.01);  // narrow bins: the density times their width
  }
  EXPECT_NEAR(report.cross_entropy, sum / 5000 / std::numbers::ln2, 1e-4);
}

TEST(EntropyCoder, WrapsValuesOnACircle) {
  const Model model(Domain::parse("circular:24"), std::nullopt, kCoefficients);
  const std::vector<double> values = {0, 1, 23.9, 24, 25.5, -1, -24.25, 240.1};
  EXPECT_EQ(decode(encode(model, values, {.step = 0.5}), "x.yec"),
            (std::vector<double>{0, 1, 24, 0, 1.5, 23, 24, 0}));
}

TEST(EntropyCoder, CodesEveryBinOfABoundedDomain) {
  for (const char* domain : {"circular:24", "interval:0:24", "reflected:0:24"}) {
    const Model model(Domain::parse(domain), std::nullopt,
                      std::vector<std::complex<double>>{1, 0.9, -0.2});
    const std::vector<double> values = draw(model, 20000);
    EncodeReport report;
    const std::string bytes = encode(model, values, {.step = 0.25, .offset = 0.1}, &report);
    EXPECT_EQ(decode(bytes, "x.yec"), rounded(values, 0.25, 0.1)) << domain;
    EXPECT_LE(8 * static_cast<double>(report.bytes), report.cross_entropy * 20000 * 1.0005 + 512)
        << domain;
  }
}

TEST(EntropyCoder, WorksAtEveryPrecision) {
  const Model model = line_model("student:3");
  const std::vector<double> values = draw(model, 3000);
  for (int64_t precision = 12; precision <= 24; ++precision) {
    EXPECT_EQ(decode(encode(model, values, {.step = 0.05, .precision = precision}), "x.yec"),
              rounded(values, 0.05, 0))
        << precision;
  }
}

TEST(EntropyCoder, RefusesValuesThatItCannotCode) {
  const auto refusal = [](const Model& model, std::vector<double> values) {
    return error_text(ErrorKind::bad_data, [&] { encode(model, values, {.step = 0.1}); });
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(refusal(line_model(), {1, 2, nan, nan}), HasSubstr("value 2 is nan"));
  EXPECT_THAT(refusal(line_model(), {-std::numeric_limits<double>::infinity()}),
              HasSubstr("value 0 is -inf"));
  EXPECT_THAT(refusal(line_model(), {1, 1e300}), HasSubstr("value 1 is 1e+300"));
  EXPECT_THAT(refusal(Model(Domain::parse("interval:0:1"), std::nullopt, kCoefficients), {0.5, 2}),
              HasSubstr("value 1 is 2, outside"));
  EXPECT_THAT(refusal(Model(Domain::parse("circular:24"), std::nullopt, kCoefficients), {nan}),
              HasSubstr("value 0 is nan"));
}

TEST(EntropyCoder, RefusesStepsThatMakeNoTable) {
  const auto refusal = [](double step) {
    return error_text(ErrorKind::bad_option,
                      [&] { encode(line_model(), std::vector<double>{1}, {.step = step}); });
  };
  EXPECT_THAT(refusal(0), HasSubstr("--step is 0"));
  EXPECT_THAT(refusal(-1), HasSubstr("step"));
  EXPECT_THAT(refusal(std::numeric_limits<double>::quiet_NaN()), HasSubstr("step"));
  EXPECT_THAT(refusal(1e-7), HasSubstr("pass a larger step or a higher precision"));
}

TEST(EntropyCoder, NeverReadsNumbersFromADamagedStream) {
  const Model model = line_model();
  std::vector<double> values = draw(model, 200);
  values[77] = 1e6;
  const std::string bytes = encode(model, values, {.step = 0.1});
  const std::vector<double> right = rounded(values, 0.1, 0);
  Rng rng(5);
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << rng.below(8)));
    try {
      EXPECT_EQ(decode(damaged, "x.yec"), right) << "byte " << i << " is padding";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind, ErrorKind::bad_data);
    }
  }
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(error_text(ErrorKind::bad_data,
                           [&] { decode(std::string_view(bytes).substr(0, size), "x.yec"); }),
                HasSubstr("x.yec"));
  }
}

TEST(IntervalProbability, HoldsInTheFarTails) {
  const Model model = line_model();
  const std::vector<double> low = {-900, 700, 3e3};
  const std::vector<double> high = {-899.9, 700.1, 3e3 + 0.1};
  std::vector<double> found(3);
  internal::log_interval_probability(model, low, high, found);
  std::vector<double> middle = {-899.95, 700.05, 3000.05};
  model.logpdf(middle, middle);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(found[i], middle[i] + std::log(0.1), 1e-3) << i;
  }
}

TEST(IntervalProbability, HoldsForIntervalsTooNarrowForADifference) {
  const Model model = line_model();
  const std::vector<double> low = {0.4, 20};
  const std::vector<double> high = {0.4 + 1e-12, 20 + 1e-12};
  std::vector<double> found(2);
  internal::log_interval_probability(model, low, high, found);
  std::vector<double> density = low;
  model.logpdf(density, density);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(found[i], density[i] + std::log(high[i] - low[i]), 1e-9);
  }
}

TEST(IntervalProbability, IsOneForEverythingAndZeroForNothing) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::vector<double> low = {-kInfinity, 1, -kInfinity};
  const std::vector<double> high = {kInfinity, 1, -1e9};
  std::vector<double> found(3);
  internal::log_interval_probability(line_model(), low, high, found);
  EXPECT_EQ(found[0], 0);
  EXPECT_EQ(found[1], -kInfinity);
  EXPECT_NEAR(found[2], -2e9 / 1.5, 1e3) << "below all doubles; its logarithm is not";
}

}  // namespace
}  // namespace yonder::density
