// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/vocabulary.h"

#include "yonder/base/error.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>

namespace yonder::tokenizer {
namespace {

// Of an id that no piece has: never read, since no piece leads there.
constexpr double kUnused = -std::numeric_limits<double>::infinity();

/// A piece as it can stand in a message: printable ASCII as it is, other bytes as \xNN.
std::string shown(std::string_view bytes) {
  std::string out;
  for (const char c : bytes.substr(0, 40)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", byte);
    }
  }
  return bytes.size() > 40 ? out + "..." : out;
}

}  // namespace

Vocabulary::Vocabulary(std::vector<CountedPiece> pieces, const std::string& name)
    : pieces_(std::move(pieces)) {
  build(name, true);
  const double log_total = total_ == 0 ? 0 : log_count(total_);
  log_probability_.reserve(pieces_.size());
  for (const CountedPiece& piece : pieces_) {
    log_probability_.push_back(piece.count == 0 ? kUnused : log_count(piece.count) - log_total);
  }
}

Vocabulary::Vocabulary(std::vector<CountedPiece> pieces, std::vector<double> log_probabilities,
                       const std::string& name)
    : pieces_(std::move(pieces)), log_probability_(std::move(log_probabilities)) {
  require(log_probability_.size() == pieces_.size(), ErrorKind::bad_data,
          "{}: {} log-probabilities were given for {} pieces; there must be one for each, in id "
          "order",
          name, log_probability_.size(), pieces_.size());
  require_log_probabilities(name);
  build(name, true);
}

Vocabulary Vocabulary::from_checked(std::vector<CountedPiece> pieces,
                                    std::vector<double> log_probabilities,
                                    const std::string& name) {
  Vocabulary vocabulary;
  vocabulary.pieces_ = std::move(pieces);
  vocabulary.log_probability_ = std::move(log_probabilities);
  vocabulary.require_log_probabilities(name);
  vocabulary.build(name, false);
  return vocabulary;
}

void Vocabulary::require_log_probabilities(const std::string& name) const {
  for (size_t i = 0; i < log_probability_.size(); ++i) {
    require(
        pieces_[i].count == 0 || (std::isfinite(log_probability_[i]) && log_probability_[i] <= 0),
        ErrorKind::bad_data,
        "{}: the log-probability of id {} is {}; it must be a finite number <= 0", name,
        i + kFirstPieceId, log_probability_[i]);
  }
}

void Vocabulary::build(const std::string& name, bool look_for_repeats) {
  require(pieces_.size() < (size_t{1} << 31), ErrorKind::bad_data,
          "{}: {} pieces are more than the 2^31 that ids allow", name, pieces_.size());
  for (size_t i = 0; i < pieces_.size(); ++i) {
    const CountedPiece& piece = pieces_[i];
    const auto id = static_cast<uint32_t>(i) + kFirstPieceId;
    if (piece.bytes.empty() && piece.count == 0) {
      continue;
    }
    require(!piece.bytes.empty(), ErrorKind::bad_data, "{}: id {} is an empty piece", name, id);
    require(piece.count > 0, ErrorKind::bad_data,
            "{}: id {} (\"{}\") has count 0; counts are whole numbers >= 1", name, id,
            shown(piece.bytes));
    require(piece.bytes.size() < (size_t{1} << 31), ErrorKind::bad_data,
            "{}: id {} is {} bytes long; pieces are shorter than 2^31 bytes", name, id,
            piece.bytes.size());
    total_ += piece.count;
    max_length_ = std::max(max_length_, static_cast<uint32_t>(piece.bytes.size()));
    single_bytes_ += piece.bytes.size() == 1 ? 1 : 0;
  }
  if (look_for_repeats) {
    require_distinct(name);
  }
}

void Vocabulary::require_distinct(const std::string& name) const {
  // Sorted by hash, equal pieces are neighbours; a table of strings costs more.
  std::vector<std::pair<size_t, uint32_t>> hashes;
  hashes.reserve(pieces_.size());
  for (uint32_t i = 0; i < pieces_.size(); ++i) {
    if (!pieces_[i].bytes.empty()) {
      hashes.emplace_back(std::hash<std::string_view>{}(pieces_[i].bytes), i);
    }
  }
  std::sort(hashes.begin(), hashes.end());
  for (size_t i = 0; i < hashes.size(); ++i) {
    for (size_t j = i + 1; j < hashes.size() && hashes[j].first == hashes[i].first; ++j) {
      const uint32_t a = hashes[i].second;
      const uint32_t b = hashes[j].second;
      require(pieces_[a].bytes != pieces_[b].bytes, ErrorKind::bad_data,
              "{}: ids {} and {} are the same piece \"{}\"", name, a + kFirstPieceId,
              b + kFirstPieceId, shown(pieces_[a].bytes));
    }
  }
}

double log_count(unsigned __int128 count) {
  YONDER_CHECK(count > 0);
  return static_cast<double>(std::log(static_cast<long double>(count)));
}

void sort_by_id_order(std::vector<CountedPiece>& pieces) {
  std::sort(pieces.begin(), pieces.end(), [](const CountedPiece& a, const CountedPiece& b) {
    return a.bytes.size() != b.bytes.size() ? a.bytes.size() < b.bytes.size() : a.bytes < b.bytes;
  });
}

}  // namespace yonder::tokenizer
