// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/lattice_reference.h"
#include "yonder/tokenizer/unigram/without_replacement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

// The chi-square statistic as a standard normal (Wilson and Hilferty 1931).
double normal_score(double chi_square, double degrees) {
  return (std::cbrt(chi_square / degrees) - (1 - 2 / (9 * degrees))) / std::sqrt(2 / (9 * degrees));
}

// Without replacement, w comes first with probability P(w) and v after it with P(v) / (1 - P(w)).
TEST(SampleWithoutReplacement, DrawsPairsWithTheirExactFrequenciesInAMillionDraws) {
  constexpr uint64_t kDocuments = 1'000'000;
  const UnigramModel model(Vocabulary({{"a", 10}, {"aa", 7}, {"aaa", 3}}, "B"));
  for (const double alpha : {0.0, 1.0}) {
    std::map<std::pair<std::vector<uint32_t>, std::vector<uint32_t>>, double> seen;
    for (uint64_t document = 0; document < kDocuments; ++document) {
      const auto draws = sample_without_replacement(model, "aaaa", 2, alpha, 11, document);
      ++seen[{draws[0].ids, draws[1].ids}];
    }
    const auto all = all_segmentations_reference(model, "aaaa", alpha);
    double chi_square = 0;
    double cells = 0;
    for (const SegmentationReference& first : all) {
      for (const SegmentationReference& second : all) {
        if (first.ids == second.ids) {
          continue;
        }
        const auto p = static_cast<double>(std::exp(first.log_probability));
        const auto q = static_cast<double>(std::exp(second.log_probability));
        const double expected = static_cast<double>(kDocuments) * p * q / (1 - p);
        const double difference = seen[{first.ids, second.ids}] - expected;
        chi_square += difference * difference / expected;
        ++cells;
      }
    }
    EXPECT_EQ(seen.size(), static_cast<size_t>(cells));
    EXPECT_LT(normal_score(chi_square, cells - 1), 3.72);  // p > 1e-4
  }
}

// How often each segmentation is among three, by the definition: the sum over all orders.
TEST(SampleWithoutReplacement, IncludesEachSegmentationAsOftenAsSequentialDrawingDoes) {
  constexpr uint64_t kDocuments = 1'000'000;
  const UnigramModel model(Vocabulary({{"a", 10}, {"aa", 7}, {"aaa", 3}}, "B"));
  const auto all = all_segmentations_reference(model, "aaaa", 1);
  std::vector<double> p;
  for (const SegmentationReference& one : all) {
    p.push_back(static_cast<double>(std::exp(one.log_probability)));
  }
  std::map<std::vector<uint32_t>, double> expected;
  for (size_t i = 0; i < p.size(); ++i) {
    for (size_t j = 0; j < p.size(); ++j) {
      for (size_t m = 0; m < p.size(); ++m) {
        if (i == j || j == m || i == m) {
          continue;
        }
        const double order = p[i] * p[j] / (1 - p[i]) * p[m] / (1 - p[i] - p[j]);
        expected[all[i].ids] += order;
        expected[all[j].ids] += order;
        expected[all[m].ids] += order;
      }
    }
  }
  std::map<std::vector<uint32_t>, double> seen;
  std::map<std::vector<uint32_t>, double> weighted;  // sum of 1 / inclusion over the draws
  for (uint64_t document = 0; document < kDocuments; ++document) {
    for (const ScoredDraw& draw : sample_without_replacement(model, "aaaa", 3, 1, 13, document)) {
      ++seen[draw.ids];
      weighted[draw.ids] += 1 / draw.inclusion;
    }
  }
  for (const auto& [ids, probability] : expected) {
    const double deviation =
        std::sqrt(static_cast<double>(kDocuments) * probability * (1 - probability));
    EXPECT_NEAR(seen[ids], static_cast<double>(kDocuments) * probability, 4.5 * deviation);
    EXPECT_NEAR(weighted[ids] / static_cast<double>(kDocuments), 1, 0.02);
  }
}

}  // namespace
}  // namespace yonder::tokenizer
