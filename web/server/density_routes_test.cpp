// SPDX-License-Identifier: Apache-2.0
#include "tests/error_text.h"
#include "tests/web_app_fixture.h"
#include "yonder/density/fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace yonder::web {
namespace {

using testing::Contains;
using testing::HasSubstr;

class DensityRoutes : public WebAppFixture {
 protected:
  Json fit(const std::string& options, const std::string& data = R"({"demo":"five-peaks"})") {
    return json("POST", "/api/density/fit",
                R"({"data":)" + data + R"(,"options":)" + options + "}");
  }
  /// The text of a model of order 10 of five peaks on [-1, 1].
  std::string model() {
    return fit(R"({"domain":"interval:-1:1","order":"10"})").at("model").text();
  }
};

std::vector<double> numbers(const Json& list) {
  std::vector<double> values;
  for (const Json& value : list.array()) {
    values.push_back(value.real());
  }
  return values;
}

TEST_F(DensityRoutes, FitsWhatTheLibraryFits) {
  const Json answer =
      fit(R"({"domain":"circular:24","order":"2"})", R"({"values":[1,2,2.5,9,14,14.2,20,23]})");
  density::FitOptions options;
  options.domain = "circular:24";
  options.order = "2";
  density::FitReport report;
  const std::vector<double> values = {1, 2, 2.5, 9, 14, 14.2, 20, 23};
  const density::Model model = density::fit(values, {}, options, &report);
  EXPECT_EQ(answer.at("model").text(), model.to_json());
  EXPECT_EQ(answer.at("report").at("nll").real(), report.nll);
  EXPECT_LE(answer.at("report").at("gap").real(), 1e-8);
  EXPECT_EQ(answer.at("order").integer(), 2);
  EXPECT_EQ(answer.at("domain").text(), "circular:24");
  EXPECT_EQ(answer.at("command").text(),
            "printf '%s\\n' 1 2 2.5 9 14 14.2 20 23 | yonder density fit - --domain circular:24 "
            "--order 2 -o model.yfd");
}

TEST_F(DensityRoutes, DrawsAHistogramAndACurveOfAreaOne) {
  const Json answer = fit(R"({"domain":"interval:-1:1","order":"12"})");
  const Json& histogram = answer.at("histogram");
  const std::vector<double> edges = numbers(histogram.at("edges"));
  const std::vector<double> bars = numbers(histogram.at("density"));
  ASSERT_EQ(edges.size(), bars.size() + 1);
  double area = 0;
  for (size_t i = 0; i < bars.size(); ++i) {
    area += bars[i] * (edges[i + 1] - edges[i]);
  }
  EXPECT_NEAR(area, 1, 1e-5);
  EXPECT_EQ(histogram.at("outside").integer(), 0);
  const std::vector<double> x = numbers(answer.at("x"));
  const std::vector<double> pdf = numbers(answer.at("pdf"));
  double integral = 0;
  for (size_t i = 1; i < x.size(); ++i) {
    integral += 0.5 * (x[i] - x[i - 1]) * (pdf[i] + pdf[i - 1]);
  }
  EXPECT_NEAR(integral, 1, 1e-5);
  const std::vector<double> cdf = numbers(answer.at("cdf"));
  const std::vector<double> empirical = numbers(answer.at("empirical"));
  for (size_t i = 0; i < x.size(); ++i) {
    EXPECT_NEAR(cdf[i], empirical[i], 0.05);
  }
}

TEST_F(DensityRoutes, FitsASampleOfALongColumnAndSaysSo) {
  std::string file = "x\n";
  for (int i = 0; i < 25000; ++i) {
    file += fmt::format("{}\n", std::fmod(0.618034 * i, 1.0));
  }
  json("POST", "/api/numbers", file, "long.csv");
  const Json answer =
      fit(R"({"domain":"interval:0:1","order":"3"})", R"({"file":"n1","column":"x"})");
  EXPECT_EQ(answer.at("used").integer(), 20000);
  EXPECT_EQ(answer.at("values").integer(), 25000);
}

TEST_F(DensityRoutes, FindsModesByProminence) {
  const std::string text = json_text(model());
  const Json few =
      json("POST", "/api/density/modes", R"({"prominence":0.05,"model":)" + text + "}");
  const Json all = json("POST", "/api/density/modes", R"({"prominence":0,"model":)" + text + "}");
  const auto maxima = [](const Json& answer) {
    const Json::Array& modes = answer.at("modes").array();
    return std::count_if(modes.begin(), modes.end(),
                         [](const Json& mode) { return mode.at("maximum").boolean(); });
  };
  EXPECT_EQ(maxima(few), 5);
  EXPECT_GE(maxima(all), 5);
  EXPECT_EQ(few.at("command").text(),
            "yonder density modes model.yfd --antimodes --min-prominence 0.05");
}

TEST_F(DensityRoutes, EvaluatesAndInverts) {
  const std::string text = json_text(model());
  const auto evaluate = [&](const std::string& function, const std::string& at) {
    return numbers(
        json("POST", "/api/density/evaluate",
             R"({"function":")" + function + R"(","at":)" + at + R"(,"model":)" + text + "}")
            .at("values"));
  };
  const double median = evaluate("quantile", "[0.5]")[0];
  EXPECT_NEAR(evaluate("cdf", fmt::format("[{}]", median))[0], 0.5, 1e-10);
  EXPECT_NEAR(evaluate("probability", "[-0.5,0.25]")[0],
              evaluate("cdf", "[0.25]")[0] - evaluate("cdf", "[-0.5]")[0], 1e-12);
  EXPECT_NEAR(evaluate("probability", "[-1,1]")[0], 1, 1e-12);
}

TEST_F(DensityRoutes, GoesAroundACircle) {
  const std::string text = json_text(
      fit(R"({"domain":"circular:24","order":"4"})", R"({"demo":"hours"})").at("model").text());
  const auto between = [&](const std::string& at) {
    return numbers(json("POST", "/api/density/evaluate",
                        R"({"function":"probability","at":)" + at + R"(,"model":)" + text + "}")
                       .at("values"))[0];
  };
  EXPECT_NEAR(between("[22,2]") + between("[2,22]"), 1, 1e-12);
  EXPECT_NEAR(between("[0,12]") + between("[12,24]"), 1, 1e-12);
  EXPECT_GT(between("[12,24]"), 0);
  EXPECT_EQ(between("[0,24]"), 1);
  EXPECT_NEAR(between("[-2,2]"), between("[22,2]"), 1e-12);
  EXPECT_NEAR(between("[23,25]"), between("[23,24]") + between("[0,1]"), 1e-12);
  EXPECT_GT(between("[23,25]"), 0);
}

TEST_F(DensityRoutes, DrawsTheSameNumbersForTheSameSeed) {
  const std::string request = R"({"n":50,"seed":"3","model":)" + json_text(model()) + "}";
  const Json first = json("POST", "/api/density/sample", request);
  EXPECT_EQ(numbers(first.at("values")),
            numbers(json("POST", "/api/density/sample", request).at("values")));
  EXPECT_EQ(first.at("values").array().size(), 50U);
}

TEST_F(DensityRoutes, SavesAndOpensModels) {
  const std::string text = model();
  const HttpResponse file =
      call("POST", "/api/density/file", R"({"model":)" + json_text(text) + "}");
  const auto& bytes = std::get<std::string>(file.body);
  EXPECT_EQ(bytes.substr(0, 8), "YNDRYFDM");
  EXPECT_EQ(json("POST", "/api/density/models", bytes, "a.yfd").at("model").text(), text);
  EXPECT_EQ(json("POST", "/api/density/models", text, "a.json").at("model").text(), text);
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] { call("POST", "/api/density/models", "nothing", "a.yfd"); }),
              HasSubstr("a.yfd"));
}

