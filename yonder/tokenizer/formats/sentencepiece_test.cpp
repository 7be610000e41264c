// SPDX-License-Identifier: Apache-2.0
// What the reader refuses, and what is written. That the ids are right is
// imported_encoder_test.cpp; that SentencePiece itself reads what is written,
// experiments/vocabulary_identity.
#include "yonder/tokenizer/formats/sentencepiece.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"
#include "yonder/tokenizer/formats/protobuf.h"
#include "yonder/tokenizer/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::tokenizer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kUnigram = 1;

std::string piece(std::string_view text, float score, int64_t type) {
  ProtobufWriter w;
  w.bytes(1, text);
  w.real(2, score);
  w.integer(3, type);
  return w.str();
}

// A model of the pieces and this trainer_spec.
std::string model_of(const std::vector<std::string>& pieces, int64_t model_type,
                     bool byte_fallback = false) {
  ProtobufWriter model;
  for (const std::string& p : pieces) {
    model.bytes(1, p);
  }
  ProtobufWriter trainer;
  trainer.integer(3, model_type);
  trainer.flag(35, byte_fallback);
  model.bytes(2, trainer.str());
  return model.str();
}

std::string refusal(const std::string& content) {
  return error_text(ErrorKind::bad_data,
                    [&] { load_sentencepiece(content, "m.model", {}, nullptr); });
}

// Gathers the warnings of a save.
class Warnings : public Progress {
 public:
  void begin(std::string_view, uint64_t, std::string_view) override {}
  void advance(uint64_t) override {}
  void metric(std::string_view, double) override {}
  void warn(std::string_view text) override { texts.emplace_back(text); }
  bool cancelled() override { return false; }
  std::vector<std::string> texts;
};

TEST(SentencePiece, NamesTheModelTypeThatIsNotSupported) {
  EXPECT_THAT(refusal(model_of({piece("<unk>", 0, 2)}, 3)), HasSubstr("the model type is WORD"));
  EXPECT_THAT(refusal(model_of({piece("<unk>", 0, 2)}, 9)), HasSubstr("the model type is 9"));
}

TEST(SentencePiece, NamesThePieceThatIsWrong) {
  EXPECT_THAT(refusal(model_of({piece("<unk>", 0, 2), piece("", -1, 1)}, kUnigram)),
              HasSubstr("m.model: piece 1 is empty"));
  EXPECT_THAT(refusal(model_of({piece("\xFF", -1, 1)}, kUnigram)),
              HasSubstr("piece 0 is not UTF-8"));
  EXPECT_THAT(refusal(model_of({piece("a", NAN, 1)}, kUnigram)),
              HasSubstr("piece 0 has the score"));
  EXPECT_THAT(refusal(model_of({piece("a", -1, 7)}, kUnigram)), HasSubstr("has the type 7"));
  EXPECT_THAT(refusal(model_of({piece("a", -1, 1)}, kUnigram)),
              HasSubstr("no piece of type UNKNOWN"));
  EXPECT_THAT(refusal(model_of({piece("<unk>", 0, 2), piece("<u>", 0, 2)}, kUnigram)),
              HasSubstr("pieces 0 and 1 are both of type UNKNOWN"));
}

TEST(SentencePiece, ByteFallbackNeedsAllBytePieces) {
  EXPECT_THAT(refusal(model_of({piece("<unk>", 0, 2), piece("<0x41>", 0, 6)}, kUnigram, true)),
              HasSubstr("255 of the 256 byte pieces are missing"));
}

TEST(SentencePiece, AFileCutShortNamesItsByte) {
  const std::string whole = model_of({piece("<unk>", 0, 2), piece("a", -1, 1)}, kUnigram);
  for (size_t size = 4; size < whole.size(); ++size) {
    if (whole.substr(0, size).size() != 13 && whole.substr(0, size).size() != 24) {
      const std::string cut = whole.substr(0, size);
      try {
        load_sentencepiece(cut, "m", {}, nullptr);
      } catch (const Error& error) {
        EXPECT_EQ(error.kind, ErrorKind::bad_data);
      }
    }
  }
}

