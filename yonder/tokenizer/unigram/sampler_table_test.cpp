// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/sampler_table.h"

#include "tests/error_text.h"
#include "yonder/tokenizer/unigram/exact_sampling.h"
#include "yonder/tokenizer/unigram/keyed_random.h"
#include "yonder/tokenizer/unigram/viterbi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;
using Ids = std::vector<uint32_t>;
using Model = std::shared_ptr<const UnigramModel>;

Model repeats() {
  return std::make_shared<UnigramModel>(Vocabulary({{"a", 10}, {"aa", 7}, {"aaa", 3}}, "B"));
}

Ids ids_of(Segmenter& segmenter) {
  Ids ids;
  segmenter.start(2, 0);
  segmenter.extend(std::string(50, 'a'));
  segmenter.finish(ids);
  return ids;
}

Ids ids_with(const EncodeOptions& options) { return ids_of(*make_segmenter(repeats(), options)); }

std::string refusal(const std::string& sampler) {
  return error_text(ErrorKind::bad_option, [&] { ids_with({.sample = true, .sampler = sampler}); });
}

// The contract of every row, so a new one is tested before its author writes a test.
TEST(SamplerTable, HasRowsThatSpellTheTextAndRepeatTheirDraws) {
  for (const SamplerRow& row : sampler_table()) {
    SCOPED_TRACE(row.name);
    EXPECT_STRNE(row.help, "");
    for (const double alpha : {0.0, 0.1, 5.0}) {
      const EncodeOptions options{.sample = true, .alpha = alpha, .sampler = row.name, .seed = 4};
      const Model model = repeats();
      const Ids ids = ids_with(options);
      size_t bytes = 0;
      for (const uint32_t id : ids) {
        bytes += model->lengths()[id];
      }
      EXPECT_EQ(bytes, 50U);
      EXPECT_EQ(ids, ids_with(options));
    }
    EncodeOptions another{.sample = true, .sampler = row.name, .seed = 4};
    const Ids ids = ids_with(another);
    another.epoch = 1;
    EXPECT_NE(ids, ids_with(another));
  }
}

TEST(MakeSegmenter, TakesTheBestUnlessAskedToSample) {
  EXPECT_EQ(ids_with({.alpha = 0.1, .seed = 9}), ids_of(*make_viterbi(repeats())));
}

TEST(MakeSegmenter, SamplesExactlyByDefault) {
  EXPECT_EQ(ids_with({.sample = true, .alpha = 0.3, .seed = 9}),
            ids_of(*make_exact_sampler(repeats(), 0.3, 9)));
}

TEST(MakeSegmenter, SamplesUniformlyWithAlphaZero) {
  EXPECT_EQ(ids_with({.uniform = true, .alpha = 0.3, .seed = 9}),
            ids_of(*make_exact_sampler(repeats(), 0, 9)));
}

TEST(MakeSegmenter, MixesTheEpochIntoTheSeed) {
  EXPECT_EQ(ids_with({.sample = true, .alpha = 0.3, .seed = 9, .epoch = 5}),
            ids_of(*make_exact_sampler(repeats(), 0.3, epoch_seed(9, 5))));
}

TEST(MakeSegmenter, NamesTheNearestSampler) {
  EXPECT_THAT(refusal("exakt"), HasSubstr("exact"));
  EXPECT_THAT(refusal("viterbi_9768"), HasSubstr("viterbi-9768"));
}

TEST(MakeSegmenter, ReadsTheNumberOfTheNbestSampler) {
  EXPECT_EQ(ids_with({.sample = true, .sampler = "nbest:1"}), ids_with({}));
  EXPECT_EQ(ids_with({.sample = true, .sampler = "nbest:64"}),
            ids_with({.sample = true, .sampler = "nbest"}));
  EXPECT_THAT(refusal("nbest:"), HasSubstr("a whole number >= 1 must follow the colon"));
  EXPECT_THAT(refusal("nbest:0"), HasSubstr("a whole number >= 1"));
  EXPECT_THAT(refusal("nbest:-1"), HasSubstr("a whole number >= 1"));
  EXPECT_THAT(refusal("nbest:6x"), HasSubstr("a whole number >= 1"));
  EXPECT_THAT(refusal("nbest:99999999999999999999"), HasSubstr("a whole number >= 1"));
  EXPECT_THAT(refusal("nbest:10001"), HasSubstr("between 1 and 10000"));
  EXPECT_THAT(refusal("exact:3"), HasSubstr("this sampler takes no number"));
}

TEST(SamplerHelp, NamesEveryRow) {
  for (const SamplerRow& row : sampler_table()) {
    EXPECT_THAT(sampler_help(), HasSubstr(row.name));
  }
}

}  // namespace
}  // namespace yonder::tokenizer
