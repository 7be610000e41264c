// SPDX-License-Identifier: Apache-2.0
// How merging is done. A word is a row of symbols; rank[i] is the rank of the pair (i, i+1). The
// step is always the same: take the smallest rank, the leftmost of equals, put the result in place
// of its two parts, and look up the two pairs that changed. Short words scan the row of ranks for
// the smallest one; long ones keep a heap of (rank, position) and drop entries that have gone
// stale.
//
// Most words never get there: a direct-mapped cache holds words with their ids in one cache line
// each, and a word that is one piece is answered by the index of pieces.
//
// Symbols are ids. Two kinds have no id: a character that is no piece in use but part of one (with
// scores any two neighbours that spell a piece merge, whether or not they are pieces) has a symbol
// from vocab_size on, and one that occurs in no piece is kUnknown. What they become is decided at
// the end, which gives the ids of both peers because unknown and byte pieces are never parts of
// merges.
#include "yonder/tokenizer/bpe/byte_pair.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"
#include "yonder/base/utf8.h"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <cmath>
#include <cstring>
#include <functional>
#include <span>
#include <unordered_map>
#include <unordered_set>

namespace yonder::tokenizer {

namespace {

constexpr uint32_t kNoRank = UINT32_MAX;
constexpr uint32_t kUnknown = UINT32_MAX;  // a symbol that merges with nothing
constexpr std::string_view kSpace =
    "\xE2\x96\x81";                           // U+2581, for a space in SentencePiece's models
constexpr size_t kLongestScoredPiece = 1000;  // bytes; the table of its splits is quadratic in it

uint64_t mix(uint64_t x) {
  x *= 0x9E3779B97F4A7C15;
  return x ^ (x >> 32);
}

struct Merge {
  uint32_t rank = kNoRank;
  uint32_t result = 0;
};

struct RankedPair {
  uint32_t left;
  uint32_t right;
  Merge merge;
};

/// Pairs of symbols and what becomes of them: open addressing, at most half full.
class PairTable {
 public:
  /// Of two entries for one pair the later counts.
  void build(const std::vector<RankedPair>& pairs) {
    const size_t size = std::bit_ceil(std::max<size_t>(2 * pairs.size(), 16));
    slots_.assign(size, Slot{});
    shift_ = 64 - std::countr_zero(size);
    for (const RankedPair& pair : pairs) {
      const uint64_t key = key_of(pair.left, pair.right);
      slots_[slot_of(key)] = {key, pair.merge};
    }
  }
  Merge find(uint32_t left, uint32_t right) const {
    return slots_[slot_of(key_of(left, right))].merge;  // an empty slot holds kNoRank
  }

 private:
  // Two kUnknown make no pair, so that key is free to mean an empty slot.
  static constexpr uint64_t kEmpty = UINT64_MAX;
  struct Slot {
    uint64_t key = kEmpty;
    Merge merge;
  };
  static uint64_t key_of(uint32_t left, uint32_t right) { return uint64_t{left} << 32 | right; }
  size_t slot_of(uint64_t key) const {
    size_t slot = (key * 0x9E3779B97F4A7C15) >> shift_;
    while (slots_[slot].key != key && slots_[slot].key != kEmpty) {
      slot = (slot + 1) & (slots_.size() - 1);
    }
    return slot;
  }

  std::vector<Slot> slots_;
  int shift_ = 0;
};

/// Ids by text: open addressing over the pieces, which it does not own.
class PieceIndex {
 public:
  PieceIndex(const std::vector<std::string>& pieces, const std::string& name) {
    slots_.assign(std::bit_ceil(std::max<size_t>(2 * pieces.size(), 16)), Slot{});
    for (size_t id = 0; id < pieces.size(); ++id) {
      if (pieces[id].empty()) {
        continue;
      }
      const uint32_t hash = hash_of(pieces[id]);
      Slot& slot = slots_[slot_of(pieces[id], hash, pieces)];
      require(slot.id == kNoPiece, ErrorKind::bad_data,
              "{}: ids {} and {} are the same piece, \"{}\"; each piece may have one id", name,
              slot.id, id, utf8_replace_invalid(pieces[id]));
      slot = {hash, static_cast<uint32_t>(id)};
    }
  }
  /// The id, or kNoPiece.
  uint32_t find(std::string_view text, const std::vector<std::string>& pieces) const {
    return text.empty() ? kNoPiece : slots_[slot_of(text, hash_of(text), pieces)].id;
  }

