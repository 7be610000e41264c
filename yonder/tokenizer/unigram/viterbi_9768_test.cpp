// SPDX-License-Identifier: Apache-2.0
// The law of 9768 comes from tests/golden/make/tokenizer_lattice.py: the chain of arrivals (P(the
// first survives) = product of sigma(alpha (x_1 - x_j)), and so on) applied to every state of the
// stored routes. Here the draws are held against it.
#include "yonder/tokenizer/unigram/viterbi_9768.h"

#include "tests/chi_square.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

using Ids = std::vector<uint32_t>;

constexpr uint64_t kDraws = 100'000;

struct Case {
  std::string title;
  std::string text;
  double alpha;
  std::shared_ptr<const UnigramModel> model;
  std::vector<Ids> paths;
  std::vector<double> exact;
  std::vector<double> legacy;
};

std::vector<Case> golden_cases() {
  const Json golden = parse_json(
      read_file(std::string(YONDER_SOURCE_DIR) + "/tests/golden/tokenizer/lattice_enumerated.json"),
      "lattice_enumerated.json");
  std::vector<Case> cases;
  for (const Json& row : golden.at("cases").array()) {
    std::vector<CountedPiece> pieces;
    for (const Json& piece : row.at("vocabulary").array()) {
      pieces.push_back({piece.array()[0].text(), piece.array()[1].unsigned_integer()});
    }
    const std::string name = row.at("name").text();
    Case result;
    result.alpha = row.at("alpha").real();
    result.title = name + ", alpha " + std::to_string(result.alpha);
    result.text = row.at("text").text();
    result.model = std::make_shared<UnigramModel>(Vocabulary(std::move(pieces), name));
    for (const Json& path : row.at("segmentations").array()) {
      Ids ids;
      for (const Json& piece : path.at("pieces").array()) {
        ids.push_back(*result.model->trie().find(piece.text()));
      }
      result.paths.push_back(ids);
      result.exact.push_back(path.at("probability").real());
      result.legacy.push_back(path.at("probability_9768").real());
    }
    cases.push_back(std::move(result));
  }
  return cases;
}

std::vector<uint64_t> counts_of(const Case& one) {
  const auto sampler = make_viterbi_9768(one.model, one.alpha, 11);
  std::map<Ids, uint64_t> drawn;
  Ids ids;
  for (uint64_t document = 0; document < kDraws; ++document) {
    ids.clear();
    sampler->start(document, 0);
    sampler->extend(one.text);
    sampler->finish(ids);
    ++drawn[ids];
  }
  std::vector<uint64_t> counts;
  for (const Ids& path : one.paths) {
    counts.push_back(drawn[path]);
  }
  return counts;
}

TEST(Viterbi9768, DrawsFromTheLawOfThePost) {
  for (const Case& one : golden_cases()) {
    EXPECT_GT(chi_square_p(counts_of(one), one.legacy), 1e-4) << one.title;
  }
}

// T2, T3 of docs/math/tokenizer.md: the reason why exact_sampling.h exists.
TEST(Viterbi9768, IsBiased) {
  size_t biased = 0;
  for (const Case& one : golden_cases()) {
    biased += chi_square_p(counts_of(one), one.exact) < 1e-9 ? 1 : 0;
  }
  EXPECT_GE(biased, 10U);
}

TEST(Viterbi9768, DrawsAnewForEachSeedAndDocument) {
  const auto model =
      std::make_shared<UnigramModel>(Vocabulary({{"a", 10}, {"aa", 7}, {"aaa", 3}}, "B"));
  const auto drawn = [&](uint64_t seed, uint64_t document) {
    Ids ids;
    const auto sampler = make_viterbi_9768(model, 0.1, seed);
    sampler->start(document, 0);
    sampler->extend(std::string(100, 'a'));
    sampler->finish(ids);
    return ids;
  };
  EXPECT_EQ(drawn(1, 2), drawn(1, 2));
  EXPECT_NE(drawn(1, 2), drawn(2, 2));
  EXPECT_NE(drawn(1, 2), drawn(1, 3));
  EXPECT_NE(drawn(1, 2), drawn(1, 2 + (uint64_t{1} << 32)));
}

}  // namespace
}  // namespace yonder::tokenizer
