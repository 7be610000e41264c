// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/forward_backward.h"

#include "tests/error_text.h"
#include "tests/published_models.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/random.h"
#include "yonder/tokenizer/unigram/lattice_reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;

const double kAlphas[] = {0, 1e-6, 0.1, 1, 7, 1000};

Vocabulary repeats() { return Vocabulary({{"a", 10}, {"aa", 7}, {"aaa", 3}}, "B"); }

Json golden(const std::string& name) {
  return parse_json(
      read_file(std::string(YONDER_SOURCE_DIR) + "/tests/golden/tokenizer/" + name + ".json"),
      name);
}

UnigramModel golden_model(const Json& lattice) {
  std::vector<CountedPiece> pieces;
  for (const Json& piece : lattice.at("vocabulary").array()) {
    pieces.push_back({piece.array()[0].text(), piece.array()[1].unsigned_integer()});
  }
  return UnigramModel(Vocabulary(std::move(pieces), lattice.at("name").text()));
}

// What the header promises for log Z.
double log_z_tolerance(double log_z, size_t bytes) {
  return 1e-12 * std::max(std::abs(log_z), static_cast<double>(bytes));
}

TEST(LatticeStats, AreThoseOfTheEnumeratedLattices) {
  const Json file = golden("lattice_enumerated");
  const double tolerance = file.at("tolerance").real();
  for (const Json& lattice : file.at("cases").array()) {
    const UnigramModel model = golden_model(lattice);
    const std::string& text = lattice.at("text").text();
    const double alpha = lattice.at("alpha").real();
    SCOPED_TRACE(testing::Message() << lattice.at("name").text() << ", alpha " << alpha);
    const LatticeStats stats = lattice_stats(model, text, alpha, true);
    EXPECT_NEAR(stats.log_z, lattice.at("log_z").real(), tolerance);
    EXPECT_NEAR(stats.entropy, lattice.at("entropy").real(), tolerance);
    EXPECT_NEAR(stats.expected_tokens, lattice.at("expected_tokens").real(), tolerance);
    EXPECT_NEAR(stats.expected_score, lattice.at("expected_score").real(), tolerance);
    EXPECT_NEAR(stats.log_segmentations,
                std::log(static_cast<double>(lattice.at("segmentations").array().size())),
                tolerance);
    const Json::Array& marginals = lattice.at("marginals").array();
    ASSERT_EQ(stats.marginals.size(), marginals.size());
    for (size_t i = 0; i < marginals.size(); ++i) {
      const Json::Array& marginal = marginals[i].array();
      EXPECT_EQ(stats.marginals[i].start, marginal[0].unsigned_integer());
      EXPECT_EQ(stats.marginals[i].end, marginal[1].unsigned_integer());
      EXPECT_EQ(model.vocabulary().piece(stats.marginals[i].id), marginal[2].text());
      EXPECT_NEAR(stats.marginals[i].probability, marginal[3].real(), tolerance);
    }
  }
}

TEST(SegmentationLogProbability, IsThatOfTheEnumeratedLattices) {
  const Json file = golden("lattice_enumerated");
  for (const Json& lattice : file.at("cases").array()) {
    const UnigramModel model = golden_model(lattice);
    for (const Json& path : lattice.at("segmentations").array()) {
      std::vector<uint32_t> ids;
      for (const Json& piece : path.at("pieces").array()) {
        ids.push_back(*model.trie().find(piece.text()));
      }
      const std::string& text = lattice.at("text").text();
      const double log_probability =
          segmentation_log_probability(model, text, ids, lattice.at("alpha").real());
      EXPECT_NEAR(std::exp(log_probability), path.at("probability").real(), 1e-13);
      EXPECT_NEAR(segmentation_score(model, text, ids), path.at("score").real(), 1e-13);
    }
  }
}

TEST(LatticeStats, StayRightOnTenMillionBytesInOneChunk) {
  const UnigramModel model(repeats());
  const Json file = golden("lattice_repeats");
  for (const Json& row : file.at("cases").array()) {
    const double alpha = row.at("alpha").real();
    const std::string text(row.at("n").unsigned_integer(), 'a');
    SCOPED_TRACE(testing::Message() << "n " << text.size() << ", alpha " << alpha);
    const LatticeStats stats = lattice_stats(model, text, alpha);
    const double tolerance = log_z_tolerance(row.at("log_z").real(), text.size());
    EXPECT_NEAR(stats.log_z, row.at("log_z").real(), tolerance);
    // H = log Z - alpha E[s]: each side by its own recursion.
    EXPECT_NEAR(stats.entropy, stats.log_z - alpha * stats.expected_score, 2 * tolerance);
  }
}

