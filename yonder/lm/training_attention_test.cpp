// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/training_attention.h"

#include "tests/error_text.h"
#include "yonder/lm/position/scheme_reference.h"
#include "yonder/nn/random_tensor.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace yonder::lm {
namespace {

constexpr int64_t kLength = 23;
constexpr int64_t kWidth = 8;
const RopeSpec kRope = {kWidth, 1e4, 16};
const double kScale = 1 / std::sqrt(static_cast<double>(kWidth));

/// Every kind of term a model is trained with.
const std::vector<std::string> kSchemes = {"rope",
                                           "nope",
                                           "pi:s=2",
                                           "yarn:s=2",
                                           "window:w=5",
                                           "lambda:w=6,sinks=2",
                                           "rerope:w=6",
                                           "leaky:w=4,k=1/4",
                                           "selfext:w=6,G=3",
                                           "rope+logn:train",
                                           "nope+alibi",
                                           "nope+kerple-log:r1=0.5/2/1/3,r2=1",
                                           "nope+sandwich",
                                           "xpos"};

at::Tensor normal(at::IntArrayRef shape, uint64_t stream) {
  at::Tensor t = at::empty(shape);
  nn::fill_normal(t, 1, 21, stream);
  return t;
}

struct Inputs {
  at::Tensor q = normal({2, 4, kLength, kWidth}, 0);
  at::Tensor k = normal({2, 2, kLength, kWidth}, 1);
  at::Tensor v = normal({2, 2, kLength, kWidth}, 2);
};

TrainingPositions positions_of(const std::string& scheme, int64_t length = kLength) {
  return {PositionScheme::parse(scheme, kRope), length, /*heads=*/4, kScale, at::kCPU};
}

std::vector<double> numbers(const at::Tensor& t) {
  const at::Tensor wide = t.to(at::kDouble).contiguous();
  return {wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel()};
}

TEST(TrainingAttention, IsTheFormulaOfEveryScheme) {
  const Inputs in;
  for (const std::string& text : kSchemes) {
    const PositionScheme scheme = PositionScheme::parse(text, kRope);
    const at::Tensor out = training_attention(in.q, in.k, in.v, positions_of(text), at::kFloat);
    double worst = 0;
    for (int64_t b = 0; b < 2; ++b) {
      for (int64_t h = 0; h < 4; ++h) {
        const std::vector<double> k = numbers(in.k[b][h / 2]);
        const std::vector<double> v = numbers(in.v[b][h / 2]);
        for (int64_t i = 0; i < kLength; ++i) {
          const ReferenceRow row = attention_row_reference(scheme, i, numbers(in.q[b][h][i]), k, v,
                                                           {.head = h, .heads = 4});
          const std::vector<double> found = numbers(out[b][h][i]);
          for (size_t c = 0; c < found.size(); ++c) {
            worst = std::max(worst, std::abs(found[c] - row.output[c]));
          }
        }
      }
    }
    EXPECT_LT(worst, 5e-6) << text;
  }
}

TEST(TrainingAttention, HasTheGradientOfFiniteDifferences) {
  for (const std::string text : {"rope", "leaky:w=4,k=1/4", "window:w=5", "rope+logn:train"}) {
    const TrainingPositions positions = positions_of(text);
    const at::Tensor above = normal({2, 4, kLength, kWidth}, 3);
    Inputs in;
    const Inputs direction = {normal(in.q.sizes(), 4), normal(in.k.sizes(), 5),
                              normal(in.v.sizes(), 6)};
    const auto value = [&](double h) {
      const at::NoGradGuard no_grad;
      return (training_attention(in.q + h * direction.q, in.k + h * direction.k,
                                 in.v + h * direction.v, positions, at::kFloat)
                  .to(at::kDouble) *
              above)
          .sum()
          .item<double>();
    };
    const double slope = (value(5e-3) - value(-5e-3)) / 1e-2;
    for (at::Tensor* t : {&in.q, &in.k, &in.v}) {
      t->requires_grad_();
    }
    (training_attention(in.q, in.k, in.v, positions, at::kFloat) * above).sum().backward();
    const double found = ((in.q.grad() * direction.q).sum() + (in.k.grad() * direction.k).sum() +
                          (in.v.grad() * direction.v).sum())
                             .item<double>();
    EXPECT_NEAR(found, slope, 2e-3 * (1 + std::abs(slope))) << text;
  }
}

TEST(TrainingAttention, InBfloat16StaysNear) {
  const Inputs in;
  for (const std::string& text : kSchemes) {
    const at::Tensor wide = training_attention(in.q, in.k, in.v, positions_of(text), at::kFloat);
    const at::Tensor narrow =
        training_attention(in.q, in.k, in.v, positions_of(text), at::kBFloat16);
    EXPECT_EQ(narrow.scalar_type(), at::kBFloat16);
    EXPECT_LT((narrow.to(at::kFloat) - wide).abs().max().item<double>(), 0.05) << text;
  }
}

TEST(TrainingAttention, FollowsPositionsByTheirDistances) {
  const Inputs in;
  TrainingPositions positions = positions_of("rope");
  const at::Tensor before = training_attention(in.q, in.k, in.v, positions, at::kFloat);
  const at::Tensor ordinary = at::arange(kLength, at::kDouble).unsqueeze(0);
  positions.move_to(ordinary + 1000);
  EXPECT_TRUE(at::allclose(training_attention(in.q, in.k, in.v, positions, at::kFloat), before,
                           1e-4, 1e-5));
  // Twice the distances are what PI halves.
  positions.move_to(at::cat({ordinary, 2 * ordinary}));
  const at::Tensor stretched = training_attention(in.q, in.k, in.v, positions, at::kFloat);
  EXPECT_TRUE(at::allclose(stretched[0], before[0], 1e-4, 1e-5));
  EXPECT_FALSE(at::allclose(stretched[1], before[1], 1e-2, 1e-2));
  TrainingPositions interpolated = positions_of("pi:s=2");
  interpolated.move_to(2 * ordinary);
  EXPECT_TRUE(at::allclose(training_attention(in.q, in.k, in.v, interpolated, at::kFloat), before,
                           1e-4, 1e-5));
}

TEST(TrainingAttention, TakesABiasWithItsGradient) {
  const Inputs in;
  const TrainingPositions alibi = positions_of("nope+alibi");
  const TrainingPositions plain = positions_of("nope");
  at::Tensor bias = at::empty({4, kLength, kLength});
  const auto scheme = PositionScheme::parse("nope+alibi", kRope);
  for (int64_t h = 0; h < 4; ++h) {
    for (int64_t i = 0; i < kLength; ++i) {
      for (int64_t j = 0; j < kLength; ++j) {
        bias[h][i][j] = j <= i ? (*scheme.bias)(h, 4, i - j) : 0;
      }
    }
  }
  bias.requires_grad_();
  const at::Tensor out = training_attention(in.q, in.k, in.v, plain, at::kFloat, bias);
  EXPECT_TRUE(
      at::allclose(out, training_attention(in.q, in.k, in.v, alibi, at::kFloat), 1e-5, 1e-6));
  out.square().sum().backward();
  EXPECT_GT(bias.grad().abs().max().item<double>(), 0);
}

TEST(TrainingAttention, SaysWhatHasNoTrainingForm) {
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { positions_of("yarn+dyn:step=1"); }),
              testing::HasSubstr("dynamic scaling has no training form"));
}

}  // namespace
}  // namespace yonder::lm
