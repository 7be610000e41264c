// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/count_segmentations.h"

#include "tests/error_text.h"
#include "tests/published_models.h"
#include "yonder/tokenizer/unigram/lattice_reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;

Vocabulary repeats() {
  return Vocabulary({{"a", 10}, {"aa", 7}, {"aaa", 3}, {"\n", 1}}, "B with newline");
}

RC_GTEST_PROP(CountSegmentations, IsTheLengthOfTheEnumeration, (uint64_t seed)) {
  const RandomLattice lattice = random_lattice(seed);
  RC_ASSERT(count_segmentations(*lattice.model, lattice.text) ==
            std::to_string(all_segmentations_reference(*lattice.model, lattice.text, 1).size()));
}

// Tribonacci numbers, A000073(n + 2), by Python's whole numbers.
TEST(CountSegmentations, IsExactBeyondAnyMachineWord) {
  const UnigramModel model(repeats());
  EXPECT_EQ(count_segmentations(model, std::string(300, 'a')),
            "1535028761435973867184350656702363526892"
            "4281173051801861566524609184461020990367");
}

TEST(CountSegmentations, KeepsZerosInsideTheNumber) {
  // Each chunk "xx" + newline has 10 segmentations of its 4 letters: 10^40 in all.
  std::vector<CountedPiece> pieces = {{"\n", 1}, {"x", 1}, {"y", 1}, {"xy", 1}};
  pieces.push_back({"xyxy", 1});
  const UnigramModel model(Vocabulary(std::move(pieces), "five"));
  std::string text;
  for (int i = 0; i < 40; ++i) {
    text += "xyxy\nxy\n";  // 5 ways, then 2
  }
  EXPECT_EQ(count_segmentations(model, text), "1" + std::string(40, '0'));
}

TEST(CountSegmentations, MultipliesChunks) {
  const UnigramModel model(repeats());
  std::string text;
  for (int i = 0; i < 20; ++i) {
    text += "aaaa\n";
  }
  EXPECT_EQ(count_segmentations(model, text), "79792266297612001");  // 7^20
}

TEST(CountSegmentations, OfNothingIsOne) {
  EXPECT_EQ(count_segmentations(UnigramModel(repeats()), ""), "1");
}

TEST(CountSegmentations, NamesTheByteThatNoPieceCovers) {
  const UnigramModel model(repeats());
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { count_segmentations(model, "aa\naz"); }),
              HasSubstr("byte 0x7A at offset 4 is covered by no piece"));
}

// Measured by enumeration over the models of bytepiece 0.6.3.
TEST(PublishedLattices, HaveTheMeasuredNumberOfSegmentations) {
  const auto large = published_model("bytepiece_80k");
  const auto small = published_model("bytepiece.eu.plus.40k");
  if (!large || !small) {
    GTEST_SKIP() << "the published models are not there";
  }
  EXPECT_EQ(count_segmentations(UnigramModel(*large), "今天天气不错"), "2951");
  EXPECT_EQ(count_segmentations(UnigramModel(*small), "今天天气不错"), "100");
  EXPECT_EQ(count_segmentations(UnigramModel(*large), "Hello, world!"), "496");
  EXPECT_EQ(count_segmentations(UnigramModel(*small), "Hello, world!"), "465");
}

}  // namespace
}  // namespace yonder::tokenizer
