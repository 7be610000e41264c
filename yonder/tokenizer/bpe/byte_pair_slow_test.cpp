// SPDX-License-Identifier: Apache-2.0
// Byte-pair encoding of words of a megabyte.
#include "yonder/tokenizer/bpe/byte_pair.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

double cpu_seconds() {
  return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC);
}

/// Seconds for a word of n letters, the best of three.
double seconds_for_run(BytePairEncoder& encoder, size_t n) {
  const std::string run(n, 'a');
  std::vector<uint32_t> ids;
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    ids.clear();
    const double start = cpu_seconds();
    encoder.encode(run, ids);
    best = std::min(best, cpu_seconds() - start);
  }
  EXPECT_EQ(ids.size(), n / 256);
  return best;
}

TEST(BytePair, TakesTimeInProportionToARunOfOneLetter) {
  BytePairVocabulary doubling{.pieces = {"a"}};
  for (uint32_t id = 0; id < 8; ++id) {
    doubling.pieces.push_back(doubling.pieces[id] + doubling.pieces[id]);
    doubling.merges.emplace_back(id, id);
  }
  BytePairEncoder encoder(
      std::make_shared<const BytePairModel>(doubling, BytePairOptions{}, "doubling"));
  const double once = seconds_for_run(encoder, size_t{1} << 20);
  const double twice = seconds_for_run(encoder, size_t{2} << 20);
  EXPECT_LT(once, 1.0);
  EXPECT_LT(twice / once, 2.6);
}

}  // namespace
}  // namespace yonder::tokenizer
