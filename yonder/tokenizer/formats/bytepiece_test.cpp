// SPDX-License-Identifier: Apache-2.0
// The reader and the writer together; bytepiece_write_test.cpp has the writer's own cases.
#include "yonder/tokenizer/formats/bytepiece.h"

#include "tests/error_text.h"
#include "tests/published_models.h"
#include "tests/random_text.h"
#include "yonder/base/base64.h"
#include "yonder/base/file.h"
#include "yonder/base/sha256.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Warnings final : public Progress {
 public:
  void begin(std::string_view /*what*/, uint64_t /*total*/, std::string_view /*unit*/) override {}
  void advance(uint64_t /*n*/) override {}
  void metric(std::string_view /*name*/, double /*value*/) override {}
  void warn(std::string_view text) override { all += text; }
  bool cancelled() override { return false; }
  std::string all;
};

std::shared_ptr<const UnigramModel> load(std::string_view content, const LoadOptions& options = {},
                                         Progress* progress = nullptr) {
  return load_bytepiece(content, "x.model", options, progress);
}

std::string refusal(std::string_view content, const LoadOptions& options = {}) {
  return error_text(ErrorKind::bad_data, [&] { load(content, options); });
}

std::vector<CountedPiece> byte_pieces() {
  std::vector<CountedPiece> pieces;
  for (const char byte : all_bytes()) {
    pieces.push_back({std::string(1, byte), 1});
  }
  return pieces;
}

