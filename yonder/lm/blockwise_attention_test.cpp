// SPDX-License-Identifier: Apache-2.0
// The tensor side of attention: strides, types, the merge form, errors, and the values of the
// specification. What the kernel computes: internal/attention_kernel_test.cpp.
#include "yonder/lm/blockwise_attention.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace yonder::lm {
namespace {

using ::testing::HasSubstr;

at::Tensor normal(std::vector<int64_t> shape, uint64_t stream) {
  at::Tensor x = at::empty(shape, at::kFloat);
  Rng rng(7, stream);
  for (int64_t n = 0; n < x.numel(); ++n) {
    x.data_ptr<float>()[n] = static_cast<float>(rng.normal());
  }
  return x;
}

struct Tensors {
  at::Tensor q = normal({4, 200, 32}, 0);
  at::Tensor k = normal({2, 200, 32}, 1);
  at::Tensor v = normal({2, 200, 32}, 2);
};

const RopeSpec kRope{.dims = 32, .base = 1e4, .train_length = 70};

double greatest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

TEST(Attention, MergeFormIsTheSame) {
  const Tensors t;
  for (const std::string name :
       {"rope", "nope", "window:w=37", "lambda:w=37,sinks=4", "lambda:w=37,sinks=4,sinkpos=slot",
        "yarn:s=4", "rerope:w=37+logn:clip", "leaky:w=37,k=4", "selfext:w=37,G=3",
        "ntk+dyn:step=64", "ntk+dyn:step=1", "yarn+leaky:w=37,k=4+dyn:step=48", "alibi", "xpos"}) {
    const PositionScheme scheme = PositionScheme::parse(name, kRope, 200);
    const at::Tensor whole = attention(t.q, t.k, t.v, scheme, 0);
    EXPECT_LT(greatest_difference(attention(t.q, t.k, t.v, scheme, 0, {.merge_form = true}), whole),
              3e-6)
        << name;
    const at::Tensor last =
        attention(t.q.slice(1, 150), t.k, t.v, scheme, 150, {.merge_form = true});
    EXPECT_LT(greatest_difference(last, whole.slice(1, 150)), 3e-6) << name << ", last queries";
  }
}

TEST(Attention, MergeFormReadsCachesThatDroppedKeys) {
  const Tensors t;
  const PositionScheme scheme = PositionScheme::parse("lambda:w=37,sinks=4", kRope);
  const at::Tensor whole = attention(t.q, t.k, t.v, scheme, 0);
  const at::Tensor k = at::cat({t.k.slice(1, 0, 4), t.k.slice(1, 150)}, 1);
  const at::Tensor v = at::cat({t.v.slice(1, 0, 4), t.v.slice(1, 150)}, 1);
  for (const bool merge : {false, true}) {
    const at::Tensor out = attention(t.q.slice(1, 190), k, v, scheme, 190,
                                     {.keys = {{0, 0, 4}, {4, 150, 50}}, .merge_form = merge});
    EXPECT_LT(greatest_difference(out, whole.slice(1, 190)), 3e-6) << merge;
  }
}

TEST(Attention, TakesAnyStrides) {
  const Tensors t;
  const PositionScheme scheme = PositionScheme::parse("rerope:w=37", kRope);
  const at::Tensor expected = attention(t.q, t.k, t.v, scheme, 0);
  const auto by_row = [](const at::Tensor& x) {
    return x.transpose(0, 1).contiguous().transpose(0, 1);
  };
  const auto by_channel = [](const at::Tensor& x) {
    return x.transpose(1, 2).contiguous().transpose(1, 2);
  };
  EXPECT_TRUE(attention(by_row(t.q), by_row(t.k), by_row(t.v), scheme, 0).equal(expected));
  EXPECT_TRUE(
      attention(by_channel(t.q), by_channel(t.k), by_channel(t.v), scheme, 0).equal(expected));
}

TEST(Attention, LiesReadyForTheOutputProjection) {
  const Tensors t;
  const at::Tensor out = attention(t.q, t.k, t.v, PositionScheme(kRope), 0);
  EXPECT_EQ(out.sizes(), t.q.sizes());
  EXPECT_TRUE(out.transpose(0, 1).is_contiguous());
}

TEST(Attention, Bf16StaysWithinItsRounding) {
  const Tensors t;
  const PositionScheme scheme = PositionScheme::parse("leaky:w=37,k=4", kRope);
  const at::Tensor expected = attention(t.q, t.k, t.v, scheme, 0);
  const auto narrow = [](const at::Tensor& x) { return x.to(at::kBFloat16); };
  const at::Tensor out = attention(narrow(t.q), narrow(t.k), narrow(t.v), scheme, 0);
  EXPECT_EQ(out.scalar_type(), at::kBFloat16);
  EXPECT_LT(greatest_difference(out, expected), 3e-2);
  const at::Tensor mixed = attention(t.q, narrow(t.k), narrow(t.v), scheme, 0);
  EXPECT_EQ(mixed.scalar_type(), at::kFloat);
}

TEST(Attention, ScalesByTheGivenFactor) {
  const Tensors t;
  const PositionScheme scheme(kRope);
  const double root = std::sqrt(32.0);
  EXPECT_LT(greatest_difference(attention(t.q, t.k, t.v, scheme, 0, {.factor = 2 / root}),
                                attention(t.q * 2, t.k, t.v, scheme, 0)),
            2e-6);
}

// d = 8, base 1e4, N = 8, T = 16: first and last channel of the last row, from the specification's
// explicit relative-position program.
TEST(Attention, GivesTheSpecifiedRow) {
  const RopeSpec rope{.dims = 8, .base = 1e4, .train_length = 8};
  at::Tensor q = at::empty({1, 16, 8}), k = at::empty({1, 16, 8}), v = at::empty({1, 16, 8});
  for (int t = 0; t < 16; ++t) {
    for (int c = 0; c < 8; ++c) {
      const int at = 8 * t + c;
      q.data_ptr<float>()[at] = static_cast<float>(std::sin(0.7 * t + 1.3 * c + 0.2));
      k.data_ptr<float>()[at] = static_cast<float>(std::cos(0.5 * t - 0.9 * c + 0.1));
      v.data_ptr<float>()[at] = static_cast<float>(std::sin(0.3 * t * (c + 1) + 0.4));
    }
  }
  struct Row {
    std::string scheme;
    double first, last;
  };
  for (const Row& row :
       {Row{"rope", 0.225684, -0.009355}, Row{"nope", 0.328921, -0.046208},
        Row{"window:w=4", -0.929344, -0.188970}, Row{"lambda:w=4,sinks=2", -0.558190, -0.050804},
        Row{"pi:s=2", 0.289086, -0.022621}, Row{"ntk:s=2", 0.228473, -0.011291},
        Row{"yarn:s=2", 0.230416, -0.014907}, Row{"rerope:w=4+logn:clip", 0.167266, -0.032254},
        Row{"leaky:w=4,k=4", 0.249510, -0.023982}, Row{"leaky:w=4,k=1/4", -0.015471, -0.036141},
        Row{"selfext:w=4,G=3", 0.286475, -0.020919}, Row{"selfext:w=6,G=3", 0.238203, -0.002696}}) {
    const PositionScheme scheme = PositionScheme::parse(row.scheme, rope, 0, true);
    const at::Tensor out = attention(q, k, v, scheme, 0);
    EXPECT_NEAR(out[0][15][0].item<double>(), row.first, 1e-6) << row.scheme;
    EXPECT_NEAR(out[0][15][7].item<double>(), row.last, 1e-6) << row.scheme;
  }
  EXPECT_NEAR(attention(q, k, v, PositionScheme(rope), 0).sum().item<double>(), 27.70500133, 2e-5);
  EXPECT_NEAR(attention(q, k, v, PositionScheme::parse("rerope:w=4", rope), 0).sum().item<double>(),
              26.75518039, 2e-5);
  EXPECT_NEAR(
      attention(q, k, v, PositionScheme::parse("leaky:w=4,k=4", rope), 0).sum().item<double>(),
      26.50998791, 2e-5);
}

std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::bad_data);
    return error.what();
  }
  return "";
}

