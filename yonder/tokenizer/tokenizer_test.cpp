// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/tokenizer.h"

#include "tests/error_text.h"
#include "tests/random_text.h"
#include "yonder/base/file.h"
#include "yonder/base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/resource.h>

#include <string>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;
using Ids = std::vector<uint32_t>;

Ids encoded(const Tokenizer& tokenizer, std::string_view text, const EncodeOptions& options = {}) {
  Ids ids;
  tokenizer.encode(text, ids, options);
  return ids;
}

Tokenizer random_tokenizer(uint64_t seed) {
  Rng rng(seed);
  return Tokenizer(random_vocabulary(rng, all_bytes(), 500, 6));
}

std::vector<EncodeOptions> ways_to_encode() {
  return {{},
          {.sample = true, .alpha = 0.1, .seed = 1},
          {.uniform = true, .seed = 1},
          {.sample = true, .sampler = "viterbi-9768", .seed = 1},
          {.sample = true, .sampler = "nbest:4", .seed = 1}};
}

RC_GTEST_PROP(Tokenizer, DecodesToTheBytesThatWereEncoded, (uint64_t seed)) {
  Rng rng(seed);
  const Tokenizer tokenizer = random_tokenizer(seed);
  const std::string text = random_text(rng, rng.below(300), all_bytes());
  for (EncodeOptions options : ways_to_encode()) {
    options.bos = rng.below(2) == 0;
    options.eos = rng.below(2) == 0;
    RC_ASSERT(tokenizer.decode(encoded(tokenizer, text, options)) == text);
  }
}

TEST(Tokenizer, AppendsToTheIdsThatAreThere) {
  const Tokenizer tokenizer(Vocabulary({{"a", 1}}, "v"));
  Ids ids = {7};
  tokenizer.encode("aa", ids, {.bos = true, .eos = true});
  EXPECT_EQ(ids, (Ids{7, kBosId, 3, 3, kEosId}));
}

TEST(Tokenizer, KnowsItsPieces) {
  const Tokenizer tokenizer(Vocabulary({{"a", 1}, {"b", 2}}, "v"));
  EXPECT_EQ(tokenizer.vocab_size(), 5U);
  EXPECT_EQ(tokenizer.piece(0), "<pad>");
  EXPECT_EQ(tokenizer.piece(2), "<eos>");
  EXPECT_EQ(tokenizer.piece(4), "b");
  EXPECT_EQ(tokenizer.id("b"), 4U);
  EXPECT_EQ(tokenizer.id("c"), std::nullopt);
  EXPECT_EQ(tokenizer.id("<bos>"), std::nullopt);
}

TEST(Tokenizer, RejectsUnknownNames) {
  EXPECT_THAT(error_text(ErrorKind::bad_option,
                         [] {
                           Tokenizer(Vocabulary({{"a", 1}}, "v"), "fix");
                         }),
              HasSubstr("fixed"));
  const TemporaryFolder folder;
  EXPECT_THAT(error_text(ErrorKind::bad_option,
                         [&] { random_tokenizer(1).save(folder.path() / "m", "bytepeice"); }),
              HasSubstr("bytepiece"));
}

TEST(Tokenizer, CutsAfterNewlinesBeforeItSegments) {
  const Tokenizer tokenizer(Vocabulary({{"a", 1}, {"\n", 1}, {"a\n", 1}, {"\na", 90}}, "v"));
  EXPECT_EQ(encoded(tokenizer, "a\na"), (Ids{5, 3}));
}

TEST(SpecialTokens, StayTextUnlessAskedFor) {
  const Tokenizer tokenizer = random_tokenizer(2);
  const std::string text = "a<bos>b<eos><pad><bos";
  for (const uint32_t id : encoded(tokenizer, text)) {
    EXPECT_GE(id, kFirstPieceId);
  }
  const Ids ids = encoded(tokenizer, text, {.parse_special = true});
  Ids expected = encoded(tokenizer, "a");
  expected.push_back(kBosId);
  for (const uint32_t id : encoded(tokenizer, "b")) {
    expected.push_back(id);
  }
  expected.push_back(kEosId);
  expected.push_back(kPadId);
  for (const uint32_t id : encoded(tokenizer, "<bos")) {
    expected.push_back(id);
  }
  EXPECT_EQ(ids, expected);
  EXPECT_EQ(tokenizer.decode(ids), "ab<bos");
}