RC_GTEST_PROP(LatticeStats, AreThoseOfTheListOfAllSegmentations, (uint64_t seed)) {
  const RandomLattice lattice = random_lattice(seed);
  for (const double alpha : kAlphas) {
    const auto all = all_segmentations_reference(*lattice.model, lattice.text, alpha);
    long double entropy = 0;
    long double tokens = 0;
    long double score = 0;
    for (const SegmentationReference& one : all) {
      const long double p = std::exp(one.log_probability);
      entropy -= p * one.log_probability;
      tokens += p * static_cast<long double>(one.ids.size());
      score += p * one.score;
    }
    const LatticeStats stats = lattice_stats(*lattice.model, lattice.text, alpha);
    const auto log_z = static_cast<double>(alpha * all[0].score - all[0].log_probability);
    RC_ASSERT(std::abs(stats.log_z - log_z) <= 1e-13 * std::max(1.0, std::abs(log_z)));
    RC_ASSERT(std::abs(stats.entropy - static_cast<double>(entropy)) < 1e-12);
    RC_ASSERT(stats.entropy >= 0);
    RC_ASSERT(std::abs(stats.expected_tokens - static_cast<double>(tokens)) < 1e-12);
    RC_ASSERT(std::abs(stats.expected_score - static_cast<double>(score)) < 1e-12);
    RC_ASSERT(std::abs(stats.log_segmentations - std::log(static_cast<double>(all.size()))) <
              1e-14);
    double sum = 0;
    for (const SegmentationReference& one : all) {
      const double log_probability =
          segmentation_log_probability(*lattice.model, lattice.text, one.ids, alpha);
      RC_ASSERT(std::abs(log_probability - static_cast<double>(one.log_probability)) <=
                1e-12 * std::max(1.0, std::abs(log_probability)));
      sum += std::exp(log_probability);
    }
    RC_ASSERT(std::abs(sum - 1) < 1e-13);
  }
}

RC_GTEST_PROP(LatticeMarginals, OverEveryByteSumToOne, (uint64_t seed)) {
  const RandomLattice lattice = random_lattice(seed);
  for (const double alpha : kAlphas) {
    std::vector<double> covered(lattice.text.size());
    for (const EdgeMarginal& edge :
         lattice_stats(*lattice.model, lattice.text, alpha, true).marginals) {
      RC_ASSERT(lattice.model->vocabulary().piece(edge.id) ==
                std::string_view(lattice.text).substr(edge.start, edge.end - edge.start));
      for (uint64_t at = edge.start; at < edge.end; ++at) {
        covered[at] += edge.probability;
      }
    }
    for (const double sum : covered) {
      RC_ASSERT(std::abs(sum - 1) < 1e-13);
    }
  }
}

TEST(LatticeMarginals, SumToOneAlsoFarFromTheEnd) {
  const UnigramModel model(repeats());
  const std::string text(100'000, 'a');
  std::vector<double> covered(text.size());
  for (const EdgeMarginal& edge : lattice_stats(model, text, 0.1, true).marginals) {
    for (uint64_t at = edge.start; at < edge.end; ++at) {
      covered[at] += edge.probability;
    }
  }
  // One rounding per byte on the way back from the end.
  EXPECT_NEAR(*std::max_element(covered.begin(), covered.end()), 1, 1e-11);
  EXPECT_NEAR(*std::min_element(covered.begin(), covered.end()), 1, 1e-11);
}

TEST(LatticeStats, AtAlphaZeroCountTheSegmentations) {
  const UnigramModel model(repeats());
  const LatticeStats stats = lattice_stats(model, std::string(5000, 'a'), 0);
  EXPECT_NEAR(stats.log_z, stats.log_segmentations, 1e-9);
  EXPECT_NEAR(stats.entropy, stats.log_segmentations, 1e-9);
}

TEST(LatticeStats, KeepEqualSegmentationsEqualAtAHugeAlpha) {
  const UnigramModel model(Vocabulary(
      {{"watch", 1}, {"ing", 1}, {"wat", 1}, {"ching", 1}, {"w", 1}, {"atching", 1}}, "watching"));
  const LatticeStats stats = lattice_stats(model, "watching", 1e6);
  EXPECT_NEAR(stats.entropy, std::log(3.0), 1e-12);
  EXPECT_NEAR(stats.log_z, 2e6 * std::log(1.0 / 6) + std::log(3.0), 1e-9);
}

TEST(LatticeStats, OfATinyEntropyAreNotLostInRounding) {
  // Two segmentations, 1 : exp(-60); H = 61 exp(-60) to first order.
  const UnigramModel model(Vocabulary({{"a", 1}, {"aa", 1}}, "two"));
  const double alpha = 60 / std::log(2.0);
  const LatticeStats stats = lattice_stats(model, "aa", alpha);
  EXPECT_NEAR(stats.entropy / (61 * std::exp(-60.0)), 1, 1e-12);
}

TEST(LatticeStats, OfChunksAddUp) {
  const UnigramModel model(
      Vocabulary({{"a", 10}, {"aa", 7}, {"aaa", 3}, {"\n", 2}, {"a\na", 50}, {"a\n", 4}}, "lines"));
  const LatticeStats one = lattice_stats(model, "aaaa\n", 0.5);
  const LatticeStats two = lattice_stats(model, "aaaa\naaaa\n", 0.5);
  EXPECT_NEAR(two.log_z, 2 * one.log_z, 1e-14);
  EXPECT_NEAR(two.entropy, 2 * one.entropy, 1e-14);
  EXPECT_NEAR(two.log_segmentations, 2 * one.log_segmentations, 1e-14);
}

TEST(LatticeStats, OfNothingAreZero) {
  const UnigramModel model(repeats());
  const LatticeStats stats = lattice_stats(model, "", 1, true);
  EXPECT_EQ(stats.log_z, 0);
  EXPECT_EQ(stats.entropy, 0);
  EXPECT_EQ(stats.expected_tokens, 0);
  EXPECT_EQ(stats.log_segmentations, 0);
  EXPECT_TRUE(stats.marginals.empty());
}

TEST(LatticeStats, NameTheByteThatNoPieceCovers) {
  const UnigramModel model(repeats());
  for (const bool marginals : {false, true}) {
    EXPECT_THAT(
        error_text(ErrorKind::bad_data, [&] { lattice_stats(model, "aaaz", 1, marginals); }),
        HasSubstr("byte 0x7A at offset 3 is covered by no piece"));
  }
}

TEST(LatticeStats, PassPositionsThatNoPieceEndsAt) {
  const UnigramModel model(Vocabulary({{"ab", 1}, {"abc", 1}, {"cab", 1}}, "gaps"));
  EXPECT_NEAR(lattice_stats(model, "abcab", 1).log_segmentations, std::log(2.0), 1e-15);
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { lattice_stats(model, "abcb", 1); }),
              HasSubstr("byte 0x62 at offset 3"));
}