TEST(Attention, SaysWhichShapesDoNotFit) {
  const Tensors t;
  const PositionScheme scheme(kRope);
  EXPECT_THAT(error_of([&] { attention(t.q, t.k, t.v.slice(1, 1), scheme, 0); }),
              HasSubstr("v [2, 199, 32]"));
  EXPECT_THAT(error_of([&] { attention(t.q.slice(0, 1), t.k, t.v, scheme, 0); }),
              HasSubstr("a multiple of Hkv"));
  EXPECT_THAT(error_of([&] { attention(t.q[0], t.k, t.v, scheme, 0); }), HasSubstr("[H, Tq, d]"));
  EXPECT_THAT(error_of([&] { attention(t.q, t.k, t.v, PositionScheme(RopeSpec{.dims = 64}), 0); }),
              HasSubstr("32 channels and the position scheme turns 64"));
  EXPECT_THAT(error_of([&] { attention(t.q.to(at::kDouble), t.k, t.v, scheme, 0); }),
              HasSubstr("expected float or bfloat16"));
  EXPECT_THAT(error_of([&] { attention(t.q, t.k.to(at::kBFloat16), t.v, scheme, 0); }),
              HasSubstr("k as v"));
  EXPECT_THAT(error_of([&] { attention(t.q, t.k, t.v, scheme, -1); }), HasSubstr("stands at -1"));
  EXPECT_THAT(error_of([&] {
                attention(t.q, t.k, t.v, scheme, 0, {.keys = {{190, 0, 20}}});
              }),
              HasSubstr("rows 190..209 of 200"));
}

}  // namespace
}  // namespace yonder::lm
