// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/exact_sampling.h"

#include "tests/error_text.h"
#include "tests/published_models.h"
#include "tests/random_text.h"
#include "yonder/base/random.h"
#include "yonder/tokenizer/unigram/exact_sampling_reference.h"
#include "yonder/tokenizer/unigram/keyed_random.h"
#include "yonder/tokenizer/unigram/viterbi_reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;
using Ids = std::vector<uint32_t>;
using Model = std::shared_ptr<const UnigramModel>;

Model model_of(Vocabulary vocabulary) {
  return std::make_shared<UnigramModel>(std::move(vocabulary));
}

Model repeats() { return model_of(Vocabulary({{"a", 10}, {"aa", 7}, {"aaa", 3}}, "B")); }

Ids draw(Segmenter& sampler, std::string_view chunk, uint64_t document = 0, uint64_t position = 0) {
  Ids ids;
  sampler.start(document, position);
  sampler.extend(chunk);
  sampler.finish(ids);
  return ids;
}

Ids sample(const Model& model, std::string_view chunk, double alpha, uint64_t seed,
           SumDomain domain = SumDomain::automatic) {
  return draw(*make_exact_sampler(model, alpha, seed, domain), chunk);
}

std::string lengths_of(const Model& model, const Ids& ids) {
  std::string lengths;
  for (const uint32_t id : ids) {
    lengths += std::to_string(model->lengths()[id]);
  }
  return lengths;
}

constexpr SumDomain kDomains[] = {SumDomain::linear, SumDomain::logarithmic};

// The published vectors (docs/math/tokenizer.md).
TEST(ExactSampler, GivesThePublishedDraws) {
  for (const SumDomain domain : kDomains) {
    const Model model = repeats();
    const auto sampler = make_exact_sampler(model, 1, 42, domain);
    std::vector<std::string> drawn;
    for (uint64_t document = 0; document < 4; ++document) {
      drawn.push_back(lengths_of(model, draw(*sampler, std::string(12, 'a'), document)));
    }
    EXPECT_EQ(drawn, (std::vector<std::string>{"22121211", "222222", "112111221", "122111211"}));
  }
}

TEST(ExactSampler, GivesThePublishedCountsOfTwoHundredThousandDraws) {
  for (const SumDomain domain : kDomains) {
    const Model model = repeats();
    const auto sampler = make_exact_sampler(model, 1, 42, domain);
    std::map<std::string, int> counts;
    for (uint64_t document = 0; document < 200000; ++document) {
      ++counts[lengths_of(model, draw(*sampler, "aaaa", document))];
    }
    EXPECT_EQ(counts, (std::map<std::string, int>{{"1111", 20669},
                                                  {"112", 29429},
                                                  {"121", 29223},
                                                  {"13", 25326},
                                                  {"211", 29389},
                                                  {"22", 40690},
                                                  {"31", 25274}}));
  }
}

RC_GTEST_PROP(ExactSampler, EqualsThePlainLoop, (uint64_t seed)) {
  constexpr double kAlphas[] = {0, 0.1, 0.5, 1, 3, 20};
  Rng rng(seed);
  const std::string alphabets[] = {all_bytes(), "ab", std::string("a\0\xFF\n", 4)};
  const std::string alphabet = alphabets[rng.below(3)];
  const Model model = model_of(random_vocabulary(rng, alphabet, rng.below(200), 1 + rng.below(9)));
  const std::string text = random_text(rng, rng.below(200), alphabet);
  const double alpha = kAlphas[rng.below(6)];
  const uint64_t document = rng.next();
  const uint64_t position = rng.below(1000);
  const Ids expected = exact_sample_reference(*model, text, alpha, seed, document, position);
  for (const SumDomain domain : {SumDomain::automatic, SumDomain::logarithmic}) {
    RC_ASSERT(draw(*make_exact_sampler(model, alpha, seed, domain), text, document, position) ==
              expected);
  }
}

// Uniform bytes: a byte costs 8 bits and more, so Z shrinks below 2^-1022 every hundred bytes.
TEST(ExactSampler, StaysRightWhereTheSumsShrinkForAMillionBytes) {
  Rng rng(1);
  const Model model = model_of(random_vocabulary(rng, all_bytes(), 2000, 2));
  const std::string text = random_text(rng, 1'000'000, all_bytes());
  EXPECT_EQ(sample(model, text, 1, 5), exact_sample_reference(*model, text, 1, 5, 0, 0));
}

TEST(ExactSampler, StaysRightWhereTheSumsGrowForAMillionBytes) {
  Rng rng(2);
  const Model model = model_of(random_vocabulary(rng, "ab", 100, 6));
  const std::string text = random_text(rng, 1'000'000, "ab");
  EXPECT_EQ(sample(model, text, 0.05, 5), exact_sample_reference(*model, text, 0.05, 5, 0, 0));
}

TEST(ExactSampler, DrawsTheSameInBothDomainsUnderAPublishedModel) {
  std::optional<Vocabulary> vocabulary = published_model("bytepiece_80k");
  if (!vocabulary) {
    GTEST_SKIP() << "the published models are not here";
  }
  const Model model = model_of(std::move(*vocabulary));
  Rng rng(3);
  std::string text = random_text(rng, 3000, all_bytes());
  for (int i = 0; i < 200; ++i) {
    text += "The quick brown fox jumps over the lazy dog. ";
  }
  for (const double alpha : {0.0, 0.1, 1.0}) {
    const Ids linear = sample(model, text, alpha, 9, SumDomain::linear);
    EXPECT_EQ(linear, sample(model, text, alpha, 9, SumDomain::logarithmic));
    EXPECT_EQ(linear, exact_sample_reference(*model, text, alpha, 9, 0, 0));
  }
}

