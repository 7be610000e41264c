// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/evaluation_loop.h"

#include "yonder/base/error.h"
#include "yonder/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

namespace yonder::lm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Bytes; 256 begins texts.
class Letters : public TextCodec {
 public:
  std::vector<uint32_t> encode(std::string_view text, bool bos) const override {
    std::vector<uint32_t> ids(bos ? 1 : 0, 256);
    for (const char c : text) {
      ids.push_back(static_cast<unsigned char>(c));
    }
    return ids;
  }
  std::string decode(std::span<const uint32_t> ids) const override {
    return {ids.begin(), ids.end()};
  }
  std::string piece(std::optional<uint32_t> /*previous*/, uint32_t id) const override {
    return id < 256 ? std::string(1, static_cast<char>(id)) : std::string();
  }
  uint32_t vocab_size() const override { return 257; }
  std::optional<uint32_t> bos() const override { return 256; }
  std::vector<uint32_t> eos() const override { return {}; }
};

/// A reader with a window of w tokens that knows a byte after the four before it, if it has seen
/// them there; "w:<tokens>", and "blind" for one that never does.
class CopyingReader : public TextScorer {
 public:
  UsedScheme use(std::string_view text, int64_t target) override {
    require(text == "blind" || text.starts_with("w:"), ErrorKind::bad_option, "no scheme {}", text);
    window_ = text == "blind" ? 0 : std::stoll(std::string(text.substr(2)));
    targets.push_back(target);
    return {
        std::string(text), kUnlimited,
        text == "blind" ? std::vector<std::string>{"it sees nothing"} : std::vector<std::string>{}};
  }
  Scores score(std::span<const uint32_t> ids, int64_t first) override {
    Scores scores;
    read.emplace_back(ids.begin(), ids.end());
    firsts.push_back(first);
    for (auto t = static_cast<size_t>(first); t < ids.size(); ++t) {
      const bool known = seen_before(ids, t);
      scores.log_probability.push_back(static_cast<float>(std::log(known ? 0.9 : 0.01)));
      scores.hit.push_back(known ? 1 : 0);
    }
    return scores;
  }
  std::vector<std::vector<uint32_t>> read;
  std::vector<int64_t> firsts;
  std::vector<int64_t> targets;

 private:
  bool seen_before(std::span<const uint32_t> ids, size_t t) const {
    const auto w = static_cast<size_t>(window_);
    for (size_t s = 4 + (t > w ? t - w : 0); s < t; ++s) {
      if (t >= 4 && std::equal(&ids[s - 4], &ids[s] + 1, &ids[t - 4])) {
        return true;
      }
    }
    return false;
  }
  int64_t window_ = 0;
};

/// Text without repeats of five bytes.
std::string text_of(size_t n) {
  std::string text;
  uint32_t state = 1;
  for (size_t i = 0; i < n; ++i) {
    state = state * 1664525U + 1013904223U;
    text += static_cast<char>('a' + (state >> 24) % 26);
  }
  return text;
}

struct Stopped : Progress {
  int windows_until_stop = -1;
  std::vector<std::string> warnings;
  void begin(std::string_view, uint64_t, std::string_view) override {}
  void advance(uint64_t) override {}
  void metric(std::string_view, double) override {}
  void warn(std::string_view text) override { warnings.emplace_back(text); }
  bool cancelled() override { return windows_until_stop >= 0 && windows_until_stop-- == 0; }
};

const Letters kLetters;
const EvalSubject kSubject{&kLetters, 256, 16, "weights"};

std::vector<EvalRow> run(TextScorer& scorer, const std::string& text, const EvalOptions& options,
                         const std::function<void(const EvalRow&)>& row = {},
                         Progress* progress = nullptr) {
  return evaluate_with(scorer, kSubject, text, options, row, progress);
}

