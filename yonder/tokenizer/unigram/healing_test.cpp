// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/healing.h"

#include "tests/error_text.h"
#include "yonder/tokenizer/unigram/lattice_reference.h"
#include "yonder/tokenizer/unigram/nbest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Healing : public testing::Test {
 protected:
  std::vector<uint32_t> ids(const std::vector<std::string>& pieces) const {
    std::vector<uint32_t> result;
    for (const std::string& piece : pieces) {
      result.push_back(*model_.trie().find(piece));
    }
    return result;
  }
  std::vector<std::string> pieces(const std::vector<uint32_t>& ids) const {
    std::vector<std::string> result;
    for (const uint32_t id : ids) {
      result.emplace_back(model_.vocabulary().piece(id));
    }
    return result;
  }
  const UnigramModel model_{Vocabulary({{" ", 1},
                                        {"a", 1},
                                        {"t", 1},
                                        {"h", 1},
                                        {"e", 1},
                                        {"th", 1},
                                        {"the", 1},
                                        {"then", 1},
                                        {"hen", 1},
                                        {" the", 1},
                                        {"he", 1},
                                        {"\xFF", 1},
                                        {"e\xFF", 1}},
                                       "words")};
};

TEST_F(Healing, FirstCandidateBacksOffNothing) {
  const auto found = heal(model_, "a th", ids({"a", " ", "th"}), 0);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(pieces(found[0].kept), (std::vector<std::string>{"a", " ", "th"}));
  EXPECT_EQ(found[0].suffix, "");
  EXPECT_EQ(found[0].extensions.size(), model_.vocabulary().pieces().size());
  EXPECT_THAT(found[0].inside, IsEmpty());
}

TEST_F(Healing, BacksOffTokenByToken) {
  const auto found = heal(model_, "a th", ids({"a", " ", "th"}), 2);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[1].suffix, "th");
  EXPECT_THAT(pieces(found[1].kept), ElementsAre("a", " "));
  EXPECT_THAT(pieces(found[1].extensions), ElementsAre("th", "the", "then"));
  EXPECT_THAT(pieces(found[1].inside), ElementsAre("t"));
  EXPECT_EQ(found[2].suffix, " th");
  EXPECT_THAT(pieces(found[2].kept), ElementsAre("a"));
  EXPECT_THAT(pieces(found[2].extensions), ElementsAre(" the"));
  EXPECT_THAT(pieces(found[2].inside), ElementsAre(" "));
}

TEST_F(Healing, StopsWhereThePromptBegins) {
  EXPECT_EQ(heal(model_, "th", ids({"th"}), 100).size(), 2U);
  EXPECT_EQ(heal(model_, "", {}, 100).size(), 1U);
}

TEST_F(Healing, ComparesBytesAsUnsigned) {
  const auto found = heal(model_, "e", ids({"e"}), 1);
  EXPECT_THAT(pieces(found[1].extensions), ElementsAre("e", "e\xFF"));
}

TEST_F(Healing, RejectsIdsOfAnotherPrompt) {
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] {
                           heal(model_, "a th", ids({"a", " ", "he"}), 1);
                         }),
              HasSubstr("does not spell the prompt's bytes before offset 4"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { heal(model_, "a", ids({"a"}), -1); }),
              HasSubstr("must be >= 0, found -1"));
}

RC_GTEST_PROP(Heal, FindsThePiecesThatALookAtEachFinds, (uint64_t seed)) {
  const RandomLattice lattice = random_lattice(seed);
  const std::vector<uint32_t> ids = nbest(*lattice.model, lattice.text, 1)[0].ids;
  for (const HealCandidate& candidate : heal(*lattice.model, lattice.text, ids, 5)) {
    std::string spelled;
    for (const uint32_t id : candidate.kept) {
      spelled += lattice.model->vocabulary().piece(id);
    }
    RC_ASSERT(spelled + candidate.suffix == lattice.text);
    std::vector<uint32_t> extensions;
    std::vector<uint32_t> inside;
    for (uint32_t id = kFirstPieceId; id < lattice.model->vocabulary().size(); ++id) {
      const std::string_view piece = lattice.model->vocabulary().piece(id);
      if (piece.starts_with(candidate.suffix)) {
        extensions.push_back(id);
      } else if (std::string_view(candidate.suffix).starts_with(piece)) {
        inside.push_back(id);
      }
    }
    std::vector<uint32_t> found = candidate.inside;
    std::sort(found.begin(), found.end());
    RC_ASSERT(candidate.extensions == extensions);
    RC_ASSERT(found == inside);
  }
}

}  // namespace
}  // namespace yonder::tokenizer
