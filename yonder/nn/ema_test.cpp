// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/ema.h"

#include "tests/error_text.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::nn {
namespace {

TEST(Ema, StartsAsTheParametersAre) {
  const at::Tensor w = at::full({2}, 3.0F);
  const Ema ema(0.9, {{"w", w}});
  w.fill_(5);
  EXPECT_TRUE(at::equal(ema.average().at("w"), at::full({2}, 3.0F)));
}

TEST(Ema, IsTheDecayingSumOnceItsDecayIsReached) {
  const at::Tensor w = at::zeros({1});
  Ema ema(0.5, {{"w", w}});  // (1 + n) / (10 + n) >= 0.5 from n = 8 on
  double expected = 0;
  for (int step = 8; step < 14; ++step) {
    w.fill_(step);
    ema.update(step);
    expected = 0.5 * expected + 0.5 * step;
  }
  EXPECT_NEAR(ema.average().at("w").item<double>(), expected, 1e-6);
}

TEST(Ema, ForgetsTheStartFasterWhileItIsYoung) {
  const at::Tensor w = at::zeros({1});
  Ema ema(0.999, {{"w", w}});
  w.fill_(1);
  ema.update(1);  // d = 2 / 11
  EXPECT_NEAR(ema.average().at("w").item<double>(), 9.0 / 11, 1e-6);
}

TEST(Ema, GoesOnFromAStoredAverage) {
  const at::Tensor w = at::full({2}, 1.0F);
  Ema ema(0.9, {{"w", w}});
  ema.load({{"w", at::full({2}, 7.0F)}});
  EXPECT_TRUE(at::equal(ema.average().at("w"), at::full({2}, 7.0F)));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] {
                           ema.load({{"w", at::zeros({3})}});
                         }),
              testing::HasSubstr("the average of decay 0.9 has no tensor w"));
}

}  // namespace
}  // namespace yonder::nn
