// SPDX-License-Identifier: Apache-2.0
// The public fit: the specification's vector V4, bad input, invariances, the report.
#include "yonder/density/fit.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace yonder::density {
namespace {

using testing::HasSubstr;

const std::vector<double> kV4 = {-.9, -.5, -.45, 0, .1, .3, .35, .8};
const std::vector<double> kV4Weights = {1, 2, 1, 3, 1, 2, 1, 1};

FitOptions options_for(const std::string& domain, const std::string& order) {
  FitOptions options;
  options.domain = domain;
  options.order = order;
  return options;
}

std::vector<double> normal_values(size_t n, uint64_t seed, double mean, double deviation) {
  Rng rng(seed);
  std::vector<double> y(n);
  for (double& value : y) {
    value = mean + deviation * rng.normal();
  }
  return y;
}

void expect_error(ErrorKind kind, const std::string& part, const std::vector<double>& values,
                  const std::vector<double>& weights, const FitOptions& options) {
  try {
    fit(values, weights, options);
    ADD_FAILURE() << "no error; expected: " << part;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind, kind);
    EXPECT_THAT(error.what(), HasSubstr(part));
  }
}

TEST(Fit, AgreesWithVectorFour) {
  FitReport report;
  const Model model = fit(kV4, kV4Weights, options_for("interval:-1:1", "2"), &report);
  EXPECT_NEAR(report.nll, 0.5636121751558, 5e-14);
  EXPECT_LT(report.gap, 2e-9);
  const auto c = model.autocorrelation();
  EXPECT_NEAR(c[1].real(), 0.28363857, 1e-8);
  EXPECT_NEAR(c[1].imag(), 0.03530569, 1e-8);
  EXPECT_NEAR(c[2].real(), 0.08637285, 1e-8);
  EXPECT_NEAR(c[2].imag(), -0.10872424, 1e-8);
}

TEST(Fit, AgreesWithPenalisedVectorFour) {
  FitOptions options = options_for("interval:-1:1", "2");
  options.gamma = 0.01;
  FitReport report;
  const Model model = fit(kV4, kV4Weights, options, &report);
  EXPECT_NEAR(report.nll + report.penalty, 0.5770264335773, 5e-14);
  EXPECT_LT(report.gap, 0) << "a penalised fit has no certificate";
  const auto c = model.autocorrelation();
  EXPECT_NEAR(c[1].real(), 0.26874426, 1e-8);
  EXPECT_NEAR(c[1].imag(), 0.02833612, 1.5e-8);
  EXPECT_NEAR(c[2].real(), 0.05471699, 1e-8);
  EXPECT_NEAR(c[2].imag(), -0.09098988, 1e-8);
}

TEST(Fit, TakesValuesOfAnyMagnitude) {
  for (const double unit : {1e-300, 1e300}) {
    std::vector<double> values;
    for (int i = 1; i <= 20; ++i) {
      values.push_back(i * unit);
    }
    FitReport here;
    FitReport small;
    const Model model = fit(values, {}, options_for("line", "2"), &here);
    for (double& value : values) {
      value /= unit;
    }
    fit(values, {}, options_for("line", "2"), &small);
    EXPECT_NEAR(here.nll, small.nll + std::log(unit), 1e-8) << unit;
  }
}

TEST(Fit, WarnsOfABaseThatIsASpike) {
  for (const char* base : {"cauchy", "student:2"}) {
    FitOptions options = options_for("line", "0");
    options.base = base;
    FitReport report;
    fit(std::vector<double>{0, 0, 0, 0, 0, 0, 1}, {}, options, &report);
    EXPECT_THAT(report.warnings,
                testing::Contains(HasSubstr("shrunk to a spike: 6 values are equal to 0")))
        << base;
    FitReport heavy;
    fit(std::vector<double>{-1, -0.5, 0, 0.5, 1, 1e12}, {}, options, &heavy);
    EXPECT_THAT(heavy.warnings, testing::Not(testing::Contains(HasSubstr("spike"))));
  }
}

TEST(Fit, IsNeverAModelWithoutALikelihood) {
  FitOptions options = options_for("line", "1");
  options.scale = "1e-320";
  EXPECT_THROW(fit(kV4, {}, options), Error);
  EXPECT_THROW(fit(kV4, {}, options_for("circular:1e-310", "1")), Error);
}

TEST(Fit, SaysWhetherTheDataOrTheDomainHasOnePoint) {
  expect_error(ErrorKind::bad_data, "a single point;", {24, 24}, {},
               options_for("circular:24", "0"));
  expect_error(ErrorKind::bad_data, "all values fall on a single point of the domain circular:24",
               {0, 24, 48}, {}, options_for("circular:24", "0"));
  EXPECT_NO_THROW(fit(std::vector<double>{-1, 1}, {}, options_for("line", "0")));
}

