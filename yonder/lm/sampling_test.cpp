// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/sampling.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace yonder::lm {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

/// Logits whose softmax is these probabilities.
std::vector<float> logits_of(const std::vector<double>& probabilities) {
  std::vector<float> logits;
  for (const double p : probabilities) {
    logits.push_back(static_cast<float>(std::log(p) + 3));
  }
  return logits;
}

SamplingOptions plain() {
  SamplingOptions options;
  options.temperature = 1;
  return options;
}

std::vector<uint32_t> ids(const std::vector<Candidate>& candidates) {
  std::vector<uint32_t> out;
  for (const Candidate& c : candidates) {
    out.push_back(c.id);
  }
  return out;
}

std::vector<double> probabilities(const std::vector<Candidate>& candidates) {
  std::vector<double> out;
  for (const Candidate& c : candidates) {
    out.push_back(c.probability);
  }
  return out;
}

TEST(Sampling, WithoutLimitsGivesTheSoftmaxInOrderOfIds) {
  const auto candidates = sampling_candidates(logits_of({0.1, 0.6, 0.3}), {}, plain());
  EXPECT_THAT(ids(candidates), ElementsAre(0, 1, 2));
  EXPECT_THAT(probabilities(candidates),
              ElementsAre(DoubleNear(0.1, 1e-6), DoubleNear(0.6, 1e-6), DoubleNear(0.3, 1e-6)));
}

TEST(Sampling, TemperatureZeroTakesTheLowerIdOnATie) {
  SamplingOptions options = plain();
  options.temperature = 0;
  const std::vector<float> logits = {1, 5, 5, 2};
  EXPECT_EQ(sample_token(logits, {}, options, 0, 0), 1U);
}

TEST(Sampling, TemperatureHalfSquaresTheRatios) {
  SamplingOptions options = plain();
  options.temperature = 0.5;
  const auto candidates = sampling_candidates(logits_of({0.8, 0.2}), {}, options);
  EXPECT_NEAR(candidates[0].probability / candidates[1].probability, 16, 1e-4);
}

TEST(Sampling, TopKKeepsTheLargestInDescendingOrder) {
  SamplingOptions options = plain();
  options.top_k = 2;
  const auto candidates = sampling_candidates(logits_of({0.1, 0.2, 0.3, 0.4}), {}, options);
  EXPECT_THAT(ids(candidates), ElementsAre(3, 2));
  EXPECT_NEAR(candidates[0].probability, 4.0 / 7, 1e-6);
}

TEST(Sampling, TopPKeepsTheFewestThatReachIt) {
  SamplingOptions options = plain();
  options.top_p = 0.65;
  EXPECT_THAT(ids(sampling_candidates(logits_of({0.1, 0.2, 0.3, 0.4}), {}, options)),
              ElementsAre(3, 2));
  options.top_p = 0.75;
  EXPECT_THAT(ids(sampling_candidates(logits_of({0.1, 0.2, 0.3, 0.4}), {}, options)),
              ElementsAre(3, 2, 1));
  options.top_p = 1e-9;
  EXPECT_THAT(ids(sampling_candidates(logits_of({0.1, 0.2, 0.3, 0.4}), {}, options)),
              ElementsAre(3));
}

TEST(Sampling, TopPCountsTheProbabilityThatTopKLeft) {
  SamplingOptions options = plain();
  options.top_k = 2;
  options.top_p = 0.55;  // of 0.7: 0.4 is 4/7 > 0.55
  EXPECT_THAT(ids(sampling_candidates(logits_of({0.1, 0.2, 0.3, 0.4}), {}, options)),
              ElementsAre(3));
}

TEST(Sampling, MinPKeepsWhatIsNearTheLargest) {
  SamplingOptions options = plain();
  options.min_p = 0.6;
  EXPECT_THAT(ids(sampling_candidates(logits_of({0.1, 0.2, 0.3, 0.4}), {}, options)),
              ElementsAre(3, 2));
}

TEST(Sampling, RepetitionPenaltyDividesPositiveAndMultipliesNegativeLogits) {
  SamplingOptions options = plain();
  options.repetition_penalty = 2;
  const std::vector<float> logits = {2, -1, 0.5F};
  const std::vector<uint32_t> recent = {0, 1, 1};
  const auto candidates = sampling_candidates(logits, recent, options);
  EXPECT_NEAR(std::log(candidates[0].probability / candidates[2].probability), 1 - 0.5, 1e-6);
  EXPECT_NEAR(std::log(candidates[1].probability / candidates[2].probability), -2 - 0.5, 1e-6);
}

TEST(Sampling, PresenceCountsOnceAndFrequencyEachTime) {
  SamplingOptions options = plain();
  options.presence_penalty = 0.5;
  options.frequency_penalty = 0.25;
  const std::vector<float> logits = {1, 1, 1};
  const std::vector<uint32_t> recent = {0, 1, 1};
  const auto candidates = sampling_candidates(logits, recent, options);
  EXPECT_NEAR(std::log(candidates[0].probability / candidates[2].probability), -0.75, 1e-6);
  EXPECT_NEAR(std::log(candidates[1].probability / candidates[2].probability), -1.0, 1e-6);
}

