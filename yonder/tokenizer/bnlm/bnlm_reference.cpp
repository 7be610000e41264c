// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/bnlm_reference.h"

#include "yonder/base/utf8.h"
#include "yonder/tokenizer/vocabulary.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace yonder::tokenizer {
namespace {

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

std::vector<std::string> characters_of(std::string_view text) {
  std::vector<std::string> out;
  for (size_t i = 0; i < text.size();) {
    const Utf8Unit unit = utf8_at(text, i);
    out.emplace_back(text.substr(i, unit.length));
    i += unit.length;
  }
  return out;
}

bool is_digit(const std::string& character) {
  const Utf8Unit unit = utf8_at(character, 0);
  return unit.code_point >= 0 && is_decimal_digit(unit.code_point);
}

using Matrix = std::vector<std::vector<double>>;

/// What is prescribed for a byte in the corrected mode.
enum class Rule { free, cut, join };

/// Viterbi over all states with prescribed cuts; returns the first dead byte or chunk.size().
size_t viterbi(const std::string& chunk, const Matrix& weights, const std::vector<Rule>& rules,
               double floor, std::vector<size_t>& starts) {
  const size_t order = weights[0].size();
  Matrix score(chunk.size(), std::vector<double>(order, kMinusInfinity));
  std::vector<std::vector<size_t>> route(chunk.size(), std::vector<size_t>(order, 0));
  for (size_t i = 0; i < chunk.size(); ++i) {
    if (rules[i] == Rule::join) {  // the score stands in state 0, which is then no cut
      score[i][0] = score[i - 1][0] + floor;
      continue;
    }
    const size_t states = rules[i] == Rule::cut ? 1 : order;
    for (size_t state = 0; state < states; ++state) {
      if (i == 0) {
        score[i][state] = state == 0 ? weights[0][0] : kMinusInfinity;
        continue;
      }
      for (size_t before = 0; before < order; ++before) {
        const bool allowed = state == 0 || state == std::min(before + 1, order - 1);
        const double candidate =
            allowed ? score[i - 1][before] + weights[i][state] : kMinusInfinity;
        if (candidate > score[i][state]) {
          score[i][state] = candidate;
          route[i][state] = before;
        }
      }
    }
  }
  const auto best = [](const std::vector<double>& row) {
    return static_cast<size_t>(std::max_element(row.begin(), row.end()) - row.begin());
  };
  starts.clear();
  size_t state = best(score.back());
  for (size_t i = chunk.size(); i-- > 0;) {
    if (rules[i] == Rule::join) {
      state = 0;
      continue;
    }
    if (state == 0) {
      starts.push_back(i);
    }
    state = route[i][state];
  }
  std::reverse(starts.begin(), starts.end());
  for (size_t i = 0; i < chunk.size(); ++i) {
    if (score[i][best(score[i])] == kMinusInfinity) {
      return i;
    }
  }
  return chunk.size();
}

NgramMap split_reference(const NgramMap& keep, const NgramMap& drop) {
  unsigned __int128 total = 0;
  std::map<std::string, double> weights;
  for (const auto& [piece, count] : keep) {
    total += count;
  }
  for (const auto& [piece, count] : keep) {
    weights[piece] = log_count(count) - log_count(total);
  }
  NgramMap counter;
  for (const auto& [text, count] : drop) {
    std::vector<double> score(text.size() + 1, kMinusInfinity);
    std::vector<size_t> from(text.size() + 1);
    score[0] = 0;
    for (size_t end = 1; end <= text.size(); ++end) {
      for (size_t begin = 0; begin < end; ++begin) {  // longest match first, strictly greater wins
        const auto found = weights.find(text.substr(begin, end - begin));
        if (found != weights.end() && score[begin] + found->second > score[end]) {
          score[end] = score[begin] + found->second;
          from[end] = begin;
        }
      }
    }
    for (size_t end = text.size(); end > 0; end = from[end]) {
      counter[text.substr(from[end], end - from[end])] += count;
    }
  }
  return counter;
}

void remove_beaten(NgramMap& keep) {
  for (size_t before = keep.size() + 1; before != keep.size();) {
    before = keep.size();
    keep = split_reference(keep, keep);
  }
}

}  // namespace

std::vector<std::string> training_chunks_reference(std::string_view text, bool isolate_digits) {
  const std::vector<std::string> units = characters_of(text);
  const auto is_content = [&](size_t i) {
    return i < units.size() && units[i] != "\n" && !(isolate_digits && is_digit(units[i]));
  };
  std::vector<std::string> chunks;
  for (size_t begin = 0; begin < units.size();) {
    size_t end = begin;
    if (isolate_digits && is_digit(units[begin])) {
      end = begin + 1;
    } else {
      while (is_content(end) && end - begin < 10000) {
        ++end;
      }
      for (size_t newlines = 0; newlines < 100 && end < units.size() && units[end] == "\n";
           ++newlines) {
        ++end;
      }
    }
    std::string chunk;
    for (size_t i = begin; i < end; ++i) {
      chunk += units[i];
    }
    chunks.push_back(chunk);
    begin = end;
  }
  return chunks;
}

