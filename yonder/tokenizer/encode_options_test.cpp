// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/encode_options.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;

std::string refusal(const EncodeOptions& options) {
  return error_text(ErrorKind::bad_option, [&] { options.validate(); });
}

TEST(EncodeOptions, RejectAnAlphaThatIsNoFiniteNumberOrNegative) {
  for (const double alpha : {-1.0, -1e-300, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(refusal({.sample = true, .alpha = alpha}),
              "alpha must be a finite number >= 0; leave out --sample for deterministic encoding");
  }
  EncodeOptions{.sample = true, .alpha = 0}.validate();
}

TEST(EncodeOptions, RejectTwoWaysToSampleAtOnce) {
  EXPECT_THAT(refusal({.sample = true, .uniform = true}), HasSubstr("exclude each other"));
}

TEST(EncodeOptions, RejectANegativeLag) {
  EXPECT_THAT(refusal({.max_lag = -1}), HasSubstr("max-lag"));
}

TEST(EncodeOptions, NameTheNearestNormalization) {
  EXPECT_THAT(refusal({.normalize = "nfcc"}), HasSubstr("nfc"));
}

TEST(EncodeOptions, ListEachFieldOnceWithItsDefault) {
  EncodeOptions options;
  const std::string json = options_to_json([&](OptionVisitor& v) { options.visit(v); });
  for (const char* name : {"sample", "uniform", "alpha", "sampler", "seed", "epoch", "document",
                           "normalize", "bos", "eos", "parse-special", "max-lag"}) {
    EXPECT_THAT(json, HasSubstr("\"" + std::string(name) + "\""));
  }
}

TEST(LoadOptions, ListEachFieldOnceWithItsDefault) {
  LoadOptions options;
  const std::string json = options_to_json([&](OptionVisitor& v) { options.visit(v); });
  for (const char* name : {"scores", "log-scores", "cache", "add-bytes"}) {
    EXPECT_THAT(json, HasSubstr("\"" + std::string(name) + "\""));
  }
}

}  // namespace
}  // namespace yonder::tokenizer
