// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/tasks/passkey.h"

#include "yonder/base/error.h"
#include "yonder/base/json.h"
#include "yonder/lm/text_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace yonder::lm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Answers with the number, if it lies within its window; "window:<tokens>".
class Searcher : public PasskeyReader {
 public:
  UsedScheme use(std::string_view scheme, int64_t /*target*/) override {
    window_ = std::stoll(std::string(scheme.substr(7)));
    return {std::string(scheme), window_, {}};
  }
  std::string answer(const std::vector<uint32_t>& ids, int64_t /*tokens*/) override {
    const size_t from =
        ids.size() > static_cast<size_t>(window_) ? ids.size() - static_cast<size_t>(window_) : 0;
    const std::string seen(ids.begin() + static_cast<int64_t>(from), ids.end());
    return " " + first_number(seen) + ".";
  }

 private:
  int64_t window_ = 0;
};

struct Notes : Progress {
  std::vector<std::string> warnings;
  void begin(std::string_view, uint64_t, std::string_view) override {}
  void advance(uint64_t) override {}
  void metric(std::string_view, double) override {}
  void warn(std::string_view text) override { warnings.emplace_back(text); }
  bool cancelled() override { return false; }
};

std::vector<PasskeyCell> run(PasskeyOptions options, Progress* progress = nullptr) {
  const auto codec = make_byte_codec();
  Searcher reader;
  return passkey_with(reader, {codec.get(), codec->bos(), 500, ""}, "", options, {}, progress);
}

TEST(Passkey, AReaderThatSeesAllAnswersAtEveryDepth) {
  for (const PasskeyCell& cell :
       run({.schemes = {"window:9999"}, .lengths = {1000}, .depths = "0:1:0.25", .trials = 3})) {
    EXPECT_EQ(cell.hits, 3) << cell.depth;
    EXPECT_FALSE(cell.outside);
  }
}

TEST(Passkey, AWindowAnswersOnlyWhereTheNumberIsInSight) {
  Notes notes;
  const auto cells =
      run({.schemes = {"window:400"}, .lengths = {2000}, .depths = "0,0.5,1", .trials = 3}, &notes);
  EXPECT_EQ(cells[0].hits, 0);
  EXPECT_TRUE(cells[0].outside);
  EXPECT_EQ(cells[1].hits, 0);
  EXPECT_EQ(cells[2].hits, 3);
  EXPECT_FALSE(cells[2].outside);
  ASSERT_EQ(notes.warnings.size(), 1U);
  EXPECT_THAT(notes.warnings[0],
              HasSubstr("up to depth 0.5 the number lies outside of the window"));
}

TEST(Passkey, PromptsAreAsLongAsAskedForButForASentence) {
  const auto codec = make_byte_codec();
  for (const double depth : {0.0, 0.3, 1.0}) {
    const PasskeyPrompt prompt = passkey_prompt(*codec, "", 1500, depth, 0, 0);
    EXPECT_LE(prompt.ids.size(), 1500U);
    EXPECT_GT(prompt.ids.size(), 1500U - 60);
    EXPECT_EQ(prompt.ids.front(), *codec->bos());
  }
}

TEST(Passkey, TheNumberStandsAtItsDepth) {
  const auto codec = make_byte_codec();
  for (const double depth : {0.0, 0.25, 0.5, 1.0}) {
    const PasskeyPrompt prompt = passkey_prompt(*codec, "", 8000, depth, 0, 0);
    const std::string text = codec->decode(prompt.ids);
    const auto at = static_cast<double>(text.find(prompt.key)) / static_cast<double>(text.size());
    EXPECT_NEAR(at, depth, 0.04);
    EXPECT_EQ(prompt.distance, static_cast<int64_t>(text.size() - text.find(prompt.key)));
  }
}

TEST(Passkey, NumbersDifferFromTrialToTrialAndRepeatWithTheSeed) {
  const auto codec = make_byte_codec();
  std::set<std::string> keys;
  for (uint64_t trial = 0; trial < 10; ++trial) {
    const std::string key = passkey_prompt(*codec, "", 900, 0.5, 3, trial).key;
    EXPECT_EQ(key.size(), 5U);
    EXPECT_EQ(key, passkey_prompt(*codec, "", 900, 0.5, 3, trial).key);
    keys.insert(key);
  }
  EXPECT_GT(keys.size(), 8U);
}

TEST(Passkey, FillerOfTheUserIsCutAtItsSentences) {
  const auto codec = make_byte_codec();
  const std::string text =
      codec->decode(passkey_prompt(*codec, "Aha! So be it.\nNo", 600, 0.5, 0, 0).ids);
  EXPECT_THAT(text, HasSubstr("Aha! So be it.\nNoAha!"));
}

TEST(Passkey, ALengthThatHoldsNothingIsAnError) {
  const auto codec = make_byte_codec();
  EXPECT_THROW(passkey_prompt(*codec, "", 60, 0.5, 0, 0), Error);
}

TEST(Passkey, TheFirstDigitsOfAnAnswerCount) {
  EXPECT_EQ(first_number(" 12345. Remember 999"), "12345");
  EXPECT_EQ(first_number(" 123456"), "123456");
  EXPECT_EQ(first_number(" what?"), "");
}

TEST(Passkey, DepthsAreARangeOrAList) {
  EXPECT_THAT(parse_depths("0:1:0.25"), ElementsAre(0, 0.25, 0.5, 0.75, 1));
  EXPECT_EQ(parse_depths("0:1:0.1").size(), 11U);
  EXPECT_THAT(parse_depths("0.5"), ElementsAre(0.5));
  EXPECT_THAT(parse_depths("0,1"), ElementsAre(0, 1));
  for (const char* bad : {"0:1", "0:1:0", "1:0:0.1", "2", "0,x", ""}) {
    EXPECT_THROW(parse_depths(bad), Error) << bad;
  }
}

TEST(Passkey, CellsAreJson) {
  const auto cells =
      run({.schemes = {"window:9999"}, .lengths = {900}, .depths = "0", .trials = 1});
  EXPECT_EQ(parse_json(cells[0].to_json(), "cell").at("hits").integer(), 1);
}

}  // namespace
}  // namespace yonder::lm