 private:
  struct Slot {
    uint32_t hash = 0;
    uint32_t id = kNoPiece;
  };
  static uint32_t hash_of(std::string_view text) {
    return static_cast<uint32_t>(mix(std::hash<std::string_view>()(text)));
  }
  size_t slot_of(std::string_view text, uint32_t hash,
                 const std::vector<std::string>& pieces) const {
    size_t slot = hash & (slots_.size() - 1);
    while (slots_[slot].id != kNoPiece &&
           (slots_[slot].hash != hash || pieces[slots_[slot].id] != text)) {
      slot = (slot + 1) & (slots_.size() - 1);
    }
    return slot;
  }

  std::vector<Slot> slots_;
};

/// Symbols by code point: pages of 256, of which only the used ones exist.
class CharacterTable {
 public:
  CharacterTable() : values_(256, kUnknown) {}
  void set(int32_t code_point, uint32_t symbol) {
    uint32_t& page = pages_[static_cast<size_t>(code_point) >> 8];
    if (page == 0) {
      page = static_cast<uint32_t>(values_.size());
      values_.resize(values_.size() + 256, kUnknown);
    }
    values_[page + (static_cast<uint32_t>(code_point) & 0xFF)] = symbol;
  }
  uint32_t find(int32_t code_point) const {
    return values_[pages_[static_cast<size_t>(code_point) >> 8] +
                   (static_cast<uint32_t>(code_point) & 0xFF)];
  }

