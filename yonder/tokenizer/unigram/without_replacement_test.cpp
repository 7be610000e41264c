// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/without_replacement.h"

#include "tests/error_text.h"
#include "yonder/tokenizer/unigram/lattice_reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;

Vocabulary repeats() { return Vocabulary({{"a", 10}, {"aa", 7}, {"aaa", 3}}, "B"); }

RC_GTEST_PROP(SampleWithoutReplacement, DrawsEverySegmentationOnceIfAsked, (uint64_t seed)) {
  const RandomLattice lattice = random_lattice(seed);
  for (const double alpha : {0.0, 0.1, 1.0, 50.0}) {
    std::map<std::vector<uint32_t>, SegmentationReference> all;
    for (const auto& one : all_segmentations_reference(*lattice.model, lattice.text, alpha)) {
      all[one.ids] = one;
    }
    const auto draws =
        sample_without_replacement(*lattice.model, lattice.text, all.size() + 3, alpha, seed, 0);
    RC_ASSERT(draws.size() == all.size());
    for (const ScoredDraw& draw : draws) {
      const auto found = all.find(draw.ids);
      RC_ASSERT(found != all.end());
      RC_ASSERT(std::abs(draw.score - static_cast<double>(found->second.score)) < 1e-13);
      RC_ASSERT(std::abs(draw.log_probability -
                         static_cast<double>(found->second.log_probability)) < 1e-11);
      RC_ASSERT(draw.inclusion == 1);
      all.erase(found);
    }
  }
}

RC_GTEST_PROP(SampleWithoutReplacement, DrawsTheSameFirstOnesForALargerK, (uint64_t seed)) {
  const RandomLattice lattice = random_lattice(seed);
  const auto longer = sample_without_replacement(*lattice.model, lattice.text, 9, 0.5, seed, 3);
  for (size_t k = 1; k < longer.size(); ++k) {
    const auto shorter = sample_without_replacement(*lattice.model, lattice.text, k, 0.5, seed, 3);
    RC_ASSERT(shorter.size() == k);
    for (size_t i = 0; i < k; ++i) {
      RC_ASSERT(shorter[i].ids == longer[i].ids);
      RC_ASSERT(shorter[i].inclusion > 0 && shorter[i].inclusion <= longer[i].inclusion);
    }
  }
}

TEST(SampleWithoutReplacement, DependsOnSeedAndDocument) {
  const UnigramModel model(repeats());
  const std::string text(40, 'a');
  const auto ids = [&](uint64_t seed, uint64_t document) {
    return sample_without_replacement(model, text, 1, 0.1, seed, document)[0].ids;
  };
  EXPECT_EQ(ids(1, 2), ids(1, 2));
  EXPECT_NE(ids(1, 2), ids(1, 3));
  EXPECT_NE(ids(1, 2), ids(2, 2));
}

// E[sum over the drawn of P / inclusion] = 1 (Kool et al. 2019, section 4.2), and so for each
// segmentation by itself: E[1(drawn) / inclusion] = 1.
TEST(SampleWithoutReplacement, HasInclusionProbabilitiesThatGiveUnbiasedEstimates) {
  const UnigramModel model(repeats());
  constexpr int kDocuments = 20'000;
  std::map<std::vector<uint32_t>, std::pair<double, double>> sums;  // of 1/inclusion, its square
  for (uint64_t document = 0; document < kDocuments; ++document) {
    for (const ScoredDraw& draw : sample_without_replacement(model, "aaaa", 3, 1, 5, document)) {
      sums[draw.ids].first += 1 / draw.inclusion;
      sums[draw.ids].second += 1 / (draw.inclusion * draw.inclusion);
    }
  }
  ASSERT_EQ(sums.size(), 7U);
  for (const auto& [ids, sum] : sums) {
    const double mean = sum.first / kDocuments;
    const double error = std::sqrt((sum.second / kDocuments - mean * mean) / kDocuments);
    EXPECT_NEAR(mean, 1, 4.5 * error);
  }
}

TEST(SampleWithoutReplacement, DrawsDifferentSegmentationsOfALongText) {
  const UnigramModel model(repeats());
  const std::string text(100'000, 'a');
  const auto draws = sample_without_replacement(model, text, 20, 0.1, 0, 0);
  std::set<std::vector<uint32_t>> different;
  for (const ScoredDraw& draw : draws) {
    size_t bytes = 0;
    for (const uint32_t id : draw.ids) {
      bytes += model.lengths()[id];
    }
    EXPECT_EQ(bytes, text.size());
    different.insert(draw.ids);
  }
  EXPECT_EQ(different.size(), 20U);
}

TEST(SampleWithoutReplacement, OfNothingIsTheEmptySegmentation) {
  const auto draws = sample_without_replacement(UnigramModel(repeats()), "", 2, 1, 0, 0);
  ASSERT_EQ(draws.size(), 1U);
  EXPECT_TRUE(draws[0].ids.empty());
  EXPECT_EQ(draws[0].log_probability, 0);
  EXPECT_EQ(draws[0].inclusion, 1);
}

TEST(SampleWithoutReplacement, RejectsWhatItCannotDraw) {
  const UnigramModel model(repeats());
  const auto draw = [&](std::string_view text, size_t k, double alpha) {
    return [&model, text, k, alpha] { sample_without_replacement(model, text, k, alpha, 0, 0); };
  };
  EXPECT_THAT(error_text(ErrorKind::bad_option, draw("a", 0, 1)), HasSubstr("at least 1, found 0"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, draw("a", 1, -1)), HasSubstr("alpha must be"));
  EXPECT_THAT(error_text(ErrorKind::bad_data, draw("az", 1, 1)),
              HasSubstr("byte 0x7A at offset 1 is covered by no piece"));
}

}  // namespace
}  // namespace yonder::tokenizer
