// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bpe/byte_pair.h"

#include "tests/chi_square.h"
#include "tests/error_text.h"
#include "tests/random_text.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/random.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/bpe/byte_pair_reference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

using Ids = std::vector<uint32_t>;
using Model = std::shared_ptr<const BytePairModel>;

constexpr const char* kSpace = "\xE2\x96\x81";  // U+2581

Model make_model(const BytePairVocabulary& vocabulary, const BytePairOptions& options = {}) {
  return std::make_shared<const BytePairModel>(vocabulary, options, "test.json");
}

Ids encode(BytePairEncoder& encoder, std::string_view word, uint64_t document = 0,
           uint64_t position = 0) {
  Ids ids;
  encoder.encode(word, ids, document, position);
  return ids;
}

/// Twice: the second time a short word comes from the cache.
Ids encode_twice(BytePairEncoder& encoder, std::string_view word) {
  const Ids first = encode(encoder, word);
  EXPECT_EQ(encode(encoder, word), first);
  return first;
}

/// Merges as pairs of pieces.
BytePairVocabulary with_merges(std::vector<std::string> pieces,
                               const std::vector<std::pair<std::string, std::string>>& merges) {
  BytePairVocabulary vocabulary{.pieces = std::move(pieces)};
  const auto id = [&](const std::string& piece) {
    const auto at = std::find(vocabulary.pieces.begin(), vocabulary.pieces.end(), piece);
    EXPECT_NE(at, vocabulary.pieces.end()) << piece;
    return static_cast<uint32_t>(at - vocabulary.pieces.begin());
  };
  for (const auto& [left, right] : merges) {
    vocabulary.merges.emplace_back(id(left), id(right));
  }
  return vocabulary;
}

/// `count` random merges over the units, in an order that need not be a closure.
BytePairVocabulary random_merges(Rng& rng, std::vector<std::string> units, size_t count) {
  BytePairVocabulary vocabulary{.pieces = std::move(units)};
  for (size_t i = 0; i < count; ++i) {
    const auto left = static_cast<uint32_t>(rng.below(vocabulary.pieces.size()));
    const auto right = static_cast<uint32_t>(rng.below(vocabulary.pieces.size()));
    const std::string result = vocabulary.pieces[left] + vocabulary.pieces[right];
    if (result.size() > 12) {
      continue;
    }
    vocabulary.merges.emplace_back(left, right);
    if (std::find(vocabulary.pieces.begin(), vocabulary.pieces.end(), result) ==
        vocabulary.pieces.end()) {
      vocabulary.pieces.push_back(result);
    }
  }
  for (size_t i = vocabulary.merges.size(); rng.below(2) == 0 && i > 1; --i) {
    std::swap(vocabulary.merges[i - 1], vocabulary.merges[rng.below(i)]);
  }
  return vocabulary;
}

std::string random_word(Rng& rng, const std::vector<std::string>& units, size_t most) {
  std::string word;
  for (uint64_t n = rng.below(most + 1); n > 0; --n) {
    word += units[rng.below(units.size())];
  }
  return word;
}

TEST(BytePair, GivesThePublishedIds) {
  BytePairVocabulary vocabulary =
      with_merges({"h", "e", "l", "o", "w", "r", "d", " ", "!", "he", "ll", "hell", "hello", " w",
                   "or", " wor", "ld", " world"},
                  {{"h", "e"},
                   {"l", "l"},
                   {"he", "ll"},
                   {"hell", "o"},
                   {" ", "w"},
                   {"o", "r"},
                   {" w", "or"},
                   {"l", "d"}});
  BytePairEncoder encoder(make_model(vocabulary));
  EXPECT_EQ(encode_twice(encoder, "hello"), (Ids{12}));
  EXPECT_EQ(encode_twice(encoder, " world"), (Ids{15, 16}));
  EXPECT_EQ(encode_twice(encoder, "lll"), (Ids{10, 2}));
  EXPECT_EQ(encode_twice(encoder, "hellohell"), (Ids{12, 11}));
  BytePairEncoder whole(make_model(vocabulary, {.ignore_merges = true}));
  EXPECT_EQ(encode_twice(whole, " world"), (Ids{17}));
}

// ------------------------------------------------------------- against the programs it stands for