 private:
  std::array<uint32_t, 0x1100> pages_{};  // where a page begins in values_; 0: the empty one
  std::vector<uint32_t> values_;
};

/// The number `index` of a stream of Rng(seed, stream), whichever were drawn before.
double uniform_at(uint64_t seed, uint64_t stream, uint64_t index) {
  const uint64_t block = index / 2;
  const std::array<uint32_t, 4> words =
      philox4x32({static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32),
                  static_cast<uint32_t>(stream), static_cast<uint32_t>(stream >> 32)},
                 {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
  const size_t half = 2 * (index % 2);
  const uint64_t bits = words[half] | uint64_t{words[half + 1]} << 32;
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

}  // namespace

// ------------------------------------------------------------------------------------ the model

struct BytePairModel::Impl {
  Impl(BytePairVocabulary vocabulary_in, const BytePairOptions& options_in, std::string name_in)
      : name(std::move(name_in)),
        options(options_in),
        vocabulary(std::move(vocabulary_in)),
        index(vocabulary.pieces, name) {
    check_ids();
    if (options.unit == BytePairUnit::byte) {
      add_bytes();
    } else {
      add_characters();
    }
    pairs.build(vocabulary.scores.empty() ? pairs_of_merges() : pairs_of_scores());
    find_whole();
  }

  uint32_t vocab_size() const { return static_cast<uint32_t>(vocabulary.pieces.size()); }
  uint32_t find(std::string_view text) const { return index.find(text, vocabulary.pieces); }
  std::string_view piece(uint32_t id) const { return vocabulary.pieces[id]; }
  bool is_unused(uint32_t symbol) const {
    return symbol < vocabulary.unused.size() && vocabulary.unused[symbol];
  }
  /// Bytes of the unit at word[at].
  size_t unit_length(std::string_view word, size_t at) const {
    return options.unit == BytePairUnit::byte ? 1 : utf8_at(word, at).length;
  }
  /// Byte fallback is all or nothing: each byte of the character must have its piece.
  bool has_bytes_of(std::string_view unit) const {
    return options.byte_fallback && !vocabulary.byte_ids.empty() &&
           std::all_of(unit.begin(), unit.end(), [&](char byte) {
             return vocabulary.byte_ids[static_cast<unsigned char>(byte)] != kNoPiece;
           });
  }
  static size_t join_of(char before, char after) {
    return size_t{static_cast<unsigned char>(before)} << 8 | static_cast<unsigned char>(after);
  }
  /// Nothing can merge across the place before word[i], i > 0.
  bool may_cut(std::string_view word, size_t i) const {
    const bool within_character =
        options.unit == BytePairUnit::character && (word[i] & 0xC0) == 0x80;
    return !joins[join_of(word[i - 1], word[i])] && !within_character;
  }
  std::string shown(uint32_t id) const { return utf8_replace_invalid(piece(id)); }

  void check_ids();
  void add_bytes();
  void add_characters();
  std::vector<RankedPair> pairs_of_merges();
  std::vector<RankedPair> pairs_of_scores();
  void add_join(std::string_view left, std::string_view right);
  void find_whole();
  uint32_t symbol_of_unit(std::string_view unit) const;
  uint32_t symbol_of_part(std::string_view part) const;

  const std::string name;
  const BytePairOptions options;
  const BytePairVocabulary vocabulary;
  const PieceIndex index;
  std::array<uint32_t, 256> byte_symbols{};  // unit byte
  CharacterTable characters;                 // unit character
  // unit character: symbols of bytes that are not UTF-8, kUnknown for nearly every vocabulary
  std::array<uint32_t, 256> stray_symbols{};
  PairTable pairs;
  std::vector<bool> whole;  // [vocab_size] merging what the piece spells makes the piece
  bool has_unused = false;  // splits are remembered across the text: no cache, no cuts
  // [256 x 256] some merge has a left part that ends with the first byte and a right part that
  // begins with the second. Where none has, a word may be cut.
  std::bitset<65536> joins;
  // No merge joins another character with a U+2581 behind it: there texts fall into words, as
  // dropout understands them.
  bool cuts_at_space = options.unit == BytePairUnit::character;
  size_t longest_piece = 0;  // bytes
};

void BytePairModel::Impl::check_ids() {
  const size_t size = vocabulary.pieces.size();
  require(size < kNoPiece, ErrorKind::bad_data, "{}: {} pieces; at most 2^32 - 2 are possible",
          name, size);
  require(options.unknown_id < static_cast<int64_t>(size), ErrorKind::bad_data,
          "{}: the unknown id is {}, but the vocabulary has {} ids", name, options.unknown_id,
          size);
  require(vocabulary.scores.empty() || vocabulary.merges.empty(), ErrorKind::bad_data,
          "{}: has merges and scores; only one of them may rank the pieces", name);
  require(vocabulary.scores.empty() || vocabulary.scores.size() == size, ErrorKind::bad_data,
          "{}: {} scores for {} pieces", name, vocabulary.scores.size(), size);
  require(vocabulary.unused.empty() || vocabulary.unused.size() == size, ErrorKind::bad_data,
          "{}: {} marks of unused pieces for {} pieces", name, vocabulary.unused.size(), size);
  require(vocabulary.byte_ids.empty() || vocabulary.byte_ids.size() == 256, ErrorKind::bad_data,
          "{}: {} pieces of byte fallback; there are 256 bytes", name, vocabulary.byte_ids.size());
  for (const uint32_t id : vocabulary.byte_ids) {
    require(id == kNoPiece || id < size, ErrorKind::bad_data,
            "{}: byte fallback names id {}, but the vocabulary has {} ids", name, id, size);
  }
}

void BytePairModel::Impl::add_bytes() {
  for (size_t byte = 0; byte < 256; ++byte) {
    const char text = static_cast<char>(byte);
    byte_symbols[byte] = find({&text, 1});
    require(byte_symbols[byte] != kNoPiece || !options.byte_fallback, ErrorKind::bad_data,
            "{}: byte 0x{:02X} is no piece; byte fallback is for merges over characters, with "
            "merges over bytes each of the 256 must be a piece",
            name, byte);
  }
}

void BytePairModel::Impl::add_characters() {
  stray_symbols.fill(kUnknown);
  uint32_t parts = vocab_size();  // characters that are only parts get symbols from here on
  const auto add = [&](std::string_view unit, int32_t code_point) {
    uint32_t symbol = find(unit);
    if (symbol == kNoPiece || is_unused(symbol)) {
      if (symbol_of_unit(unit) != kUnknown) {
        return;
      }
      symbol = parts++;
    }
    if (code_point < 0) {
      stray_symbols[static_cast<unsigned char>(unit[0])] = symbol;
    } else {
      characters.set(code_point, symbol);
    }
  };
  for (const std::string& piece : vocabulary.pieces) {
    for (size_t i = 0; i < piece.size();) {
      const Utf8Unit unit = utf8_at(piece, i);
      if (unit.length == piece.size() || !vocabulary.scores.empty()) {
        add(std::string_view(piece).substr(i, unit.length), unit.code_point);
      }
      i += unit.length;
    }
  }
}

uint32_t BytePairModel::Impl::symbol_of_unit(std::string_view unit) const {
  const int32_t code_point = utf8_at(unit, 0).code_point;
  return code_point < 0 ? stray_symbols[static_cast<unsigned char>(unit[0])]
                        : characters.find(code_point);
}

std::vector<RankedPair> BytePairModel::Impl::pairs_of_merges() {
  // What such pieces spell and the text they stand for differ, so in a merge they have no meaning.
  std::unordered_set<uint32_t> bytes;
  if (options.byte_fallback) {
    bytes.insert(vocabulary.byte_ids.begin(), vocabulary.byte_ids.end());
  }
  std::vector<RankedPair> found;
  for (size_t rank = 0; rank < vocabulary.merges.size(); ++rank) {
    const auto [left, right] = vocabulary.merges[rank];
    for (const uint32_t part : {left, right}) {
      require(part < vocab_size() && !piece(part).empty(), ErrorKind::bad_data,
              "{}: merge {} names id {}, which is no text", name, rank, part);
      require(part != options.unknown_id, ErrorKind::bad_data,
              "{}: merge {} has the part \"{}\", which is the unknown piece; such merges are not "
              "supported",
              name, rank, shown(part));
    }
    const uint32_t result = find(vocabulary.pieces[left] + vocabulary.pieces[right]);
    require(result != kNoPiece, ErrorKind::bad_data,
            "{}: merge {} makes \"{}\" + \"{}\", which is no piece of the vocabulary", name, rank,
            shown(left), shown(right));
    for (const uint32_t id : {left, right, result}) {
      require(
          !bytes.contains(id), ErrorKind::bad_data,
          "{}: merge {} has or makes \"{}\", which is a piece of byte fallback; such merges are "
          "not supported",
          name, rank, shown(id));
    }
    found.push_back({left, right, {static_cast<uint32_t>(rank), result}});
    add_join(piece(left), piece(right));
  }
  return found;
}

uint32_t BytePairModel::Impl::symbol_of_part(std::string_view part) const {
  return utf8_at(part, 0).length == part.size() ? symbol_of_unit(part) : find(part);
}

// Every way to cut a piece into two symbols is a merge; its rank is the place of the score.
std::vector<RankedPair> BytePairModel::Impl::pairs_of_scores() {
  require(options.unit == BytePairUnit::character, ErrorKind::bad_data,
          "{}: scores rank merges over characters, not over bytes", name);
  require(!options.ignore_merges, ErrorKind::bad_data,
          "{}: ignore_merges is for lists of merges; this model has scores", name);
  std::vector<float> levels = vocabulary.scores;
  for (const float score : levels) {
    require(std::isfinite(score), ErrorKind::bad_data, "{}: a score is {}; it must be finite", name,
            score);
  }
  std::sort(levels.begin(), levels.end(), std::greater<>());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());

  std::vector<uint32_t> sorted;  // ids by their text: behind each piece those that begin with it
  for (uint32_t id = 0; id < vocab_size(); ++id) {
    require(piece(id).size() <= kLongestScoredPiece, ErrorKind::bad_data,
            "{}: piece {} has {} bytes; at most {} are supported", name, id, piece(id).size(),
            kLongestScoredPiece);
    has_unused |= is_unused(id);
    if (!piece(id).empty()) {
      sorted.push_back(id);
    }
  }
  std::sort(sorted.begin(), sorted.end(),
            [&](uint32_t a, uint32_t b) { return piece(a) < piece(b); });

  std::vector<RankedPair> found;
  std::vector<uint32_t> beginnings;  // the pieces that the one at hand begins with, shortest first
  for (const uint32_t id : sorted) {
    const std::string_view text = piece(id);
    const auto level =
        std::lower_bound(levels.begin(), levels.end(), vocabulary.scores[id], std::greater<>());
    const Merge merge{static_cast<uint32_t>(level - levels.begin()), id};
    const auto add = [&](size_t cut, uint32_t left) {
      const uint32_t right = symbol_of_part(text.substr(cut));
      if (right != kUnknown) {
        found.push_back({left, right, merge});
        add_join(text.substr(0, cut), text.substr(cut));
      }
    };
    while (!beginnings.empty() && !text.starts_with(piece(beginnings.back()))) {
      beginnings.pop_back();
    }
    const size_t first = utf8_at(text, 0).length;
    if (first < text.size()) {
      add(first, symbol_of_unit(text.substr(0, first)));
    }
    for (const uint32_t left : beginnings) {
      if (piece(left).size() > first) {
        add(piece(left).size(), left);
      }
    }
    beginnings.push_back(id);
  }
  return found;
}

void BytePairModel::Impl::add_join(std::string_view left, std::string_view right) {
  joins.set(join_of(left.back(), right.front()));
  cuts_at_space &= left.ends_with(kSpace) || !right.starts_with(kSpace);
}

namespace {

// ---------------------------------------------------------------------------------- the merging

/// The memory in which one word at a time is merged.
class Merging {
 public:
  explicit Merging(const BytePairModel::Impl& model) : model_(model) {}

