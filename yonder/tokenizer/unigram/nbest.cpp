// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/nbest.h"

#include "yonder/base/error.h"
#include "yonder/tokenizer/unigram/internal/lattice_edges.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace yonder::tokenizer {
namespace {

__extension__ using Exact = __int128;  // log p in steps of 2^-80 or 2^-40 nat

constexpr int kDoubleBits = 80;
constexpr int kFixedBits = 40;
constexpr Exact kUnreached = -(Exact{1} << 126);
// Sums stay below 2^125 in size.
constexpr double kMaxSum = 0x1p125;

// Turns log p into exact steps.
class ExactScores {
 public:
  ExactScores(const UnigramModel& model, size_t bytes)
      : vocabulary_(model.vocabulary()),
        fixed_point_(model.fixed_point()),
        max_score_(kMaxSum / 0x1p80 / static_cast<double>(bytes + 1)) {}

  Exact operator()(uint32_t id) const {
    const double score = vocabulary_.log_probability(id);
    require(std::abs(score) < max_score_, ErrorKind::numerical,
            "id {} has the log-probability {}, too large for exact sums over this text", id, score);
    // Two halves of 40 bits: the fraction that the first leaves is exact in a double.
    const double high = score * kFixedPointSteps;
    if (fixed_point_) {
      return static_cast<Exact>(std::nearbyint(high));
    }
    const double whole = std::floor(high);
    return (static_cast<Exact>(whole) << kFixedBits) +
           static_cast<Exact>(std::nearbyint((high - whole) * kFixedPointSteps));
  }

  double to_nats(Exact score) const {
    return std::ldexp(static_cast<double>(score), fixed_point_ ? -kFixedBits : -kDoubleBits);
  }

 private:
  const Vocabulary& vocabulary_;
  bool fixed_point_;
  double max_score_;
};

struct Edge {
  uint32_t length = 0;
  uint32_t id = 0;
};

// A segmentation of a suffix: an edge, then the rank-th of the list behind it.
struct Choice {
  Exact score = 0;
  Edge edge;
  uint32_t rank = 0;
  // Heap order: larger is better. Two choices of one heap never share an edge.
  bool operator<(const Choice& other) const {
    return score != other.score ? score < other.score : edge.length < other.edge.length;
  }
};

class SuffixLists {
 public:
  SuffixLists(const UnigramModel& model, std::string_view text)
      : model_(model), text_(text), exact_(model, text.size()), list_at_(text.size() + 1, kNoList) {
    collect_edges();
    find_best();
    if (best_score_[0] == kUnreached) {
      internal::fail_uncovered(model, text);
    }
  }

  // Makes the list at position 0 one longer; false if there is no further segmentation.
  bool extend_whole() {
    const size_t list = list_of(0);
    const size_t before = lists_[list].found.size();
    extend(list);
    return lists_[list].found.size() > before;
  }

  Scored whole(uint32_t rank) const {
    Scored result;
    result.score = exact_.to_nats(lists_[list_at_[0]].found[rank].score);
    for (size_t at = 0; at < text_.size();) {
      const size_t list = list_at_[at];
      if (rank == 0) {
        result.ids.push_back(best_edge_[at].id);
        at += best_edge_[at].length;
        continue;
      }
      const Choice& choice = lists_[list].found[rank];
      result.ids.push_back(choice.edge.id);
      at += choice.edge.length;
      rank = choice.rank;
    }
    return result;
  }

 private:
  static constexpr size_t kNoList = SIZE_MAX;

  struct List {
    size_t start = 0;
    std::vector<Choice> found;  // the list so far
    std::vector<Choice> heap;   // next candidate of each edge
    bool open = false;          // the last one found has no successor in the heap yet
    bool complete = false;      // there is nothing further to find
  };

  // Edges by start, ascending in length: edges_[first_edge_[s]] .. edges_[first_edge_[s + 1] - 1].
  void collect_edges() {
    const size_t max_length = model_.vocabulary().max_piece_length();
    std::vector<Edge> by_end;
    std::vector<size_t> last_edge(text_.size() + 1);  // one past the edges of this end
    first_edge_.assign(text_.size() + 2, 0);
    internal::for_each_end(text_, max_length, [&](size_t end, size_t room) {
      model_.trie().for_each_suffix(text_, end, room, [&](size_t length, uint32_t id) {
        by_end.push_back({static_cast<uint32_t>(length), id});
        ++first_edge_[end - length + 2];
      });
      last_edge[end] = by_end.size();
    });
    for (size_t s = 2; s < first_edge_.size(); ++s) {
      first_edge_[s] += first_edge_[s - 1];
    }
    // first_edge_[s + 1] is the place of the next edge of s, and ends as the first edge of s + 1.
    edges_.resize(by_end.size());
    for (size_t end = 1; end <= text_.size(); ++end) {
      for (size_t i = last_edge[end - 1]; i < last_edge[end]; ++i) {
        edges_[first_edge_[end - by_end[i].length + 1]++] = by_end[i];
      }
    }
  }