TEST(Evaluate, ScoresTheSameTokensUnderEveryLength) {
  CopyingReader reader;
  EvalOptions options{.schemes = {"w:1000"}, .lengths = {16, 64}, .last = 8, .samples = 3};
  const auto rows = run(reader, text_of(500), options);
  ASSERT_EQ(rows.size(), 2U);
  ASSERT_EQ(reader.read.size(), 6U);
  for (size_t sample = 0; sample < 3; ++sample) {
    const auto& shorter = reader.read[sample];
    const auto& longer = reader.read[3 + sample];
    EXPECT_EQ(shorter.size(), 17U);
    EXPECT_EQ(longer.size(), 65U);
    EXPECT_EQ(shorter.front(), 256U);
    EXPECT_EQ(longer.front(), 256U);
    EXPECT_TRUE(std::equal(shorter.end() - 9, shorter.end(), longer.end() - 9));
    EXPECT_EQ(reader.firsts[sample], 9);
    EXPECT_EQ(reader.firsts[3 + sample], 57);
  }
  EXPECT_EQ(rows[0].targets, 24);
  EXPECT_EQ(rows[1].targets, 24);
}

TEST(Evaluate, TellsAReaderThatCopiesFromOneWithAShortWindow) {
  CopyingReader reader;
  EvalOptions options{.schemes = {"w:1000,w:10"}, .lengths = {128}, .last = 32, .samples = 8};
  options.set = "repeat";
  const auto repeated = run(reader, text_of(3000), options);
  EXPECT_EQ(repeated[1].asked, "w:10");
  EXPECT_GT(repeated[0].accuracy, 0.99);
  EXPECT_LT(repeated[1].accuracy, 0.01);
  options.set = "plain";
  const auto plain = run(reader, text_of(3000), options);
  EXPECT_LT(plain[0].accuracy, 0.01);
}

TEST(Evaluate, FiguresAreThoseOfTheSums) {
  CopyingReader reader;
  EvalOptions options{.schemes = {"blind"}, .lengths = {32}, .last = 8, .samples = 4};
  const EvalRow row = run(reader, text_of(400), options).front();
  EXPECT_NEAR(row.log_probability, 32 * std::log(0.01), 1e-4);
  EXPECT_NEAR(row.loss, -std::log(0.01), 1e-6);
  EXPECT_NEAR(row.loss_low, row.loss, 1e-6);
  EXPECT_NEAR(row.perplexity, 100, 1e-4);
  EXPECT_NEAR(row.bits_per_byte, -std::log2(0.01), 1e-6);  // a token is a byte
  EXPECT_EQ(row.hits, 0);
  EXPECT_EQ(row.bytes, 32);
  EXPECT_EQ(row.samples, 4);
  EXPECT_EQ(row.data_sha256.size(), 64U);
  EXPECT_EQ(row.model_sha256, "weights");
}

TEST(Evaluate, LastIsHalfTheShortestLengthUnlessGiven) {
  CopyingReader reader;
  EvalOptions options{.schemes = {"blind"}, .lengths = {64, 12}, .samples = 1};
  const auto rows = run(reader, text_of(400), options);
  EXPECT_EQ(rows[0].length, 12);
  EXPECT_EQ(rows[0].targets, 6);
  EXPECT_EQ(rows[1].targets, 6);
}

TEST(Evaluate, WithoutLengthsTakesTheTrainingLengthAndItsMultiples) {
  EXPECT_THAT(evaluation_lengths({}, 16), ElementsAre(16, 32, 64, 128));
  EXPECT_THAT(evaluation_lengths({64, 12, 64}, 16), ElementsAre(12, 64));
}

TEST(Evaluate, EachLengthIsTheTargetOfItsScheme) {
  CopyingReader reader;
  EvalOptions options{.schemes = {"blind"}, .lengths = {16, 64}, .samples = 1};
  run(reader, text_of(400), options);
  EXPECT_THAT(std::set<int64_t>(reader.targets.begin(), reader.targets.end()), ElementsAre(16, 64));
}

TEST(Evaluate, RowsComeAsTheyAreFinishedAndSurviveAStop) {
  CopyingReader reader;
  EvalOptions options{.schemes = {"blind"}, .lengths = {16, 32, 64}, .samples = 3};
  Stopped progress;
  progress.windows_until_stop = 7;  // in the third row
  std::vector<int64_t> finished;
  EXPECT_THROW(run(
                   reader, text_of(400), options,
                   [&](const EvalRow& row) { finished.push_back(row.length); }, &progress),
               Error);
  EXPECT_THAT(finished, ElementsAre(16, 32));
}

