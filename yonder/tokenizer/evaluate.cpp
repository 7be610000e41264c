// SPDX-License-Identifier: Apache-2.0
// Nearly all that is measured follows from how often each id occurs, so a text is counted by id,
// and what one occurrence adds is worked out per piece at the end. Only pieces that hold part of a
// character need their neighbours; runs of such pieces are looked at as text.
#include "yonder/tokenizer/evaluate.h"

#include "yonder/base/error.h"
#include "yonder/base/parallel.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/internal/corpus_blocks.h"
#include "yonder/tokenizer/scripts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <span>
#include <string_view>

namespace yonder::tokenizer {

namespace {

// Bytes of a run of partial characters that are kept before the whole ones among them are counted.
constexpr size_t kMostFragments = size_t{1} << 16;

// Bytes, characters and token shares by script.
struct ScriptTally {
  std::array<uint64_t, kScripts> bytes{};
  std::array<double, kScripts> tokens{};
  uint64_t characters = 0;

  /// Counts `text`, `times` times; share(i) is the part of a token that byte i is.
  template <typename Share>
  void add(std::string_view text, uint64_t times, const Share& share) {
    for (size_t i = 0; i < text.size();) {
      const Utf8Unit unit = utf8_at(text, i);
      const auto script = static_cast<size_t>(script_of(unit.code_point));
      bytes[script] += times * unit.length;
      for (size_t k = 0; k < unit.length; ++k) {
        tokens[script] += static_cast<double>(times) * share(i + k);
      }
      characters += times;
      i += unit.length;
    }
  }

  void add(const ScriptTally& other) {
    for (size_t s = 0; s < kScripts; ++s) {
      bytes[s] += other.bytes[s];
      tokens[s] += other.tokens[s];
    }
    characters += other.characters;
  }
};

// What is asked of each id, by id.
struct PieceTable {
  explicit PieceTable(const Tokenizer& tokenizer) {
    for (uint32_t id = 0; id < tokenizer.vocab_size(); ++id) {
      special.push_back(tokenizer.special(id));
      texts.push_back(tokenizer.text(id));
      whole.push_back(utf8_first_error(texts.back()) == std::string_view::npos);
      scores.push_back(tokenizer.piece_score(id).value_or(0));
      longest = std::max(longest, texts.back().size());
    }
  }

  std::vector<bool> special;
  std::vector<std::string> texts;
  std::vector<bool> whole;     // the text is whole characters
  std::vector<double> scores;  // log p, nats; 0 where there is none
  size_t longest = 0;          // bytes
};

// What one text is made of.
class TextTally {
 public:
  explicit TextTally(const PieceTable& pieces) : pieces_(pieces), counts_(pieces.texts.size()) {}

  /// Ids in the order of the text.
  void add(std::span<const uint32_t> ids) {
    for (const uint32_t id : ids) {
      ++counts_[id];
      if (!pieces_.whole[id]) {
        const std::string_view piece = pieces_.texts[id];
        fragments_ += piece;
        shares_.insert(shares_.end(), piece.size(), 1.0 / static_cast<double>(piece.size()));
        if (fragments_.size() >= kMostFragments) {
          count_fragments(fragments_.size() - utf8_incomplete_suffix(fragments_));
        }
      } else if (!fragments_.empty()) {
        count_fragments(fragments_.size());
      }
    }
  }

  /// A document ends.
  void finish() { count_fragments(fragments_.size()); }

  void add(const TextTally& other) {
    for (size_t id = 0; id < counts_.size(); ++id) {
      counts_[id] += other.counts_[id];
    }
    in_fragments_.add(other.in_fragments_);
  }

