// SPDX-License-Identifier: Apache-2.0
// The contract of every row of the table: a new term is tested here before its author writes a
// test.
#include "yonder/lm/position/table.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"
#include "yonder/lm/position/explain.h"
#include "yonder/lm/position/scheme_reference.h"
#include "yonder/lm/position/scheme_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace yonder::lm {
namespace {

constexpr int64_t kTrain = 64;
constexpr int64_t kLong = 16 * kTrain;
const RopeSpec kRope{.dims = 8, .base = 1e4, .train_length = kTrain};

std::string term_text(const std::string& name, const std::string& arguments) {
  return arguments.empty() ? name : name + ":" + arguments;
}

/// The row's example as a scheme; a term that needs a table which takes s gets one.
std::string example_of(const SchemeTerm& term) {
  const std::string text = term_text(term.name, term.example);
  return term.group == TermGroup::dynamic ? "yarn+" + text : text;
}

std::string neutral_of(const SchemeTerm& term) {
  if (term.theta != nullptr && term.theta->takes_stretch) {
    return term_text(term.name, term.example).replace(term.name.size() + 1, 3, "s=1");
  }
  return term.neutral.empty() ? "" : term_text(term.name, term.neutral);
}

struct Inputs {
  std::vector<double> q, k, v;
};

const Inputs& inputs() {
  static const Inputs kInputs = [] {
    Inputs made;
    const auto size = static_cast<size_t>(kLong * kRope.dims);
    for (auto* rows : {&made.q, &made.k, &made.v}) {
      Rng rng(7, static_cast<uint64_t>(made.q.size() + made.k.size()));
      rows->resize(size);
      for (double& x : *rows) {
        x = rng.normal();
      }
    }
    return made;
  }();
  return kInputs;
}

ReferenceRow row_of(const PositionScheme& scheme, int64_t i) {
  const auto d = static_cast<size_t>(kRope.dims);
  const auto q = std::span(inputs().q).subspan(static_cast<size_t>(i) * d, d);
  return attention_row_reference(scheme, i, q, inputs().k, inputs().v, {.head = 1, .heads = 4});
}

PositionScheme scheme_of(const std::string& text) {
  return PositionScheme::parse(text, kRope, kLong);
}

TEST(SchemeTable, StaysFiniteAtSixteenTimesTheTrainingLength) {
  for (const SchemeTerm& term : scheme_terms()) {
    const PositionScheme scheme = scheme_of(example_of(term));
    for (const int64_t i : {int64_t{0}, kTrain - 1, kTrain, kLong - 1}) {
      const ReferenceRow row = row_of(scheme, i);
      EXPECT_TRUE(std::isfinite(row.log_sum_exp)) << term.name << ", i=" << i;
      for (const double x : row.output) {
        EXPECT_TRUE(std::isfinite(x)) << term.name << ", i=" << i;
      }
    }
    EXPECT_TRUE(std::isfinite(scheme.relative(1000000000, 0))) << term.name;
    EXPECT_TRUE(std::isfinite(scheme.logit_factor(1000000000))) << term.name;
  }
}

TEST(SchemeTable, IsRopeBitForBitAtNeutralArguments) {
  const PositionScheme rope(kRope);
  for (const SchemeTerm& term : scheme_terms()) {
    const std::string neutral = neutral_of(term);
    if (neutral.empty()) {
      continue;
    }
    const PositionScheme scheme = scheme_of(neutral);
    for (const int64_t i : {int64_t{0}, kTrain - 1, kLong - 1}) {
      const ReferenceRow row = row_of(scheme, i);
      const ReferenceRow plain = row_of(rope, i);
      EXPECT_EQ(row.logits, plain.logits) << neutral << ", i=" << i;
      EXPECT_EQ(row.output, plain.output) << neutral << ", i=" << i;
    }
  }
}

TEST(SchemeTable, IsRopeBitForBitWithinItsWindow) {
  const PositionScheme rope(kRope);
  for (const std::string text :
       {"rerope:w=64", "leaky:w=64,k=16", "leaky:w=64,k=1/16", "selfext:w=64,G=8", "window:w=64",
        "lambda:w=64", "lambda:w=64,slot", "lambda:w=64,true"}) {
    const PositionScheme scheme = scheme_of(text);
    for (int64_t i = 0; i < 64; ++i) {
      EXPECT_EQ(row_of(scheme, i).logits, row_of(rope, i).logits) << text << ", i=" << i;
    }
  }
}

TEST(SchemeTable, IsRopeBitForBitWithinTheTrainingLengthUnderDynamicScaling) {
  const PositionScheme rope(kRope);
  for (const rotary::ThetaKind& kind : rotary::theta_kinds()) {
    if (!kind.takes_stretch) {
      continue;
    }
    for (const std::string step : {"+dyn:step=1", "+dyn:step=16", "+dyn"}) {
      const PositionScheme scheme = scheme_of(term_text(kind.name, kind.example) + step);
      for (const int64_t i : {int64_t{0}, int64_t{31}, kTrain - 1}) {
        EXPECT_EQ(row_of(scheme, i).logits, row_of(rope, i).logits) << kind.name << step;
      }
    }
  }
}

TEST(SchemeTable, EndsLeakyInReRopeForLargeSteps) {
  const PositionScheme leaky = scheme_of("leaky:w=16,k=1e12");
  const PositionScheme rerope = scheme_of("rerope:w=16");
  const ReferenceRow a = row_of(leaky, kLong - 1);
  const ReferenceRow b = row_of(rerope, kLong - 1);
  for (size_t j = 0; j < a.logits.size(); ++j) {
    EXPECT_NEAR(a.logits[j], b.logits[j], 1e-6);
  }
}

TEST(SchemeTable, ForgetsTheOrderOfFarKeysUnderReRope) {
  const PositionScheme scheme = scheme_of("rerope:w=16");
  const ReferenceRow row = row_of(scheme, kLong - 1);
  Inputs turned = inputs();  // the far keys in reverse, with their values
  const auto d = static_cast<size_t>(kRope.dims);
  const auto far = static_cast<size_t>(kLong - 16);
  for (size_t j = 0; j < far; ++j) {
    for (size_t c = 0; c < d; ++c) {
      turned.k[j * d + c] = inputs().k[(far - 1 - j) * d + c];
      turned.v[j * d + c] = inputs().v[(far - 1 - j) * d + c];
    }
  }
  const auto q = std::span(turned.q).subspan(static_cast<size_t>(kLong - 1) * d, d);
  const ReferenceRow reversed = attention_row_reference(scheme, kLong - 1, q, turned.k, turned.v);
  EXPECT_NEAR(reversed.log_sum_exp, row.log_sum_exp, 1e-12);
  for (size_t c = 0; c < d; ++c) {
    EXPECT_NEAR(reversed.output[c], row.output[c], 1e-12);
  }
}

/// Keys and positions moved on together; the distances are what a rotation sees.
TEST(SchemeTable, DependsOnDistancesAloneUnlessItSaysOtherwise) {
  for (const SchemeTerm& term : scheme_terms()) {
    if (term.group == TermGroup::dynamic || term.group == TermGroup::log_n ||
        term.name == "selfext") {
      continue;
    }
    const PositionScheme scheme = scheme_of(example_of(term));
    for (const int64_t i : {int64_t{5}, int64_t{700}}) {
      for (int64_t j = 0; j <= i; j += 5) {
        EXPECT_NEAR(scheme.relative(i + 1000, j + 1000), scheme.relative(i, j), 1e-9) << term.name;
      }
    }
    EXPECT_EQ(scheme.logit_factor(5), scheme.logit_factor(5000)) << term.name;
  }
}

TEST(SchemeTable, KeepsSelfExtendUnderShiftsByWholeGroupsOnly) {
  const PositionScheme scheme = scheme_of("selfext:w=16,G=8");
  EXPECT_EQ(scheme.relative(700 + 8, 3 + 8), scheme.relative(700, 3));
  EXPECT_NE(scheme.relative(703 + 1, 3 + 1), scheme.relative(703, 3));
}

TEST(SchemeTable, ReadsBackEveryCanonicalText) {
  for (const SchemeTerm& term : scheme_terms()) {
    const PositionScheme scheme = scheme_of(example_of(term));
    const PositionScheme again = scheme_of(scheme.canonical());
    EXPECT_EQ(again.canonical(), scheme.canonical());
    EXPECT_EQ(again.near, scheme.near) << term.name;
    EXPECT_EQ(again.far, scheme.far) << term.name;
    EXPECT_EQ(again.theta_at(500).theta, scheme.theta_at(500).theta) << term.name;
    EXPECT_EQ(row_of(again, 500).logits, row_of(scheme, 500).logits) << term.name;
  }
}

TEST(SchemeTable, RefusesUnknownArgumentsInEveryRow) {
  for (const SchemeTerm& term : scheme_terms()) {
    const std::string text = example_of(term);
    const std::string joint = term.example.empty() ? ":" : ",";
    EXPECT_THROW(scheme_of(text + joint + "unheard=1"), Error) << term.name;
    EXPECT_THROW(scheme_of(text + joint + "unheard"), Error) << term.name;
  }
}

TEST(SchemeTable, DescribesEveryRowAndArgument) {
  for (const SchemeTerm& term : scheme_terms()) {
    EXPECT_FALSE(term.help.empty()) << term.name;
    EXPECT_FALSE(term.source.empty()) << term.name;
    for (const rotary::ArgumentSpec& argument : term.arguments) {
      EXPECT_FALSE(argument.help.empty()) << term.name << ":" << argument.name;
    }
  }
}

TEST(SchemeTable, GroupsItsTermsAsTheyAreWritten) {
  for (const SchemeTerm& term : scheme_terms()) {
    EXPECT_EQ(term.group == TermGroup::theta, term.theta != nullptr) << term.name;
    EXPECT_EQ(find_scheme_term(term.name), &term);
    EXPECT_EQ(find_layout_term(term.name), nullptr);
  }
}

TEST(SchemeTable, LaysOutEveryLayoutForEveryDepth) {
  for (const LayoutTerm& term : layout_terms()) {
    for (const int64_t layers : {3, 4, 24, 80}) {
      const SchemeSet set =
          SchemeSet::parse(term_text(term.name, term.example), kRope, layers, kLong);
      EXPECT_EQ(set.layers(), layers);
      EXPECT_EQ(SchemeSet::parse(set.canonical(), kRope, layers).canonical(), set.canonical());
    }
  }
}

TEST(SchemeTable, ExplainsEveryRow) {
  for (const SchemeTerm& term : scheme_terms()) {
    const PositionScheme scheme = scheme_of(example_of(term));
    const Explanation e = explain(scheme, kLong, 9);
    EXPECT_EQ(e.positions.size() * e.positions.size(), e.matrix.size()) << term.name;
    EXPECT_GT(e.visible_keys, 0) << term.name;
    EXPECT_FALSE(e.to_text().empty());
    EXPECT_FALSE(e.to_json().empty());
    // What explain counts by halving, one by one.
    const double trained = kTrain * scheme.theta_at(kLong - 1).reach - 1;
    int64_t outside = 0;
    double largest = 0;
    for (int64_t j = 0; j < kLong; ++j) {
      if (scheme.visible.sees(kLong - 1, j)) {
        const double distance = scheme.relative(kLong - 1, j);
        outside += distance > trained && scheme.rotates() ? 1 : 0;
        largest = std::max(largest, distance);
      }
    }
    EXPECT_EQ(e.outside_keys, outside) << term.name;
    EXPECT_EQ(e.largest_distance, largest) << term.name;
  }
}

TEST(SchemeTable, DeclaresTheFirstLengthWithADistanceThatWasNotTrained) {
  for (const std::string text :
       {"rope", "pi:s=4", "leaky:w=16,k=5", "leaky:w=16,k=1/3", "selfext:w=16,G=3",
        "selfext:w=17,G=5,frac", "window:w=100", "rerope:w=100", "lambda:w=16,true",
        "lambda:w=60,slot,sinks=9", "rerope:w=16+window:w=200", "selfext:w=16,G=3+window:w=200",
        "lambda:w=16,limit=70"}) {
    const PositionScheme scheme = scheme_of(text);
    const double trained = kTrain * scheme.theta_at(0).reach - 1;
    int64_t first_outside = kUnlimited;
    for (int64_t i = 0; i < kLong && first_outside == kUnlimited; ++i) {
      for (int64_t j = 0; j <= i; ++j) {
        if (scheme.visible.sees(i, j) && scheme.relative(i, j) > trained) {
          first_outside = i;
          break;
        }
      }
    }
    EXPECT_EQ(scheme.declared_limit(), first_outside) << text;
  }
}

}  // namespace
}  // namespace yonder::lm