BytePairVocabulary golden_vocabulary(const Json& row) {
  BytePairVocabulary vocabulary;
  for (const Json& piece : row.at("pieces").array()) {
    vocabulary.pieces.push_back(piece.text());
  }
  vocabulary.byte_ids.assign(256, kNoPiece);
  const size_t pieces = vocabulary.pieces.size();
  for (const Json& byte : row.at("bytes").array()) {
    vocabulary.byte_ids[byte.unsigned_integer()] = static_cast<uint32_t>(vocabulary.pieces.size());
    vocabulary.pieces.emplace_back();
  }
  if (const Json* const merges = row.find("merges")) {
    for (const Json& merge : merges->array()) {
      vocabulary.merges.emplace_back(merge.array()[0].unsigned_integer(),
                                     merge.array()[1].unsigned_integer());
    }
  } else {
    for (size_t i = 0; i < pieces; ++i) {
      vocabulary.scores.push_back(static_cast<float>(row.at("scores").array()[i].real()));
      vocabulary.unused.push_back(row.at("unused").array()[i].integer() != 0);
    }
    vocabulary.scores.resize(vocabulary.pieces.size());
    vocabulary.unused.resize(vocabulary.pieces.size());
  }
  return vocabulary;
}

BytePairOptions golden_options(const Json& row) {
  const Json* const ignore_merges = row.find("ignore_merges");
  return {.unit = BytePairUnit::character,
          .ignore_merges = ignore_merges != nullptr && ignore_merges->boolean(),
          .byte_fallback = row.at("byte_fallback").boolean(),
          .fuse_unknown = row.at("fuse_unk").boolean(),
          .unknown_id = 0};
}

TEST(BytePair, GivesTheIdsOfTokenizersAndSentencePiece) {
  const Json golden =
      parse_json(read_file(YONDER_SOURCE_DIR "/tests/golden/tokenizer/byte_pair.json"), "golden");
  for (const Json& row : golden.at("models").array()) {
    const BytePairVocabulary vocabulary = golden_vocabulary(row);
    const BytePairOptions options = golden_options(row);
    BytePairEncoder encoder(make_model(vocabulary, options));
    for (const Json& one : row.at("cases").array()) {
      const std::string& text = one.array()[0].text();
      Ids expected;
      for (const Json& id : one.array()[1].array()) {
        expected.push_back(static_cast<uint32_t>(id.unsigned_integer()));
      }
      EXPECT_EQ(byte_pair_reference(vocabulary, options, text), expected) << text;
      EXPECT_EQ(encode_twice(encoder, text), expected) << text;
    }
  }
}

// ------------------------------------------------------------------------ against the reference

TEST(BytePair, EqualsTheReferenceOnBytes) {
  Rng rng(1);
  for (int round = 0; round < 150; ++round) {
    const std::vector<std::string> units = {"a", "b", "c", "\xFF", "\xE4", "\x80"};
    const BytePairVocabulary vocabulary = random_merges(rng, units, 1 + rng.below(20));
    const BytePairOptions options = {.ignore_merges = rng.below(4) == 0};
    BytePairEncoder encoder(make_model(vocabulary, options));
    for (int i = 0; i < 20; ++i) {
      // Some words are longer than what is scanned, and than what is cached.
      const std::string word = random_word(rng, units, i % 5 == 0 ? 150 : 12);
      ASSERT_EQ(encode_twice(encoder, word), byte_pair_reference(vocabulary, options, word));
    }
  }
}

TEST(BytePair, EqualsTheReferenceOnCharactersWithFallback) {
  Rng rng(2);
  const std::vector<std::string> letters = {"a", "b", "\xC3\xA9", "\xE4\xB8\xAD", kSpace, kSpace};
  for (int round = 0; round < 150; ++round) {
    std::vector<std::string> units(letters.begin(),
                                   letters.begin() + 2 + static_cast<int>(rng.below(4)));
    BytePairVocabulary vocabulary = random_merges(rng, units, rng.below(16));
    const auto unknown = static_cast<int64_t>(vocabulary.pieces.size());
    vocabulary.pieces.emplace_back("<unk>");
    vocabulary.byte_ids.assign(256, kNoPiece);
    for (size_t byte = 0; byte < 256; ++byte) {
      if (rng.below(3) > 0) {
        vocabulary.byte_ids[byte] = static_cast<uint32_t>(vocabulary.pieces.size());
        vocabulary.pieces.emplace_back();
      }
    }
    const BytePairOptions options = {.unit = BytePairUnit::character,
                                     .ignore_merges = rng.below(4) == 0,
                                     .byte_fallback = rng.below(2) == 0,
                                     .fuse_unknown = rng.below(2) == 0,
                                     .unknown_id = unknown};
    BytePairEncoder encoder(make_model(vocabulary, options));
    std::vector<std::string> text = letters;
    text.insert(text.end(), {"z", "\xFF", "\xE4\xB8", "\xE2\x96"});
    for (int i = 0; i < 20; ++i) {
      const std::string word = random_word(rng, text, i % 5 == 0 ? 120 : 14);
      ASSERT_EQ(encode_twice(encoder, word), byte_pair_reference(vocabulary, options, word));
    }
  }
}

