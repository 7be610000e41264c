// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/model.h"

#include "yonder/base/options.h"
#include "yonder/base/sha256.h"
#include "yonder/tokenizer/encode_options.h"
#include "yonder/tokenizer/formats/bytepiece.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string_view>

namespace yonder::tokenizer {
namespace {

constexpr size_t kKeptAlphas = 4;
// Slots of PieceTrie::nodes() that hold no node.
constexpr size_t kSlotsBefore = 256;

PieceTrie make_trie(const Vocabulary& vocabulary) {
  std::vector<std::string_view> pieces;
  std::vector<uint64_t> counts;
  pieces.reserve(vocabulary.size());
  counts.reserve(vocabulary.size());
  for (uint32_t id = kFirstPieceId; id < vocabulary.size(); ++id) {
    pieces.push_back(vocabulary.piece(id));
    counts.push_back(vocabulary.count(id));
  }
  return PieceTrie(pieces, counts, kFirstPieceId);
}

// weight_of(id) for ids of pieces; `never` elsewhere.
template <typename Weight, typename F>
WeightedTrie<Weight> weigh(const PieceTrie& trie, const Vocabulary& vocabulary, Weight never,
                           F&& weight_of) {
  std::vector<Weight> weights(vocabulary.size(), never);
  for (uint32_t id = kFirstPieceId; id < vocabulary.size(); ++id) {
    if (!vocabulary.piece(id).empty()) {
      weights[id] = weight_of(id);
    }
  }
  WeightedTrie<Weight> result;
  result.never = never;
  result.max_length = vocabulary.max_piece_length();
  using Trie = WeightedTrie<Weight>;
  const auto append = [&](std::span<const PieceTrie::Node> part) {
    for (const PieceTrie::Node& node : part) {
      const uint32_t base = node.base_label >> 8;
      const uint32_t moved = base == 0 ? 0 : base + uint32_t{Trie::kDeeper - kSlotsBefore};
      result.nodes.push_back({moved << 8 | (node.base_label & 0xFF), node.id, weights[node.id]});
    }
  };
  result.nodes.reserve(Trie::kDeeper + trie.nodes().size());
  result.nodes.assign(Trie::kSingles, {0, 0, never});
  append(trie.singles());
  append(trie.pairs());
  append(std::span(trie.nodes()).subspan(kSlotsBefore));
  return result;
}

// The cached entry for alpha, made by `make` if there is none; the oldest entry goes.
template <typename Cache, typename F>
std::shared_ptr<const WeightedTrie<double>> cached(Cache& cache, double alpha, F&& make) {
  for (const auto& [key, trie] : cache) {
    if (key == alpha) {
      return trie;
    }
  }
  if (cache.size() == kKeptAlphas) {
    cache.erase(cache.begin());
  }
  cache.emplace_back(alpha, std::make_shared<const WeightedTrie<double>>(make()));
  return cache.back().second;
}

}  // namespace

Arithmetic arithmetic_of(const std::string& scores, Arithmetic native) {
  check_choice("scores", scores, score_arithmetics());
  return scores == "double"  ? Arithmetic::double_precision
         : scores == "float" ? Arithmetic::single_precision
         : scores == "fixed" ? Arithmetic::fixed_point
                             : native;
}

UnigramModel::UnigramModel(Vocabulary vocabulary, Arithmetic arithmetic)
    : vocabulary_(std::move(vocabulary)), trie_(make_trie(vocabulary_)), arithmetic_(arithmetic) {
  measure_pieces();
}

UnigramModel::UnigramModel(Vocabulary vocabulary, PieceTrie trie, Arithmetic arithmetic)
    : vocabulary_(std::move(vocabulary)), trie_(std::move(trie)), arithmetic_(arithmetic) {
  measure_pieces();
}

void UnigramModel::measure_pieces() {
  lengths_.resize(vocabulary_.size(), 0);
  std::array<bool, 256> occurs{};
  for (uint32_t id = kFirstPieceId; id < vocabulary_.size(); ++id) {
    const std::string_view piece = vocabulary_.piece(id);
    if (piece.empty()) {
      continue;
    }
    lengths_[id] = static_cast<uint32_t>(piece.size());
    lowest_log_probability_ = std::min(lowest_log_probability_, vocabulary_.log_probability(id));
    for (const char byte : piece) {
      occurs[static_cast<uint8_t>(byte)] = true;
    }
  }
  for (size_t byte = 0; byte < occurs.size(); ++byte) {
    closed_under_bytes_ &= !occurs[byte] || trie_.singles()[byte].id != 0;
  }
}

const WeightedTrie<double>& UnigramModel::log_weights() const {
  const std::lock_guard lock(mutex_);
  if (log_weights_ == nullptr) {
    log_weights_ = std::make_unique<const WeightedTrie<double>>(
        weigh(trie_, vocabulary_, -std::numeric_limits<double>::infinity(),
              [&](uint32_t id) { return vocabulary_.log_probability(id); }));
  }
  return *log_weights_;
}

const WeightedTrie<int64_t>& UnigramModel::fixed_weights() const {
  const std::lock_guard lock(mutex_);
  if (fixed_weights_ == nullptr) {
    fixed_weights_ = std::make_unique<const WeightedTrie<int64_t>>(
        weigh(trie_, vocabulary_, kFixedNever, [&](uint32_t id) {
          return static_cast<int64_t>(
              std::nearbyint(vocabulary_.log_probability(id) * kFixedPointSteps));
        }));
  }
  return *fixed_weights_;
}

std::shared_ptr<const WeightedTrie<double>> UnigramModel::tempered_weights(double alpha) const {
  const std::lock_guard lock(mutex_);
  return cached(tempered_, alpha, [&] {
    return weigh(trie_, vocabulary_, 0.0,
                 [&](uint32_t id) { return std::exp(alpha * vocabulary_.log_probability(id)); });
  });
}

std::shared_ptr<const WeightedTrie<double>> UnigramModel::tempered_log_weights(double alpha) const {
  const std::lock_guard lock(mutex_);
  return cached(tempered_log_, alpha, [&] {
    return weigh(trie_, vocabulary_, -std::numeric_limits<double>::infinity(),
                 [&](uint32_t id) { return alpha * vocabulary_.log_probability(id); });
  });
}

const std::vector<uint32_t>& UnigramModel::lexicographic() const {
  const std::lock_guard lock(mutex_);
  if (lexicographic_.empty()) {
    for (uint32_t id = kFirstPieceId; id < vocabulary_.size(); ++id) {
      if (lengths_[id] > 0) {
        lexicographic_.push_back(id);
      }
    }
    std::sort(lexicographic_.begin(), lexicographic_.end(),
              [&](uint32_t a, uint32_t b) { return vocabulary_.piece(a) < vocabulary_.piece(b); });
  }
  return lexicographic_;
}

const std::string& UnigramModel::checksum() const {
  const std::lock_guard lock(mutex_);
  if (checksum_.empty()) {
    checksum_ = sha256_hex(bytepiece_text(vocabulary_.pieces()));
  }
  return checksum_;
}

}  // namespace yonder::tokenizer