  /// The symbols of `word`, which is not empty, merged; valid until the next call.
  std::span<const uint32_t> merge(std::string_view word) {
    start(word);
    if (symbols_.size() <= kShort && !model_.has_unused) {
      merge_short();
    } else {
      merge_long([] { return size_t{0}; });
    }
    return symbols_;
  }

  /// The same with dropout. The words of a document draw different numbers, for a word of n bytes
  /// has at most n steps.
  std::span<const uint32_t> merge(std::string_view word, const BytePairDropout& dropout,
                                  uint64_t document, uint64_t position) {
    start(word);
    if (dropout.probability < 1) {
      merge_long([&] {
        // How many of the best merges are left out: k or more with probability p^k.
        const double draw = uniform_at(dropout.seed, document, position++);
        size_t left_out = 0;
        for (double bound = dropout.probability; draw < bound && left_out < symbols_.size();
             bound *= dropout.probability) {
          ++left_out;
        }
        return left_out;
      });
    }
    return symbols_;
  }

  /// Calls use(part) for the symbols an UNUSED piece was last made of, down to those in use.
  template <typename Use>
  void take_apart(uint32_t symbol, Use&& use) {
    stack_.assign(1, symbol);
    while (!stack_.empty()) {
      const uint32_t top = stack_.back();
      stack_.pop_back();
      const auto split = model_.is_unused(top) ? splits_.find(top) : splits_.end();
      if (split == splits_.end()) {
        use(top);
      } else {
        stack_.push_back(split->second.second);
        stack_.push_back(split->second.first);
      }
    }
  }