TEST(Evaluate, ABadSchemeIsFoundBeforeAnythingIsScored) {
  CopyingReader reader;
  EvalOptions options{.schemes = {"w:10", "nonsense"}, .lengths = {16}, .samples = 1};
  EXPECT_THROW(run(reader, text_of(400), options), Error);
  EXPECT_TRUE(reader.read.empty());
}

TEST(Evaluate, TellsANoticeOnceAndKeepsItInEveryRow) {
  CopyingReader reader;
  EvalOptions options{.schemes = {"blind"}, .lengths = {16, 32}, .samples = 1};
  Stopped progress;
  const auto rows = run(reader, text_of(400), options, {}, &progress);
  EXPECT_THAT(progress.warnings, ElementsAre("blind: it sees nothing"));
  EXPECT_THAT(rows[1].notices, ElementsAre("blind: it sees nothing"));
}

TEST(Evaluate, BinsByPositionAddUpToTheRow) {
  CopyingReader reader;
  EvalOptions options{.schemes = {"w:1000"}, .lengths = {100}, .samples = 2, .by_position = 32};
  options.protocol = "whole";
  const EvalRow row = run(reader, text_of(400), options).front();
  ASSERT_EQ(row.by_position.size(), 4U);
  int64_t targets = 0;
  double log_probability = 0;
  for (const PositionBin& bin : row.by_position) {
    targets += bin.targets;
    log_probability += bin.log_probability;
  }
  EXPECT_EQ(row.by_position[1].first, 32);
  EXPECT_EQ(row.by_position[3].targets, 8);
  EXPECT_EQ(targets, row.targets);
  EXPECT_NEAR(log_probability, row.log_probability, 1e-9);
}

TEST(Evaluate, RollingCountsTheBytesAndWordsOfTheWholeText) {
  CopyingReader reader;
  EvalOptions options{.schemes = {"blind"}, .lengths = {7}, .samples = 0};
  options.protocol = "rolling";
  const std::string text = "one two  three\nfour, five six";
  const EvalRow row = run(reader, text, options).front();
  EXPECT_EQ(row.bytes, static_cast<int64_t>(text.size()));
  EXPECT_EQ(row.words, 6);
  EXPECT_NEAR(row.word_perplexity, std::exp(-std::log(0.01) * static_cast<double>(text.size()) / 6),
              1e-3 * row.word_perplexity);
}

TEST(Evaluate, LastBeyondTheShortestLengthIsAnError) {
  CopyingReader reader;
  EvalOptions options{.schemes = {"blind"}, .lengths = {16, 64}, .last = 17};
  try {
    run(reader, text_of(4000), options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::bad_option);
    EXPECT_THAT(error.what(), HasSubstr("--last is 17, more than the shortest of --lengths, 16"));
  }
}

TEST(EvalRow, IsOneLineOfJsonWithNullForWhatIsUnknown) {
  CopyingReader reader;
  EvalOptions options{.schemes = {"blind"}, .lengths = {16}, .samples = 1};
  const std::string line = run(reader, text_of(400), options).front().to_json();
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const Json json = parse_json(line, "row");
  EXPECT_EQ(json.at("scheme").text(), "blind");
  EXPECT_EQ(json.at("length").integer(), 16);
  EXPECT_TRUE(std::holds_alternative<std::nullptr_t>(json.at("loss_low").value()));
}

TEST(SplitSchemes, ACommaBeforeAKeyBelongsToTheScheme) {
  EXPECT_THAT(split_schemes("rope,lambda:w=64,sinks=2,nope,yarn:s=4+logn:clip"),
              ElementsAre("rope", "lambda:w=64,sinks=2", "nope", "yarn:s=4+logn:clip"));
  EXPECT_THAT(split_schemes("rope"), ElementsAre("rope"));
  EXPECT_THAT(split_schemes("dyn:step=64,turn,rope,window:w=8"),
              ElementsAre("dyn:step=64,turn", "rope", "window:w=8"));
}

}  // namespace
}  // namespace yonder::lm
