// SPDX-License-Identifier: Apache-2.0
// Models of other programs against those programs: tests/golden/tokenizer/imported_ids.json holds
// small models and what sentencepiece and tokenizers make of some texts with them and with
// published models (skipped where the data are not there).
#include "yonder/tokenizer/imported/imported_encoder.h"

#include "tests/error_text.h"
#include "yonder/base/base64.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/tokenizer/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <map>
#include <set>

namespace yonder::tokenizer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Outcome {
  std::string text;
  std::vector<uint32_t> ids;
  std::string decoded;
};

struct Case {
  std::string name;
  std::optional<Tokenizer> tokenizer;  // none where a published model is absent
  std::vector<Outcome> outcomes;
};

std::vector<Case> read_cases() {
  const std::string path = YONDER_SOURCE_DIR "/tests/golden/tokenizer/imported_ids.json";
  const Json golden = parse_json(read_file(path), path);
  const TemporaryFolder folder;
  std::vector<Case> cases;
  for (const Json& row : golden.at("cases").array()) {
    Case result;
    result.name = row.at("name").text();
    if (const Json* published = row.find("path")) {
      const auto file = std::filesystem::path(YONDER_DATA_DIR) / "models" / published->text();
      if (std::filesystem::exists(file)) {
        result.tokenizer = Tokenizer::load(file);
      }
    } else {
      write_file(folder.path() / "model", base64_decode(row.at("model").text()).value());
      result.tokenizer = Tokenizer::load(folder.path() / "model");
    }
    const Json::Array& texts = golden.at("texts").array();
    for (size_t i = 0; i < texts.size(); ++i) {
      const Json::Array& pair = row.at("outcome").array()[i].array();
      Outcome outcome{texts[i].text(), {}, pair[1].text()};
      for (const Json& id : pair[0].array()) {
        outcome.ids.push_back(static_cast<uint32_t>(id.integer()));
      }
      result.outcomes.push_back(std::move(outcome));
    }
    cases.push_back(std::move(result));
  }
  return cases;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all = read_cases();
  return all;
}

// The small models, by name.
const Tokenizer& small(const std::string& name) {
  for (const Case& c : cases()) {
    if (c.name == name) {
      return *c.tokenizer;
    }
  }
  throw std::out_of_range(name);
}

// As the programs do it: tokenizers finds special tokens in the text.
const EncodeOptions kParsed = {.parse_special = true};

std::vector<uint32_t> encode(const Tokenizer& tokenizer, std::string_view text,
                             const EncodeOptions& options = {}) {
  std::vector<uint32_t> ids;
  tokenizer.encode(text, ids, options);
  return ids;
}

TEST(ImportedEncoder, GivesTheIdsOfTheProgramThatTheModelComesFrom) {
  for (const Case& c : cases()) {
    if (!c.tokenizer) {
      GTEST_LOG_(INFO) << c.name << " is not here: skipped";
      continue;
    }
    for (const Outcome& outcome : c.outcomes) {
      EXPECT_EQ(encode(*c.tokenizer, outcome.text, kParsed), outcome.ids)
          << c.name << ": " << outcome.text;
    }
  }
}

TEST(ImportedEncoder, DecodesAsTheProgramThatTheModelComesFrom) {
  for (const Case& c : cases()) {
    if (c.tokenizer) {
      for (const Outcome& outcome : c.outcomes) {
        EXPECT_EQ(c.tokenizer->decode(outcome.ids), outcome.decoded) << c.name << outcome.text;
      }
    }
  }
}

TEST(ImportedEncoder, AStreamGivesTheSameIds) {
  for (const Case& c : cases()) {
    if (!c.tokenizer) {
      continue;
    }
    for (const Outcome& outcome : c.outcomes) {
      Encoder stream = c.tokenizer->stream(kParsed);
      std::vector<uint32_t> ids;
      for (const char byte : outcome.text) {
        stream.feed({&byte, 1}, ids);
      }
      stream.finish(ids);
      EXPECT_EQ(ids, outcome.ids) << c.name << ": " << outcome.text;
    }
  }
}

TEST(ImportedEncoder, ABatchGivesTheSameIdsForAnyNumberOfThreads) {
  for (const Case& c : cases()) {
    if (!c.tokenizer) {
      continue;
    }
    std::vector<std::string_view> texts;
    for (const Outcome& outcome : c.outcomes) {
      texts.push_back(outcome.text);
    }
    for (const int threads : {1, 3}) {
      const EncodedBatch batch = c.tokenizer->encode_batch(texts, threads, kParsed);
      for (size_t i = 0; i < texts.size(); ++i) {
        const std::vector<uint32_t> ids(
            batch.ids.begin() + static_cast<std::ptrdiff_t>(batch.offsets[i]),
            batch.ids.begin() + static_cast<std::ptrdiff_t>(batch.offsets[i + 1]));
        EXPECT_EQ(ids, c.outcomes[i].ids) << c.name;
      }
    }
  }
}

