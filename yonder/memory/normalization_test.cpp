// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/normalization.h"

#include "yonder/base/error.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <vector>

namespace yonder::memory {
namespace {

TEST(Normalization, ScalesAreThoseOfTheirDefinitions) {
  const std::vector<double> hippo = {2, 3, 5};
  const auto orthonormal = convert(hippo, Normalization::hippo, Normalization::orthonormal);
  const auto value = convert(hippo, Normalization::hippo, Normalization::value);
  const auto lmu = convert(hippo, Normalization::hippo, Normalization::lmu);
  EXPECT_DOUBLE_EQ(orthonormal[2], 5 * std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(value[1], 3 * std::sqrt(3.0));
  EXPECT_DOUBLE_EQ(lmu[1], -3 * std::sqrt(3.0));
  EXPECT_DOUBLE_EQ(lmu[2], 5 * std::sqrt(5.0));
}

RC_GTEST_PROP(Normalization, EveryConversionReadsBack, (const std::vector<int16_t>& numbers)) {
  const std::vector<double> start(numbers.begin(), numbers.end());
  for (const std::string& from : normalization_names()) {
    for (const std::string& to : normalization_names()) {
      const auto a = parse_normalization(from);
      const auto b = parse_normalization(to);
      const auto back = convert(convert(start, a, b), b, a);
      for (size_t n = 0; n < start.size(); ++n) {
        RC_ASSERT(std::abs(back[n] - start[n]) <= 1e-15 * std::abs(start[n]) * 4);
      }
    }
  }
}

TEST(Normalization, UnknownNameNamesTheNearest) {
  try {
    parse_normalization("hipo");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::bad_option);
    EXPECT_NE(std::string(error.what()).find("hippo"), std::string::npos);
  }
}

}  // namespace
}  // namespace yonder::memory
