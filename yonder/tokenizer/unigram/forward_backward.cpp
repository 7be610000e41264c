// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/forward_backward.h"

#include "yonder/base/error.h"
#include "yonder/tokenizer/unigram/internal/forward_sums.h"
#include "yonder/tokenizer/unigram/internal/lattice_edges.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace yonder::tokenizer {
namespace {

using internal::Ending;
using internal::Endings;
using internal::Scaled;

// Positions between two moves of the base of the sums.
constexpr size_t kRebaseInterval = 1024;

struct Position {
  Scaled z;
  Scaled paths;
  double entropy = 0;
  double tokens = 0;
  double score = 0;
};

// The last positions, as many as the longest piece has bytes.
class Window {
 public:
  explicit Window(size_t max_length) : positions_(std::bit_ceil(max_length + 1)) {}
  Position& operator[](size_t at) { return positions_[at & (positions_.size() - 1)]; }

  // Subtracts the least value of the window from all, and adds it to `base`. The least one, so that
  // what is left stays >= 0.
  void rebase(double Position::*value, double& base) {
    double least = std::numeric_limits<double>::infinity();
    for (const Position& position : positions_) {
      if (position.z.fraction != 0) {
        least = std::min(least, position.*value);
      }
    }
    if (least == std::numeric_limits<double>::infinity()) {
      return;
    }
    for (Position& position : positions_) {
      position.*value -= least;
    }
    base += least;
  }

 private:
  std::vector<Position> positions_;
};

// Sum of the numbers of paths to the starts of the edges.
Scaled count_paths(const std::vector<Ending>& edges, size_t end, Window& window) {
  int64_t top = std::numeric_limits<int64_t>::min();
  for (const Ending& edge : edges) {
    top = std::max(top, window[end - edge.length].paths.exponent);
  }
  double sum = 0;
  for (const Ending& edge : edges) {
    const Scaled& paths = window[end - edge.length].paths;
    sum += internal::shifted(paths.fraction, paths.exponent - top);
  }
  return internal::make_scaled(sum, top);
}

std::vector<EdgeMarginal> edge_marginals(const UnigramModel& model, std::string_view text,
                                         double alpha) {
  Endings endings(model, text, alpha);
  const std::vector<Scaled> z = internal::forward_sums(model, text, endings);
  const internal::Rooms rooms(text, model.vocabulary().max_piece_length());
  std::vector<EdgeMarginal> result;
  std::vector<double> boundary(text.size() + 1);
  boundary[text.size()] = 1;
  for (size_t end = text.size(); end > 0; --end) {
    endings.collect(end, rooms(end), [&](size_t start) -> const Scaled& { return z[start]; });
    for (const Ending& edge : endings.edges()) {
      const size_t start = end - edge.length;
      const double probability = boundary[end] * edge.share;
      boundary[start] += probability;
      result.push_back({start, end, edge.id, probability});
    }
  }
  std::sort(result.begin(), result.end(), [](const EdgeMarginal& a, const EdgeMarginal& b) {
    return a.start != b.start ? a.start < b.start : a.end < b.end;
  });
  return result;
}

}  // namespace