 private:
  static constexpr size_t kShort = 64;

  void start(std::string_view word) {
    symbols_.clear();
    splits_.clear();
    if (model_.options.unit == BytePairUnit::byte) {
      for (const char byte : word) {
        symbols_.push_back(model_.byte_symbols[static_cast<unsigned char>(byte)]);
      }
      return;
    }
    for (size_t i = 0; i < word.size();) {
      const Utf8Unit unit = utf8_at(word, i);
      symbols_.push_back(unit.code_point < 0
                             ? model_.stray_symbols[static_cast<unsigned char>(word[i])]
                             : model_.characters.find(unit.code_point));
      i += unit.length;
    }
  }

  /// Scans for the smallest rank and closes the gap after each merge.
  void merge_short() {
    size_t count = symbols_.size();
    std::array<uint32_t, kShort> ranks;
    std::array<uint32_t, kShort> results;
    uint32_t* const symbols = symbols_.data();
    const auto look_up = [&](size_t i) {
      const Merge merge = model_.pairs.find(symbols[i], symbols[i + 1]);
      ranks[i] = merge.rank;
      results[i] = merge.result;
    };
    for (size_t i = 0; i + 1 < count; ++i) {
      look_up(i);
    }
    ranks[count - 1] = kNoRank;
    results[count - 1] = 0;
    while (count > 1) {
      uint32_t best = kNoRank;
      size_t at = 0;
      for (size_t i = 0; i + 1 < count; ++i) {
        if (ranks[i] < best) {
          best = ranks[i];
          at = i;
        }
      }
      if (best == kNoRank) {
        break;
      }
      symbols[at] = results[at];
      --count;
      for (size_t i = at + 1; i < count; ++i) {
        symbols[i] = symbols[i + 1];
        ranks[i] = ranks[i + 1];
        results[i] = results[i + 1];
      }
      if (at > 0) {
        look_up(at - 1);
      }
      if (at + 1 < count) {
        look_up(at);
      }
    }
    symbols_.resize(count);
  }

  /// Keeps a heap of merges. Before each merge left_out() says how many of the best are passed
  /// over.
  template <typename LeftOut>
  void merge_long(LeftOut&& left_out) {
    const size_t count = symbols_.size();
    ranks_.assign(count, kNoRank);
    results_.resize(count);
    next_.resize(count);
    before_.resize(count);
    heap_.clear();
    for (size_t i = 0; i < count; ++i) {
      next_[i] = static_cast<uint32_t>(i + 1);
      before_[i] = static_cast<uint32_t>(i - 1);
      if (i + 1 < count && look_up(i)) {
        heap_.push_back(entry(i));
      }
    }
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
    std::optional<uint64_t> best;
    while (true) {
      passed_over_.clear();
      for (size_t k = left_out(); (best = pop()).has_value() && k > 0; --k) {
        passed_over_.push_back(*best);
      }
      if (!best.has_value()) {
        break;
      }
      for (const uint64_t one : passed_over_) {
        push(one);
      }
      const auto at = static_cast<uint32_t>(*best);
      const uint32_t gone = next_[at];
      symbols_[at] = results_[at];
      ranks_[gone] = kNoRank;
      ranks_[at] = kNoRank;
      next_[at] = next_[gone];
      if (next_[at] < count) {
        before_[next_[at]] = at;
      }
      if (at > 0 && look_up(before_[at])) {
        push(entry(before_[at]));
      }
      if (next_[at] < count && look_up(at)) {
        push(entry(at));
      }
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i = next_[i]) {
      symbols_[kept++] = symbols_[i];
    }
    symbols_.resize(kept);
  }

