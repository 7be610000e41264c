// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/loop_options.h"

#include "tests/error_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::nn {
namespace {

using testing::HasSubstr;

TEST(TrainingTime, KnowsSecondsMinutesAndHours) {
  EXPECT_EQ(parse_training_time(""), 0);
  EXPECT_EQ(parse_training_time("60s"), 60);
  EXPECT_EQ(parse_training_time("1.5m"), 90);
  EXPECT_EQ(parse_training_time("2h"), 7200);
}

TEST(TrainingTime, RefusesWhatHasNoUnitOrIsNotAboveZero) {
  for (const char* text : {"90", "m", "-1m", "0s", "90 minutes", "nanm"}) {
    EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { parse_training_time(text); }),
                HasSubstr("--time"))
        << text;
  }
}

TEST(EmaDecay, LiesBetweenZeroAndOne) {
  EXPECT_EQ(parse_ema_decay("0.999"), 0.999);
  for (const char* text : {"0", "1", "-0.5", "x"}) {
    EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { parse_ema_decay(text); }),
                HasSubstr("--ema"))
        << text;
  }
}

TEST(LoopOptions, AskForAFolder) {
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { LoopOptions().validate(); }),
              HasSubstr("--out is missing"));
}

TEST(LoopOptions, EitherGoOnOrBeginAnew) {
  LoopOptions options;
  options.out = "run";
  options.resume = options.force = true;
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { options.validate(); }),
              HasSubstr("--resume and --force together"));
}

TEST(LoopOptions, CheckTheOptimisersRangesToo) {
  LoopOptions options;
  options.out = "run";
  options.optimizer.beta2 = 1;
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { options.validate(); }), HasSubstr("--beta2"));
  options.optimizer.beta2 = 0.95;
  options.optimizer.schedule = "cosin";
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { options.validate(); }), HasSubstr("cosine"));
}

}  // namespace
}  // namespace yonder::nn