NgramMap count_ngrams_reference(const std::vector<std::string>& chunks, int order) {
  NgramMap counts;
  for (const std::string& chunk : chunks) {
    for (size_t i = 0; i < chunk.size(); ++i) {
      for (size_t n = 0; n <= static_cast<size_t>(order) && i + n <= chunk.size(); ++n) {
        ++counts[chunk.substr(i, n)];
      }
    }
  }
  return counts;
}

std::map<std::string, double> ngram_model_reference(NgramMap counts, uint64_t min_count) {
  for (int byte = 0; byte < 256; ++byte) {
    uint64_t& count = counts[std::string(1, static_cast<char>(byte))];
    if (count == 0) {
      count = 1;
      ++counts[""];
    }
  }
  std::map<std::string, double> model;
  for (const auto& [ngram, count] : counts) {
    if (!ngram.empty() && (ngram.size() == 1 || count >= min_count)) {
      model[ngram] = log_count(count) - log_count(counts[ngram.substr(0, ngram.size() - 1)]);
    }
  }
  return model;
}

std::vector<std::string> cut_reference(const std::string& chunk,
                                       const std::map<std::string, double>& model, int order,
                                       bool ensure_unicode, bool reference_dead_rows,
                                       double log_total) {
  const auto states = static_cast<size_t>(order);
  Matrix weights(chunk.size(), std::vector<double>(states, kMinusInfinity));
  for (size_t i = 0; i < chunk.size(); ++i) {
    for (size_t j = 0; j < states && j <= i; ++j) {
      const auto found = model.find(chunk.substr(i - j, j + 1));
      weights[i][j] = found == model.end() ? kMinusInfinity : found->second;
    }
    if (ensure_unicode && (static_cast<unsigned char>(chunk[i]) & 0xc0) == 0x80) {
      weights[i][0] = kMinusInfinity;
    }
  }
  std::vector<Rule> rules(chunk.size(), Rule::free);
  std::vector<size_t> starts;
  for (;;) {
    const size_t dead = viterbi(chunk, weights, rules, -log_total - 10, starts);
    if (dead == chunk.size() || reference_dead_rows) {
      break;
    }
    size_t begin = 0;  // of the character that holds the dead byte
    for (size_t i = 0; i <= dead; i += utf8_at(chunk, i).length) {
      begin = i;
    }
    const size_t end = begin + utf8_at(chunk, begin).length;
    rules[begin] = Rule::cut;
    weights[begin][0] = model.at(chunk.substr(begin, 1));
    std::fill(rules.begin() + static_cast<std::ptrdiff_t>(begin) + 1,
              rules.begin() + static_cast<std::ptrdiff_t>(end), Rule::join);
    if (end < chunk.size()) {
      rules[end] = Rule::cut;
    }
  }
  std::vector<std::string> pieces;
  for (size_t k = 0; k < starts.size(); ++k) {
    const size_t end = k + 1 < starts.size() ? starts[k + 1] : chunk.size();
    pieces.push_back(chunk.substr(starts[k], end - starts[k]));
  }
  return pieces;
}

std::vector<NgramMap> prune_reference(NgramMap pieces, const std::vector<int64_t>& sizes,
                                      uint64_t max_piece_length, uint64_t min_count) {
  for (int byte = 0; byte < 256; ++byte) {
    pieces.emplace(std::string(1, static_cast<char>(byte)), 1);
  }
  NgramMap keep;
  NgramMap drop;
  for (const auto& [piece, count] : pieces) {
    const bool kept = piece.size() == 1 || (piece.size() <= max_piece_length && count >= min_count);
    (kept ? keep : drop)[piece] = count;
  }
  for (const auto& [piece, count] : split_reference(keep, drop)) {
    keep[piece] += count;
  }
  remove_beaten(keep);
  std::vector<NgramMap> vocabularies;
  for (const int64_t size : sizes) {
    const size_t most = static_cast<size_t>(size) - 3;
    if (keep.size() > most) {
      std::vector<std::tuple<bool, int64_t, int64_t, std::string>> order;
      for (const auto& [piece, count] : keep) {
        order.emplace_back(piece.size() > 1, -static_cast<int64_t>(count),
                           -static_cast<int64_t>(piece.size()), piece);
      }
      std::sort(order.begin(), order.end());
      NgramMap rest;
      for (size_t i = most; i < order.size(); ++i) {
        const std::string& piece = std::get<3>(order[i]);
        rest[piece] = keep[piece];
        keep.erase(piece);
      }
      for (const auto& [piece, count] : split_reference(keep, rest)) {
        keep[piece] += count;
      }
      remove_beaten(keep);
    }
    vocabularies.push_back(keep);
  }
  return vocabularies;
}

}  // namespace yonder::tokenizer
