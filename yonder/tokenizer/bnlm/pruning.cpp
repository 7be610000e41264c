// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/pruning.h"

#include "yonder/base/error.h"
#include "yonder/base/parallel.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <limits>
#include <numeric>

namespace yonder::tokenizer {
namespace {

constexpr uint32_t kNone = UINT32_MAX;
constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

/// Byte strings one after another.
class PieceList {
 public:
  void add(std::string_view piece) {
    bytes_ += piece;
    ends_.push_back(bytes_.size());
  }
  size_t size() const { return ends_.size(); }
  std::string_view operator[](size_t i) const {
    const uint64_t begin = i == 0 ? 0 : ends_[i - 1];
    return {bytes_.data() + begin, ends_[i] - begin};
  }
  uint64_t total_bytes() const { return bytes_.size(); }
  void clear() {
    bytes_.clear();
    ends_.clear();
  }

 private:
  std::string bytes_;
  std::vector<uint64_t> ends_;
};

/// A trie over sorted pieces, its nodes numbered level by level, so that the children of a node lie
/// together in order of their byte and end where those of the next node begin.
class LevelTrie {
 public:
  explicit LevelTrie(const PieceList& pieces) {
    // The nodes of the level at hand, as ranges of pieces that share their first `depth` bytes.
    struct Range {
      uint32_t first, last;
    };
    std::vector<Range> level = {{0, static_cast<uint32_t>(pieces.size())}};
    std::vector<Range> below;
    labels_.push_back(0);
    for (size_t depth = 0; !level.empty(); ++depth) {
      below.clear();
      const size_t level_begin = labels_.size() - level.size();
      for (size_t k = 0; k < level.size(); ++k) {
        auto [first, last] = level[k];
        YONDER_CHECK(level_begin + k == first_child_.size());
        first_child_.push_back(static_cast<uint32_t>(labels_.size()));
        // Sorted: the piece that ends here comes before its extensions.
        const bool ends_here = first < last && pieces[first].size() == depth;
        piece_.push_back(ends_here ? first++ : kNone);
        while (first < last) {
          const char label = pieces[first][depth];
          uint32_t next = first + 1;
          while (next < last && pieces[next][depth] == label) {
            ++next;
          }
          labels_.push_back(label);
          below.push_back({first, next});
          first = next;
        }
      }
      level.swap(below);
    }
    first_child_.push_back(static_cast<uint32_t>(labels_.size()));
    for (uint32_t node = first_child_[0]; node < first_child_[1]; ++node) {
      const auto byte = static_cast<unsigned char>(labels_[node]);
      root_[byte] = node;
      for (uint32_t below_it = first_child_[node]; below_it < first_child_[node + 1]; ++below_it) {
        second_[byte * 256U + static_cast<unsigned char>(labels_[below_it])] = below_it;
      }
    }
  }

  /// The child of the root; 0 = none.
  uint32_t from_root(char c) const { return root_[static_cast<unsigned char>(c)]; }
  /// The node of two bytes; 0 = none.
  uint32_t from_root(char c, char d) const {
    return second_[static_cast<unsigned char>(c) * 256U + static_cast<unsigned char>(d)];
  }
  /// 0 = none.
  uint32_t child(uint32_t node, char c) const {
    uint32_t first = first_child_[node];
    const uint32_t last = first_child_[node + 1];
    if (last - first > 8) {
      const void* found = std::memchr(labels_.data() + first, c, last - first);
      return found == nullptr
                 ? 0
                 : static_cast<uint32_t>(static_cast<const char*>(found) - labels_.data());
    }
    for (; first < last; ++first) {
      if (labels_[first] == c) {
        return first;
      }
    }
    return 0;
  }
  /// The piece that ends at a node, or kNone.
  uint32_t piece(uint32_t node) const { return piece_[node]; }

 private:
  std::vector<uint32_t> first_child_;
  std::vector<uint32_t> piece_;
  std::vector<char> labels_;
  std::array<uint32_t, 256> root_{};
  std::vector<uint32_t> second_ = std::vector<uint32_t>(65536);  // nodes of two bytes
};

/// The state of pruning: all pieces of step 1, and which of them are in the vocabulary at present.
class Pruner {
 public:
  Pruner(const PieceScan& scan, const PruneRule& rule, const ProgressRef& progress)
      : rule_(rule), progress_(progress) {
    collect(scan);
    trie_ = std::make_unique<LevelTrie>(pieces_);
    add_dropped(scan);
  }

  void remove_beaten();
  void shrink(size_t most);
  size_t size() const { return size_; }
  std::vector<CountedPiece> vocabulary() const;

