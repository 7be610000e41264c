// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/generation_loop.h"

#include "yonder/base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>

namespace yonder::lm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint32_t kBos = 256;
constexpr uint32_t kEos = 257;
constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

/// Bytes, a token that begins texts and one that ends them.
class Letters : public TextCodec {
 public:
  std::vector<uint32_t> encode(std::string_view text, bool bos) const override {
    std::vector<uint32_t> ids;
    if (bos) {
      ids.push_back(kBos);
    }
    for (const char c : text) {
      ids.push_back(static_cast<unsigned char>(c));
    }
    return ids;
  }
  std::string decode(std::span<const uint32_t> ids) const override {
    std::string text;
    for (const uint32_t id : ids) {
      text += piece({}, id);
    }
    return text;
  }
  std::string piece(std::optional<uint32_t> /*previous*/, uint32_t id) const override {
    return id < 256 ? std::string(1, static_cast<char>(id)) : std::string();
  }
  uint32_t vocab_size() const override { return 258; }
  std::optional<uint32_t> bos() const override { return kBos; }
  std::vector<uint32_t> eos() const override { return {kEos}; }
};

/// After a text comes, most probably, the letter that the script has there: script[n] after n
/// tokens, EOS after its end. Other letters have some probability, which depends on what was read.
class Script : public LogitsSource {
 public:
  explicit Script(std::string text, float certainty = 20)
      : text_(std::move(text)), certainty_(certainty) {}

  std::vector<float> read(size_t s, std::span<const uint32_t> ids) override {
    std::vector<uint32_t>& seen = seen_[s];
    seen.insert(seen.end(), ids.begin(), ids.end());
    most_open_ = std::max(most_open_, seen_.size() - released_);
    std::vector<float> logits(258);
    for (size_t id = 0; id < logits.size(); ++id) {
      logits[id] = static_cast<float>((id * 7 + seen.size() * 13 + seen.back() * 3) % 17) / 17;
    }
    const uint32_t next =
        seen.size() < text_.size() ? static_cast<unsigned char>(text_[seen.size()]) : kEos;
    logits[next] += certainty_;
    return logits;
  }
  std::vector<std::vector<float>> step(std::span<const size_t> sequences,
                                       std::span<const uint32_t> ids) override {
    std::vector<std::vector<float>> rows;
    for (size_t i = 0; i < sequences.size(); ++i) {
      rows.push_back(read(sequences[i], ids.subspan(i, 1)));
    }
    return rows;
  }
  int64_t length(size_t s) const override { return static_cast<int64_t>(seen_.at(s).size()); }
  void release(size_t /*s*/) override { ++released_; }

  size_t most_open() const { return most_open_; }
  const std::vector<uint32_t>& seen(size_t s) const { return seen_.at(s); }

 private:
  std::string text_;
  float certainty_;
  std::map<size_t, std::vector<uint32_t>> seen_;
  size_t released_ = 0;
  size_t most_open_ = 0;
};

struct Notes : Progress {
  std::vector<std::string> warnings;
  int polls_until_cancel = -1;
  void begin(std::string_view, uint64_t, std::string_view) override {}
  void advance(uint64_t) override {}
  void metric(std::string_view, double) override {}
  void warn(std::string_view text) override { warnings.emplace_back(text); }
  bool cancelled() override { return polls_until_cancel >= 0 && polls_until_cancel-- == 0; }
};

GenerateOptions greedy(int64_t tokens) {
  GenerateOptions options;
  options.max_tokens = tokens;
  options.sampling.temperature = 0;
  return options;
}

Generated run(const std::string& script, const std::string& prompt, const GenerateOptions& options,
              const TextSink& sink = {}, int64_t limit = kNoLimit, Progress* progress = nullptr) {
  Script source(script);
  const GenerationRequest request{Letters().encode(prompt, false), 0, sink};
  return generate_from(source, Letters(), {&request, 1}, options, 1, limit, progress).front();
}

TEST(Generate, GreedyFollowsTheModelUntilTheLength) {
  const Generated out = run("once upon a time", "once", greedy(5));
  EXPECT_EQ(out.text, " upon");
  EXPECT_EQ(out.finish, Finish::length);
  EXPECT_EQ(out.ids.size(), 5U);
  EXPECT_EQ(out.log_probability.size(), 5U);
  EXPECT_EQ(out.prompt_tokens, 4);
}

TEST(Generate, EndOfTextEndsItAndIsNoPartOfIt) {
  const Generated out = run("once", "o", greedy(50));
  EXPECT_EQ(out.text, "nce");
  EXPECT_EQ(out.finish, Finish::eos);
  EXPECT_EQ(out.ids.size(), 3U);
}

