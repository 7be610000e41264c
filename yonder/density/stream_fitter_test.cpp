// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/stream_fitter.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace yonder::density {
namespace {

FitOptions options_for(const std::string& domain, const std::string& order) {
  FitOptions options;
  options.domain = domain;
  options.order = order;
  return options;
}

std::vector<double> bumps(size_t n) {
  Rng rng(1);
  std::vector<double> y(n);
  for (double& value : y) {
    value = rng.below(3) == 0 ? 5 + 0.3 * rng.normal() : 2 + rng.normal();
  }
  return y;
}

void push_in_chunks(StreamFitter& fitter, const std::vector<double>& values, size_t chunk,
                    const std::vector<double>& weights = {}) {
  for (size_t first = 0; first < values.size(); first += chunk) {
    const size_t count = std::min(chunk, values.size() - first);
    fitter.push({values.data() + first, count},
                weights.empty() ? std::span<const double>()
                                : std::span<const double>(weights.data() + first, count));
  }
}

TEST(StreamFitter, OfChunksIsTheFitOfTheWhole) {
  const std::vector<double> values = bumps(50'000);
  for (const char* domain : {"circular:24@-10", "interval:-10:20", "reflected:-10:20"}) {
    const FitOptions options = options_for(domain, "12");
    FitReport whole, streamed;
    const Model expected = fit(values, {}, options, &whole);
    StreamFitter fitter(options);
    push_in_chunks(fitter, values, 777);
    const Model model = fitter.finish(&streamed);
    EXPECT_NEAR(streamed.nll, whole.nll, 1e-10) << domain;
    EXPECT_LE(streamed.gap, 1e-8) << domain;
    EXPECT_LE(optimality_gap(model, values, {}), 2e-8) << domain;
    EXPECT_EQ(streamed.samples, whole.samples);
  }
}

TEST(StreamFitter, OnTheLineTakesTheBaseOfTheFirstChunk) {
  const std::vector<double> values = bumps(20'000);
  FitOptions options = options_for("line", "8");
  StreamFitter fitter(options);
  push_in_chunks(fitter, values, 5'000);
  FitReport streamed;
  const Model model = fitter.finish(&streamed);
  FitReport first_report;
  const Model first = fit({values.data(), 5'000}, {}, options, &first_report);
  EXPECT_EQ(model.base(), first.base());
  EXPECT_LE(optimality_gap(model, values, {}), 2e-8);
}

TEST(StreamFitter, WeighsChunksAsTheWhole) {
  const std::vector<double> values = bumps(3'000);
  std::vector<double> weights(values.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    weights[i] = i < 100 ? 0 : static_cast<double>(1 + i % 7);
  }
  const FitOptions options = options_for("circular:24@-10", "6");
  FitReport whole, streamed;
  fit(values, weights, options, &whole);
  StreamFitter fitter(options);
  push_in_chunks(fitter, values, 100, weights);
  fitter.finish(&streamed);
  EXPECT_NEAR(streamed.nll, whole.nll, 1e-10);
  EXPECT_EQ(streamed.samples, whole.samples);
}

TEST(StreamFitter, FitsAgainAfterMoreValues) {
  const std::vector<double> values = bumps(2'000);
  const FitOptions options = options_for("circular:24@-10", "4");
  StreamFitter fitter(options);
  fitter.push({values.data(), 1'000});
  const Model half = fitter.finish();
  fitter.push({values.data() + 1'000, 1'000});
  FitReport all, whole;
  fitter.finish(&all);
  fit(values, {}, options, &whole);
  EXPECT_NEAR(all.nll, whole.nll, 1e-10);
  EXPECT_EQ(half.info().samples, 1'000);
}

TEST(StreamFitter, CountsRowsFromTheStartOfTheStream) {
  StreamFitter fitter(options_for("interval:0:1", "1"));
  fitter.push(std::vector<double>{0.1, 0.2, 0.3});
  try {
    fitter.push(std::vector<double>{0.4, 1.5});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("value 4 is 1.5"));
  }
  FitReport report;
  fitter.finish(&report);
  EXPECT_EQ(report.samples, 3) << "the chunk with an error changed nothing";
}

TEST(StreamFitter, RefusesWhatAStreamCannotDo) {
  FitOptions options = options_for("line", "auto");
  EXPECT_THROW(StreamFitter{options}, Error);
  options = options_for("line", "3");
  options.learn_map = true;
  EXPECT_THROW(StreamFitter{options}, Error);
  options = options_for("line", "3");
  options.optimizer = "adam";
  EXPECT_THROW(StreamFitter{options}, Error);
}

TEST(StreamFitter, RefusesTooFewDistinctValues) {
  StreamFitter empty(options_for("circular:24", "2"));
  EXPECT_THROW(empty.finish(), Error);
  StreamFitter fitter(options_for("circular:24", "2"));
  fitter.push(std::vector<double>{1, 1, 1, 1});
  EXPECT_THROW(fitter.finish(), Error);
  fitter.push(std::vector<double>{2, 3});
  EXPECT_THROW(fitter.finish(), Error);
  fitter.push(std::vector<double>{4});
  EXPECT_NO_THROW(fitter.finish());
}

}  // namespace
}  // namespace yonder::density