TEST_F(DensityRoutes, DescribesAModelWithoutData) {
  const Json answer =
      json("POST", "/api/density/describe", R"({"model":)" + json_text(model()) + "}");
  EXPECT_EQ(answer.find("histogram"), nullptr);
  EXPECT_EQ(answer.at("x").array().size(), answer.at("pdf").array().size());
}

TEST_F(DensityRoutes, FitsAllValuesAsAJob) {
  const Json begun = json("POST", "/api/jobs",
                          R"({"kind":"density.fit","name":"mine.yfd","data":{"demo":"hours"},)"
                          R"("options":{"domain":"circular:24","order":"6"}})");
  const Json job = wait_for_job(begun.at("id").text());
  ASSERT_EQ(job.at("state").text(), "done");
  const Json& fitted = job.at("result").at("fitted");
  EXPECT_EQ(fitted.at("order").integer(), 6);
  EXPECT_THAT(fitted.at("model").text(), HasSubstr("hours"));
  EXPECT_THAT(job.at("command").text(), HasSubstr("-o mine.yfd"));
}

TEST_F(DensityRoutes, ComparesMethodsAsAJob) {
  const Json begun =
      json("POST", "/api/jobs",
           R"({"kind":"density.compare","name":"peaks","data":{"demo":"five-peaks"},)"
           R"("methods":["fbdm:14","normal"],"domain":"line"})");
  const Json job = wait_for_job(begun.at("id").text());
  ASSERT_EQ(job.at("state").text(), "done");
  const Json::Array& rows = job.at("result").at("comparison").array();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_LT(rows[0].at("test_nll").real(), rows[1].at("test_nll").real());
  EXPECT_EQ(job.at("result").at("curves").array().size(), 2U);
  EXPECT_THAT(job.at("command").text(), HasSubstr("--models fbdm:14,normal --holdout 0.2"));
}

