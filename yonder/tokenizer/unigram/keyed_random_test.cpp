// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/keyed_random.h"

#include <gtest/gtest.h>

namespace yonder::tokenizer {
namespace {

double u(uint64_t seed, uint64_t document, uint64_t end) {
  return keyed_uniform(document_key(seed, document), end);
}

// The published vectors of the keyed draws (docs/math/tokenizer.md).
TEST(KeyedUniform, GivesThePublishedVectors) {
  EXPECT_EQ(u(0, 0, 1), .70121210952152524);
  EXPECT_EQ(u(42, 0, 1), .95574672613174361);
  EXPECT_EQ(u(42, 0, 2), .48634953628166855);
  EXPECT_EQ(u(42, 1, 1), .30866257268220887);
  EXPECT_EQ(u(42, 7, 10000000), .32479984383799643);
}

TEST(EpochSeed, IsTheSeedInEpochZeroAndAnotherLater) {
  EXPECT_EQ(epoch_seed(42, 0), 42U);
  EXPECT_EQ(epoch_seed(42, 1), mix(42 ^ 1));
  EXPECT_NE(epoch_seed(42, 1), epoch_seed(42, 2));
}

}  // namespace
}  // namespace yonder::tokenizer