  Evaluation evaluation(std::string name) const {
    Evaluation e;
    e.text = std::move(name);
    e.token_lengths.resize(pieces_.longest + 1);
    ScriptTally tally = in_fragments_;
    for (uint32_t id = 0; id < counts_.size(); ++id) {
      const uint64_t count = counts_[id];
      const std::string_view piece = pieces_.texts[id];
      e.tokens += count;
      e.bytes += count * piece.size();
      e.token_lengths[piece.size()] += count;
      if (pieces_.special[id]) {
        continue;
      }
      if (count == 0) {
        e.never_produced.push_back(id);
        continue;
      }
      ++e.used_pieces;
      e.score += static_cast<double>(count) * pieces_.scores[id];
      if (pieces_.whole[id] && !piece.empty()) {
        const double share = 1.0 / static_cast<double>(piece.size());
        tally.add(piece, count, [&](size_t) { return share; });
      }
    }
    e.characters = tally.characters;
    if (e.token_lengths.size() > 1) {
      e.single_byte_tokens = e.token_lengths[1];
    }
    std::stable_sort(e.never_produced.begin(), e.never_produced.end(),
                     [&](uint32_t a, uint32_t b) { return pieces_.scores[a] < pieces_.scores[b]; });
    for (size_t s = 0; s < kScripts; ++s) {
      if (tally.bytes[s] > 0) {
        e.scripts.push_back({script_name(static_cast<Script>(s)), tally.bytes[s], tally.tokens[s]});
      }
    }
    std::stable_sort(e.scripts.begin(), e.scripts.end(),
                     [](const ScriptShare& a, const ScriptShare& b) { return a.bytes > b.bytes; });
    return e;
  }

 private:
  void count_fragments(size_t size) {
    in_fragments_.add(std::string_view(fragments_).substr(0, size), 1,
                      [&](size_t i) { return shares_[i]; });
    fragments_.erase(0, size);
    shares_.erase(shares_.begin(), shares_.begin() + static_cast<std::ptrdiff_t>(size));
  }

  const PieceTable& pieces_;
  std::vector<uint64_t> counts_;  // by id
  std::string fragments_;         // a run of pieces that are not
  std::vector<double> shares_;    // by byte of fragments_: tokens
  ScriptTally in_fragments_;
};

// One side of a comparison: ids with the byte where the next one begins.
class Side {
 public:
  Side(const Tokenizer& tokenizer, const std::vector<uint32_t>& ids, const char* name)
      : tokenizer_(tokenizer), ids_(ids), name_(name) {}

  bool at_end() const { return index_ == ids_.size(); }
  uint64_t byte() const { return byte_; }
  uint32_t id() const { return ids_[index_]; }
  bool special() const { return !at_end() && tokenizer_.special(checked()); }

  /// Moves past one id; the id goes to `ids` and its bytes to `bytes`.
  void take(std::vector<uint32_t>& ids, std::string& bytes) {
    const uint32_t taken = checked();
    ids.push_back(taken);
    const std::string text = tokenizer_.text(taken);
    bytes += text;
    byte_ += text.size();
    ++index_;
  }

  /// Moves past one id.
  void skip() {
    byte_ += tokenizer_.text(checked()).size();
    ++index_;
  }

 private:
  uint32_t checked() const {
    require(id() < tokenizer_.vocab_size(), ErrorKind::bad_data,
            "id {} at position {} of the {} sequence is out of range; the vocabulary has ids 0 to "
            "{}",
            id(), index_, name_, tokenizer_.vocab_size() - 1);
    return id();
  }

