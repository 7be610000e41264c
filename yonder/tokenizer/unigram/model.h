// SPDX-License-Identifier: Apache-2.0
// A unigram vocabulary made ready for lattice recursions: its trie with a weight in every node.
//
// Three weights are used: log p (double), log p in fixed point (int64 steps of 2^-40 nat: sums are
// exact, so ties are the same on every machine), and q = p^alpha for sampling. A node's weight lies
// beside its link, so a step of the walk costs one load. A node where no piece ends carries the
// weight that can never win (-infinity, or 0 for q), so the recursions need no test for it.
// Test: viterbi_test.cpp.
#pragma once

#include "yonder/tokenizer/piece_trie.h"
#include "yonder/tokenizer/vocabulary.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace yonder::tokenizer {

/// PieceTrie with weights, its three parts in one array: a step of the walk is an index.
template <typename Weight>
struct WeightedTrie {
  struct Node {               // 16 bytes
    uint32_t base_label = 0;  // as in PieceTrie, the base an index of this array
    uint32_t id = 0;          // 0 = no piece ends here
    Weight weight{};
  };
  static constexpr size_t kSingles = 256;         // nodes[kSingles + byte]
  static constexpr size_t kPairs = 512;           // nodes[kPairs + (last << 8 | before)]
  static constexpr size_t kDeeper = 512 + 65536;  // the nodes of PieceTrie from its slot 256 on
  std::vector<Node> nodes;  // nodes[0..255] are no nodes: no piece, weight `never`
  Weight never{};           // weight where no piece ends
  uint32_t max_length = 0;  // bytes of the longest piece
};

/// How deterministic encoding adds scores. Near-ties depend on it, so a file is read with the
/// arithmetic of the program it comes from unless the user asks for another.
enum class Arithmetic {
  double_precision,  // BytePiece, Hugging Face
  single_precision,  // SentencePiece: each sum is rounded to a float
  fixed_point        // int64 steps of 2^-40 nat: exact, the same ties on every machine
};

/// The one a LoadOptions::scores names; `native` for "auto". Throws Error(bad_option).
Arithmetic arithmetic_of(const std::string& scores, Arithmetic native);

/// Steps of fixed-point scores per nat.
inline constexpr double kFixedPointSteps = 1099511627776.0;  // 2^40
/// Fixed-point score of what cannot be reached.
inline constexpr int64_t kFixedNever = INT64_MIN / 4;

class UnigramModel {
 public:
  explicit UnigramModel(Vocabulary vocabulary,
                        Arithmetic arithmetic = Arithmetic::double_precision);
  UnigramModel(Vocabulary vocabulary, PieceTrie trie, Arithmetic arithmetic);

  const Vocabulary& vocabulary() const { return vocabulary_; }
  const PieceTrie& trie() const { return trie_; }
  Arithmetic arithmetic() const { return arithmetic_; }
  bool fixed_point() const { return arithmetic_ == Arithmetic::fixed_point; }
  /// Bytes of each id, [vocab_size]; 0 for special ids.
  const std::vector<uint32_t>& lengths() const { return lengths_; }

  /// log p, natural logarithm.
  const WeightedTrie<double>& log_weights() const;
  /// log p in steps of 2^-40 nat, rounded to nearest.
  const WeightedTrie<int64_t>& fixed_weights() const;
  /// q = p^alpha (alpha 0: q = 1 for every piece). The last few alphas are kept.
  std::shared_ptr<const WeightedTrie<double>> tempered_weights(double alpha) const;
  /// alpha * log p.
  std::shared_ptr<const WeightedTrie<double>> tempered_log_weights(double alpha) const;
  /// log p of the rarest piece; <= 0.
  double lowest_log_probability() const { return lowest_log_probability_; }
  /// Each byte of a piece is itself a piece: a text that can be spelled at all can be cut anywhere.
  bool closed_under_bytes() const { return closed_under_bytes_; }

  /// Ids in the byte order of their pieces: all pieces with a given prefix are one range.
  const std::vector<uint32_t>& lexicographic() const;
  /// SHA-256 of the model's BytePiece form.
  const std::string& checksum() const;

 private:
  void measure_pieces();

  using Tempered = std::pair<double, std::shared_ptr<const WeightedTrie<double>>>;

  Vocabulary vocabulary_;
  PieceTrie trie_;
  Arithmetic arithmetic_;
  std::vector<uint32_t> lengths_;
  double lowest_log_probability_ = 0;
  bool closed_under_bytes_ = true;
  mutable std::mutex mutex_;  // guards what is made on first use, below
  mutable std::unique_ptr<const WeightedTrie<double>> log_weights_;
  mutable std::unique_ptr<const WeightedTrie<int64_t>> fixed_weights_;
  mutable std::vector<Tempered> tempered_;
  mutable std::vector<Tempered> tempered_log_;
  mutable std::vector<uint32_t> lexicographic_;
  mutable std::string checksum_;
};

}  // namespace yonder::tokenizer