TEST(Fit, RefusesWhatIsNotANumberByIndex) {
  std::vector<double> values = kV4;
  values[3] = std::nan("");
  expect_error(ErrorKind::bad_data, "value 3 is nan", values, {}, options_for("line", "1"));
  values[3] = std::numeric_limits<double>::infinity();
  expect_error(ErrorKind::bad_data, "value 3 is inf", values, {}, options_for("circular:24", "1"));
}

TEST(Fit, RefusesValuesOutsideAnIntervalByIndex) {
  for (const char* domain : {"interval:0:1", "reflected:0:1"}) {
    expect_error(ErrorKind::bad_data, "value 1 is -0.25, value 3 is 1.5",
                 {0.5, -0.25, 1, 1.5, 0, 0.25}, {}, options_for(domain, "1"));
  }
}

TEST(Fit, NamesAtMostFiveRows) {
  expect_error(ErrorKind::bad_data, "and 2 more", std::vector<double>(7, 2), {},
               options_for("interval:0:1", "1"));
}

TEST(Fit, RefusesASinglePoint) {
  const std::string sentence =
      "cannot fit a density to a single point; the likelihood is unbounded";
  for (const char* domain : {"line", "circular:24", "interval:0:4", "reflected:0:4"}) {
    expect_error(ErrorKind::bad_data, sentence, {3, 3, 3}, {}, options_for(domain, "1"));
    expect_error(ErrorKind::bad_data, sentence, {1, 2, 3}, {0, 5, 0}, options_for(domain, "1"));
  }
}

TEST(Fit, RefusesMoreParametersThanDistinctValuesUnlessPenalised) {
  FitOptions options = options_for("circular:24", "4");
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 7, 7, 7};
  expect_error(ErrorKind::bad_data, "order 4 has 8 free parameters, but there are only 7 different",
               values, {}, options);
  options.gamma = 1e-3;
  EXPECT_NO_THROW(fit(values, {}, options));
}

TEST(Fit, RefusesBadWeights) {
  const FitOptions options = options_for("line", "1");
  expect_error(ErrorKind::bad_data, "weight 1 is -1", {1, 2, 3}, {1, -1, 1}, options);
  expect_error(ErrorKind::bad_data, "weight 2 is nan", {1, 2, 3}, {1, 1, std::nan("")}, options);
  expect_error(ErrorKind::bad_data, "all weights are 0", {1, 2, 3}, {0, 0, 0}, options);
  expect_error(ErrorKind::bad_data, "2 weights were given for 3 values", {1, 2, 3}, {1, 1},
               options);
  expect_error(ErrorKind::bad_data, "no values", {}, {}, options);
}

TEST(Fit, RefusesBadOptions) {
  expect_error(ErrorKind::bad_option, "--order", kV4, {}, options_for("line", "many"));
  expect_error(ErrorKind::bad_option, "--order", kV4, {}, options_for("line", "65537"));
  expect_error(ErrorKind::bad_option, "--order", kV4, {}, options_for("line", "auto:9-3"));
  FitOptions options = options_for("line", "1");
  options.gamma = -1;
  expect_error(ErrorKind::bad_option, "--gamma", kV4, {}, options);
  options = options_for("line", "1");
  options.scale = "-2";
  expect_error(ErrorKind::bad_option, "--scale", kV4, {}, options);
}

TEST(Fit, WarnsOfAGapNotReached) {
  FitOptions options = options_for("circular:2", "3");
  options.max_steps = 1;
  FitReport report;
  fit(kV4, {}, options, &report);
  ASSERT_FALSE(report.warnings.empty());
  EXPECT_THAT(report.warnings[0], HasSubstr("> 1e-08"));
}

TEST(Fit, WarnsOfFewSamplesPerParameter) {
  FitReport report;
  fit(kV4, {}, options_for("circular:2", "1"), &report);
  ASSERT_EQ(report.warnings.size(), 1);
  EXPECT_THAT(report.warnings[0], HasSubstr("2 free parameters for 8 samples"));
  fit(normal_values(100, 1, 0, 1), {}, options_for("line", "2"), &report);
  EXPECT_TRUE(report.warnings.empty());
}

TEST(Fit, WeightsAreRepetitions) {
  std::vector<double> repeated;
  for (size_t i = 0; i < kV4.size(); ++i) {
    repeated.insert(repeated.end(), static_cast<size_t>(kV4Weights[i]), kV4[i]);
  }
  FitReport weighted_report, report;
  fit(kV4, kV4Weights, options_for("line", "2"), &weighted_report);
  fit(repeated, {}, options_for("line", "2"), &report);
  EXPECT_NEAR(weighted_report.nll, report.nll, 1e-9);
  EXPECT_EQ(weighted_report.samples, 8);
  EXPECT_EQ(report.samples, 12);
}

TEST(Fit, WeightsOfZeroAndTheirScaleDoNotMatter) {
  std::vector<double> values = kV4, weights = kV4Weights;
  for (double& w : weights) {
    w *= 1e307;
  }
  values.push_back(0.9);
  weights.push_back(0);
  FitReport report;
  fit(values, weights, options_for("interval:-1:1", "2"), &report);
  EXPECT_NEAR(report.nll, 0.5636121751558, 5e-14);
  EXPECT_EQ(report.samples, 8);
}