LatticeStats lattice_stats(const UnigramModel& model, std::string_view text, double alpha,
                           bool marginals) {
  const Vocabulary& vocabulary = model.vocabulary();
  Endings endings(model, text, alpha);
  Window window(vocabulary.max_piece_length());
  window[0].z = window[0].paths = internal::make_scaled(1, 0);
  LatticeStats stats;
  internal::for_each_end(text, vocabulary.max_piece_length(), [&](size_t end, size_t room) {
    Position now;
    now.z =
        endings.collect(end, room, [&](size_t start) -> const Scaled& { return window[start].z; });
    for (const Ending& edge : endings.edges()) {
      if (edge.share > 0) {
        const Position& before = window[end - edge.length];
        now.entropy += edge.share * (before.entropy - endings.log_share(edge));
        now.tokens += edge.share * (before.tokens + 1);
        now.score += edge.share * (before.score + vocabulary.log_probability(edge.id));
      }
    }
    if (now.z.fraction != 0) {
      now.paths = count_paths(endings.edges(), end, window);
    }
    window[end] = now;
    if (end % kRebaseInterval == 0) {
      window.rebase(&Position::entropy, stats.entropy);
      window.rebase(&Position::tokens, stats.expected_tokens);
      window.rebase(&Position::score, stats.expected_score);
    }
  });
  const Position& last = window[text.size()];
  if (last.z.fraction == 0) {
    internal::fail_uncovered(model, text);
  }
  stats.log_z = internal::log_of(last.z);
  stats.entropy += last.entropy;
  stats.expected_tokens += last.tokens;
  stats.expected_score += last.score;
  stats.log_segmentations = internal::log_of(last.paths);
  if (marginals) {
    stats.marginals = edge_marginals(model, text, alpha);
  }
  return stats;
}

namespace {

// Calls f(end, id) for each piece of the segmentation; checks that it is a path of the lattice.
template <typename F>
void for_each_piece(const UnigramModel& model, std::string_view text, std::span<const uint32_t> ids,
                    F&& f) {
  const Vocabulary& vocabulary = model.vocabulary();
  size_t at = 0;
  size_t stop = 0;  // end of the chunk at hand
  for (size_t i = 0; i < ids.size(); ++i) {
    const uint32_t id = ids[i];
    require(id >= kFirstPieceId && id < vocabulary.size(), ErrorKind::bad_data,
            "id {} at position {} is no piece; pieces have the ids {} to {}", id, i, kFirstPieceId,
            vocabulary.size() - 1);
    const std::string_view piece = vocabulary.piece(id);
    require(text.substr(at, piece.size()) == piece, ErrorKind::bad_data,
            "id {} at position {} does not spell the text at byte offset {}", id, i, at);
    if (at == stop) {
      stop = chunk_end(text, at);
    }
    require(
        at + piece.size() <= stop, ErrorKind::bad_data,
        "id {} at position {} crosses the end of a chunk at byte offset {}; chunks end after each "
        "run of newlines",
        id, i, stop);
    at += piece.size();
    f(at, id);
  }
  require(at == text.size(), ErrorKind::bad_data,
          "the ids spell the first {} of {} bytes; give a segmentation of the whole text", at,
          text.size());
}

}  // namespace

double segmentation_score(const UnigramModel& model, std::string_view text,
                          std::span<const uint32_t> ids) {
  double score = 0;
  for_each_piece(model, text, ids, [&](size_t /*end*/, uint32_t id) {
    score += model.vocabulary().log_probability(id);
  });
  return score;
}

double segmentation_log_probability(const UnigramModel& model, std::string_view text,
                                    std::span<const uint32_t> ids, double alpha) {
  std::vector<std::pair<size_t, uint32_t>> path;  // (end, id)
  path.reserve(ids.size());
  for_each_piece(model, text, ids, [&](size_t end, uint32_t id) { path.emplace_back(end, id); });
  Endings endings(model, text, alpha);
  Window window(model.vocabulary().max_piece_length());
  window[0].z = internal::make_scaled(1, 0);
  double log_probability = 0;
  auto next = path.begin();
  internal::for_each_end(text, model.vocabulary().max_piece_length(), [&](size_t end, size_t room) {
    window[end].z =
        endings.collect(end, room, [&](size_t start) -> const Scaled& { return window[start].z; });
    if (next == path.end() || next->first != end) {
      return;
    }
    const auto edge = std::find_if(endings.edges().begin(), endings.edges().end(),
                                   [&](const Ending& e) { return e.id == next->second; });
    log_probability += endings.log_share(*edge);
    ++next;
  });
  return log_probability;
}

}  // namespace yonder::tokenizer