  const Tokenizer& tokenizer_;
  const std::vector<uint32_t>& ids_;
  const char* name_;
  size_t index_ = 0;
  uint64_t byte_ = 0;
};

double score_of(const Tokenizer& tokenizer, const std::vector<uint32_t>& ids) {
  return std::accumulate(ids.begin(), ids.end(), 0.0, [&](double sum, uint32_t id) {
    return sum + tokenizer.piece_score(id).value_or(0);
  });
}

// The shortest difference from here on: to the next place where both sides have a boundary.
TokenDifference take_difference(Side& a, Side& b) {
  TokenDifference difference;
  difference.start = a.byte();
  std::string bytes_a;
  std::string bytes_b;
  size_t compared = 0;  // bytes that are known to be equal
  // Special ids are no text; where either side has some they are a difference of their own.
  const bool specials = a.special() || b.special();
  if (specials) {
    while (a.special()) {
      a.take(difference.ids_a, bytes_a);
    }
    while (b.special()) {
      b.take(difference.ids_b, bytes_b);
    }
  } else {
    while (a.byte() != b.byte() || difference.ids_a.empty() || difference.ids_b.empty()) {
      Side& behind = a.byte() <= b.byte() ? a : b;
      const bool is_a = &behind == &a;
      require(!behind.at_end(), ErrorKind::bad_data,
              "the sequences do not spell the same bytes: the {} one ends at byte {}, the other "
              "goes on",
              is_a ? "first" : "second", behind.byte());
      behind.take(is_a ? difference.ids_a : difference.ids_b, is_a ? bytes_a : bytes_b);
      for (; compared < std::min(bytes_a.size(), bytes_b.size()); ++compared) {
        require(bytes_a[compared] == bytes_b[compared], ErrorKind::bad_data,
                "the sequences do not spell the same bytes: byte {} is 0x{:02x} in the first and "
                "0x{:02x} in the second",
                difference.start + compared, static_cast<unsigned char>(bytes_a[compared]),
                static_cast<unsigned char>(bytes_b[compared]));
      }
    }
  }
  difference.end = a.byte();
  return difference;
}

}  // namespace

double Evaluation::bytes_per_token() const {
  return tokens == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(tokens);
}

double Evaluation::characters_per_token() const {
  return tokens == 0 ? 0 : static_cast<double>(characters) / static_cast<double>(tokens);
}

double Evaluation::bits_per_byte() const {
  return bytes == 0 ? 0 : -score / std::numbers::ln2 / static_cast<double>(bytes);
}

std::vector<Evaluation> evaluate(const Tokenizer& tokenizer, const std::vector<std::string>& inputs,
                                 const EncodeOptions& options, int threads, Progress* progress) {
  EncodeOptions bare = options;
  bare.bos = false;
  bare.eos = false;
  const int crew = thread_count(threads);
  const ProgressRef report(progress);
  const PieceTable pieces(tokenizer);
  const TextTally empty(pieces);
  TextTally all = empty;
  std::vector<Evaluation> evaluations;
  for (const std::string& input : inputs) {
    TextTally tally = empty;
    internal::CorpusBlocks corpus({input}, bare, tokenizer.format() != "bytepiece");
    report.begin(input, corpus.total(), "bytes");
    internal::encode_blocks(tokenizer, corpus, bare, crew, [&](internal::CorpusBlock& block) {
      const std::span<const uint32_t> ids(block.ids);
      for (size_t i = 0; i < block.pieces.size(); ++i) {
        const size_t end = i + 1 < block.starts.size() ? block.starts[i + 1] : ids.size();
        tally.add(ids.subspan(block.starts[i], end - block.starts[i]));
        if (block.pieces[i].last) {
          tally.finish();
        }
      }
      report.advance(block.consumed);
      report.stop_if_cancelled("run it again to measure the texts");
    });
    evaluations.push_back(tally.evaluation(input));
    all.add(tally);
  }
  if (inputs.size() > 1) {
    evaluations.push_back(all.evaluation("all inputs"));
  }
  return evaluations;
}

DiffReport diff(const Tokenizer& tokenizer, const std::vector<uint32_t>& a,
                const std::vector<uint32_t>& b, double tolerance, size_t keep) {
  DiffReport report;
  report.tokens_a = a.size();
  report.tokens_b = b.size();
  Side side_a(tokenizer, a, "first");
  Side side_b(tokenizer, b, "second");
  while (!side_a.at_end() || !side_b.at_end()) {
    if (!side_a.at_end() && !side_b.at_end() && side_a.id() == side_b.id()) {
      side_a.skip();
      side_b.skip();
      continue;
    }
    TokenDifference difference = take_difference(side_a, side_b);
    difference.score_a = score_of(tokenizer, difference.ids_a);
    difference.score_b = score_of(tokenizer, difference.ids_b);
    const auto is_special = [&](uint32_t id) { return tokenizer.special(id); };
    difference.tie = std::none_of(difference.ids_a.begin(), difference.ids_a.end(), is_special) &&
                     std::none_of(difference.ids_b.begin(), difference.ids_b.end(), is_special) &&
                     std::abs(difference.score_a - difference.score_b) <= tolerance;
    ++(difference.tie ? report.ties : report.real);
    report.tokens_in_differences += difference.ids_a.size();
    if (report.differences.size() < keep) {
      report.differences.push_back(std::move(difference));
    }
  }
  return report;
}

}  // namespace yonder::tokenizer
