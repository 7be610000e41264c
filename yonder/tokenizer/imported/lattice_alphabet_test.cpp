// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/imported/lattice_alphabet.h"

#include "tests/error_text.h"
#include "yonder/tokenizer/unigram/viterbi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::tokenizer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kUnknownScore = -12;

LatticeAlphabet alphabet_of(const std::vector<ScoredPiece>& pieces, bool has_unknown = true) {
  return {pieces, has_unknown, kUnknownScore, Arithmetic::double_precision, "test"};
}

// The file's ids of the best path, unknown characters as kUnknownId.
std::vector<uint32_t> best_ids(const LatticeAlphabet& alphabet, std::string_view text) {
  std::string lattice;
  alphabet.append(text, 0, lattice);
  const auto segmenter = make_viterbi(alphabet.engine());
  segmenter->start(0, 0);
  segmenter->extend(lattice);
  std::vector<uint32_t> path;
  segmenter->finish(path);
  for (uint32_t& id : path) {
    id = alphabet.id_of(id);
  }
  return path;
}

constexpr uint32_t kUnknown = LatticeAlphabet::kUnknownId;

TEST(LatticeAlphabet, ACharacterOfNoPieceIsUnknown) {
  const LatticeAlphabet alphabet = alphabet_of({{"a", -1, 7}, {"b", -2, 0}});
  EXPECT_THAT(best_ids(alphabet,
                       "a\xE5\x95\x8A"
                       "b"),
              ElementsAre(7, kUnknown, 0));
}

TEST(LatticeAlphabet, ACharacterInsidePiecesIsUnknownByItselfOnly) {
  const LatticeAlphabet alphabet = alphabet_of({{"a", -1, 1}, {"xy", -3, 2}});
  EXPECT_THAT(best_ids(alphabet, "xya"), ElementsAre(2, 1));
  EXPECT_THAT(best_ids(alphabet, "xa"), ElementsAre(kUnknown, 1));
}

TEST(LatticeAlphabet, AnUnknownCharacterCostsItsScore) {
  // Two unknown characters cost 24 nats: less than the piece "xy", more than "ab".
  const LatticeAlphabet alphabet = alphabet_of({{"ab", -23.5, 1}, {"xy", -24.5, 2}});
  EXPECT_THAT(best_ids(alphabet, "abxy"), ElementsAre(1, kUnknown, kUnknown));
}

TEST(LatticeAlphabet, NothingIsCutAtANewline) {
  const LatticeAlphabet alphabet = alphabet_of({{"a\nb", -1, 1}, {"a", -9, 2}, {"b", -9, 3}});
  EXPECT_THAT(best_ids(alphabet, "a\nb"), ElementsAre(1));
}

TEST(LatticeAlphabet, BytesThatAreNotUtf8AreUnknown) {
  const LatticeAlphabet alphabet = alphabet_of({{"a", -1, 1}});
  EXPECT_THAT(best_ids(alphabet, "a\xFE\xFF"), ElementsAre(1, kUnknown, kUnknown));
}

TEST(LatticeAlphabet, WithoutAnUnknownTokenTheTextMustBeKnown) {
  const LatticeAlphabet alphabet = alphabet_of({{"a", -1, 1}}, false);
  std::string lattice;
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { alphabet.append("ab", 10, lattice); }),
              HasSubstr("the character at byte offset 11"));
}

TEST(LatticeAlphabet, RefusesWhatIsNoLogProbability) {
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [] {
                           alphabet_of({{"a", 0.5, 1}});
                         }),
              HasSubstr("score of id 1 is 0.5"));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [] {
                           alphabet_of({{"", -1, 4}});
                         }),
              HasSubstr("id 4 is empty"));
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [] {
                           alphabet_of({{"\xFF", -1, 4}});
                         }),
              HasSubstr("id 4 is not UTF-8"));
}

}  // namespace
}  // namespace yonder::tokenizer