// Points x of a circle and their images under a shift: the densities agree to rounding.
TEST(Fit, OfShiftedCircularDataIsTheShiftedFit) {
  const std::vector<double> hours = normal_values(500, 2, 7, 3);
  std::vector<double> shifted(hours.size());
  const double shift = 6.1234;
  for (size_t i = 0; i < hours.size(); ++i) {
    shifted[i] = hours[i] + shift;
  }
  FitReport report, shifted_report;
  const Model model = fit(hours, {}, options_for("circular:24", "9"), &report);
  const Model moved = fit(shifted, {}, options_for("circular:24", "9"), &shifted_report);
  EXPECT_NEAR(report.nll, shifted_report.nll, 1e-12);
  std::vector<double> p(hours.size()), q(hours.size());
  model.pdf(hours, p);
  moved.pdf(shifted, q);
  for (size_t i = 0; i < p.size(); ++i) {
    EXPECT_NEAR(p[i], q[i], 1e-8);
  }
}

TEST(Fit, DoesNotDependOnTheNumberOfThreads) {
  const std::vector<double> values = normal_values(300'000, 3, 0, 1);
  FitOptions options = options_for("line", "20");
  options.threads = 1;
  const std::string expected = fit(values, {}, options).to_bytes();
  for (const int64_t threads : {2, 3}) {
    options.threads = threads;
    EXPECT_EQ(fit(values, {}, options).to_bytes(), expected);
  }
}

TEST(Fit, ReportsTheLikelihoodThatTheModelGives) {
  const std::vector<double> values = normal_values(1'000, 4, 5, 2);
  for (const char* domain : {"line", "circular:24", "interval:-10:20", "reflected:-10:20"}) {
    FitReport report;
    const Model model = fit(values, {}, options_for(domain, "6"), &report);
    std::vector<double> log_density(values.size());
    model.logpdf(values, log_density);
    double sum = 0;
    for (const double value : log_density) {
      sum += value;
    }
    EXPECT_NEAR(report.nll, -sum / 1000, 1e-12) << domain;
    EXPECT_LE(report.gap, 1e-8) << domain;
    EXPECT_NEAR(optimality_gap(model, values, {}), report.gap, 1e-8) << domain;
    EXPECT_EQ(model.info().samples, 1000) << domain;
    EXPECT_EQ(model.info().nll, report.nll) << domain;
  }
}

TEST(Fit, OfColumnsIsThatOfEachColumn) {
  const std::vector<std::vector<double>> columns = {
      normal_values(400, 5, 0, 1), normal_values(400, 6, 3, 2), normal_values(400, 7, -1, 0.5)};
  const FitOptions options = options_for("line", "5");
  std::vector<FitReport> reports;
  const std::vector<Model> models = fit_columns(columns, {}, options, &reports);
  ASSERT_EQ(models.size(), 3);
  for (size_t i = 0; i < columns.size(); ++i) {
    FitReport report;
    EXPECT_EQ(fit(columns[i], {}, options, &report).to_bytes(), models[i].to_bytes());
    EXPECT_EQ(report.nll, reports[i].nll);
  }
}

TEST(Fit, NamesTheColumnThatFails) {
  try {
    fit_columns({{1, 2, 3}, {1, std::nan(""), 3}}, {}, options_for("line", "1"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("column 1"));
    EXPECT_THAT(error.what(), HasSubstr("value 1 is nan"));
  }
}

class Cancelling : public Progress {
 public:
  void begin(std::string_view, uint64_t, std::string_view) override {}
  void advance(uint64_t) override {}
  void metric(std::string_view name, double) override { names.emplace_back(name); }
  void warn(std::string_view text) override { warnings.emplace_back(text); }
  bool cancelled() override { return cancel; }
  bool cancel = false;
  std::vector<std::string> names, warnings;
};

TEST(Fit, StopsWhenCancelled) {
  Cancelling progress;
  progress.cancel = true;
  try {
    fit(normal_values(1'000, 8, 0, 1), {}, options_for("line", "8"), nullptr, &progress);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::cancelled);
  }
}

TEST(Fit, ReportsFiguresForALiveCurve) {
  Cancelling progress;
  fit(kV4, {}, options_for("circular:2", "1"), nullptr, &progress);
  EXPECT_THAT(progress.names, testing::Contains("nll"));
  EXPECT_THAT(progress.names, testing::Contains("gap"));
  EXPECT_EQ(progress.warnings.size(), 1);
}

TEST(Fit, OfOrderZeroIsTheUniformDensity) {
  FitReport report;
  fit(kV4, {}, options_for("circular:24", "0"), &report);
  EXPECT_NEAR(report.nll, std::log(24), 1e-14);
  EXPECT_LE(report.gap, 1e-14);
}

}  // namespace
}  // namespace yonder::density
