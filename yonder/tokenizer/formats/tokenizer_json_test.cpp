// SPDX-License-Identifier: Apache-2.0
// What the reader refuses, and what is written. That the ids are right is
// imported_encoder_test.cpp; that tokenizers itself reads what is written,
// experiments/vocabulary_identity.
#include "yonder/tokenizer/formats/tokenizer_json.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"
#include "yonder/tokenizer/formats/bytepiece.h"
#include "yonder/tokenizer/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::tokenizer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// The BPE vector of the specification (docs/math/tokenizer.md): pieces in id order, merges by rank.
std::string bpe_json(const std::string& ignore_merges, const std::string& merges) {
  return R"({"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,
"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
"post_processor":null,"decoder":{"type":"ByteLevel"},
"model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
"end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":)" +
         ignore_merges + R"(,"vocab":{"h":0,"e":1,"l":2,"o":3,"w":4,"r":5,"d":6,"Ġ":7,"!":8,
"he":9,"ll":10,"hell":11,"hello":12,"Ġw":13,"or":14,"Ġwor":15,"ld":16,"Ġworld":17},"merges":)" +
         merges + "}}";
}

constexpr const char* kPairs =
    R"([["h","e"],["l","l"],["he","ll"],["hell","o"],["Ġ","w"],["o","r"],["Ġw","or"],["l","d"]])";
constexpr const char* kStrings = R"(["h e","l l","he ll","hell o","Ġ w","o r","Ġw or","l d"])";

Tokenizer load(const std::string& json) {
  const TemporaryFolder folder;
  write_file(folder.path() / "tokenizer.json", json);
  return Tokenizer::load(folder.path());  // a folder stands for its file
}

std::vector<uint32_t> ids_of(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<uint32_t> ids;
  tokenizer.encode(text, ids);
  return ids;
}

std::string refusal(const std::string& json) {
  return error_text(ErrorKind::bad_data, [&] { load_tokenizer_json(json, "t.json", {}, nullptr); });
}

TEST(TokenizerJson, MergesAsTheSpecificationsVector) {
  for (const char* merges : {kPairs, kStrings}) {
    const Tokenizer tokenizer = load(bpe_json("false", merges));
    EXPECT_THAT(ids_of(tokenizer, "hello"), ElementsAre(12));
    EXPECT_THAT(ids_of(tokenizer, " world"), ElementsAre(15, 16));
    EXPECT_THAT(ids_of(tokenizer, "lll"), ElementsAre(10, 2));
    EXPECT_THAT(ids_of(tokenizer, "hellohell"), ElementsAre(12, 11));
  }
}

TEST(TokenizerJson, IgnoreMergesTakesTheWholeWordFirst) {
  EXPECT_THAT(ids_of(load(bpe_json("true", kPairs)), " world"), ElementsAre(17));
}

TEST(TokenizerJson, NamesThePathOfWhatIsNotSupported) {
  const std::string good = bpe_json("false", kPairs);
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string json = good;
    json.replace(json.find(from), from.size(), to);
    return refusal(json);
  };
  EXPECT_THAT(with(R"("type":"BPE")", R"("type":"WordPiece")"),
              HasSubstr("t.json: /model/type is WordPiece"));
  EXPECT_THAT(with(R"("end_of_word_suffix":null)", R"("end_of_word_suffix":"</w>")"),
              HasSubstr("/model/end_of_word_suffix is not supported"));
  EXPECT_THAT(with(R"("normalizer":null)", R"("normalizer":{"type":"Bogus"})"),
              HasSubstr("t.json: /normalizer"));
  EXPECT_THAT(with(R"("type":"ByteLevel","add)", R"("type":"Bogus","add)"),
              HasSubstr("t.json: /pre_tokenizer"));
  EXPECT_THAT(with(R"("decoder":{"type":"ByteLevel"})", R"("decoder":{"type":"CTC"})"),
              HasSubstr("t.json: /decoder"));
  EXPECT_THAT(with(R"("version":"1.0")", R"("version":"2.0")"), HasSubstr("/version is \"2.0\""));
  EXPECT_THAT(with(R"("dropout":null)", R"("novelty":1)"), HasSubstr("/model/novelty"));
  EXPECT_THAT(with(R"(["h","e"])", R"(["h","z"])"), HasSubstr("/model/merges/0"));
  EXPECT_THAT(with(R"("h":0)", R"("h":99999999)"), HasSubstr("the id 99999999 is out of range"));
  EXPECT_THAT(refusal("{\"version\":"), HasSubstr("t.json: "));
}

TEST(TokenizerJson, IsToldFromABytePieceModelByItsFirstValue) {
  EXPECT_TRUE(is_tokenizer_json(bpe_json("false", kPairs)));
  EXPECT_FALSE(is_tokenizer_json("{\"YQ==\": [3, \"a\", 1]}"));
  EXPECT_FALSE(is_bytepiece(bpe_json("false", kPairs)));
}

// As tokenizers does: what a file says of an added token's id counts for nothing.
TEST(TokenizerJson, AddedTokensFollowTheVocabulary) {
  std::string json = bpe_json("false", kPairs);
  const std::string empty = R"("added_tokens":[])";
  json.replace(json.find(empty), empty.size(), R"("added_tokens":[
{"id":700,"content":"<x>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":false},
{"id":3,"content":"hello","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":false}])");
  const Tokenizer tokenizer = load(json);
  EXPECT_EQ(tokenizer.vocab_size(), 19u);
  EXPECT_THAT(ids_of(tokenizer, "<x>hello"), ElementsAre(18, 12));
}

TEST(TokenizerJson, IsSavedByteForByte) {
  const TemporaryFolder folder;
  const std::string json = bpe_json("false", kPairs);
  load(json).save(folder.path() / "copy.json", "tokenizer-json");
  EXPECT_EQ(read_file(folder.path() / "copy.json"), json);
}

TEST(TokenizerJson, AnExportedBytePieceModelKeepsItsIds) {
  std::vector<CountedPiece> pieces;
  for (int byte = 0; byte < 256; ++byte) {
    pieces.push_back({std::string(1, static_cast<char>(byte)), 1});
  }
  pieces.push_back({"ab", 50});
  pieces.push_back({"\xE4\xBB\x8A", 50});
  const Tokenizer original(Vocabulary(std::move(pieces), "bytes"));
  const TemporaryFolder folder;
  original.save(folder.path() / "tokenizer.json", "tokenizer-json");
  const Tokenizer exported = Tokenizer::load(folder.path());
  for (const char* text : {"ab", "cab\n\n\\ab",
                           "\xE4\xBB\x8A"
                           "ab",
                           "\xE5\xA4\xA9", "<0x41><unk>"}) {
    EXPECT_EQ(ids_of(exported, text), ids_of(original, text)) << text;
    EXPECT_EQ(exported.decode(ids_of(exported, text)), text);
  }
}

TEST(TokenizerJson, AModelOfAnotherKindCannotBeWritten) {
  const TemporaryFolder folder;
  const Tokenizer tokenizer = load(bpe_json("false", kPairs));
  for (const char* format : {"bytepiece", "sentencepiece", "cache"}) {
    EXPECT_THAT(
        error_text(ErrorKind::bad_option, [&] { tokenizer.save(folder.path() / "x", format); }),
        HasSubstr("tokenizer-json model"));
  }
}

}  // namespace
}  // namespace yonder::tokenizer