TEST(BytePair, EqualsTheReferenceOnScoredPieces) {
  Rng rng(3);
  const std::vector<std::string> letters = {"a", "b", "\xC3\xA9", "\xE4\xB8\xAD", kSpace, "\xFF"};
  for (int round = 0; round < 150; ++round) {
    BytePairVocabulary vocabulary = random_merges(rng, letters, 1 + rng.below(16));
    vocabulary.merges.clear();
    std::erase_if(vocabulary.pieces, [&](const std::string& piece) {
      return piece.size() <= 3 && rng.below(5) == 0;  // then the letter is a part at most
    });
    vocabulary.pieces.insert(vocabulary.pieces.begin(), "");
    const bool has_unused = rng.below(3) == 0;
    for (size_t id = 0; id < vocabulary.pieces.size(); ++id) {
      vocabulary.scores.push_back(-static_cast<float>(rng.below(6)));
      vocabulary.unused.push_back(has_unused && rng.below(3) == 0);
    }
    const BytePairOptions options = {
        .unit = BytePairUnit::character, .fuse_unknown = rng.below(2) == 0, .unknown_id = 0};
    BytePairEncoder encoder(make_model(vocabulary, options));
    for (int i = 0; i < 20; ++i) {
      const std::string word = random_word(rng, letters, i % 5 == 0 ? 120 : 14);
      ASSERT_EQ(encode_twice(encoder, word), byte_pair_reference(vocabulary, options, word));
    }
  }
}

TEST(BytePair, DecodesToTheWordByThePiecesAndTheUnknownLengths) {
  Rng rng(4);
  const std::vector<std::string> letters = {"a", "b", kSpace};
  BytePairVocabulary vocabulary = random_merges(rng, letters, 8);
  const auto unknown = static_cast<uint32_t>(vocabulary.pieces.size());
  vocabulary.pieces.emplace_back("<unk>");
  BytePairEncoder encoder(make_model(
      vocabulary, {.unit = BytePairUnit::character, .fuse_unknown = true, .unknown_id = unknown}));
  const std::vector<std::string> text = {"a", "b", kSpace, "z", "\xE4\xB8\xAD", "\xFF"};
  for (int i = 0; i < 500; ++i) {
    const std::string word = random_word(rng, text, 20);
    size_t at = 0;
    size_t next = 0;
    for (const uint32_t id : encode_twice(encoder, word)) {
      if (id == unknown) {
        at += encoder.unknown_lengths().at(next++);
      } else {
        ASSERT_EQ(word.substr(at, vocabulary.pieces[id].size()), vocabulary.pieces[id]);
        at += vocabulary.pieces[id].size();
      }
    }
    EXPECT_EQ(at, word.size());
    EXPECT_EQ(next, encoder.unknown_lengths().size());
  }
}

// -------------------------------------------------------------------------------------- dropout

BytePairVocabulary banana() {
  return with_merges({"b", "a", "n", "an", "ana", "na", "ba", "nan", "aba"},
                     {{"a", "n"}, {"an", "a"}, {"n", "a"}, {"b", "a"}, {"na", "n"}, {"a", "ba"}});
}

TEST(BytePairDropout, HasTheLawOfTheEnumeration) {
  const BytePairVocabulary vocabulary = banana();
  const Model model = make_model(vocabulary);
  for (const double probability : {0.1, 0.5, 0.9}) {
    for (const std::string word : {"banana", "nanaban", "ababa"}) {
      BytePairEncoder encoder(model, {.probability = probability, .seed = 5});
      std::map<Ids, uint64_t> drawn;
      for (uint64_t document = 0; document < 100'000; ++document) {
        ++drawn[encode(encoder, word, document)];
      }
      std::vector<uint64_t> counts;
      std::vector<double> expected;
      for (const auto& [ids, p] : byte_pair_dropout_reference(vocabulary, {}, word, probability)) {
        counts.push_back(drawn[ids]);
        expected.push_back(p);
        drawn.erase(ids);
      }
      EXPECT_TRUE(drawn.empty()) << "a segmentation that is impossible";
      EXPECT_GT(chi_square_p(counts, expected), 1e-4) << word << ", p = " << probability;
    }
  }
}

