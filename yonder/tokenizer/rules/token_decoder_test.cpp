// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/token_decoder.h"

#include "tests/error_text.h"
#include "tests/golden_file.h"
#include "yonder/base/utf8.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;

struct Token {
  std::string text;
  TokenKind kind = TokenKind::piece;
};

std::string decode(const TokenDecoder& decoder, const std::vector<Token>& tokens) {
  const auto decoding = decoder.start();
  std::string out;
  for (const Token& token : tokens) {
    decoding->feed(token.text, token.kind, out);
  }
  decoding->finish(out);
  return out;
}

std::unique_ptr<const TokenDecoder> decoder_of(const std::string& json, bool byte_level = false) {
  return make_token_decoder(parse_json(json, "test"), byte_level);
}

TEST(TokenDecoder, EqualsHuggingFaceTokenizers) {
  const Json file = golden_file("text_rules_decoders");
  const Json::Array& tokens = file.at("tokens").array();
  for (const Json& run : file.at("cases").array()) {
    const auto decoder = make_token_decoder(run.at("step"), false);
    const Json::Array& results = run.at("results").array();
    ASSERT_EQ(results.size(), tokens.size());
    for (size_t i = 0; i < tokens.size(); ++i) {
      std::vector<Token> list;
      for (const Json& token : tokens[i].array()) {
        list.push_back({token.text()});
      }
      const std::string text = decode(*decoder, list);
      if (utf8_first_error(text) == std::string_view::npos) {
        EXPECT_EQ(text, results[i].text()) << run.path() << " " << tokens[i].path();
      } else {  // where tokenizers writes U+FFFD
        EXPECT_THAT(results[i].text(), HasSubstr("\uFFFD")) << run.path();
      }
    }
  }
}

TEST(TokenDecoder, EqualsTheSentencepiecePackage) {
  const Json file = golden_file("text_rules_sentencepiece_decoder");
  const std::map<int64_t, TokenKind> kinds = {{1, TokenKind::piece},
                                              {2, TokenKind::unknown},
                                              {3, TokenKind::control},
                                              {4, TokenKind::piece},
                                              {6, TokenKind::byte}};
  const Json::Array& pieces = file.at("pieces").array();
  const Json::Array& ids = file.at("ids").array();
  for (const Json& run : file.at("cases").array()) {
    SentencePieceDecoding options;
    options.add_dummy_prefix = run.at("add_dummy_prefix").boolean();
    options.remove_extra_whitespaces = run.at("remove_extra_whitespaces").boolean();
    const auto decoder = make_sentencepiece_decoder(options);
    for (size_t i = 0; i < ids.size(); ++i) {
      std::vector<Token> list;
      for (const Json& id : ids[i].array()) {
        const Json::Array& piece = pieces[id.unsigned_integer()].array();
        list.push_back({piece[0].text(), kinds.at(piece[1].integer())});
      }
      const std::string text = decode(*decoder, list);
      if (utf8_first_error(text) == std::string_view::npos) {
        EXPECT_EQ(text, run.at("results").array()[i].text()) << run.path() << " " << i;
      } else {
        EXPECT_THAT(run.at("results").array()[i].text(), HasSubstr("\uFFFD"));
      }
    }
  }
}

constexpr char kByteLevel[] =
    R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true})";

TEST(TokenDecoder, TakesThePiecesOfAByteLevelVocabularyAsBytes) {
  const auto decoder = decoder_of(kByteLevel, true);
  EXPECT_EQ(decode(*decoder, {{" a\xE4"}, {"\xB8\xAD\n"}}), " a\u4E2D\n");
  // An added token is text: one outside the alphabet stays, one inside is read as bytes.
  EXPECT_EQ(decode(*decoder, {{"<s> ", TokenKind::added}}), "<s> ");
  EXPECT_EQ(decode(*decoder, {{"\u0120x", TokenKind::added}}), " x");
}

TEST(TokenDecoder, ShowsTheByteAlphabetWhereNothingUndoesIt) {
  EXPECT_EQ(decode(*decoder_of("null", true), {{" a"}, {"b"}}), "\u0120a b");
  const std::string sequence = std::string(R"({"type":"Sequence","decoders":[)") + kByteLevel +
                               R"(,{"type":"Strip","content":" ","start":1,"stop":0}]})";
  EXPECT_EQ(decode(*decoder_of(sequence, true), {{" a"}, {" b"}}), "a b");
}

TEST(TokenDecoder, LeavesBytesThatAreNotUtf8AsTheyAre) {
  const auto fallback = decoder_of(R"({"type":"ByteFallback"})");
  EXPECT_EQ(decode(*fallback, {{"<0xFF>"}, {"a"}, {"<0xE4>"}}),
            "\xFF"
            "a\xE4");
  const auto sentencepiece = make_sentencepiece_decoder({});
  EXPECT_EQ(decode(*sentencepiece, {{"<0xFF>", TokenKind::byte}}), "\xFF");
}

TEST(TokenDecoder, GivesTextAsSoonAsItIsCertain) {
  const auto decoder = decoder_of(
      R"({"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"_"},"content":" "},
          {"type":"ByteFallback"},{"type":"Fuse"},
          {"type":"Strip","content":" ","start":1,"stop":0}]})");
  const auto decoding = decoder->start();
  std::vector<std::string> steps;
  for (const char* token : {"_a", "_b", "<0xE4>", "<0xB8>", "c"}) {
    std::string out;
    decoding->feed(token, TokenKind::piece, out);
    steps.push_back(out);
  }
  EXPECT_EQ(steps, (std::vector<std::string>{"a", " b", "\xE4", "\xB8", "c"}));
}

TEST(TokenDecoder, GivesTheSurfaceOfTheUnknownPiece) {
  SentencePieceDecoding options;
  options.unk_surface = "?";
  EXPECT_EQ(decode(*make_sentencepiece_decoder(options), {{"<unk>", TokenKind::unknown}}), "?");
}

TEST(TokenDecoder, RejectsABytePieceThatNamesNoByte) {
  const auto decoder = make_sentencepiece_decoder({});
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] {
                           decode(*decoder, {{"<0xG0>", TokenKind::byte}});
                         }),
              HasSubstr("the byte piece \"<0xG0>\" is not written like <0x0A>"));
}

TEST(TokenDecoder, NamesThePathOfWhatItDoesNotKnow) {
  const auto message = [](const std::string& json) {
    const Json parsed = parse_json(json, "tokenizer.json");
    return error_text(ErrorKind::bad_data,
                      [&] { make_token_decoder(parsed.at("decoder"), false); });
  };
  for (const char* type : {"WordPiece", "BPEDecoder", "CTC"}) {
    EXPECT_THAT(message(std::string(R"({"decoder": {"type": ")") + type + "\"}}"),
                HasSubstr("/decoder/type: \"" + std::string(type) + "\" is not supported"));
  }
  EXPECT_THAT(message(R"({"decoder": {"type": "Fuse", "x": 1}})"),
              HasSubstr("/decoder/x: this key is unknown in \"Fuse\""));
  EXPECT_THAT(message(R"({"decoder": {"type": "Strip", "content": "ab", "start": 0,
                          "stop": 0}})"),
              HasSubstr("/decoder/content: one character was expected"));
}

}  // namespace
}  // namespace yonder::tokenizer
