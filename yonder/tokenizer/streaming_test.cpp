// SPDX-License-Identifier: Apache-2.0
// Streaming equals one-shot encoding, whatever the cuts.
#include "tests/error_text.h"
#include "tests/published_models.h"
#include "tests/random_text.h"
#include "yonder/base/file.h"
#include "yonder/base/random.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;
using Ids = std::vector<uint32_t>;

Ids one_shot(const Tokenizer& tokenizer, std::string_view text, const EncodeOptions& options) {
  Ids ids;
  tokenizer.encode(text, ids, options);
  return ids;
}

// Fed in stretches of 0 to `longest` bytes.
Ids streamed(Encoder& encoder, std::string_view text, Rng& rng, size_t longest) {
  Ids ids;
  while (!text.empty()) {
    const size_t length = std::min<size_t>(rng.below(longest + 1), text.size());
    encoder.feed(text.substr(0, length), ids);
    text.remove_prefix(length);
  }
  encoder.finish(ids);
  return ids;
}

Ids streamed_by_byte(Encoder& encoder, std::string_view text) {
  Ids ids;
  for (size_t i = 0; i < text.size(); ++i) {
    encoder.feed(text.substr(i, 1), ids);
  }
  encoder.finish(ids);
  return ids;
}

// Letters, newlines, beginnings of special names, letters with marks that NFC joins, broken UTF-8.
std::string random_mixture(Rng& rng, size_t parts) {
  const std::string choices[] = {"ab",           "b",        "a",
                                 "\n",           "\n\n",     "<bos>",
                                 "<eos",         "<",        "<pad>",
                                 "e\xCC\x81",    "\xCC\x81", "\xE4\xBB",
                                 "\xE4\xBB\x8A", "\xFF",     "\xE1\x84\x80\xE1\x85\xA1",
                                 "A\xCC\x8A"};
  std::string text;
  for (size_t i = 0; i < parts; ++i) {
    text += choices[rng.below(std::size(choices))];
  }
  return text;
}

EncodeOptions random_options(Rng& rng) {
  EncodeOptions options;
  options.bos = rng.below(2) == 0;
  options.eos = rng.below(2) == 0;
  options.parse_special = rng.below(2) == 0;
  options.normalize = rng.below(2) == 0 ? "nfc" : "none";
  options.seed = rng.next();
  options.document = rng.below(1000);
  options.position = rng.below(2) * rng.below(1000);
  options.epoch = rng.below(3);
  options.alpha = 0.3;
  switch (rng.below(5)) {
    case 0:
      break;
    case 1:
      options.uniform = true;
      break;
    case 2:
      options.sample = true;
      break;
    case 3:
      options.sample = true;
      options.sampler = "viterbi-9768";
      break;
    default:
      options.sample = true;
      options.sampler = "nbest:8";
  }
  return options;
}

RC_GTEST_PROP(Encoder, GivesTheIdsOfOneShotEncodingForAnyCuts, (uint64_t seed)) {
  Rng rng(seed);
  const std::string source = random_mixture(rng, 60);
  const Tokenizer tokenizer(random_vocabulary(rng, all_bytes(), 60, 8, source),
                            rng.below(2) == 0 ? "fixed" : "double");
  EncodeOptions options = random_options(rng);
  Encoder encoder = tokenizer.stream(options);
  for (int document = 0; document < 3; ++document) {
    const std::string text = random_mixture(rng, rng.below(80));
    RC_ASSERT(streamed(encoder, text, rng, 1 + rng.below(12)) ==
              one_shot(tokenizer, text, options));
    ++options.document;
    options.position = 0;  // of the first document only
  }
}

TEST(Encoder, GivesTheIdsOfOneShotEncodingOnLongChunks) {
  Rng rng(5);
  const Tokenizer tokenizer(random_vocabulary(rng, "abcd\n", 400, 8));
  std::string text;
  for (int i = 0; i < 4; ++i) {
    text += random_text(rng, 20000, "abcd") + "\n\n";
  }
  for (const bool sample : {false, true}) {
    const EncodeOptions options{.sample = sample, .alpha = 0.5, .seed = 3};
    const Ids expected = one_shot(tokenizer, text, options);
    for (const size_t longest : {1, 100, 5000, 200000}) {
      Encoder encoder = tokenizer.stream(options);
      EXPECT_EQ(streamed(encoder, text, rng, longest), expected) << longest;
    }
  }
}

TEST(Encoder, GivesAnEmptyDocumentItsSpecialIds) {
  const Tokenizer tokenizer(Vocabulary({{"a", 1}}, "v"));
  Encoder encoder = tokenizer.stream({.bos = true, .eos = true});
  Ids ids;
  encoder.finish(ids);
  encoder.feed("a", ids);
  encoder.finish(ids);
  EXPECT_EQ(ids, (Ids{kBosId, kEosId, kBosId, 3, kEosId}));
}

// With a and aa equally good, or drawn, an early choice may stay open for ever: nothing is lost.
TEST(Encoder, HoldsBackWhatCannotBeDecidedYet) {
  const Vocabulary vocabulary({{"aa", 1}, {"aaa", 1}, {"b", 1}, {"a", 1}}, {-1, -1.5, -1, -3}, "v");
  const Tokenizer tokenizer(vocabulary);
  const std::string text(3000, 'a');
  const EncodeOptions options{.sample = true, .alpha = 0, .seed = 2};
  for (const EncodeOptions& one : {EncodeOptions{}, options}) {
    Encoder encoder = tokenizer.stream(one);
    EXPECT_EQ(streamed_by_byte(encoder, text), one_shot(tokenizer, text, one));
    EXPECT_EQ(encoder.lag(), 0U);
    EXPECT_EQ(encoder.forced_cuts(), 0U);
  }
}