TEST(LatticeStats, RejectAnAlphaThatIsNoTemperature) {
  const UnigramModel model(repeats());
  for (const double alpha : {-0.1, std::nan(""), HUGE_VAL}) {
    EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { lattice_stats(model, "aa", alpha); }),
                HasSubstr("alpha must be a finite number >= 0"));
  }
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { lattice_stats(model, "aa", 1e300); }),
              HasSubstr("too large"));
}

TEST(SegmentationScore, RejectsIdsThatDoNotSpellTheText) {
  const UnigramModel model(Vocabulary({{"a", 1}, {"aa", 1}, {"\n", 1}, {"\na", 1}}, "lines"));
  const auto sentence = [&](std::string_view text, std::vector<uint32_t> ids) {
    return error_text(ErrorKind::bad_data, [&] { segmentation_score(model, text, ids); });
  };
  EXPECT_THAT(sentence("aa", {3, 5}), HasSubstr("id 5 at position 1 does not spell"));
  EXPECT_THAT(sentence("aa", {3}), HasSubstr("first 1 of 2 bytes"));
  EXPECT_THAT(sentence("aa", {4, 3}), HasSubstr("position 1 does not spell"));
  EXPECT_THAT(sentence("aa", {1}), HasSubstr("id 1 at position 0 is no piece"));
  EXPECT_THAT(sentence("a\na", {3, 6}), HasSubstr("crosses the end of a chunk at byte offset 2"));
}

// The figures of bytepiece 0.6.3's models, measured with long-double log-sum-exp.
TEST(PublishedLattices, HaveTheMeasuredLogZ) {
  struct Row {
    const char* text;
    double alpha;
    double log_z_80k;
    double log_z_eu;
  };
  const Row rows[] = {{"今天天气不错", 0.1, -.168665707, -2.493611901},
                      {"今天天气不错", 1, -31.626629373, -39.451639065},
                      {"Hello, world!", 0.1, .170101994, .384529725}};
  const auto large = published_model("bytepiece_80k");
  const auto small = published_model("bytepiece.eu.plus.40k");
  if (!large || !small) {
    GTEST_SKIP() << "the published models are not there";
  }
  const UnigramModel model_80k(*large);
  const UnigramModel model_eu(*small);
  for (const Row& row : rows) {
    EXPECT_NEAR(lattice_stats(model_80k, row.text, row.alpha).log_z, row.log_z_80k, 1e-9);
    EXPECT_NEAR(lattice_stats(model_eu, row.text, row.alpha).log_z, row.log_z_eu, 1e-9);
  }
}

TEST(PublishedLattices, AreSummedAsByLongDoubleLogarithms) {
  const auto vocabulary = published_model("bytepiece_80k");
  if (!vocabulary) {
    GTEST_SKIP() << "the published models are not there";
  }
  const UnigramModel model(*vocabulary);
  Rng rng(7);
  std::string noise(20'000, '\0');
  for (char& byte : noise) {
    byte = static_cast<char>(11 + rng.below(245));  // no newline
  }
  std::string prose;
  while (prose.size() < 20'000) {
    prose += "The quick brown fox jumps over the lazy dog. 今天天气不错，我们去公园散步。";
  }
  for (const std::string& text : {noise, prose}) {
    for (const double alpha : {0.0, 0.1, 1.0, 30.0}) {
      const auto expected = static_cast<double>(log_z_reference(model, text, alpha));
      EXPECT_NEAR(lattice_stats(model, text, alpha).log_z, expected,
                  0.01 * log_z_tolerance(expected, text.size()))
          << alpha;
    }
  }
}

}  // namespace
}  // namespace yonder::tokenizer
