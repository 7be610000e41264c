// SPDX-License-Identifier: Apache-2.0
// The tables of a BytePairModel, from a vocabulary's merges or scores.
#include "yonder/base/error.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/bpe/byte_pair.h"
#include "yonder/tokenizer/bpe/internal/byte_pair_impl.h"
#include "yonder/tokenizer/bpe/internal/merging.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

namespace yonder::tokenizer {

using namespace internal;

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

}  // namespace yonder::tokenizer