// A byte-level model, and one with byte fallback whose normaliser only adds what decoding takes
// away, lose nothing.
RC_GTEST_PROP(ImportedEncoder, ByteLevelBpeIsLossless, (const std::string& text)) {
  const Tokenizer& tokenizer = small("hf-byte-level");
  RC_ASSERT(tokenizer.decode(encode(tokenizer, text)) == text);
}

RC_GTEST_PROP(ImportedEncoder, OffsetsFollowEachOtherInTheText, (const std::string& text)) {
  for (const Case& c : cases()) {
    if (!c.tokenizer || text.empty()) {
      continue;
    }
    std::vector<uint32_t> ids;
    std::vector<Offset> offsets;
    c.tokenizer->encode_with_offsets(text, ids, offsets);
    RC_ASSERT(offsets.size() == ids.size());
    uint64_t start = 0;
    for (const Offset& offset : offsets) {
      RC_ASSERT(offset.start >= start);
      RC_ASSERT(offset.end >= offset.start);
      RC_ASSERT(offset.end <= text.size());
      start = offset.start;
    }
  }
}

TEST(ImportedEncoder, OffsetsOfByteLevelBpeAreTheBytes) {
  const std::string text = "Hello, 今天 world";
  std::vector<uint32_t> ids;
  std::vector<Offset> offsets;
  small("hf-byte-level").encode_with_offsets(text, ids, offsets);
  uint64_t at = 0;
  for (size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(offsets[i].start, at);
    at += small("hf-byte-level").piece(ids[i]).size();
    EXPECT_EQ(offsets[i].end, at);
  }
  EXPECT_EQ(at, text.size());
}

