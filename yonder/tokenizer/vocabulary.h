// SPDX-License-Identifier: Apache-2.0
// A unigram vocabulary: byte strings with counts, their ids and log-probabilities.
//
// Ids 0, 1, 2 are <pad>, <bos>, <eos>; pieces follow from id 3 (BytePiece's layout).
// log p(w) = log c(w) - log(sum of all c), natural logarithm, IEEE double.
// Source: kexue.fm 9752; tests: vocabulary_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

inline constexpr uint32_t kPadId = 0;
inline constexpr uint32_t kBosId = 1;
inline constexpr uint32_t kEosId = 2;
inline constexpr uint32_t kFirstPieceId = 3;

/// One piece with its count, as trainers and file readers hand it over. Empty bytes with count 0
/// stand for an id that no piece has (a gap in a model file).
struct CountedPiece {
  std::string bytes;
  uint64_t count = 0;  // >= 1
};

class Vocabulary {
 public:
  Vocabulary() = default;
  /// pieces: in id order, the first gets id 3. Throws Error(bad_data) for an empty or repeated
  /// piece or a count of 0; `name` stands in messages.
  Vocabulary(std::vector<CountedPiece> pieces, const std::string& name);
  /// The same with log-probabilities given (exact replay of another program's logarithms).
  Vocabulary(std::vector<CountedPiece> pieces, std::vector<double> log_probabilities,
             const std::string& name);

  /// The same for pieces that were checked when they were stored (the binary cache): repeated
  /// pieces are not looked for.
  static Vocabulary from_checked(std::vector<CountedPiece> pieces,
                                 std::vector<double> log_probabilities, const std::string& name);

  /// Number of ids, the three special ones included.
  uint32_t size() const { return static_cast<uint32_t>(pieces_.size()) + kFirstPieceId; }
  /// Bytes of a piece; id in 3..size()-1. Empty for an id that no piece has.
  std::string_view piece(uint32_t id) const { return pieces_[id - kFirstPieceId].bytes; }
  uint64_t count(uint32_t id) const { return pieces_[id - kFirstPieceId].count; }
  /// Natural log of the piece's probability.
  double log_probability(uint32_t id) const { return log_probability_[id - kFirstPieceId]; }
  /// Pieces in id order.
  const std::vector<CountedPiece>& pieces() const { return pieces_; }
  /// Sum of all counts.
  unsigned __int128 total() const { return total_; }
  /// Length in bytes of the longest piece.
  uint32_t max_piece_length() const { return max_length_; }
  /// How many of the 256 single bytes are pieces.
  uint32_t single_bytes() const { return single_bytes_; }

 private:
  void build(const std::string& name, bool look_for_repeats);
  void require_log_probabilities(const std::string& name) const;
  void require_distinct(const std::string& name) const;
  std::vector<CountedPiece> pieces_;
  std::vector<double> log_probability_;
  unsigned __int128 total_ = 0;
  uint32_t max_length_ = 0;
  uint32_t single_bytes_ = 0;
};

/// Natural log of a positive count, rounded from extended precision, so that it is the same on
/// every machine (np.log's last bit depends on the CPU, docs/math/tokenizer.md T9).
double log_count(unsigned __int128 count);

/// Sorts pieces by (length, bytes), the id order of BytePiece models.
void sort_by_id_order(std::vector<CountedPiece>& pieces);

}  // namespace yonder::tokenizer
