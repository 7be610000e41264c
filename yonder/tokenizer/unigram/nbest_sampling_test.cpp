// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/nbest_sampling.h"

#include "tests/chi_square.h"
#include "yonder/tokenizer/unigram/lattice_reference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

using Ids = std::vector<uint32_t>;

std::shared_ptr<const UnigramModel> repeats() {
  return std::make_shared<UnigramModel>(Vocabulary({{"a", 10}, {"aa", 7}, {"aaa", 3}}, "B"));
}

Ids draw(Segmenter& sampler, std::string_view chunk, uint64_t document, uint64_t position = 0) {
  Ids ids;
  sampler.start(document, position);
  sampler.extend(chunk);
  sampler.finish(ids);
  return ids;
}

// Of the 7 segmentations of aaaa the k best, in proportion to exp(alpha score).
TEST(NbestSampler, DrawsInProportionAmongTheBest) {
  const auto model = repeats();
  const auto all = all_segmentations_reference(*model, "aaaa", 0.5);
  for (const size_t k : {1, 4, 7, 100}) {
    const auto sampler = make_nbest_sampler(model, k, 0.5, 3);
    std::map<Ids, uint64_t> drawn;
    for (uint64_t document = 0; document < 20'000; ++document) {
      ++drawn[draw(*sampler, "aaaa", document)];
    }
    std::vector<uint64_t> counts;
    std::vector<double> probability;
    double sum = 0;
    for (size_t i = 0; i < all.size(); ++i) {
      const double mass = i < k ? std::exp(0.5 * static_cast<double>(all[i].score)) : 0.0;
      sum += mass;
      counts.push_back(drawn[all[i].ids]);
      probability.push_back(mass);
      if (i >= k) {
        EXPECT_EQ(counts.back(), 0U) << "k " << k << ", segmentation " << i;
      }
    }
    for (double& p : probability) {
      p /= sum;
    }
    EXPECT_GT(chi_square_p(counts, probability), 1e-4) << "k " << k;
  }
}

TEST(NbestSampler, DrawsAnewForEachSeedDocumentAndChunk) {
  const std::string text(60, 'a');
  const auto drawn = [&](uint64_t seed, uint64_t document, uint64_t position) {
    return draw(*make_nbest_sampler(repeats(), 1000, 0.1, seed), text, document, position);
  };
  EXPECT_EQ(drawn(1, 2, 3), drawn(1, 2, 3));
  EXPECT_NE(drawn(1, 2, 3), drawn(2, 2, 3));
  EXPECT_NE(drawn(1, 2, 3), drawn(1, 3, 3));
  EXPECT_NE(drawn(1, 2, 3), drawn(1, 2, 4));
}

TEST(NbestSampler, HoldsTheChunkUntilItsEnd) {
  const auto sampler = make_nbest_sampler(repeats(), 4, 1, 0);
  Ids ids;
  sampler->start(0, 0);
  sampler->extend("aaa");
  sampler->commit(ids);
  EXPECT_FALSE(sampler->force_commit(1, ids));
  EXPECT_TRUE(ids.empty());
  EXPECT_EQ(sampler->pending(), 3U);
  sampler->finish(ids);
  EXPECT_FALSE(ids.empty());
  EXPECT_EQ(sampler->pending(), 0U);
}

}  // namespace
}  // namespace yonder::tokenizer