RC_GTEST_PROP(EncodeWithOffsets, CoversTheTextPieceByPiece, (uint64_t seed)) {
  Rng rng(seed);
  const Tokenizer tokenizer = random_tokenizer(seed);
  const std::string text = random_text(rng, rng.below(200), all_bytes());
  const EncodeOptions options{.sample = rng.below(2) == 0, .seed = seed, .bos = true, .eos = true};
  Ids ids;
  std::vector<Offset> offsets;
  tokenizer.encode_with_offsets(text, ids, offsets, options);
  RC_ASSERT(ids == encoded(tokenizer, text, options));
  RC_ASSERT(offsets.size() == ids.size());
  RC_ASSERT(offsets.front().start == 0 && offsets.front().end == 0);
  RC_ASSERT(offsets.back().start == text.size() && offsets.back().end == text.size());
  for (size_t i = 1; i + 1 < ids.size(); ++i) {
    RC_ASSERT(offsets[i].start == offsets[i - 1].end);
    RC_ASSERT(text.substr(offsets[i].start, offsets[i].end - offsets[i].start) ==
              tokenizer.piece(ids[i]));
  }
}

TEST(EncodeWithOffsets, SpansTheNamesOfSpecialTokens) {
  const Tokenizer tokenizer(Vocabulary({{"a", 1}, {"b", 1}}, "v"));
  Ids ids;
  std::vector<Offset> offsets;
  tokenizer.encode_with_offsets("a<eos>b", ids, offsets, {.parse_special = true});
  EXPECT_EQ(ids, (Ids{3, kEosId, 4}));
  EXPECT_EQ(offsets[1].start, 1U);
  EXPECT_EQ(offsets[1].end, 6U);
  EXPECT_EQ(offsets[2].start, 6U);
  EXPECT_EQ(offsets[2].end, 7U);
}

// e + combining acute (3 bytes) becomes one character of 2 bytes: both its pieces span all three.
TEST(EncodeWithOffsets, LeadsBackToTheTextBeforeNormalization) {
  std::vector<CountedPiece> pieces;
  for (const char byte : all_bytes()) {
    pieces.push_back({std::string(1, byte), 1});
  }
  const Tokenizer tokenizer(Vocabulary(std::move(pieces), "bytes"));
  Ids ids;
  std::vector<Offset> offsets;
  tokenizer.encode_with_offsets("xe\xCC\x81y", ids, offsets, {.normalize = "nfc"});
  ASSERT_EQ(tokenizer.decode(ids), "x\xC3\xA9y");
  const size_t starts[] = {0, 1, 1, 4};
  const size_t ends[] = {1, 4, 4, 5};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(offsets[i].start, starts[i]);
    EXPECT_EQ(offsets[i].end, ends[i]);
  }
}

void expect_batch_equals_encode(const Tokenizer& tokenizer,
                                const std::vector<std::string>& documents,
                                const EncodeOptions& options) {
  const std::vector<std::string_view> views(documents.begin(), documents.end());
  Ids expected;
  std::vector<uint64_t> offsets = {0};
  for (size_t i = 0; i < documents.size(); ++i) {
    EncodeOptions one = options;
    one.document += i;
    tokenizer.encode(documents[i], expected, one);
    offsets.push_back(expected.size());
  }
  for (const int threads : {1, 2, 3, 4}) {
    const EncodedBatch batch = tokenizer.encode_batch(views, threads, options);
    EXPECT_EQ(batch.offsets, offsets) << threads << " threads";
    EXPECT_TRUE(batch.ids == expected) << threads << " threads";
  }
}

std::vector<std::string> small_documents() {
  Rng rng(6);
  std::vector<std::string> documents;
  for (int i = 0; i < 3000; ++i) {
    documents.push_back(i % 17 == 0 ? "" : random_text(rng, rng.below(400), all_bytes()));
  }
  return documents;
}

TEST(EncodeBatch, EqualsEncodeOnManySmallDocuments) {
  const Tokenizer tokenizer = random_tokenizer(3);
  for (EncodeOptions options : ways_to_encode()) {
    if (options.sampler == "nbest:4") {
      continue;  // slow, and the same path
    }
    options.bos = true;
    options.eos = true;
    options.document = 100;
    expect_batch_equals_encode(tokenizer, small_documents(), options);
  }
}

