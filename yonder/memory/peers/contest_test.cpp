// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/peers/contest.h"

#include "tests/error_text.h"

#include <cmath>

namespace yonder::memory {
namespace {

using testing::HasSubstr;

std::vector<ContestRow> contest(double (*u)(double), const ContestOptions& options = {}) {
  std::vector<double> samples;
  constexpr size_t kCount = 16384;
  for (size_t i = 0; i < kCount; ++i) {
    samples.push_back(u(static_cast<double>(i) / kCount));
  }
  return run_contest(samples, options);
}

const ContestRow& row_named(const std::vector<ContestRow>& rows, const std::string& name) {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const ContestRow& row) { return row.name == name; });
  EXPECT_NE(found, rows.end());
  return *found;
}

TEST(Contest, NobodyKeepsMoreThanTheBytes) {
  for (const ContestRow& row : contest([](double s) { return std::sin(40 * s); })) {
    EXPECT_LE(row.bytes, 1024) << row.name;
    EXPECT_GE(row.working, row.bytes) << row.name;
    EXPECT_GT(row.nanoseconds_per_sample, 0) << row.name;
  }
}

TEST(Contest, LegsWinsOnSmoothSignals) {
  const auto rows =
      contest([](double s) { return std::sin(170 * s) + 5 * s + 0.3 * std::cos(90 * s * s); });
  for (const ContestRow& row : rows) {
    if (row.name != "legs") {
      EXPECT_GT(row.relative, 3 * rows[0].relative) << row.name;
    }
  }
  EXPECT_LT(rows[0].relative, 0.01);
}

TEST(Contest, ThePyramidWinsOnStepsAtTheEdgesOfItsBins) {
  const auto rows =
      contest([](double s) { return std::floor(8 * s) * std::cos(std::floor(8 * s)); });
  EXPECT_LT(row_named(rows, "pyramid").rms_error, row_named(rows, "legs").rms_error);
}

TEST(Contest, AConstantHasNoDeviationToCompareWith) {
  for (const ContestRow& row : contest([](double) { return 3.0; }, {.bytes = 64})) {
    EXPECT_EQ(row.relative, 0) << row.name;
  }
}

TEST(Contest, WhatFloatsLoseIsAnError) {
  // Floats near 1.7e9 are 128 apart: the wave is lost.
  for (const ContestRow& row : contest([](double s) { return 1.7e9 + std::sin(40 * s); })) {
    EXPECT_GT(row.rms_error, 0.5) << row.name;
  }
}

TEST(Contest, BadOptionsAndTooFewSamplesAreRefused) {
  EXPECT_THAT(error_text(ErrorKind::bad_option,
                         [] { ContestOptions{.bytes = 1024, .peers = "ema,rings"}.validate(); }),
              HasSubstr("ring"));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [] { run_contest(std::vector<double>{1}, {}); }),
              HasSubstr("at least 2"));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [] {
                           run_contest(std::vector<double>{1, 1e38}, {}, nullptr, "adc");
                         }),
              HasSubstr("sample 1 of channel \"adc\", counted from 0, is 1e+38"));
}

}  // namespace
}  // namespace yonder::memory
