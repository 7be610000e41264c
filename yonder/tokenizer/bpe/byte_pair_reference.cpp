// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bpe/byte_pair_reference.h"

#include "yonder/base/error.h"
#include "yonder/base/utf8.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <utility>

namespace yonder::tokenizer {

namespace {

using Ids = std::vector<uint32_t>;
using Pair = std::pair<uint32_t, uint32_t>;

uint32_t find(const BytePairVocabulary& vocabulary, std::string_view text) {
  for (uint32_t id = 0; id < vocabulary.pieces.size() && !text.empty(); ++id) {
    if (vocabulary.pieces[id] == text) {
      return id;
    }
  }
  return kNoPiece;
}

std::vector<std::string> units_of(const BytePairOptions& options, std::string_view word) {
  std::vector<std::string> units;
  for (size_t i = 0; i < word.size(); i += units.back().size()) {
    units.emplace_back(
        word.substr(i, options.unit == BytePairUnit::byte ? 1 : utf8_at(word, i).length));
  }
  return units;
}

/// The pieces of the bytes, or none where one of them has no piece.
Ids bytes_of(const BytePairVocabulary& vocabulary, const BytePairOptions& options,
             std::string_view unit) {
  Ids ids;
  if (options.byte_fallback && !vocabulary.byte_ids.empty()) {
    for (const char byte : unit) {
      ids.push_back(vocabulary.byte_ids[static_cast<unsigned char>(byte)]);
    }
  }
  return std::find(ids.begin(), ids.end(), kNoPiece) == ids.end() ? ids : Ids{};
}

/// Where two symbols stand that may be merged, and into what.
struct Candidate {
  double rank;  // the smallest is the best
  size_t at;
  uint32_t result;
};

std::vector<Candidate> candidates_of(const BytePairVocabulary& vocabulary, const Ids& symbols) {
  std::vector<Candidate> candidates;
  for (size_t i = 0; i + 1 < symbols.size(); ++i) {
    for (size_t rank = vocabulary.merges.size(); rank-- > 0;) {
      if (vocabulary.merges[rank] == Pair{symbols[i], symbols[i + 1]}) {
        candidates.push_back(
            {static_cast<double>(rank), i,
             find(vocabulary, vocabulary.pieces[symbols[i]] + vocabulary.pieces[symbols[i + 1]])});
        break;  // the last of equal pairs counts
      }
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.rank < b.rank; });
  return candidates;
}

Ids after(Ids symbols, const Candidate& merge) {
  symbols[merge.at] = merge.result;
  symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(merge.at) + 1);
  return symbols;
}

// Hugging Face: unknown characters and byte fallback are decided first, then pairs of ids merge.
Ids merge_by_rank(const BytePairVocabulary& vocabulary, const BytePairOptions& options,
                  std::string_view word) {
  const uint32_t whole = options.ignore_merges ? find(vocabulary, word) : kNoPiece;
  if (whole != kNoPiece) {
    return {whole};
  }
  Ids symbols;
  bool unknown = false;
  const auto write_unknown = [&] {
    if (unknown) {
      symbols.push_back(static_cast<uint32_t>(options.unknown_id));
      unknown = false;
    }
  };
  for (const std::string& unit : units_of(options, word)) {
    const uint32_t id = find(vocabulary, unit);
    const Ids bytes = bytes_of(vocabulary, options, unit);
    if (id != kNoPiece) {
      write_unknown();
      symbols.push_back(id);
    } else if (!bytes.empty()) {
      symbols.insert(symbols.end(), bytes.begin(), bytes.end());
    } else {
      YONDER_CHECK(options.unknown_id >= 0);
      if (!options.fuse_unknown) {
        write_unknown();
      }
      unknown = true;
    }
  }
  write_unknown();
  while (true) {
    const std::vector<Candidate> candidates = candidates_of(vocabulary, symbols);
    if (candidates.empty()) {
      return symbols;
    }
    symbols = after(std::move(symbols), candidates.front());
  }
}

// SentencePiece: strings merge where the whole is a piece; what the rest becomes is decided last.
Ids merge_by_score(const BytePairVocabulary& vocabulary, const BytePairOptions& options,
                   std::string_view word) {
  std::vector<std::string> symbols = units_of(options, word);
  std::map<uint32_t, std::pair<std::string, std::string>> splits;  // of unused pieces
  const auto is_unused = [&](uint32_t id) {
    return id != kNoPiece && !vocabulary.unused.empty() && vocabulary.unused[id];
  };
  const auto look_up = [&](size_t i) {
    const uint32_t id = find(vocabulary, symbols[i] + symbols[i + 1]);
    if (is_unused(id)) {
      splits[id] = {symbols[i], symbols[i + 1]};
    }
    return id;
  };
  for (size_t i = 0; i + 1 < symbols.size(); ++i) {
    look_up(i);
  }
  while (true) {
    size_t best = symbols.size();
    float best_score = -std::numeric_limits<float>::infinity();
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const uint32_t id = find(vocabulary, symbols[i] + symbols[i + 1]);
      if (id != kNoPiece && vocabulary.scores[id] > best_score) {
        best = i;
        best_score = vocabulary.scores[id];
      }
    }
    if (best == symbols.size()) {
      break;
    }
    symbols[best] += symbols[best + 1];
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    if (best > 0) {
      look_up(best - 1);
    }
    if (best + 1 < symbols.size()) {
      look_up(best);
    }
  }
  Ids ids;
  bool after_unknown = false;
  const std::function<void(const std::string&)> write = [&](const std::string& text) {
    const uint32_t id = find(vocabulary, text);
    const auto split = splits.find(id);
    if (is_unused(id) && split != splits.end()) {
      write(split->second.first);
      write(split->second.second);
      return;
    }
    const bool known = id != kNoPiece && !is_unused(id);
    if (known) {
      ids.push_back(id);
    } else if (const Ids bytes = bytes_of(vocabulary, options, text); !bytes.empty()) {
      ids.insert(ids.end(), bytes.begin(), bytes.end());
    } else if (!after_unknown || !options.fuse_unknown) {
      ids.push_back(static_cast<uint32_t>(options.unknown_id));
    }
    after_unknown = !known;
  };
  for (const std::string& symbol : symbols) {
    write(symbol);
  }
  return ids;
}

}  // namespace

std::vector<uint32_t> byte_pair_reference(const BytePairVocabulary& vocabulary,
                                          const BytePairOptions& options, std::string_view word) {
  return vocabulary.scores.empty() ? merge_by_rank(vocabulary, options, word)
                                   : merge_by_score(vocabulary, options, word);
}

std::map<std::vector<uint32_t>, double> byte_pair_dropout_reference(
    const BytePairVocabulary& vocabulary, const BytePairOptions& options, std::string_view word,
    double probability) {
  Ids start;
  for (const std::string& unit : units_of(options, word)) {
    start.push_back(find(vocabulary, unit));
  }
  std::map<Ids, double> results;
  const std::function<void(const Ids&, double)> go_on = [&](const Ids& symbols, double weight) {
    for (const Candidate& merge : candidates_of(vocabulary, symbols)) {
      go_on(after(symbols, merge), weight * (1 - probability));
      weight *= probability;  // this merge and all better ones are left out
    }
    results[symbols] += weight;
  };
  go_on(start, 1);
  return results;
}

}  // namespace yonder::tokenizer