  void find_best() {
    const size_t n = text_.size();
    best_score_.assign(n + 1, kUnreached);
    best_edge_.resize(n + 1);
    best_score_[n] = 0;
    for (size_t s = n; s-- > 0;) {
      for (size_t i = first_edge_[s]; i < first_edge_[s + 1]; ++i) {
        const Exact rest = best_score_[s + edges_[i].length];
        if (rest == kUnreached) {
          continue;
        }
        const Exact score = rest + exact_(edges_[i].id);
        if (best_score_[s] == kUnreached || score >= best_score_[s]) {
          best_score_[s] = score;
          best_edge_[s] = edges_[i];
        }
      }
    }
  }

  size_t list_of(size_t start) {
    if (list_at_[start] == kNoList) {
      list_at_[start] = lists_.size();
      List& list = lists_.emplace_back();
      list.start = start;
      list.heap.reserve(first_edge_[start + 1] - first_edge_[start]);
      for (size_t i = first_edge_[start]; i < first_edge_[start + 1]; ++i) {
        const Exact rest = best_score_[start + edges_[i].length];
        if (rest != kUnreached) {
          list.heap.push_back({rest + exact_(edges_[i].id), edges_[i], 0});
        }
      }
      std::make_heap(list.heap.begin(), list.heap.end());
    }
    return list_at_[start];
  }

  // Puts the successor of the last choice into the heap, if its list is long enough to tell.
  // Returns the list that must be extended first, or kNoList.
  size_t close(size_t index) {
    const Choice last = lists_[index].found.back();
    const size_t start = lists_[index].start;
    const size_t next = start + last.edge.length;
    if (next < text_.size()) {
      const size_t behind = list_of(next);
      const List& rest = lists_[behind];
      if (rest.found.size() > last.rank + 1) {
        List& list = lists_[index];
        const Exact score =
            last.score - rest.found[last.rank].score + rest.found[last.rank + 1].score;
        list.heap.push_back({score, last.edge, last.rank + 1});
        std::push_heap(list.heap.begin(), list.heap.end());
      } else if (!rest.complete) {
        return behind;
      }
    }
    lists_[index].open = false;
    return kNoList;
  }

  // Makes a list one longer, or complete. The lists behind it are extended first, by a stack of our
  // own: a text has millions of positions.
  void extend(size_t index) {
    stack_.assign(1, index);
    while (!stack_.empty()) {
      const size_t top = stack_.back();
      if (lists_[top].open) {
        const size_t first = close(top);
        if (first != kNoList) {
          stack_.push_back(first);
          continue;
        }
      }
      List& list = lists_[top];
      if (list.heap.empty()) {
        list.complete = true;
      } else {
        std::pop_heap(list.heap.begin(), list.heap.end());
        list.found.push_back(list.heap.back());
        list.heap.pop_back();
        list.open = true;
      }
      stack_.pop_back();
    }
  }

  const UnigramModel& model_;
  std::string_view text_;
  ExactScores exact_;
  std::vector<size_t> first_edge_;  // [n + 2]
  std::vector<Edge> edges_;
  std::vector<Exact> best_score_;  // [n + 1] of the segmentations of text[s, n)
  std::vector<Edge> best_edge_;    // [n + 1]
  std::vector<size_t> list_at_;    // [n + 1] index into lists_, made on demand
  std::vector<List> lists_;
  std::vector<size_t> stack_;
};

}  // namespace

std::vector<Scored> nbest(const UnigramModel& model, std::string_view text, size_t k) {
  require(k >= 1 && k <= kMaxNbest, ErrorKind::bad_option,
          "the number of best segmentations must be 1 to {}, found {}", kMaxNbest, k);
  if (text.empty()) {
    return {Scored{}};
  }
  SuffixLists lists(model, text);
  std::vector<Scored> result;
  for (uint32_t rank = 0; rank < k && lists.extend_whole(); ++rank) {
    result.push_back(lists.whole(rank));
  }
  return result;
}

}  // namespace yonder::tokenizer