TEST(Generate, IgnoringEndOfTextGoesOn) {
  GenerateOptions options = greedy(6);
  options.ignore_eos = true;
  const Generated out = run("once", "o", options);
  EXPECT_EQ(out.finish, Finish::length);
  EXPECT_EQ(out.ids.size(), 6U);
}

TEST(Generate, OtherTokensMayEndTheTextToo) {
  GenerateOptions options = greedy(50);
  options.end_ids = {'u'};
  const Generated out = run("once upon", "once", options);
  EXPECT_EQ(out.text, " ");
  EXPECT_EQ(out.finish, Finish::eos);
}

TEST(Generate, AStopStringAcrossTokensIsLeftOut) {
  GenerateOptions options = greedy(50);
  options.stop = {" a"};
  std::string shown;
  const Generated out = run("once upon a time", "once", options, [&](std::string_view text) {
    shown += text;
    return true;
  });
  EXPECT_EQ(out.text, " upon");
  EXPECT_EQ(shown, " upon");
  EXPECT_EQ(out.finish, Finish::stop);
}

TEST(Generate, StreamsWholeCharacters) {
  std::vector<std::string> pieces;
  run("a\xE4\xB8\xAD\xE6\x96\x87", "a", greedy(6), [&](std::string_view text) {
    pieces.emplace_back(text);
    return true;
  });
  EXPECT_THAT(pieces, ElementsAre("\xE4\xB8\xAD", "\xE6\x96\x87"));
}

TEST(Generate, ASinkThatWantsNoMoreEndsIt) {
  const Generated out = run("once upon", "o", greedy(50), [](std::string_view) { return false; });
  EXPECT_EQ(out.finish, Finish::cancelled);
  EXPECT_EQ(out.text, "n");
}

TEST(Generate, CancellingKeepsTheTextSoFar) {
  Notes notes;
  notes.polls_until_cancel = 3;
  const Generated out = run("once upon", "o", greedy(50), {}, kNoLimit, &notes);
  EXPECT_EQ(out.finish, Finish::cancelled);
  EXPECT_EQ(out.text, "nce");
}

TEST(Generate, WarnsOnceWhereTheDeclaredLimitIsPassed) {
  Notes notes;
  run("once upon a time", "once", greedy(9), {}, 6, &notes);
  EXPECT_THAT(notes.warnings, ElementsAre(HasSubstr("longer than the 6 tokens")));
  Notes quiet;
  run("once upon a time", "once", greedy(9), {}, kNoLimit, &quiet);
  EXPECT_TRUE(quiet.warnings.empty());
}

TEST(Generate, ASequenceDoesNotDependOnThoseBesideIt) {
  GenerateOptions options = greedy(12);
  options.sampling.temperature = 1.5;
  options.sampling.seed = 5;
  std::vector<GenerationRequest> requests;
  for (uint64_t i = 0; i < 7; ++i) {
    requests.push_back({Letters().encode(std::string(i + 1, 'x'), true), i, {}});
  }
  Script together("once upon a time there was", 2);
  const auto many = generate_from(together, Letters(), requests, options, 3, kNoLimit, nullptr);
  EXPECT_EQ(together.most_open(), 3U);
  for (size_t i = 0; i < requests.size(); ++i) {
    Script alone("once upon a time there was", 2);
    const auto one =
        generate_from(alone, Letters(), {&requests[i], 1}, options, 1, kNoLimit, nullptr);
    EXPECT_EQ(many[i].ids, one[0].ids) << i;
    EXPECT_EQ(many[i].finish, one[0].finish) << i;
  }
}

TEST(Generate, TheSeedAndTheStreamDecideTheText) {
  GenerateOptions options = greedy(30);
  options.sampling.temperature = 2;
  const auto text = [&](uint64_t seed, uint64_t stream) {
    options.sampling.seed = seed;
    Script source("", 0);
    const GenerationRequest request{{'a'}, stream, {}};
    return generate_from(source, Letters(), {&request, 1}, options, 1, kNoLimit, nullptr)[0].ids;
  };
  EXPECT_EQ(text(1, 0), text(1, 0));
  EXPECT_NE(text(1, 0), text(2, 0));
  EXPECT_NE(text(1, 0), text(1, 1));
}

TEST(Generate, AnEmptyPromptIsAnError) { EXPECT_THROW(run("once", "", greedy(5)), Error); }

}  // namespace
}  // namespace yonder::lm
