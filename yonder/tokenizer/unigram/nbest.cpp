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
    // Two parts of 40 bits behind the point; what the first leaves is exact in a double.
    const double high = score * kFixedPointSteps;
    if (fixed_point_) {
      return to_exact(std::nearbyint(high));
    }
    const double whole = std::floor(high);
    return (to_exact(whole) << kFixedBits) +
           static_cast<int64_t>(std::nearbyint((high - whole) * kFixedPointSteps));
  }

  double to_nats(Exact score) const {
    return std::ldexp(static_cast<double>(score), fixed_point_ ? -kFixedBits : -kDoubleBits);
  }

 private:
  // A whole number. Conversion to 64 bits is one instruction, to 128 bits a call.
  static Exact to_exact(double x) {
    return std::abs(x) < 0x1p62 ? static_cast<Exact>(static_cast<int64_t>(x))
                                : static_cast<Exact>(x);
  }
  const Vocabulary& vocabulary_;
  bool fixed_point_;
  double max_score_;
};

struct Edge {
  uint32_t length = 0;
  uint32_t id = 0;
};

// Stands for "none", and behind an edge for "the best segmentation from there".
constexpr size_t kNone = SIZE_MAX;

// A segmentation of a suffix that may come next in its list: an edge, then a choice of the list
// behind it.
struct Candidate {
  Exact score = 0;
  Edge edge;
  size_t rest = kNone;  // index of the choice behind the edge
  // Heap order: larger is better. Two candidates of one heap never share an edge.
  bool operator<(const Candidate& other) const {
    return score != other.score ? score < other.score : edge.length < other.edge.length;
  }
};

// A segmentation of a suffix that has its place in the list.
struct Choice {
  Exact score = 0;
  Edge edge;
  size_t rest = kNone;
  size_t next = kNone;  // index of the next choice of the same list, once it is known
};

class SuffixLists {
 public:
  SuffixLists(const UnigramModel& model, std::string_view text)
      : model_(model), text_(text), exact_(model, text.size()), list_at_(text.size() + 1, kNone) {
    collect_edges();
    find_best();
    if (best_score_[0] == kUnreached) {
      internal::fail_uncovered(model, text);
    }
  }

  // Makes the list at position 0 one longer; false if there is no further segmentation.
  bool extend_whole() {
    const size_t list = list_of(0);
    extend(list);
    return !lists_[list].complete;
  }

  // The last segmentation that extend_whole() found.
  Scored last_whole() {
    size_t choice = lists_[list_at_[0]].last;
    const double score = exact_.to_nats(choices_[choice].score);
    ids_.clear();
    for (size_t at = 0; at < text_.size();) {
      const Edge edge = choice == kNone ? best_edge_[at] : choices_[choice].edge;
      ids_.push_back(edge.id);
      at += edge.length;
      choice = choice == kNone ? kNone : choices_[choice].rest;
    }
    return {ids_, score};
  }

 private:
  struct List {
    size_t start = 0;
    size_t heap = 0;  // heap_[heap] .. heap_[heap + heap_size - 1]: a candidate per edge
    size_t heap_size = 0;
    size_t first = kNone;  // of its choices
    size_t last = kNone;
    bool open = false;      // the heap's top is the last choice: its successor is not known yet
    bool complete = false;  // there is nothing further to find
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
    if (list_at_[start] == kNone) {
      list_at_[start] = lists_.size();
      List& list = lists_.emplace_back();
      list.start = start;
      list.heap = heap_.size();
      for (size_t i = first_edge_[start]; i < first_edge_[start + 1]; ++i) {
        const Exact rest = best_score_[start + edges_[i].length];
        if (rest != kUnreached) {
          heap_.push_back({rest + exact_(edges_[i].id), edges_[i], kNone});
        }
      }
      list.heap_size = heap_.size() - list.heap;
      std::make_heap(heap_.begin() + static_cast<std::ptrdiff_t>(list.heap), heap_.end());
    }
    return list_at_[start];
  }

  // Puts heap[0], which became smaller, in its place.
  static void sift_down(Candidate* heap, size_t size) {
    const Candidate moved = heap[0];
    size_t at = 0;
    for (size_t child = 1; child < size; child = 2 * at + 1) {
      child += child + 1 < size && heap[child] < heap[child + 1] ? 1 : 0;
      if (!(moved < heap[child])) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = moved;
  }

  // Replaces the last choice, which is the heap's top, by its successor: the same edge before the
  // next choice of the list behind it. Returns a list that must be extended first, or kNone.
  size_t advance_top(size_t index) {
    const Candidate top = heap_[lists_[index].heap];
    const size_t behind_start = lists_[index].start + top.edge.length;
    size_t successor = kNone;
    if (behind_start < text_.size()) {
      const size_t behind = list_of(behind_start);
      const size_t taken = top.rest == kNone ? lists_[behind].first : top.rest;
      successor = taken == kNone ? kNone : choices_[taken].next;
      if (successor == kNone && !lists_[behind].complete) {
        return behind;
      }
    }
    List& list = lists_[index];
    Candidate* heap = heap_.data() + list.heap;
    if (successor != kNone) {
      heap[0] = {choices_[successor].score + exact_(top.edge.id), top.edge, successor};
    } else {
      heap[0] = heap[--list.heap_size];
    }
    sift_down(heap, list.heap_size);
    list.open = false;
    return kNone;
  }

  // Makes a list one longer, or complete. The lists behind it are extended first, by a stack of our
  // own: a text has millions of positions.
  void extend(size_t index) {
    stack_.assign(1, index);
    while (!stack_.empty()) {
      const size_t now = stack_.back();
      if (lists_[now].open) {
        const size_t before = advance_top(now);
        if (before != kNone) {
          stack_.push_back(before);
          continue;
        }
      }
      List& list = lists_[now];
      if (list.heap_size == 0) {
        list.complete = true;
      } else {
        const Candidate& top = heap_[list.heap];
        (list.last == kNone ? list.first : choices_[list.last].next) = choices_.size();
        list.last = choices_.size();
        choices_.push_back({top.score, top.edge, top.rest, kNone});
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
  std::vector<Candidate> heap_;  // the heaps of all lists
  std::vector<Choice> choices_;  // of all lists, in the order found
  std::vector<size_t> stack_;
  std::vector<uint32_t> ids_;
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
  while (result.size() < k && lists.extend_whole()) {
    result.push_back(lists.last_whole());
  }
  return result;
}

}  // namespace yonder::tokenizer
