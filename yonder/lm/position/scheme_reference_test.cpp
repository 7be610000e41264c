// SPDX-License-Identifier: Apache-2.0
// The reference against values that were computed apart from it (explicit relative-position
// matrices in another language): d = 8, base 1e4, N = 8, T = 16, half layout unless said.
#include "yonder/lm/position/scheme_reference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>

namespace yonder::lm {
namespace {

constexpr int64_t kLength = 16;
constexpr int64_t kDims = 8;
const RopeSpec kRope{.dims = kDims, .base = 1e4, .train_length = 8};

struct Inputs {
  std::vector<double> q, k, v;
};

Inputs make_inputs() {
  Inputs inputs;
  for (int t = 0; t < kLength; ++t) {
    for (int c = 0; c < kDims; ++c) {
      inputs.q.push_back(std::sin(0.7 * t + 1.3 * c + 0.2));
      inputs.k.push_back(std::cos(0.5 * t - 0.9 * c + 0.1));
      inputs.v.push_back(std::sin(0.3 * t * (c + 1) + 0.4));
    }
  }
  return inputs;
}

ReferenceRow row_of(const std::string& text, int64_t i, const ReferenceHead& head = {},
                    int64_t target = 0) {
  static const Inputs kInputs = make_inputs();
  const auto q = std::span(kInputs.q).subspan(static_cast<size_t>(i) * kDims, kDims);
  return attention_row_reference(PositionScheme::parse(text, kRope, target, true), i, q, kInputs.k,
                                 kInputs.v, head);
}

constexpr double kHidden = -1000;  // stands for a key that is not visible

struct Vector {
  std::string scheme;
  std::vector<double> logits;
  double log_sum_exp, first, last;
};

const std::vector<Vector>& vectors() {
  static const std::vector<Vector> kVectors = {
      {"rope",
       {.70347, 1.00764, .94246, .90746, .83034, .33548, -.42850, -.87496, -.86928, -.82026,
        -.84178, -.55860, .09310, .59035, .62884, .55466},
       3.133175,
       0.225684,
       -0.009355},
      {"nope",
       {-.37922, .01789, .41061, .70280, .82292, .74156, .47865, .09854, -.30570, -.63508, -.80898,
        -.78481, -.56849, -.21299, .19467, .55466},
       2.935037,
       0.328921,
       -0.046208},
      {"window:w=4",
       {kHidden, kHidden, kHidden, kHidden, kHidden, kHidden, kHidden, kHidden, kHidden, kHidden,
        kHidden, kHidden, .09310, .59035, .62884, .55466},
       1.874715,
       -0.929344,
       -0.188970},
      {"lambda:w=4,sinks=2",
       {-.09056, .25649, kHidden, kHidden, kHidden, kHidden, kHidden, kHidden, kHidden, kHidden,
        kHidden, kHidden, .09310, .59035, .62884, .55466},
       2.166166,
       -0.558190,
       -0.050804},
      {"lambda:w=4,sinks=2,slot",
       {-.39421, .25649, kHidden, kHidden, kHidden, kHidden, kHidden, kHidden, kHidden, kHidden,
        kHidden, kHidden, .09310, .59035, .62884, .55466},
       2.138367,
       -0.584903,
       -0.063213},
      {"pi:s=2",
       {.38612, .62200, .76667, .87879, .91799, .77139, .37944, -.16101, -.62346, -.79869, -.64092,
        -.28853, .05606, .28007, .41514, .55466},
       3.125586,
       0.289086,
       -0.022621},
      {"ntk:s=2",
       {.66412, .97999, .92508, .90238, .84123, .36443, -.38372, -.82169, -.81826, -.78211, -.82308,
        -.55938, .07922, .57344, .61820, .55466},
       3.128411,
       0.228473,
       -0.011291},
      {"ntk-fixed:s=2",
       {-.06857, .17381, .57507, .81638, .60561, .11590, -.23300, -.32788, -.42175, -.63798,
        -.71091, -.37921, .17351, .52273, .55761, .55466},
       2.962939,
       0.136046,
       -0.025558},
      {"ntk-mixed:s=2",
       {-.26596, .35195, .85934, .94551, .66101, .33073, .14868, -.00509, -.29789, -.61794, -.65675,
        -.30323, .18439, .47101, .51903, .55466},
       3.062092,
       0.208590,
       -0.034991},
      {"yarn:s=2,turns",
       {.47026, .74160, .89738, 1.01354, 1.05366, .89050, .44943, -.16651, -.70012, -.90755,
        -.73092, -.32729, .06862, .32456, .47670, .63421},
       3.205986,
       0.315572,
       -0.023595},
      {"yarn:s=2",
       {.66100, 1.01004, .95519, .95898, .93553, .44265, -.36808, -.84320, -.83829, -.81846,
        -.90016, -.63415, .07158, .62960, .68985, .63421},
       3.167958,
       0.230416,
       -0.014907},
      {"rerope:w=4",
       {-.09056, .25649, .54075, .69261, .67489, .49194, .18855, -.16101, -.47115, -.66593, -.69767,
        -.55860, .09310, .59035, .62884, .55466},
       3.010961,
       0.162391,
       -0.029746},
      {"rerope:w=4+logn:clip",
       {-.12075, .34199, .72100, .92348, .89986, .65593, .25140, -.21468, -.62820, -.88791, -.93023,
        -.74480, .12413, .78714, .83845, .73954},
       3.131079,
       0.167266,
       -0.032254},
      {"leaky:w=4,k=4",
       {.02971, .38546, .68120, .87879, .93454, .81429, .51860, .10213, -.32802, -.64123, -.73059,
        -.55860, .09310, .59035, .62884, .55466},
       3.148242,
       0.249510,
       -0.023982},
      {"leaky:w=4,k=1/4",
       {-.41538, -.48592, .13183, -.10245, .29850, -.14905, .34837, -.75957, -.86499, -.85777,
        -.81951, -.55860, .09310, .59035, .62884, .55466},
       2.759347,
       -0.015471,
       -0.036141},
      {"selfext:w=4,G=3",
       {.55294, .97339, 1.15552, 1.02407, .85956, .48461, .41370, -.04525, -.49313, -.66103,
        -.84178, -.81644, .09310, .59035, .62884, .55466},
       3.231524,
       0.286475,
       -0.020919},
      {"selfext:w=6,G=3",
       {.56426, .93722, 1.08071, 1.05474, .69573, .16637, -.00899, -.50039, -.86928, -.82026,
        -.84178, -.55860, .09310, .59035, .62884, .55466},
       3.148198,
       0.238203,
       -0.002696},
  };
  return kVectors;
}

void expect_logits(const std::vector<double>& logits, const std::vector<double>& expected,
                   const std::string& name) {
  ASSERT_LE(expected.size(), logits.size()) << name;
  for (size_t j = 0; j < expected.size(); ++j) {
    if (expected[j] == kHidden) {
      EXPECT_EQ(logits[j], -std::numeric_limits<double>::infinity()) << name << ", j=" << j;
    } else {
      EXPECT_NEAR(logits[j], expected[j], 6e-6) << name << ", j=" << j;
    }
  }
}

TEST(SchemeReference, GivesTheSpecifiedRow) {
  for (const Vector& vector : vectors()) {
    const ReferenceRow row = row_of(vector.scheme, 15);
    ASSERT_EQ(row.logits.size(), vector.logits.size());
    expect_logits(row.logits, vector.logits, vector.scheme);
    EXPECT_NEAR(row.log_sum_exp, vector.log_sum_exp, 6e-7) << vector.scheme;
    EXPECT_NEAR(row.output.front(), vector.first, 6e-7) << vector.scheme;
    EXPECT_NEAR(row.output.back(), vector.last, 6e-7) << vector.scheme;
  }
}

TEST(SchemeReference, GivesTheSpecifiedRowUnderDynamicScaling) {
  const std::vector<double> yarn = {-.73677, -.80677, -.77583, -.80435, -.77085, -.43123,
                                    .22616,  .87754,  1.16044, 1.03188, .77016,  .62780};
  const std::vector<double> ntk = {.16151,  -.50565, -1.01715, -.95049, -.65299, -.54805,
                                   -.38542, .18324,  .80274,   .91525,  .67029,  .57983};
  expect_logits(row_of("yarn:turns+dyn:step=1", 11).logits, yarn, "yarn");
  expect_logits(row_of("ntk+dyn:step=1", 11).logits, ntk, "ntk");
  const auto scheme = PositionScheme::parse("yarn:turns+dyn:step=1", kRope);
  EXPECT_EQ(scheme.stretch_at(11), 1.5);
  EXPECT_NEAR(scheme.logit_factor(11), 1.08273704, 5e-9);
}

TEST(SchemeReference, SumsToTheSpecifiedValues) {
  struct Sums {
    std::string scheme;
    double logits, output, log_sum_exp;
  };
  for (const Sums& sums : {Sums{"rope", -2.78868247, 27.70500133, 32.45748820},
                           Sums{"rerope:w=4", -7.10837093, 26.75518039, 31.35816044},
                           Sums{"leaky:w=4,k=4", -7.43139044, 26.50998791, 31.48691566}}) {
    double logits = 0;
    double output = 0;
    double log_sum_exp = 0;
    for (int64_t i = 0; i < kLength; ++i) {
      const ReferenceRow row = row_of(sums.scheme, i);
      logits = std::accumulate(row.logits.begin(), row.logits.end(), logits);
      output = std::accumulate(row.output.begin(), row.output.end(), output);
      log_sum_exp += row.log_sum_exp;
    }
    EXPECT_NEAR(logits, sums.logits, 6e-9) << sums.scheme;
    EXPECT_NEAR(output, sums.output, 6e-9) << sums.scheme;
    EXPECT_NEAR(log_sum_exp, sums.log_sum_exp, 6e-9) << sums.scheme;
  }
}

TEST(SchemeReference, TurnsInterleavedPairs) {
  const std::vector<double> expected = {.48126,  .03416,  -.05750, .42772,  .58867,  .04511,
                                        -.37627, -.17022, -.04562, -.52831, -.89130, -.43097,
                                        .25241,  .33134,  .18593,  .55466};
  expect_logits(row_of("rope", 15, {.layout = PairLayout::interleaved}).logits, expected, "rope");
}

TEST(SchemeReference, TakesNormalisedKeysAndQueries) {
  Inputs inputs = make_inputs();
  const auto normalise = [](std::vector<double>& rows) {
    for (size_t t = 0; t < static_cast<size_t>(kLength); ++t) {
      const auto row = std::span(rows).subspan(t * kDims, kDims);
      const double norm = std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0));
      for (double& x : row) {
        x /= norm;
      }
    }
  };
  const PositionScheme rope(kRope);
  const auto q = std::span(inputs.q).subspan(15 * kDims, kDims);
  normalise(inputs.k);
  expect_logits(attention_row_reference(rope, 15, q, inputs.k, inputs.v, {.scale = 1}).logits,
                {.93815, 1.39209, 1.38418, 1.37316}, "KNA");
  normalise(inputs.q);
  const double scale = 4 * std::log(4);  // CosA, n = N/2
  expect_logits(attention_row_reference(rope, 15, q, inputs.k, inputs.v, {.scale = scale}).logits,
                {2.52001, 3.73933, 3.71810, 3.68848}, "CosA");
}

TEST(SchemeReference, TakesNoSignErrorOfThePostForReRope) {
  // q^T R^w k with +w, as post 9708 writes its last formula, would begin 0.24007 0.46965.
  const ReferenceRow row = row_of("rerope:w=4", 15);
  EXPECT_GT(std::abs(row.logits[0] - 0.24007), 0.3);
}

}  // namespace
}  // namespace yonder::lm