TEST(Sampling, PenaltiesForgetWhatLiesBeforeTheWindow) {
  SamplingOptions options = plain();
  options.presence_penalty = 1;
  options.repetition_window = 1;
  const std::vector<float> logits = {1, 1, 1};
  const std::vector<uint32_t> recent = {0, 1};
  const auto candidates = sampling_candidates(logits, recent, options);
  EXPECT_DOUBLE_EQ(candidates[0].probability, candidates[2].probability);
  EXPECT_LT(candidates[1].probability, candidates[2].probability);
}

TEST(Sampling, DrawsAsOftenAsTheProbabilitiesSay) {
  const std::vector<float> logits = logits_of({0.1, 0.6, 0.3});
  std::vector<int> counts(3);
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) {
    ++counts[sample_token(logits, {}, plain(), 7, static_cast<uint64_t>(i))];
  }
  // Three standard deviations of a binomial.
  EXPECT_NEAR(counts[0], 0.1 * kDraws, 3 * std::sqrt(0.09 * kDraws));
  EXPECT_NEAR(counts[1], 0.6 * kDraws, 3 * std::sqrt(0.24 * kDraws));
}

TEST(Sampling, ADrawIsANumberOfTheStream) {
  SamplingOptions options = plain();
  options.seed = 11;
  const std::vector<float> logits(1000, 0.0F);
  Rng rng(11, 3);
  for (uint64_t index = 0; index < 20; ++index) {
    const double uniform = rng.uniform();
    rng.next();
    EXPECT_EQ(sample_token(logits, {}, options, 3, index), static_cast<uint32_t>(uniform * 1000));
  }
}

TEST(Sampling, NeverDrawsATokenOfProbabilityZero) {
  const float never = -std::numeric_limits<float>::infinity();
  const std::vector<float> logits = {never, 0, never};
  for (uint64_t index = 0; index < 100; ++index) {
    EXPECT_EQ(sample_token(logits, {}, plain(), 0, index), 1U);
  }
}

TEST(Sampling, RefusesLogitsThatAreNoNumbers) {
  const std::vector<float> logits = {0, std::numeric_limits<float>::quiet_NaN()};
  try {
    sample_token(logits, {}, plain(), 0, 0);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::numerical);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("logit of token 1 is nan"));
  }
}

TEST(Sampling, OptionsOutOfRangeAreRefusedAndNotClamped) {
  SamplingOptions options;
  options.top_p = 3;
  EXPECT_THROW(options.validate(), Error);
  options.top_p = 0;
  EXPECT_THROW(options.validate(), Error);
}

TEST(Sampling, LogProbabilityIsThatOfTheSoftmax) {
  EXPECT_NEAR(log_probability(logits_of({0.1, 0.6, 0.3}), 2), std::log(0.3), 1e-6);
}

TEST(SamplingProperty, CandidatesAreADistributionAndTruncationKeepsTheLargest) {
  rc::check([] {
    const auto vocab = *rc::gen::inRange(1, 200);
    const auto seed = *rc::gen::arbitrary<uint64_t>();
    Rng rng(seed);
    std::vector<float> logits;
    for (int i = 0; i < vocab; ++i) {
      logits.push_back(static_cast<float>(4 * rng.normal()));
    }
    SamplingOptions options = plain();
    options.temperature = 0.2 + 2 * rng.uniform();
    const auto all = sampling_candidates(logits, {}, options);
    options.top_k = *rc::gen::inRange(0, 50);
    options.top_p = rng.uniform_open();
    options.min_p = rng.uniform();
    const auto kept = sampling_candidates(logits, {}, options);
    double total = 0;
    for (const Candidate& c : kept) {
      total += c.probability;
    }
    RC_ASSERT(std::abs(total - 1) < 1e-9);
    // The reference: sort all, keep a prefix by the three rules.
    auto sorted = all;
    std::sort(sorted.begin(), sorted.end(), [](const Candidate& a, const Candidate& b) {
      return a.probability > b.probability || (a.probability == b.probability && a.id < b.id);
    });
    if (options.top_k > 0 && static_cast<size_t>(options.top_k) < sorted.size()) {
      sorted.resize(static_cast<size_t>(options.top_k));
    }
    double in_k = 0;
    for (const Candidate& c : sorted) {
      in_k += c.probability;
    }
    size_t n = 0;
    double reached = 0;
    while (n < sorted.size() && (n == 0 || reached < options.top_p * in_k)) {
      reached += sorted[n++].probability;
    }
    while (n > 1 && sorted[n - 1].probability < options.min_p * sorted[0].probability) {
      --n;
    }
    sorted.resize(n);
    RC_ASSERT(ids(kept) == ids(sorted));
  });
}

}  // namespace
}  // namespace yonder::lm