// Thirty-six rare bytes in a row, spelled by one piece or byte by byte, and a piece that crosses
// its end: two segmentations of equal probability, one of which runs through a sum that is 2^-1150
// of its neighbours.
TEST(ExactSampler, LosesNoSumBesideMuchLargerOnes) {
  const std::string xs(36, 'x');
  const std::string ys(35, 'y');
  const Model model = model_of(
      Vocabulary({{"x", 1}, {"y", 1}, {"z", (uint64_t{1} << 33)}, {xs, 1}, {"x" + ys, 1}}, "rare"));
  ASSERT_LE(33 * 36, 1300);
  const auto sampler = make_exact_sampler(model, 1, 0);
  int crossing = 0;
  for (uint64_t document = 0; document < 400; ++document) {
    const Ids ids = draw(*sampler, xs + ys, document);
    ASSERT_EQ(ids.size(), 36U);
    crossing += ids.back() == 7 ? 1 : 0;
    ASSERT_EQ(ids, exact_sample_reference(*model, xs + ys, 1, 0, document, 0));
  }
  EXPECT_NEAR(crossing, 200, 60);  // six standard deviations
}

// One byte of probability 2^-53, alpha 20: q underflows unless the domain is changed.
TEST(ExactSampler, SpellsTheRarestBytesAtLargeAlpha) {
  const Model model = model_of(Vocabulary({{"a", 1}, {"b", uint64_t{1} << 53}}, "v"));
  EXPECT_EQ(sample(model, "aabaaa", 20, 0), (Ids{3, 3, 4, 3, 3, 3}));
}

// Two ways through the text, one at even and one at odd offsets, whose probabilities drift apart
// without bound; only the improbable one reaches the end.
TEST(ExactSampler, KeepsWaysApartThatNoSingleByteJoins) {
  const Model model = model_of(
      Vocabulary({{"x", 1}, {"xa", 1}, {"ab", 1}, {"ba", uint64_t{1} << 20}, {"b", 1}}, "v"));
  std::string text = "x";
  for (int i = 0; i < 2000; ++i) {
    text += "ab";
  }
  Ids expected(2001, 5);
  expected[0] = 3;
  EXPECT_EQ(
      sample(model_of(Vocabulary({{"x", 1}, {"xa", 1}, {"ab", 1}, {"ba", uint64_t{1} << 20}}, "v")),
             text, 1, 0),
      expected);
  EXPECT_EQ(sample(model, text, 1, 4), exact_sample_reference(*model, text, 1, 4, 0, 0));
}

TEST(ExactSampler, GivesTheBestSegmentationAtHugeAlpha) {
  Rng rng(4);
  std::vector<CountedPiece> pieces = {{"a", 100003}, {"b", 99991}};
  for (const char* piece : {"ab", "ba", "aab", "abb", "bab", "abba", "baab"}) {
    pieces.push_back({piece, 1000 + rng.below(100000)});
  }
  const Model model = model_of(Vocabulary(std::move(pieces), "v"));
  // Segmentations of short texts differ by more than 1e-5 nat unless they are orders of the same
  // pieces, so texts where such ties occur are left out.
  int compared = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string text = random_text(rng, 12, "ab");
    const Ids drawn = sample(model, text, 1e6, 0);
    bool unique = true;
    for (uint64_t seed = 1; seed < 8; ++seed) {
      unique = unique && sample(model, text, 1e6, seed) == drawn;
    }
    if (unique) {
      ++compared;
      EXPECT_EQ(drawn, viterbi_reference(*model, text));
    }
  }
  EXPECT_GT(compared, 20);
}

// "ab" against "a", "b" is 1.1 nat at alpha 2^40, while the logarithm of the whole sum is 4e16,
// where doubles are 8 apart.
TEST(ExactSampler, KeepsSmallDifferencesAtHugeAlpha) {
  const double log_p = -10.0;
  const Model model = model_of(Vocabulary({{"a", 1}, {"b", 1}, {"ab", 1}, {"c", 1}},
                                          {log_p, log_p, 2 * log_p + 1.1 * 0x1p-40, log_p}, "v"));
  const std::string text = std::string(4096, 'c') + "ab";
  const auto sampler = make_exact_sampler(model, 0x1p40, 0);
  int different = 0;
  for (uint64_t document = 0; document < 200; ++document) {
    const bool joined = draw(*sampler, text, document).back() == 5;
    const double u = keyed_uniform(document_key(0, document), text.size());
    different += joined == (u >= 1 / (1 + std::exp(1.1))) ? 0 : 1;
  }
  EXPECT_LE(different, 2);  // u within the rounding of alpha log p, 0.004
}

TEST(ExactSampler, RejectsAnAlphaThatOverflows) {
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { make_exact_sampler(repeats(), 1e308, 0); }),
              HasSubstr("leave out --sample"));
}

TEST(ExactSampler, NamesTheBytesThatNoPieceSpells) {
  for (const SumDomain domain : kDomains) {
    EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { sample(repeats(), "aab", 1, 0, domain); }),
                HasSubstr("byte offsets 0 and 3"));
  }
}

}  // namespace
}  // namespace yonder::tokenizer
