// SPDX-License-Identifier: Apache-2.0
// The law of the exact sampler against enumeration: random vocabularies, a million draws each.
#include "tests/chi_square.h"
#include "tests/random_text.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/random.h"
#include "yonder/tokenizer/unigram/exact_sampling.h"
#include "yonder/tokenizer/unigram/lattice_reference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

using Ids = std::vector<uint32_t>;
using Model = std::shared_ptr<const UnigramModel>;

constexpr uint64_t kDraws = 1'000'000;

std::map<Ids, uint64_t> count_draws(Segmenter& sampler, std::string_view text) {
  std::map<Ids, uint64_t> counts;
  Ids ids;
  for (uint64_t document = 0; document < kDraws; ++document) {
    ids.clear();
    sampler.start(document, 0);
    sampler.extend(text);
    sampler.finish(ids);
    ++counts[ids];
  }
  return counts;
}

double p_of_draws(const Model& model, std::string_view text, double alpha, uint64_t seed,
                  SumDomain domain) {
  std::map<Ids, uint64_t> drawn =
      count_draws(*make_exact_sampler(model, alpha, seed, domain), text);
  std::vector<uint64_t> counts;
  std::vector<double> probability;
  for (const SegmentationReference& path : all_segmentations_reference(*model, text, alpha)) {
    counts.push_back(drawn[path.ids]);
    probability.push_back(static_cast<double>(std::exp(path.log_probability)));
    drawn.erase(path.ids);
  }
  return drawn.empty() ? chi_square_p(counts, probability) : 0;  // else ids that spell another text
}

TEST(ExactSamplerSlow, DrawsFromTheEnumeratedLawOfFiftyRandomVocabularies) {
  constexpr double kAlphas[] = {0, 0.1, 0.5, 1, 2};
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Rng rng(seed, 1);
    const std::string alphabet = rng.below(2) == 0 ? "ab" : "abc";
    const auto model = std::make_shared<UnigramModel>(
        random_vocabulary(rng, alphabet, 2 + rng.below(12), 2 + rng.below(4)));
    const std::string text = random_text(rng, 2 + rng.below(8), alphabet);
    const double alpha = kAlphas[seed % 5];
    const SumDomain domain = seed % 7 == 0 ? SumDomain::logarithmic : SumDomain::linear;
    EXPECT_GT(p_of_draws(model, text, alpha, seed, domain), 1e-4)
        << "vocabulary " << seed << ", text " << text << ", alpha " << alpha;
  }
}

TEST(ExactSamplerSlow, DrawsFromTheEnumeratedLawsOfThePosts) {
  const Json golden = parse_json(
      read_file(std::string(YONDER_SOURCE_DIR) + "/tests/golden/tokenizer/lattice_enumerated.json"),
      "lattice_enumerated.json");
  for (const Json& row : golden.at("cases").array()) {
    std::vector<CountedPiece> pieces;
    for (const Json& piece : row.at("vocabulary").array()) {
      pieces.push_back({piece.array()[0].text(), piece.array()[1].unsigned_integer()});
    }
    const auto model =
        std::make_shared<UnigramModel>(Vocabulary(std::move(pieces), row.at("name").text()));
    const auto sampler = make_exact_sampler(model, row.at("alpha").real(), 3);
    std::map<Ids, uint64_t> drawn = count_draws(*sampler, row.at("text").text());
    std::vector<uint64_t> counts;
    std::vector<double> probability;
    for (const Json& path : row.at("segmentations").array()) {
      Ids ids;
      for (const Json& piece : path.at("pieces").array()) {
        ids.push_back(*model->trie().find(piece.text()));
      }
      counts.push_back(drawn[ids]);
      probability.push_back(path.at("probability").real());
    }
    EXPECT_GT(chi_square_p(counts, probability), 1e-4)
        << row.at("name").text() << ", alpha " << row.at("alpha").real();
  }
}

// chi-square quantiles of the tables: 3.841 (1 degree, 5 %), 18.307 (10, 5 %), 149.449 (100, 0.1
// %).
TEST(ChiSquare, HasTheTailsOfTheTables) {
  EXPECT_NEAR(gamma_q(0.5, 3.841 / 2), 0.05, 1e-4);
  EXPECT_NEAR(gamma_q(5, 18.307 / 2), 0.05, 1e-5);
  EXPECT_NEAR(gamma_q(50, 149.449 / 2), 0.001, 1e-6);
}

}  // namespace
}  // namespace yonder::tokenizer
