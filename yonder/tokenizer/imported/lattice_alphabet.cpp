// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/imported/lattice_alphabet.h"

#include "yonder/base/error.h"
#include "yonder/base/utf8.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace yonder::tokenizer {
namespace {

constexpr size_t kCodePoints = 0x110000;

// Counts only lay out the trie: nodes of likely pieces lie together.
uint64_t layout_count(double score) {
  constexpr double kLargest = 1e12;
  return 1 + static_cast<uint64_t>(kLargest * std::exp(std::min(score, 0.0)));
}

std::string in_alphabet(std::string_view piece) {
  std::string bytes(piece);
  std::replace(bytes.begin(), bytes.end(), '\n', LatticeAlphabet::kNewline);
  return bytes;
}

}  // namespace

LatticeAlphabet::LatticeAlphabet(const std::vector<ScoredPiece>& pieces, bool has_unknown,
                                 double unknown_score, Arithmetic arithmetic,
                                 const std::string& name)
    : known_(kCodePoints), has_unknown_(has_unknown) {
  std::vector<CountedPiece> counted;
  std::vector<double> scores;
  std::set<int32_t> inside;  // characters of longer pieces
  std::vector<bool> alone(kCodePoints);
  ids_.assign(kFirstPieceId, kUnknownId);
  const auto add = [&](std::string bytes, double score, uint32_t id) {
    counted.push_back({std::move(bytes), layout_count(score)});
    scores.push_back(score);
    ids_.push_back(id);
  };
  for (const ScoredPiece& piece : pieces) {
    require(utf8_first_error(piece.text) == std::string_view::npos, ErrorKind::bad_data,
            "{}: the piece of id {} is not UTF-8", name, piece.id);
    require(!piece.text.empty(), ErrorKind::bad_data, "{}: the piece of id {} is empty", name,
            piece.id);
    require(std::isfinite(piece.score) && piece.score <= 0, ErrorKind::bad_data,
            "{}: the score of id {} is {}; a log-probability is a finite number <= 0", name,
            piece.id, piece.score);
    for (size_t at = 0; at < piece.text.size();) {
      const Utf8Unit unit = utf8_at(piece.text, at);
      known_[static_cast<size_t>(unit.code_point)] = true;
      if (unit.length == piece.text.size()) {
        alone[static_cast<size_t>(unit.code_point)] = true;
      } else {
        inside.insert(unit.code_point);
      }
      at += unit.length;
    }
    if (engine_ids_.size() <= piece.id) {
      engine_ids_.resize(piece.id + size_t{1});
    }
    engine_ids_[piece.id] = static_cast<uint32_t>(ids_.size());
    add(in_alphabet(piece.text), piece.score, piece.id);
  }
  if (has_unknown) {
    for (const int32_t code_point : inside) {
      if (!alone[static_cast<size_t>(code_point)]) {
        std::string character;
        utf8_append(character, code_point);
        add(in_alphabet(character), unknown_score, kUnknownId);
      }
    }
    add(std::string(1, kUnknown), unknown_score, kUnknownId);
  }
  add(std::string(1, kCut), 0, kCutId);
  engine_ = std::make_shared<const UnigramModel>(
      Vocabulary(std::move(counted), std::move(scores), name), arithmetic);
}

bool LatticeAlphabet::known(int32_t code_point) const {
  return code_point >= 0 && known_[static_cast<size_t>(code_point)];
}

void LatticeAlphabet::append(std::string_view word, size_t offset, std::string& lattice) const {
  for (size_t at = 0; at < word.size();) {
    const Utf8Unit unit = utf8_at(word, at);
    if (!known(unit.code_point)) {
      require(has_unknown_, ErrorKind::bad_data,
              "no piece contains the character at byte offset {}, and the model has no unknown "
              "token; use a vocabulary that covers the text",
              offset + at);
      lattice += kUnknown;
    } else if (unit.code_point == '\n') {
      lattice += kNewline;
    } else {
      lattice.append(word, at, unit.length);
    }
    at += unit.length;
  }
}

}  // namespace yonder::tokenizer