TEST_F(DensityRoutes, SaysWhatIsWrongWithARequest) {
  const std::string data = R"({"data":{"demo":"hours"},"options":)";
  EXPECT_EQ(status("/api/density/fit", data + R"({"domain":"circle"}})"), 400);
  EXPECT_EQ(status("/api/density/fit", data + R"({"gamma":-1}})"), 400);
  EXPECT_EQ(status("/api/density/fit", data + R"({"ordr":"3"}})"), 400);
  EXPECT_EQ(status("/api/density/fit", data + R"({"threads":3}})"), 400);
  EXPECT_EQ(status("/api/density/fit", data + R"({"domain":"interval:0:1"}})"), 422);
  EXPECT_EQ(status("/api/density/fit", R"({"data":{"values":[1,1]}})"), 422);
  EXPECT_EQ(status("/api/density/fit", R"({"data":{"file":"n9"}})"), 404);
  EXPECT_EQ(status("/api/density/modes", R"({"model":"no model"})"), 422);
  const std::string with = R"({"model":)" + json_text(model()) + ",";
  EXPECT_EQ(status("/api/density/evaluate", with + R"("function":"pfd","at":[1]})"), 400);
  EXPECT_EQ(status("/api/density/evaluate", with + R"("function":"quantile","at":[2]})"), 422);
  EXPECT_EQ(status("/api/density/evaluate", with + R"("function":"probability","at":[2,1]})"), 400);
  EXPECT_EQ(status("/api/density/sample", with + R"("n":1000000})"), 400);
  EXPECT_EQ(status("/api/jobs", R"({"kind":"density.fit","name":"../x","data":{"demo":"hours"}})"),
            400);
}

TEST_F(DensityRoutes, DescribesTheOptionsOfTheFit) {
  std::vector<std::string> names;
  const Json form = json("GET", "/api/options/density.fit");
  for (const Json& field : form.at("fields").array()) {
    names.push_back(field.at("name").text());
  }
  EXPECT_THAT(names, Contains("gamma"));
  EXPECT_THAT(names, testing::Not(Contains("threads")));
}

}  // namespace
}  // namespace yonder::web