  uint64_t entry(size_t i) const { return uint64_t{ranks_[i]} << 32 | i; }
  void push(uint64_t one) {
    heap_.push_back(one);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }
  /// The best merge that is still possible.
  std::optional<uint64_t> pop() {
    while (!heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      const uint64_t one = heap_.back();
      heap_.pop_back();
      // An equal entry is an older one of this place, whose score the new pair happens to share.
      const bool stale = ranks_[static_cast<uint32_t>(one)] != one >> 32;
      if (!stale && (heap_.empty() || heap_.front() != one)) {
        return one;
      }
    }
    return std::nullopt;
  }
  bool look_up(size_t i) {
    const Merge merge = model_.pairs.find(symbols_[i], symbols_[next_[i]]);
    ranks_[i] = merge.rank;
    results_[i] = merge.result;
    if (merge.rank != kNoRank && model_.is_unused(merge.result)) {
      splits_[merge.result] = {symbols_[i], symbols_[next_[i]]};
    }
    return merge.rank != kNoRank;
  }

  const BytePairModel::Impl& model_;
  std::vector<uint32_t> symbols_;
  std::vector<uint32_t> ranks_, results_, next_, before_;
  std::vector<uint64_t> heap_, passed_over_;
  // What an unused piece was last seen to be made of, as in SentencePiece.
  std::unordered_map<uint32_t, std::pair<uint32_t, uint32_t>> splits_;
  std::vector<uint32_t> stack_;
};

}  // namespace

void BytePairModel::Impl::find_whole() {
  whole.assign(vocab_size(), false);
  Merging merging(*this);
  for (uint32_t id = 0; id < vocab_size() && !has_unused; ++id) {
    if (!piece(id).empty()) {
      const std::span<const uint32_t> symbols = merging.merge(piece(id));
      whole[id] = symbols.size() == 1 && symbols[0] == id;
      longest_piece = std::max(longest_piece, piece(id).size());
    }
  }
}

BytePairModel::BytePairModel(BytePairVocabulary vocabulary, const BytePairOptions& options,
                             const std::string& name)
    : impl_(std::make_unique<const Impl>(std::move(vocabulary), options, name)) {}
BytePairModel::~BytePairModel() = default;
BytePairModel::BytePairModel(BytePairModel&&) noexcept = default;

uint32_t BytePairModel::vocab_size() const { return impl_->vocab_size(); }
std::string_view BytePairModel::piece(uint32_t id) const { return impl_->piece(id); }
std::optional<uint32_t> BytePairModel::find(std::string_view bytes) const {
  const uint32_t id = impl_->find(bytes);
  return id == kNoPiece ? std::nullopt : std::optional<uint32_t>(id);
}
const BytePairOptions& BytePairModel::options() const { return impl_->options; }

// ---------------------------------------------------------------------------------- the encoder

namespace {

/// Words and their ids, the last word that came to a place. An entry is one cache line.
class WordCache {
 public:
  /// A short word in registers. Words of one length have different bytes[].
  struct Key {
    std::array<uint64_t, 3> bytes{};
    uint32_t length = 0;  // of the word, and kPart

    bool operator==(const Key& other) const {
      return ((bytes[0] ^ other.bytes[0]) | (bytes[1] ^ other.bytes[1]) |
              (bytes[2] ^ other.bytes[2]) | (length ^ other.length)) == 0;
    }
    bool is_ascii() const { return ((bytes[0] | bytes[1] | bytes[2]) & 0x8080808080808080) == 0; }
    uint64_t hash() const { return mix(mix(mix(bytes[0] ^ length) ^ bytes[1]) ^ bytes[2]); }
  };
  struct alignas(64) Entry {
    Key key;             // length 0: the entry is empty
    uint32_t count = 0;  // of ids
    std::array<uint32_t, 7> ids{};
  };
  static_assert(sizeof(Entry) == 64);
  static constexpr size_t kLongest = 24;    // bytes of a word
  static constexpr uint32_t kPart = 0x100;  // the word is a part of a longer one