TEST(BytePairDropout, DrawsIndependentlyForTheWordsOfADocument) {
  const Model model = make_model(banana());
  BytePairEncoder encoder(model, {.probability = 0.5, .seed = 6});
  std::map<std::pair<Ids, Ids>, uint64_t> drawn;
  for (uint64_t document = 0; document < 100'000; ++document) {
    ++drawn[{encode(encoder, "nan", document, 100), encode(encoder, "nan", document, 103)}];
  }
  const auto law = byte_pair_dropout_reference(banana(), {}, "nan", 0.5);
  std::vector<uint64_t> counts;
  std::vector<double> expected;
  for (const auto& [first, p] : law) {
    for (const auto& [second, q] : law) {
      counts.push_back(drawn[{first, second}]);
      expected.push_back(p * q);
    }
  }
  EXPECT_GT(chi_square_p(counts, expected), 1e-4);
}

TEST(BytePairDropout, DependsOnSeedDocumentAndPositionOnly) {
  Rng rng(7);
  const Model model = make_model(banana());
  BytePairEncoder one(model, {.probability = 0.3, .seed = 8});
  BytePairEncoder other(model, {.probability = 0.3, .seed = 8});
  std::vector<std::pair<std::string, Ids>> words;
  for (uint64_t i = 0; i < 200; ++i) {
    const std::string word = random_word(rng, {"b", "a", "n"}, 30);
    words.emplace_back(word, encode(one, word, 3, 40 * i));
  }
  bool differs = false;
  for (uint64_t i = words.size(); i-- > 0;) {
    EXPECT_EQ(encode(other, words[i].first, 3, 40 * i), words[i].second);
    differs |= encode(other, words[i].first, 4, 40 * i) != words[i].second;
  }
  EXPECT_TRUE(differs);
}

TEST(BytePairDropout, CutsAWholeTextIntoItsWords) {
  BytePairVocabulary vocabulary = banana();
  vocabulary.pieces.emplace_back(kSpace);
  BytePairEncoder encoder(make_model(vocabulary, {.unit = BytePairUnit::character}),
                          {.probability = 0.4, .seed = 9});
  const std::string second = std::string(kSpace) + "nana";
  Ids parts = encode(encoder, "banana", 1, 10);
  const Ids rest = encode(encoder, second, 1, 16);
  parts.insert(parts.end(), rest.begin(), rest.end());
  EXPECT_EQ(encode(encoder, "banana" + second, 1, 10), parts);
}

TEST(BytePairDropout, MergesNothingAtProbabilityOneAndAllAtZero) {
  const Model model = make_model(banana());
  BytePairEncoder none(model, {.probability = 1});
  EXPECT_EQ(encode(none, "banana"), (Ids{0, 1, 2, 1, 2, 1}));
  BytePairEncoder all(model, {.probability = 0});
  EXPECT_EQ(encode(all, "banana"), byte_pair_reference(banana(), {}, "banana"));
}