TEST(ImportedEncoder, UnigramModelsAreSampledFromTheExactDistribution) {
  const Tokenizer& tokenizer = small("sp-unigram");
  const std::string text = "the cat?";
  const double alpha = 0.3;
  std::map<std::vector<uint32_t>, double> expected;
  const double log_z = tokenizer.lattice(text, alpha).log_z;
  for (const Scored& scored : tokenizer.nbest(text, 10'000)) {
    expected[scored.ids] += std::exp(alpha * scored.score - log_z);
  }
  double total = 0;
  for (const auto& [ids, probability] : expected) {
    total += probability;
  }
  EXPECT_NEAR(total, 1, 1e-9);
  std::map<std::vector<uint32_t>, int> drawn;
  constexpr int kDraws = 20'000;
  for (int i = 0; i < kDraws; ++i) {
    EncodeOptions options;
    options.sample = true;
    options.alpha = alpha;
    options.document = static_cast<uint64_t>(i);
    ++drawn[encode(tokenizer, text, options)];
  }
  for (const auto& [ids, count] : drawn) {
    ASSERT_TRUE(expected.contains(ids));
  }
  for (const auto& [ids, probability] : expected) {
    const double sigma = std::sqrt(kDraws * probability * (1 - probability));
    EXPECT_NEAR(drawn[ids], kDraws * probability, 5 * sigma + 1);
  }
}

TEST(ImportedEncoder, MarginalsOverAPositionSumToOne) {
  for (const char* name : {"sp-unigram", "hf-unigram", "sp-unigram-bytes"}) {
    const std::string text = "the cat sat";
    const LatticeStats stats = small(name).lattice(text, 0.5, true);
    for (uint64_t byte = 0; byte < text.size(); ++byte) {
      double sum = 0;
      for (const EdgeMarginal& edge : stats.marginals) {
        sum += edge.start <= byte && byte < edge.end ? edge.probability : 0;
      }
      // The added space at the front has a token of its own in some segmentations; its span in the
      // text is empty.
      EXPECT_NEAR(sum, 1, 1e-9) << name << " byte " << byte;
    }
  }
}

TEST(ImportedEncoder, TheBestOfTheListIsTheEncoding) {
  for (const char* name : {"sp-unigram", "hf-unigram"}) {
    for (const char* text : {"the cat sat", "今天天气不错 \xF0\x9F\x98\x80 x", "it's"}) {
      const Tokenizer& tokenizer = small(name);
      EXPECT_EQ(tokenizer.nbest(text, 1)[0].ids, encode(tokenizer, text)) << name << ": " << text;
    }
  }
}

// Unknown characters and byte fallback included.
TEST(ImportedEncoder, ListedSegmentationsHaveTheirScoresAndSpans) {
  for (const char* name : {"sp-unigram", "sp-unigram-bytes", "hf-unigram"}) {
    const Tokenizer& tokenizer = small(name);
    const std::string text = "the \xF0\x9F\x98\x80\xE9\xBE\x98 cat";
    for (const Scored& scored : tokenizer.nbest(text, 20)) {
      EXPECT_NEAR(tokenizer.score(text, scored.ids), scored.score, 1e-9) << name;
      const std::vector<Offset> spans = tokenizer.spans(text, scored.ids);
      ASSERT_EQ(spans.size(), scored.ids.size());
      EXPECT_EQ(spans.front().start, 0u);
      EXPECT_EQ(spans.back().end, text.size()) << name;
    }
    std::vector<uint32_t> ids;
    std::vector<Offset> offsets;
    tokenizer.encode_with_offsets(text, ids, offsets);
    const std::vector<Offset> spans = tokenizer.spans(text, ids);
    for (size_t i = 0; i < ids.size(); ++i) {
      EXPECT_EQ(spans[i].start, offsets[i].start) << name << " " << i;
      EXPECT_EQ(spans[i].end, offsets[i].end) << name << " " << i;
    }
  }
}

TEST(ImportedEncoder, AnEncodingHasTheScoreOfTheBest) {
  const Tokenizer& tokenizer = small("hf-unigram");
  const std::vector<uint32_t> ids = encode(tokenizer, "the cat sat");
  EXPECT_NEAR(tokenizer.score("the cat sat", ids), tokenizer.nbest("the cat sat", 1)[0].score,
              1e-9);
  EXPECT_THAT(
      error_text(ErrorKind::bad_data, [&] { (void)tokenizer.score("the cat sat on", ids); }),
      HasSubstr("the ids spell the first 11 of 14 bytes"));
}

TEST(ImportedEncoder, SpecialTokensInTheTextAreTextUnlessAskedFor) {
  const Tokenizer& tokenizer = small("hf-byte-level");
  EncodeOptions options;
  EXPECT_EQ(tokenizer.decode(encode(tokenizer, "a</s>b")), "a</s>b");
  options.parse_special = true;
  EXPECT_EQ(encode(tokenizer, "</s>", options), std::vector<uint32_t>{1});
}

TEST(ImportedEncoder, TheTemplatePutsTheModelsTokensAround) {
  EncodeOptions options;
  options.special_template = true;
  EXPECT_THAT(encode(small("hf-byte-level"), "", options), ElementsAre(0, 1));
  options.special_template = false;
  options.bos = true;
  EXPECT_THAT(encode(small("hf-byte-level"), "", options), ElementsAre(0));
}

TEST(ImportedEncoder, DropoutChangesTheIdsAndNotTheText) {
  const Tokenizer& tokenizer = small("hf-byte-level");
  EncodeOptions options;
  options.dropout = 0.5;
  std::set<std::vector<uint32_t>> seen;
  for (options.seed = 0; options.seed < 20; ++options.seed) {
    const std::vector<uint32_t> ids = encode(tokenizer, "the cat sat on the mat", options);
    EXPECT_EQ(ids, encode(tokenizer, "the cat sat on the mat", options));
    EXPECT_EQ(tokenizer.decode(ids), "the cat sat on the mat");
    seen.insert(ids);
  }
  EXPECT_GT(seen.size(), 10u);
}

TEST(ImportedEncoder, SaysWhichOptionsHaveNoMeaningForAModel) {
  const auto refusal = [](const char* name, const EncodeOptions& options) {
    return error_text(ErrorKind::bad_option, [&] { encode(small(name), "a", options); });
  };
  EXPECT_THAT(refusal("sp-bpe", {.sample = true}), HasSubstr("pass --dropout"));
  EXPECT_THAT(refusal("sp-unigram", {.dropout = 0.1}), HasSubstr("pass --sample"));
  EXPECT_THAT(refusal("sp-unigram", {.normalize = "nfc"}), HasSubstr("rules of its own"));
  EXPECT_THAT(refusal("sp-unigram", {.special_template = true}), HasSubstr("--template"));
  EXPECT_THAT(refusal("hf-unigram", {.bos = true}), HasSubstr("--bos"));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { (void)small("sp-bpe").nbest("a", 2); }),
              HasSubstr("BPE vocabulary"));
}

}  // namespace
}  // namespace yonder::tokenizer