TEST(SentencePiece, AModelOfItsOwnIsSavedByteForByte) {
  const TemporaryFolder folder;
  std::string content = model_of({piece("<unk>", 0, 2), piece("a", -1, 1)}, kUnigram);
  ProtobufWriter unknown;
  unknown.bytes(777, "an extension");
  content += unknown.str();
  write_file(folder.path() / "a.model", content);
  Tokenizer::load(folder.path() / "a.model").save(folder.path() / "b.model", "sentencepiece");
  EXPECT_EQ(read_file(folder.path() / "b.model"), content);
}

// Pieces: all bytes, "ab", a Chinese character, and half of one.
Tokenizer byte_vocabulary() {
  std::vector<CountedPiece> pieces;
  for (int byte = 0; byte < 256; ++byte) {
    pieces.push_back({std::string(1, static_cast<char>(byte)), 1});
  }
  pieces.push_back({"ab", 50});
  pieces.push_back({"\xE4\xBB\x8A", 50});
  pieces.push_back({"\xE4\xBB", 20});
  return Tokenizer(Vocabulary(std::move(pieces), "bytes"));
}

TEST(SentencePiece, AnExportedBytePieceModelKeepsItsIds) {
  const TemporaryFolder folder;
  const Tokenizer original = byte_vocabulary();
  original.save(folder.path() / "x.model", "sentencepiece");
  const Tokenizer exported = Tokenizer::load(folder.path() / "x.model");
  for (const char* text : {"ab", "cab \\ \t\n\r\x01",
                           "\xE4\xBB\x8A"
                           "ab",
                           "  a  b ", "\xE5\xA4\xA9"}) {
    std::vector<uint32_t> expected;
    std::vector<uint32_t> ids;
    original.encode(text, expected);
    exported.encode(text, ids);
    EXPECT_EQ(ids, expected) << text;
    EXPECT_EQ(exported.decode(ids), text);
  }
}

TEST(SentencePiece, TheExportReportsWhatItCannotHold) {
  const TemporaryFolder folder;
  Warnings warnings;
  byte_vocabulary().save(folder.path() / "x.model", "sentencepiece", &warnings);
  ASSERT_EQ(warnings.texts.size(), 2u);
  EXPECT_THAT(warnings.texts[0], HasSubstr("1 pieces with parts of characters"));
  EXPECT_THAT(warnings.texts[1], HasSubstr("129 single bytes became byte pieces"));
}

TEST(SentencePiece, ScoresOfAnotherArithmeticAreOneOptionAway) {
  const TemporaryFolder folder;
  write_file(
      folder.path() / "a.model",
      model_of({piece("<unk>", 0, 2), piece("\xE2\x96\x81", -1, 1), piece("a", -1, 1)}, kUnigram));
  for (const char* scores : {"auto", "float", "double", "fixed"}) {
    std::vector<uint32_t> ids;
    Tokenizer::load(folder.path() / "a.model", {.scores = scores}).encode("aa", ids);
    EXPECT_THAT(ids, ElementsAre(1, 2, 2)) << scores;
  }
}

TEST(SentencePiece, RefusesOptionsOfReadingThatMeanNothingToIt) {
  const TemporaryFolder folder;
  const std::filesystem::path unigram = folder.path() / "unigram.model";
  const std::filesystem::path bpe = folder.path() / "bpe.model";
  const std::vector<std::string> pieces = {piece("<unk>", 0, 2), piece("a", -1, 1)};
  write_file(unigram, model_of(pieces, kUnigram));
  write_file(bpe, model_of(pieces, 2));
  EXPECT_THAT(
      error_text(ErrorKind::bad_option, [&] { Tokenizer::load(unigram, {.add_bytes = true}); }),
      HasSubstr("--add-bytes are for BytePiece models"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { Tokenizer::load(bpe, {.scores = "fixed"}); }),
              HasSubstr("a BPE vocabulary has no scores"));
}

}  // namespace
}  // namespace yonder::tokenizer
