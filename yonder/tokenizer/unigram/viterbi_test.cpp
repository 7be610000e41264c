// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/viterbi.h"

#include "tests/error_text.h"
#include "tests/published_models.h"
#include "tests/random_text.h"
#include "yonder/base/base64.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/random.h"
#include "yonder/tokenizer/unigram/viterbi_reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;
using Ids = std::vector<uint32_t>;
using Model = std::shared_ptr<const UnigramModel>;

constexpr Arithmetic kArithmetics[] = {Arithmetic::double_precision, Arithmetic::single_precision,
                                       Arithmetic::fixed_point};

Model model_of(Vocabulary vocabulary, Arithmetic arithmetic = Arithmetic::double_precision) {
  return std::make_shared<UnigramModel>(std::move(vocabulary), arithmetic);
}

Ids best(const Model& model, std::string_view chunk) {
  Ids ids;
  const auto viterbi = make_viterbi(model);
  viterbi->start(0, 0);
  viterbi->extend(chunk);
  viterbi->finish(ids);
  return ids;
}

void expect_published_ids(const std::string& name) {
  std::optional<Vocabulary> vocabulary = published_model(name);
  if (!vocabulary) {
    GTEST_SKIP() << "the published models are not here";
  }
  const Model model = model_of(std::move(*vocabulary));
  const Json golden = parse_json(
      read_file(std::string(YONDER_SOURCE_DIR) + "/tests/golden/tokenizer/bytepiece_ids.json"),
      "bytepiece_ids.json");
  for (const Json& row : golden.at("cases").array()) {
    if (row.at("model").text() != name) {
      continue;
    }
    Ids ids;
    for (const Json& id : row.at("ids").array()) {
      ids.push_back(static_cast<uint32_t>(id.unsigned_integer()));
    }
    const std::string chunk = *base64_decode(row.at("base64").text());
    EXPECT_EQ(best(model, chunk), ids) << chunk;
    EXPECT_EQ(viterbi_reference(*model, chunk), ids) << chunk;
  }
}

TEST(Viterbi, GivesTheIdsOfTheReferenceUnderThe80kModel) { expect_published_ids("bytepiece_80k"); }

TEST(Viterbi, GivesTheIdsOfTheReferenceUnderThe40kModel) {
  expect_published_ids("bytepiece.eu.plus.40k");
}

// With a, aa, aaa at powers of one p every segmentation of equal sum ties.
// (Floats do not: where sums are rounded there are no ties.)
TEST(Viterbi, KeepsTheLongestLastPieceOnATie) {
  for (const Arithmetic arithmetic : {Arithmetic::double_precision, Arithmetic::fixed_point}) {
    const Model model = model_of(Vocabulary({{"a", 1}, {"aa", 1}, {"aaa", 1}}, "v"), arithmetic);
    EXPECT_EQ(best(model, "aaaa"), (Ids{3, 5}));  // a|aaa before aa|aa and aaa|a
    EXPECT_EQ(best(model, "aaaaa"), (Ids{4, 5}));
  }
}

TEST(Viterbi, GivesNothingForNothing) {
  EXPECT_EQ(best(model_of(Vocabulary({{"a", 1}}, "v")), ""), Ids{});
}

RC_GTEST_PROP(Viterbi, EqualsThePlainLoop, (uint64_t seed)) {
  Rng rng(seed);
  const std::string alphabets[] = {all_bytes(), "ab", std::string("a\0\xFF\n", 4)};
  const std::string alphabet = alphabets[rng.below(3)];
  const Model model = model_of(random_vocabulary(rng, alphabet, rng.below(200), 1 + rng.below(9)),
                               kArithmetics[rng.below(3)]);
  const std::string text = random_text(rng, rng.below(41), alphabet);
  RC_ASSERT(best(model, text) == viterbi_reference(*model, text));
}