// A good model of the 256 bytes with `entries` in front of them.
std::string model_with(const std::string& entries) {
  return "{" + entries + ",\n" + bytepiece_text(byte_pieces()).substr(2);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

struct Published {
  const char* name;
  const char* sha256;  // of the member of the zip file, by coreutils
};

class PublishedModel : public testing::TestWithParam<Published> {};

TEST_P(PublishedModel, IsSavedByteForByteAsItWasLoaded) {
  const std::optional<std::string> content = published_model_file(GetParam().name);
  if (!content) {
    GTEST_SKIP() << "the published models are not here";
  }
  ASSERT_EQ(sha256_hex(*content), GetParam().sha256);
  Warnings warnings;
  const auto model = load(*content, {}, &warnings);
  EXPECT_TRUE(bytepiece_text(model->vocabulary().pieces()) == *content);
  EXPECT_EQ(model->checksum(), GetParam().sha256);
  EXPECT_EQ(warnings.all, "");
}

INSTANTIATE_TEST_SUITE_P(
    All, PublishedModel,
    testing::Values(Published{"bytepiece.eu.plus.40k",
                              "9407d16f9dcde5ef782dc941e9e7b84e9b301e3dcc5653c53cb989d5d47247e8"},
                    Published{"bytepiece.id.plus.80k",
                              "4179675d3b74e887d79506f283a1d7b9dfc665302ea7aa125b8ad706df1060a7"},
                    Published{"bytepiece.plus.40k",
                              "84417f026aeef72148ef99967a407885fef6425550a380245a7d1fc427e53e30"},
                    Published{"bytepiece_80k",
                              "90bfbc585633208f1bc3d057a509975bf7f906915fb99888d634a0ebdce00dfd"}));

RC_GTEST_PROP(BytepieceModel, IsLoadedAsItWasSaved, (uint64_t seed)) {
  Rng rng(seed);
  const Vocabulary vocabulary = random_vocabulary(rng, all_bytes(), 50, 8);
  const auto model = load(bytepiece_text(vocabulary.pieces()));
  RC_ASSERT(model->vocabulary().size() == vocabulary.size());
  for (uint32_t id = kFirstPieceId; id < vocabulary.size(); ++id) {
    RC_ASSERT(model->vocabulary().piece(id) == vocabulary.piece(id));
    RC_ASSERT(model->vocabulary().count(id) == vocabulary.count(id));
    RC_ASSERT(model->vocabulary().log_probability(id) == vocabulary.log_probability(id));
  }
}

TEST(BytepieceModel, MayHaveItsKeysInAnyOrderAndAnySpace) {
  const std::string content =
      "\t{ \"YWI=\" :\r\n[259,\"ab\" , 18446744073709551615] ,\"\\u0059Q==\":[ 100,\"\",1]\n" +
      replaced(bytepiece_text(byte_pieces()), "{\n    \"AA==\"", ", \"AA==\"");
  const std::string without_a =
      replaced(content, "    \"YQ==\": [\n        100,\n        \"a\",\n        1\n    ],\n", "");
  const auto model = load(without_a);
  EXPECT_EQ(model->vocabulary().piece(259), "ab");
  EXPECT_EQ(model->vocabulary().count(259), UINT64_MAX);
  EXPECT_EQ(model->vocabulary().piece(100), "a");
}

TEST(BytepieceModel, KeepsGapsOfIdsAndWarnsOfThem) {
  Warnings warnings;
  const std::string content = model_with("\"YWI=\": [261, \"ab\", 5]");
  const auto model = load(content, {}, &warnings);
  EXPECT_EQ(model->vocabulary().size(), 262U);
  EXPECT_EQ(model->vocabulary().piece(260), "");
  EXPECT_EQ(model->trie().find("ab"), 261U);
  EXPECT_EQ(warnings.all, "x.model: 2 ids between 3 and 261 have no piece; they are kept unused");
  EXPECT_EQ(load(bytepiece_text(model->vocabulary().pieces()))->checksum(), model->checksum());
}

TEST(BytepieceModel, GivesTheByteOfMalformedJson) {
  EXPECT_THAT(refusal("{\"YQ==\": [3, \"a\" 1]}"), HasSubstr("x.model: byte 1"));
  EXPECT_THAT(refusal("{\"YQ==\": [3, \"a\", 1] \"Yg==\": [4, \"b\", 1]}"), HasSubstr("byte 2"));
  EXPECT_THAT(refusal("[1]"), AllOf(HasSubstr("byte 0"), HasSubstr("a JSON object was expected")));
  EXPECT_THAT(refusal(""), HasSubstr("x.model: byte 0"));
  EXPECT_THAT(refusal("{\"YQ==\": [3, \"\xFF\", 1]}"), HasSubstr("UTF-8"));
  EXPECT_THAT(refusal("{\"YQ==\": [3, \"a\", 1"), HasSubstr("byte"));
}

TEST(BytepieceModel, IsRejectedWhereverItIsCutShort) {
  const std::string content = model_with("\"YWI=\": [259, \"ab\", 5]");
  for (size_t length = 0; length < content.size(); length += length < 200 ? 1 : 37) {
    refusal(content.substr(0, length));
  }
  refusal(content.substr(0, content.size() - 1));
}

TEST(BytepieceModel, IsRejectedWithTextBehindIt) {
  EXPECT_THAT(refusal(bytepiece_text(byte_pieces()) + "x"), HasSubstr("has text behind it"));
  EXPECT_THAT(refusal(bytepiece_text(byte_pieces()) + "{}"),
              HasSubstr("text after the end of the object"));
  load(bytepiece_text(byte_pieces()) + " \n");
}

TEST(BytepieceModel, IsRejectedForKeysThatAreNotBase64) {
  for (const char* key : {"YWI", "Y", "YW I=", "YWJ=", "====", "ü"}) {
    EXPECT_THAT(refusal(model_with("\"" + std::string(key) + "\": [259, \"ab\", 5]")),
                AllOf(HasSubstr("x.model: byte "), HasSubstr("is not base64")))
        << key;
  }
}

TEST(BytepieceModel, IsRejectedForAnEmptyPiece) {
  EXPECT_THAT(refusal(model_with("\"\": [259, \"\", 5]")), HasSubstr("the key is empty"));
}

TEST(BytepieceModel, IsRejectedForRepeatedPieces) {
  EXPECT_THAT(refusal(model_with("\"YQ==\": [259, \"a\", 5]")),
              HasSubstr("ids 100 and 259 are the same piece \"a\""));
}

TEST(BytepieceModel, IsRejectedForRepeatedIds) {
  EXPECT_THAT(refusal(model_with("\"YWI=\": [100, \"ab\", 5]")),
              HasSubstr("two pieces have id 100"));
}

TEST(BytepieceModel, IsRejectedForIdsOfSpecialTokensAndBeyondReason) {
  EXPECT_THAT(refusal(model_with("\"YWI=\": [2, \"ab\", 5]")), HasSubstr("a piece has id 2"));
  EXPECT_THAT(refusal(model_with("\"YWI=\": [-3, \"ab\", 5]")),
              HasSubstr("the id must be a whole number"));
  EXPECT_THAT(refusal(model_with("\"YWI=\": [3.0, \"ab\", 5]")),
              HasSubstr("the id must be a whole number"));
  EXPECT_THAT(refusal(model_with("\"YWI=\": [4000000000, \"ab\", 5]")),
              HasSubstr("id 4000000000 although there are only 257 pieces"));
}

TEST(BytepieceModel, IsRejectedForCountsThatAreNoCounts) {
  EXPECT_THAT(refusal(model_with("\"YWI=\": [259, \"ab\", 0]")),
              HasSubstr("the count of id 259 is 0"));
  for (const char* count : {"-1", "1.5", "1e3", "\"7\"", "null", "NaN", "18446744073709551616"}) {
    EXPECT_THAT(refusal(model_with("\"YWI=\": [259, \"ab\", " + std::string(count) + "]")),
                AllOf(HasSubstr("x.model: byte "), HasSubstr("the count must be a whole number")))
        << count;
  }
}

TEST(BytepieceModel, IsRejectedForEntriesOfAnotherForm) {
  EXPECT_THAT(refusal(model_with("\"YWI=\": [259, \"ab\"]")), HasSubstr("an entry has 2 values"));
  EXPECT_THAT(refusal(model_with("\"YWI=\": [259, \"ab\", 5, 6]")),
              HasSubstr("an entry has 4 values"));
  EXPECT_THAT(refusal(model_with("\"YWI=\": 259")), HasSubstr("[id, text, count] was expected"));
  EXPECT_THAT(refusal(model_with("\"YWI=\": [259, 7, 5]")), HasSubstr("the text must be a string"));
}

TEST(BytepieceModel, IsRejectedForMissingBytesUnlessTheyAreAdded) {
  const std::string content = "{\"YWI=\": [4, \"ab\", 5], \"YQ==\": [3, \"a\", 7]}";
  EXPECT_THAT(refusal(content), AllOf(HasSubstr("255 of the 256 single bytes are missing"),
                                      HasSubstr("--add-bytes")));
  const auto model = load(content, {.add_bytes = true});
  EXPECT_EQ(model->vocabulary().size(), 3U + 2 + 255);
  EXPECT_EQ(model->vocabulary().single_bytes(), 256U);
  EXPECT_EQ(model->vocabulary().count(*model->trie().find("z")), 1U);
  EXPECT_EQ(model->vocabulary().count(*model->trie().find("a")), 7U);
}

class StoredLogScores : public testing::Test {
 protected:
  std::string write(const std::vector<double>& scores) const {
    const std::filesystem::path path = folder_.path() / "scores";
    write_file(path, {reinterpret_cast<const char*>(scores.data()), scores.size() * 8});
    return path.string();
  }
  std::string content_ = bytepiece_text(byte_pieces());
  TemporaryFolder folder_;
};

TEST_F(StoredLogScores, StandInForTheLogarithmsOfTheCounts) {
  std::vector<double> scores(256, -5.5);
  scores[97] = -0.25;
  const auto model = load(content_, {.log_scores = write(scores)});
  EXPECT_EQ(model->vocabulary().log_probability(100), -0.25);
  EXPECT_EQ(model->vocabulary().log_probability(101), -5.5);
}

TEST_F(StoredLogScores, AreRejectedForAWrongSize) {
  EXPECT_THAT(refusal(content_, {.log_scores = write(std::vector<double>(255, -1))}),
              HasSubstr("2040 bytes; 256 float64 log-probabilities in id order (from id 3) take "
                        "2048"));
}

TEST_F(StoredLogScores, AreRejectedWhereTheyAreNoLogarithmsOfProbabilities) {
  for (const double wrong :
       {std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity(), 0.5}) {
    std::vector<double> scores(256, -1);
    scores[9] = wrong;
    EXPECT_THAT(refusal(content_, {.log_scores = write(scores)}),
                HasSubstr("the log-probability of id 12 is"));
  }
}

TEST_F(StoredLogScores, AreReportedMissing) {
  EXPECT_THAT(
      error_text(ErrorKind::file, [&] { load(content_, {.log_scores = "/nowhere/scores"}); }),
      HasSubstr("/nowhere/scores"));
}

TEST(IsBytepiece, TellsItsModelsFromOtherJson) {
  EXPECT_TRUE(is_bytepiece(bytepiece_text(byte_pieces())));
  EXPECT_TRUE(is_bytepiece(" {\n\"YQ==\" : [3"));
  EXPECT_TRUE(is_bytepiece("{}"));
  EXPECT_FALSE(is_bytepiece("{\"version\": \"1.0\", \"model\": {}}"));
  EXPECT_FALSE(is_bytepiece("[3]"));
  EXPECT_FALSE(is_bytepiece("\x0A\x07<unk>"));
  EXPECT_FALSE(is_bytepiece(""));
}

}  // namespace
}  // namespace yonder::tokenizer