  explicit WordCache(bool used) : entries_(used ? kEntries : 0) {}
  /// Loads may overlap, and none leaves the word. 1 <= word.size() <= kLongest.
  static Key key_of(std::string_view word) {
    const char* const begin = word.data();
    const char* const end = begin + word.size();
    const auto length = static_cast<uint32_t>(word.size());
    if (length > 16) {
      return {{load<uint64_t>(begin), load<uint64_t>(begin + 8), load<uint64_t>(end - 8)}, length};
    }
    if (length >= 8) {
      return {{load<uint64_t>(begin), load<uint64_t>(end - 8), 0}, length};
    }
    if (length >= 4) {
      return {{load<uint32_t>(begin) | load<uint32_t>(end - 4) << 32, 0, 0}, length};
    }
    const auto byte = [&](size_t i) { return uint64_t{static_cast<unsigned char>(begin[i])}; };
    return {{byte(0) | byte(length / 2) << 8 | byte(length - 1) << 16, 0, 0}, length};
  }
  /// The entry that holds the word, if entry.key == key, or that may be made to hold it.
  Entry& at(const Key& key) { return entries_[key.hash() & (kEntries - 1)]; }

 private:
  static constexpr size_t kEntries = 1 << 14;  // 1 MiB

  template <typename T>
  static uint64_t load(const char* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
  }

  std::vector<Entry> entries_;
};

}  // namespace

struct BytePairEncoder::Impl {
  Impl(std::shared_ptr<const BytePairModel> model_in, const BytePairDropout& dropout_in)
      : owner(std::move(model_in)),
        model(owner->impl()),
        dropout(dropout_in),
        merging(model),
        cache(dropout.probability == 0) {
    require(dropout.probability >= 0 && dropout.probability <= 1, ErrorKind::bad_option,
            "the probability of BPE-dropout is {}; it must be from 0 to 1", dropout.probability);
  }

  void encode(std::string_view word, std::vector<uint32_t>& out, uint64_t position);
  void sample(std::string_view word, std::vector<uint32_t>& out, uint64_t document,
              uint64_t position);
  void encode_parts(std::string_view word, std::vector<uint32_t>& out, uint64_t position);
  void encode_short(const WordCache::Key& key, std::string_view word, std::vector<uint32_t>& out,
                    uint64_t position);
  void encode_any(std::string_view word, bool is_part, std::vector<uint32_t>& out,
                  uint64_t position);
  void write(uint32_t id, std::vector<uint32_t>& out);
  void write_unknown(std::vector<uint32_t>& out);
  void resolve(std::span<const uint32_t> symbols, std::string_view word, std::vector<uint32_t>& out,
               uint64_t position);