// Published bounds of the 80k model: at most 70 bytes deterministic and 57 sampled on text.
TEST(Encoder, LagsBehindByAFewDozenBytesUnderAPublishedModel) {
  std::optional<Vocabulary> vocabulary = published_model("bytepiece_80k");
  if (!vocabulary) {
    GTEST_SKIP() << "the published models are not here";
  }
  const Tokenizer tokenizer(std::move(*vocabulary));
  std::string text;
  for (const char* file : {"/README.md", "/LICENSE", "/docs/formats/record_file.md"}) {
    if (std::filesystem::exists(std::string(YONDER_SOURCE_DIR) + file)) {
      text += read_file(std::string(YONDER_SOURCE_DIR) + file);
    }
  }
  std::replace(text.begin(), text.end(), '\n', ' ');
  ASSERT_GT(text.size(), 10000U);
  for (const EncodeOptions& options :
       {EncodeOptions{}, EncodeOptions{.sample = true, .alpha = 0.1, .seed = 1},
        EncodeOptions{.uniform = true, .seed = 1}}) {
    Encoder encoder = tokenizer.stream(options);
    EXPECT_EQ(streamed_by_byte(encoder, text), one_shot(tokenizer, text, options));
    EXPECT_GE(encoder.max_lag(), 36U);
    EXPECT_LE(encoder.max_lag(), 100U);
  }
}

RC_GTEST_PROP(Encoder, KeepsTheLagAskedForAndStillSpellsTheText, (uint64_t seed)) {
  Rng rng(seed);
  const Tokenizer tokenizer(random_vocabulary(rng, "ab\n", 20, 30),
                            rng.below(2) == 0 ? "fixed" : "double");
  EncodeOptions options;
  options.max_lag = static_cast<int64_t>(1 + rng.below(60));
  options.sample = rng.below(2) == 0;
  options.seed = rng.next();
  const std::string text = random_text(rng, 2000, rng.below(2) == 0 ? "a" : "aab\n");
  Encoder encoder = tokenizer.stream(options);
  const Ids ids = streamed(encoder, text, rng, 1 + rng.below(200));
  RC_ASSERT(tokenizer.decode(ids) == text);
  RC_ASSERT(encoder.max_lag() <= static_cast<size_t>(options.max_lag));
  // Forced cuts lie at the same places however the text is fed.
  Encoder other = tokenizer.stream(options);
  RC_ASSERT(streamed_by_byte(other, text) == ids);
  RC_ASSERT(other.forced_cuts() == encoder.forced_cuts());
}

TEST(Encoder, ReportsTheCutsThatALagForced) {
  const Tokenizer tokenizer(Vocabulary({{"a", 1}, {"aa", 1}, {"aaa", 1}}, "v"));
  Encoder encoder = tokenizer.stream({.uniform = true, .max_lag = 4});
  Ids ids;
  encoder.feed(std::string(1000, 'a'), ids);
  encoder.finish(ids);
  EXPECT_GT(encoder.forced_cuts(), 0U);
  EXPECT_EQ(tokenizer.decode(ids), std::string(1000, 'a'));
}

RC_GTEST_PROP(Decoder, NeitherSplitsCharactersNorAltersBytes, (uint64_t seed)) {
  Rng rng(seed);
  const std::string text = rng.below(2) == 0 ? random_utf8(rng, 50) : random_mixture(rng, 50);
  const Tokenizer tokenizer(random_vocabulary(rng, all_bytes(), 30, 6, text));
  const Ids ids = one_shot(tokenizer, text, {.sample = true, .alpha = 0, .bos = true});
  const bool valid = utf8_first_error(text) == std::string_view::npos;
  Decoder decoder = tokenizer.stream_decoder();
  std::string joined;
  for (const uint32_t id : ids) {
    const std::string part = decoder.feed(id);
    if (valid) {
      RC_ASSERT(utf8_first_error(part) == std::string_view::npos);
    }
    joined += part;
  }
  joined += decoder.finish();
  RC_ASSERT(joined == text);
  RC_ASSERT(decoder.finish().empty());
}

TEST(Decoder, HandsOutTheBytesOfABrokenCharacterInTheEnd) {
  const Tokenizer tokenizer(Vocabulary({{"\xE4", 1}, {"\xBB", 1}, {"a", 1}}, "v"));
  Decoder decoder = tokenizer.stream_decoder();
  EXPECT_EQ(decoder.feed(3), "");
  EXPECT_EQ(decoder.feed(4), "");
  EXPECT_EQ(decoder.feed(5),
            "\xE4\xBB"
            "a");
  EXPECT_EQ(decoder.feed(3), "");
  EXPECT_EQ(decoder.finish(), "\xE4");
}

TEST(Decoder, NamesThePositionOfAnIdOutOfRange) {
  const Tokenizer tokenizer(Vocabulary({{"a", 1}}, "v"));
  Decoder decoder = tokenizer.stream_decoder();
  decoder.feed(3);
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { decoder.feed(4); }),
              HasSubstr("id 4 at position 1 is out of range; the vocabulary has ids 0 to 3"));
}

}  // namespace
}  // namespace yonder::tokenizer
