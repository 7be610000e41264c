// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/kerple_module.h"

#include "yonder/lm/position/scheme.h"

#include <gtest/gtest.h>

namespace yonder::lm {
namespace {

const RopeSpec kRope = {8, 1e4, 64};

TEST(Kerple, FindsItsTermInASchemesText) {
  EXPECT_EQ(kerple_term_of("nope+kerple-log:r1=2+logn:train"), "kerple-log:r1=2");
  EXPECT_EQ(kerple_term_of("kerple-power"), "kerple-power");
  EXPECT_FALSE(kerple_term_of("rope+alibi").has_value());
}

TEST(Kerple, BeginsAsTheSchemesBias) {
  for (const std::string term :
       {"kerple-log:r1=0.5/2/1,r2=1/3/0.25", "kerple-power:r1=0.3,r2=1.5"}) {
    const PositionScheme scheme = PositionScheme::parse("nope+" + term, kRope);
    const at::Tensor bias = Kerple(term, 3)->forward(12);
    for (int64_t h = 0; h < 3; ++h) {
      for (int64_t i = 0; i < 12; ++i) {
        for (int64_t j = 0; j < 12; ++j) {
          const double expected = j <= i ? (*scheme.bias)(h, 3, i - j) : 0;
          EXPECT_NEAR(bias[h][i][j].item<double>(), expected, 1e-5 * (1 + std::abs(expected)));
        }
      }
    }
  }
}

TEST(Kerple, LearnsAndGivesATermWithWhatItLearned) {
  for (const std::string term : {"kerple-log", "kerple-power"}) {
    Kerple kerple(term, 2);
    kerple->forward(9).square().sum().backward();
    const torch::NoGradGuard no_grad;
    for (at::Tensor& parameter : kerple->parameters()) {
      EXPECT_TRUE(parameter.grad().isfinite().all().item<bool>()) << term;
      EXPECT_TRUE(parameter.grad().ne(0).all().item<bool>()) << term;
      parameter.sub_(parameter.grad(), 0.01);
    }
    const PositionScheme learned = PositionScheme::parse("nope+" + kerple->term(), kRope);
    const at::Tensor bias = kerple->forward(9);
    for (int64_t h = 0; h < 2; ++h) {
      EXPECT_NEAR((*learned.bias)(h, 2, 8), bias[h][8][0].item<double>(), 1e-4) << term;
    }
    EXPECT_NE(kerple->term(), Kerple(term, 2)->term());
  }
}

}  // namespace
}  // namespace yonder::lm