 private:
  bool keeps(std::string_view piece, uint64_t count) const {
    return piece.size() == 1 ||
           (piece.size() <= rule_.max_piece_length && count >= rule_.min_count);
  }
  void collect(const PieceScan& scan);
  void add_dropped(const PieceScan& scan);
  void set_weights();
  void add_parts(size_t n, const std::function<std::string_view(size_t)>& piece,
                 const std::function<uint64_t(size_t)>& count, std::vector<uint64_t>& counts) const;
  void set_counts(std::vector<uint64_t> counts);
  void stop_if_cancelled() const {
    progress_.stop_if_cancelled("run the same command with --resume to go on");
  }

  const PruneRule& rule_;
  const ProgressRef& progress_;
  PieceList pieces_;              // sorted by bytes
  std::vector<uint64_t> counts_;  // of each piece; 0 = not in the vocabulary
  std::vector<double> weights_;   // log p of each piece
  size_t size_ = 0;               // pieces in the vocabulary
  std::unique_ptr<LevelTrie> trie_;
};

void Pruner::collect(const PieceScan& scan) {
  constexpr uint64_t kPerPiece = 64;  // offsets, counts, weights, trie nodes
  constexpr uint64_t kPerByte = 12;   // the byte and up to a node of the trie
  std::array<bool, 256> seen{};
  PieceList list;
  std::vector<uint64_t> counts;
  bool ascending = true;
  scan([&](std::string_view piece, uint64_t count) {
    if (piece.size() == 1) {
      seen[static_cast<unsigned char>(piece[0])] = true;
    }
    if (!keeps(piece, count)) {
      return;
    }
    ascending = ascending && (list.size() == 0 || list[list.size() - 1] < piece);
    list.add(piece);
    counts.push_back(count);
    require(list.size() * kPerPiece + list.total_bytes() * kPerByte / 2 <= rule_.memory &&
                list.size() < kNone / 2,
            ErrorKind::memory,
            "more than {} pieces occur {} times or more; they do not fit into --memory. Raise "
            "--min-count or --memory",
            list.size(), rule_.min_count);
  });
  for (size_t byte = 0; byte < 256; ++byte) {
    if (!seen[byte]) {
      ascending = false;
      list.add(std::string(1, static_cast<char>(byte)));
      counts.push_back(1);
    }
  }
  if (ascending) {
    pieces_ = std::move(list);
    counts_ = std::move(counts);
  } else {
    std::vector<uint32_t> order(list.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(),
              [&](uint32_t a, uint32_t b) { return list[a] < list[b]; });
    for (const uint32_t i : order) {
      YONDER_CHECK(pieces_.size() == 0 || pieces_[pieces_.size() - 1] != list[i]);
      pieces_.add(list[i]);
      counts_.push_back(counts[i]);
    }
  }
  size_ = pieces_.size();
}

void Pruner::add_dropped(const PieceScan& scan) {
  constexpr size_t kGroupBytes = size_t{1} << 20;
  set_weights();
  std::vector<uint64_t> counts = counts_;
  PieceList dropped;
  std::vector<uint64_t> dropped_counts;
  const auto add_group = [&] {
    add_parts(
        dropped.size(), [&](size_t i) { return dropped[i]; },
        [&](size_t i) { return dropped_counts[i]; }, counts);
    dropped.clear();
    dropped_counts.clear();
    stop_if_cancelled();
  };
  scan([&](std::string_view piece, uint64_t count) {
    if (!keeps(piece, count)) {
      dropped.add(piece);
      dropped_counts.push_back(count);
      if (dropped.total_bytes() >= kGroupBytes) {
        add_group();
      }
    }
  });
  add_group();
  counts_ = std::move(counts);
}

/// weights_ from counts_.
void Pruner::set_weights() {
  unsigned __int128 total = 0;
  for (const uint64_t count : counts_) {
    total += count;
  }
  const double log_total = log_count(total);
  weights_.resize(counts_.size());
  parallel_for(counts_.size(), 65536, rule_.threads, [&](size_t first, size_t last) {
    for (size_t i = first; i < last; ++i) {
      weights_[i] = counts_[i] == 0 ? kMinusInfinity : log_count(counts_[i]) - log_total;
    }
  });
}

/// Cuts pieces by the present weights and adds their counts to those of their parts. Equal scores:
/// the longest last part, as in bytepiece (its automaton reports long matches first).
void Pruner::add_parts(size_t n, const std::function<std::string_view(size_t)>& piece,
                       const std::function<uint64_t(size_t)>& count,
                       std::vector<uint64_t>& counts) const {
  parallel_for(n, 4096, rule_.threads, [&](size_t first, size_t last) {
    std::vector<double> score;
    std::vector<uint32_t> part;  // the last part of the best cut that ends here
    for (size_t i = first; i < last; ++i) {
      const std::string_view text = piece(i);
      const size_t size = text.size();
      const uint64_t times = count(i);
      if (times == 0) {
        continue;
      }
      score.assign(size + 1, kMinusInfinity);
      part.resize(size + 1);
      score[0] = 0;
      for (size_t begin = 0; begin < size; ++begin) {
        const double before = score[begin];
        uint32_t node = trie_->from_root(text[begin]);
        for (size_t end = begin + 1; node != 0; ++end) {
          const uint32_t index = trie_->piece(node);
          if (index != kNone) {
            const double candidate = before + weights_[index];
            if (candidate > score[end]) {
              score[end] = candidate;
              part[end] = index;
            }
          }
          node = end == size        ? 0
                 : end == begin + 1 ? trie_->from_root(text[begin], text[end])
                                    : trie_->child(node, text[end]);
        }
      }
      for (size_t end = size; end > 0;) {
        const uint32_t index = part[end];
        std::atomic_ref<uint64_t>(counts[index]).fetch_add(times, std::memory_order_relaxed);
        end -= pieces_[index].size();
      }
    }
  });
}

void Pruner::set_counts(std::vector<uint64_t> counts) {
  counts_ = std::move(counts);
  size_ = static_cast<size_t>(
      std::count_if(counts_.begin(), counts_.end(), [](uint64_t count) { return count > 0; }));
  progress_.metric("pieces", static_cast<double>(size_));
}

void Pruner::remove_beaten() {
  for (size_t before = SIZE_MAX; before != size_;) {
    stop_if_cancelled();
    before = size_;
    set_weights();
    std::vector<uint64_t> counts(counts_.size());
    add_parts(
        pieces_.size(), [&](size_t i) { return pieces_[i]; }, [&](size_t i) { return counts_[i]; },
        counts);
    set_counts(std::move(counts));
    progress_.advance(1);
  }
}

void Pruner::shrink(size_t most) {
  std::vector<uint32_t> order;
  order.reserve(size_);
  for (uint32_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] > 0) {
      order.push_back(i);
    }
  }
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    const bool long_a = pieces_[a].size() > 1;
    const bool long_b = pieces_[b].size() > 1;
    if (long_a != long_b) {
      return long_b;
    }
    if (counts_[a] != counts_[b]) {
      return counts_[a] > counts_[b];
    }
    if (pieces_[a].size() != pieces_[b].size()) {
      return pieces_[a].size() > pieces_[b].size();
    }
    return a < b;  // pieces_ is sorted by bytes
  });
  std::vector<uint64_t> dropped_counts;
  for (size_t k = most; k < order.size(); ++k) {
    dropped_counts.push_back(std::exchange(counts_[order[k]], 0));
  }
  set_weights();
  std::vector<uint64_t> counts = counts_;
  add_parts(
      dropped_counts.size(), [&](size_t k) { return pieces_[order[most + k]]; },
      [&](size_t k) { return dropped_counts[k]; }, counts);
  set_counts(std::move(counts));

  // A much smaller vocabulary deserves a trie of its own: it stays in cache.
  if (size_ < pieces_.size() / 4) {
    PieceList left;
    std::vector<uint64_t> left_counts;
    for (size_t i = 0; i < pieces_.size(); ++i) {
      if (counts_[i] > 0) {
        left.add(pieces_[i]);
        left_counts.push_back(counts_[i]);
      }
    }
    pieces_ = std::move(left);
    counts_ = std::move(left_counts);
    trie_ = std::make_unique<LevelTrie>(pieces_);
  }
}

std::vector<CountedPiece> Pruner::vocabulary() const {
  std::vector<CountedPiece> out;
  out.reserve(size_);
  for (size_t i = 0; i < pieces_.size(); ++i) {
    if (counts_[i] > 0) {
      out.push_back({std::string(pieces_[i]), counts_[i]});
    }
  }
  sort_by_id_order(out);
  return out;
}

}  // namespace

std::vector<std::vector<CountedPiece>> prune_pieces(const PieceScan& scan, const PruneRule& rule,
                                                    const ProgressRef& progress) {
  progress.begin("pruning pieces", 0, "passes");
  Pruner pruner(scan, rule, progress);
  pruner.remove_beaten();
  std::vector<std::vector<CountedPiece>> vocabularies;
  for (const int64_t size : rule.sizes) {
    const size_t most = static_cast<size_t>(size) - kFirstPieceId;
    if (pruner.size() > most) {
      pruner.shrink(most);
      pruner.remove_beaten();
    }
    vocabularies.push_back(pruner.vocabulary());
  }
  return vocabularies;
}

}  // namespace yonder::tokenizer