TEST(BytePairDropout, RefusesAProbabilityOutsideZeroToOne) {
  const Model model = make_model(banana());
  for (const double probability : {-0.1, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THAT(error_text(ErrorKind::bad_option,
                           [&] { BytePairEncoder(model, {.probability = probability}); }),
                testing::HasSubstr("it must be from 0 to 1"));
  }
}

// ------------------------------------------------------------------------------------ bad input

TEST(BytePair, SaysWhatCannotBeSpelled) {
  BytePairEncoder encoder(make_model(banana()));
  EXPECT_EQ(error_text(ErrorKind::bad_data, [&] { encode(encoder, "bax", 0, 30); }),
            "test.json: \"x\" at byte 32 cannot be spelled with this vocabulary, which has no "
            "unknown piece");
}

std::string error_of(const BytePairVocabulary& vocabulary, const BytePairOptions& options = {}) {
  return error_text(ErrorKind::bad_data, [&] { make_model(vocabulary, options); });
}

TEST(BytePair, NamesTheMergeThatMakesNoPiece) {
  EXPECT_EQ(error_of(with_merges({"a", "b"}, {{"a", "b"}})),
            "test.json: merge 0 makes \"a\" + \"b\", which is no piece of the vocabulary");
}

TEST(BytePair, NamesTheMergeWithAPartThatIsNoText) {
  EXPECT_EQ(error_of({.pieces = {"a", ""}, .merges = {{0, 1}}}),
            "test.json: merge 0 names id 1, which is no text");
  EXPECT_EQ(error_of({.pieces = {"a"}, .merges = {{0, 7}}}),
            "test.json: merge 0 names id 7, which is no text");
}

TEST(BytePair, RefusesMergesOfTheUnknownPiece) {
  EXPECT_THAT(error_of(with_merges({"a", "?", "a?"}, {{"a", "?"}}), {.unknown_id = 1}),
              testing::HasSubstr("merge 0 has the part \"?\", which is the unknown piece"));
}

TEST(BytePair, RefusesMergesOfPiecesOfByteFallback) {
  BytePairVocabulary vocabulary = with_merges({"a", "<0x41>", "a<0x41>"}, {{"a", "<0x41>"}});
  vocabulary.byte_ids.assign(256, kNoPiece);
  vocabulary.byte_ids['A'] = 1;
  const BytePairOptions options = {.unit = BytePairUnit::character, .byte_fallback = true};
  EXPECT_THAT(error_of(vocabulary, options),
              testing::HasSubstr("merge 0 has or makes \"<0x41>\", which is a piece of byte"));
  vocabulary.byte_ids['A'] = 2;
  EXPECT_THAT(error_of(vocabulary, options), testing::HasSubstr("has or makes \"a<0x41>\""));
}

TEST(BytePair, RefusesAPieceWithTwoIds) {
  EXPECT_EQ(error_of({.pieces = {"a", "b", "a"}}),
            "test.json: ids 0 and 2 are the same piece, \"a\"; each piece may have one id");
}

TEST(BytePair, RefusesTablesOfTheWrongSize) {
  const BytePairOptions characters = {.unit = BytePairUnit::character};
  EXPECT_EQ(error_of({.pieces = {"a"}, .scores = {1, 2}}, characters),
            "test.json: 2 scores for 1 pieces");
  EXPECT_EQ(error_of({.pieces = {"a"}, .scores = {1}, .unused = {true, false}}, characters),
            "test.json: 2 marks of unused pieces for 1 pieces");
  EXPECT_EQ(error_of({.pieces = {"a"}, .byte_ids = {0}}, characters),
            "test.json: 1 pieces of byte fallback; there are 256 bytes");
  EXPECT_EQ(error_of({.pieces = {"a"}, .byte_ids = Ids(256, 3)}, characters),
            "test.json: byte fallback names id 3, but the vocabulary has 1 ids");
  EXPECT_EQ(error_of({.pieces = {"a"}}, {.unknown_id = 4}),
            "test.json: the unknown id is 4, but the vocabulary has 1 ids");
}

TEST(BytePair, RefusesScoresThatRankNothing) {
  const BytePairOptions characters = {.unit = BytePairUnit::character};
  EXPECT_EQ(
      error_of({.pieces = {"a"}, .scores = {std::numeric_limits<float>::infinity()}}, characters),
      "test.json: a score is inf; it must be finite");
  EXPECT_THAT(error_of({.pieces = {"a", "aa"}, .merges = {{0, 0}}, .scores = {1, 1}}, characters),
              testing::HasSubstr("has merges and scores"));
  EXPECT_THAT(error_of({.pieces = {"a"}, .scores = {1}}), testing::HasSubstr("not over bytes"));
  EXPECT_THAT(error_of({.pieces = {std::string(1001, 'a')}, .scores = {1}}, characters),
              testing::HasSubstr("at most 1000 are supported"));
}

TEST(BytePair, RefusesByteFallbackForBytesThatAreNoPieces) {
  EXPECT_THAT(error_of({.pieces = {"a"}}, {.byte_fallback = true}),
              testing::HasSubstr("byte 0x00 is no piece; byte fallback is for merges over"));
}

TEST(BytePair, EncodesNothingToNothing) {
  BytePairEncoder encoder(make_model(banana()));
  EXPECT_EQ(encode(encoder, ""), Ids{});
}

TEST(BytePair, FindsPiecesByTheirText) {
  const Model model = make_model(banana());
  EXPECT_EQ(model->find("ana"), 4U);
  EXPECT_EQ(model->piece(4), "ana");
  EXPECT_EQ(model->find("bn"), std::nullopt);
  EXPECT_EQ(model->find(""), std::nullopt);
  EXPECT_EQ(model->vocab_size(), 9U);
}

}  // namespace
}  // namespace yonder::tokenizer