  const std::shared_ptr<const BytePairModel> owner;
  const BytePairModel::Impl& model;
  const BytePairDropout dropout;
  Merging merging;
  WordCache cache;
  std::vector<size_t> unknown_lengths;
  size_t unknown = 0;  // bytes of the unknown characters not yet written down
};

void BytePairEncoder::Impl::encode(std::string_view word, std::vector<uint32_t>& out,
                                   uint64_t position) {
  if (word.size() <= WordCache::kLongest && !model.has_unused) {
    const WordCache::Key key = WordCache::key_of(word);
    if (key.is_ascii()) {  // in such a word nearly every two letters can merge
      encode_short(key, word, out, position);
      return;
    }
  }
  encode_parts(word, out, position);
}

void BytePairEncoder::Impl::encode_parts(std::string_view word, std::vector<uint32_t>& out,
                                         uint64_t position) {
  if (model.has_unused) {
    resolve(merging.merge(word), word, out, position);
    return;
  }
  if (model.options.ignore_merges && word.size() <= model.longest_piece) {
    const uint32_t id = model.find(word);
    if (id != kNoPiece) {
      write(id, out);
      return;
    }
  }
  size_t begin = 0;
  for (size_t i = 1; i <= word.size(); ++i) {
    if (i < word.size() && !model.may_cut(word, i)) {
      continue;
    }
    const std::string_view part = word.substr(begin, i - begin);
    if (part.size() <= WordCache::kLongest && unknown == 0) {
      WordCache::Key key = WordCache::key_of(part);
      key.length |= model.options.ignore_merges ? WordCache::kPart : 0;
      encode_short(key, part, out, position + begin);
    } else {
      encode_any(part, true, out, position + begin);
    }
    begin = i;
  }
}

void BytePairEncoder::Impl::encode_short(const WordCache::Key& key, std::string_view word,
                                         std::vector<uint32_t>& out, uint64_t position) {
  WordCache::Entry& entry = cache.at(key);
  if (entry.key == key) {
    if (entry.count == 1) {
      out.push_back(entry.ids[0]);
    } else {
      out.insert(out.end(), entry.ids.begin(), entry.ids.begin() + entry.count);
    }
    return;
  }
  const size_t first = out.size();
  const size_t lengths = unknown_lengths.size();
  encode_any(word, key.length > WordCache::kLongest, out, position);
  const size_t count = out.size() - first;
  if (count <= entry.ids.size() && unknown == 0 && unknown_lengths.size() == lengths) {
    entry.key = key;
    entry.count = static_cast<uint32_t>(count);
    std::copy(out.end() - static_cast<std::ptrdiff_t>(count), out.end(), entry.ids.begin());
  }
}

void BytePairEncoder::Impl::encode_any(std::string_view word, bool is_part,
                                       std::vector<uint32_t>& out, uint64_t position) {
  const uint32_t id = word.size() <= model.longest_piece ? model.find(word) : kNoPiece;
  if (id != kNoPiece && (model.whole[id] || (model.options.ignore_merges && !is_part))) {
    write(id, out);
  } else {
    resolve(merging.merge(word), word, out, position);
  }
}

void BytePairEncoder::Impl::sample(std::string_view word, std::vector<uint32_t>& out,
                                   uint64_t document, uint64_t position) {
  size_t begin = 0;
  for (size_t i = 1; i <= word.size(); ++i) {
    const bool end =
        i == word.size() || (model.cuts_at_space && word.substr(i).starts_with(kSpace) &&
                             !word.substr(0, i).ends_with(kSpace));
    if (end) {
      const std::string_view part = word.substr(begin, i - begin);
      resolve(merging.merge(part, dropout, document, position + begin), part, out,
              position + begin);
      begin = i;
    }
  }
}

void BytePairEncoder::Impl::write(uint32_t id, std::vector<uint32_t>& out) {
  write_unknown(out);
  out.push_back(id);
  if (id == model.options.unknown_id) {
    unknown_lengths.push_back(model.piece(id).size());
  }
}

void BytePairEncoder::Impl::write_unknown(std::vector<uint32_t>& out) {
  if (unknown > 0) {
    out.push_back(static_cast<uint32_t>(model.options.unknown_id));
    unknown_lengths.push_back(unknown);
    unknown = 0;
  }
}

// Symbols become ids. As in tokenizers, an unknown character is written down only when a known one
// follows (or, unless they are fused, the next unknown one): bytes of byte fallback overtake it.
void BytePairEncoder::Impl::resolve(std::span<const uint32_t> symbols, std::string_view word,
                                    std::vector<uint32_t>& out, uint64_t position) {
  size_t at = 0;
  const auto resolve_one = [&](uint32_t symbol) {
    if (symbol < model.vocab_size()) {
      write(symbol, out);
      at += model.piece(symbol).size();
      return;
    }
    const std::string_view unit = word.substr(at, model.unit_length(word, at));
    at += unit.size();
    if (model.has_bytes_of(unit)) {
      for (const char byte : unit) {
        out.push_back(model.vocabulary.byte_ids[static_cast<unsigned char>(byte)]);
      }
      return;
    }
    require(model.options.unknown_id >= 0, ErrorKind::bad_data,
            "{}: \"{}\" at byte {} cannot be spelled with this vocabulary, which has no unknown "
            "piece",
            model.name, utf8_replace_invalid(unit), position + at - unit.size());
    if (!model.options.fuse_unknown) {
      write_unknown(out);
    }
    unknown += unit.size();
  };
  for (const uint32_t symbol : symbols) {
    if (model.has_unused && model.is_unused(symbol)) {
      merging.take_apart(symbol, resolve_one);
    } else {
      resolve_one(symbol);
    }
  }
}

BytePairEncoder::BytePairEncoder(std::shared_ptr<const BytePairModel> model,
                                 const BytePairDropout& dropout)
    : impl_(std::make_unique<Impl>(std::move(model), dropout)) {}
BytePairEncoder::~BytePairEncoder() = default;
BytePairEncoder::BytePairEncoder(BytePairEncoder&&) noexcept = default;

void BytePairEncoder::encode(std::string_view word, std::vector<uint32_t>& out, uint64_t document,
                             uint64_t position) {
  require(word.size() < UINT32_MAX, ErrorKind::bad_data,
          "{}: a word has {} bytes; at most 2^32 - 2 are possible", impl_->model.name, word.size());
  impl_->unknown_lengths.clear();
  impl_->unknown = 0;
  if (word.empty()) {
    return;
  }
  if (impl_->dropout.probability > 0) {
    impl_->sample(word, out, document, position);
  } else {
    impl_->encode(word, out, position);
  }
  impl_->write_unknown(out);
}

const std::vector<size_t>& BytePairEncoder::unknown_lengths() const {
  return impl_->unknown_lengths;
}

}  // namespace yonder::tokenizer