RC_GTEST_PROP(Viterbi, EqualsThePlainLoopOnCharacters, (uint64_t seed)) {
  Rng rng(seed);
  const std::string text = random_utf8(rng, 200);
  const Model model =
      model_of(random_vocabulary(rng, all_bytes(), 300, 16, text), kArithmetics[rng.below(3)]);
  RC_ASSERT(best(model, text) == viterbi_reference(*model, text));
}

// The kernel keeps a window of 4,096 positions; chunks end before, at and after its edges.
TEST(Viterbi, EqualsThePlainLoopOnChunksLongerThanTheWindow) {
  for (const Arithmetic arithmetic : kArithmetics) {
    Rng rng(7);
    const Model model = model_of(random_vocabulary(rng, "abcd", 300, 8), arithmetic);
    for (const size_t length : {4095, 4096, 4097, 4100, 8192, 20001}) {
      const std::string text = random_text(rng, length, "abcd");
      EXPECT_EQ(best(model, text), viterbi_reference(*model, text)) << length;
    }
  }
}

TEST(Viterbi, EqualsThePlainLoopWithPiecesOf300Bytes) {
  for (const Arithmetic arithmetic : kArithmetics) {
    Rng rng(8);
    const std::string source = random_text(rng, 3000, "ab");
    const Model model = model_of(random_vocabulary(rng, "ab", 40, 300, source), arithmetic);
    const std::string text = source + random_text(rng, 500, "ab") + source;
    EXPECT_EQ(best(model, text), viterbi_reference(*model, text));
  }
}

TEST(Viterbi, EqualsThePlainLoopWhereAllPiecesAreBytes) {
  Rng rng(9);
  const Model model = model_of(random_vocabulary(rng, all_bytes(), 0, 1));
  const std::string text = random_text(rng, 5000, all_bytes());
  EXPECT_EQ(best(model, text), viterbi_reference(*model, text));
}

TEST(Viterbi, DoesNotDependOnHowTheChunkIsHandedOver) {
  Rng rng(10);
  const Model model = model_of(random_vocabulary(rng, "abc", 100, 6));
  const std::string text = random_text(rng, 10000, "abc");
  const auto viterbi = make_viterbi(model);
  Ids ids;
  viterbi->start(3, 17);
  for (size_t at = 0; at < text.size();) {
    const size_t length = std::min<size_t>(rng.below(300), text.size() - at);
    viterbi->extend(std::string_view(text).substr(at, length));
    if (rng.below(2) == 0) {
      viterbi->commit(ids);
    }
    at += length;
  }
  viterbi->finish(ids);
  EXPECT_EQ(ids, best(model, text));
}

TEST(Viterbi, NamesTheBytesThatNoPieceSpells) {
  for (const Arithmetic arithmetic : kArithmetics) {
    const Model model = model_of(Vocabulary({{"a", 1}, {"bc", 1}}, "v"), arithmetic);
    const std::string text = std::string(5000, 'a') + std::string(3000, 'b');
    EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { best(model, text); }),
                HasSubstr("byte offsets 0 and 8000"));
  }
}

TEST(Viterbi, ReachesOverBytesThatAreNoPieces) {
  for (const Arithmetic arithmetic : kArithmetics) {
    const Model model = model_of(Vocabulary({{"a", 1}, {"bcbcbc", 1}}, "v"), arithmetic);
    EXPECT_EQ(best(model, "abcbcbca"), (Ids{3, 4, 3}));
  }
}

TEST(Viterbi, RejectsScoresThatFixedPointCannotHold) {
  const Vocabulary vocabulary({{"a", 1}, {"b", 1}}, {-0.5, -300.0}, "v");
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] { make_viterbi(model_of(vocabulary, Arithmetic::fixed_point)); }),
              HasSubstr("--scores double"));
  EXPECT_EQ(best(model_of(vocabulary), "ab"), (Ids{3, 4}));
}

}  // namespace
}  // namespace yonder::tokenizer