TEST(EncodeBatch, EqualsEncodeOnOneLargeDocument) {
  Rng rng(7);
  const Tokenizer tokenizer = random_tokenizer(4);
  std::string text;
  while (text.size() < 1'500'000) {
    text += random_text(rng, rng.below(3000), "abcdefgh <>") + std::string(rng.below(3), '\n') +
            (rng.below(4) == 0 ? "<bos>" : "");
  }
  for (const bool sample : {false, true}) {
    expect_batch_equals_encode(
        tokenizer, {"", text, "x"},
        {.sample = sample, .seed = 8, .bos = true, .eos = true, .parse_special = true});
  }
}

TEST(EncodeBatch, EqualsEncodeUnderNormalization) {
  Rng rng(8);
  std::vector<std::string> documents;
  for (int i = 0; i < 50; ++i) {
    documents.push_back(random_utf8(rng, 100) + "e\xCC\x81\n");
  }
  expect_batch_equals_encode(random_tokenizer(5), documents, {.normalize = "nfc"});
}

TEST(EncodeBatch, OfNoDocumentsIsEmpty) {
  const EncodedBatch batch = random_tokenizer(6).encode_batch({}, 2);
  EXPECT_TRUE(batch.ids.empty());
  EXPECT_EQ(batch.offsets, std::vector<uint64_t>{0});
}

TEST(EncodeBatch, CarriesErrorsOutOfItsThreads) {
  const Tokenizer tokenizer(Vocabulary({{"a", 1}}, "v"));
  const std::vector<std::string_view> documents = {"aaa", "ab", "aaaa"};
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { tokenizer.encode_batch(documents, 3); }),
              HasSubstr("no sequence of pieces spells the text between byte offsets 0 and 2"));
}

TEST(Encode, GivesTheOffsetOfBytesThatNoPieceSpells) {
  const Tokenizer tokenizer(Vocabulary({{"a", 1}, {"\n", 1}}, "v"));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { encoded(tokenizer, "aa\naxa\naa"); }),
              HasSubstr("between byte offsets 3 and 7"));
  EXPECT_THAT(
      error_text(ErrorKind::bad_data,
                 [&] { encoded(tokenizer, "aa\naxa\naa", {.sample = true, .sampler = "nbest"}); }),
      HasSubstr("byte 0x78 at offset 4"));
}

TEST(Decode, NamesThePositionOfAnIdOutOfRange) {
  const Tokenizer tokenizer(Vocabulary({{"a", 1}}, "v"));
  const Ids ids = {3, 1, 4};
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { tokenizer.decode(ids); }),
              HasSubstr("id 4 at position 2 is out of range; the vocabulary has ids 0 to 3"));
}

TEST(Decode, GivesNoBytesForSpecialIds) {
  const Tokenizer tokenizer(Vocabulary({{"a", 1}}, "v"));
  EXPECT_EQ(tokenizer.decode(Ids{kBosId, 3, kPadId, 3, kEosId}), "aa");
}

// Bytes of memory at the most so far.
size_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<size_t>(usage.ru_maxrss) * 1024;
}

TEST(Encode, TakesAtMost24BytesPerByteOfTheLongestChunk) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers keep memory of their own";
#endif
  Rng rng(9);
  const Tokenizer tokenizer = random_tokenizer(7);
  std::string text = random_text(rng, 1000, "abcdefgh ");
  while (text.size() < 10'000'000) {
    text += text;
  }
  text.resize(10'000'000);
  const EncodeOptions options{.sample = true, .alpha = 0.1, .seed = 1};
  encoded(tokenizer, text.substr(0, 1000), options);
  const size_t before = peak_memory();
  const Ids ids = encoded(tokenizer, text, options);
  EXPECT_LE(peak_memory() - before, 24 * text.size());
  EXPECT_TRUE(tokenizer.decode(ids) == text);
}

TEST(Save, AndLoadGiveTheSameIds) {
  const TemporaryFolder folder;
  Rng rng(3);
  const Tokenizer tokenizer = random_tokenizer(8);
  const std::string text = random_text(rng, 500, all_bytes());
  for (const char* format : {"bytepiece", "cache"}) {
    const auto path = folder.path() / format;
    tokenizer.save(path, format);
    const Tokenizer loaded = Tokenizer::load(path, {.cache = "off"});
    EXPECT_EQ(encoded(loaded, text), encoded(tokenizer, text));
    EXPECT_EQ(loaded.checksum(), tokenizer.checksum());
    EXPECT_EQ(loaded.vocab_size(), tokenizer.vocab_size());
  }
}

}  // namespace
}  // namespace yonder::tokenizer
