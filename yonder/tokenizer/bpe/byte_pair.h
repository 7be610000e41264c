// SPDX-License-Identifier: Apache-2.0
// Byte-pair encoding (Gage 1994; Sennrich et al. 2016): a word starts as single symbols, and the
// adjacent pair with the lowest rank is merged, the leftmost of equals first, until no pair has a
// rank.
//
//   auto model = std::make_shared<const BytePairModel>(std::move(vocabulary), options, "a.json");
//   BytePairEncoder encoder(model);            // one per thread: it holds the cache and scratch
//   encoder.encode(" hello", ids);
//
// The ids are the model file's own. Three kinds of files become one table of ranked pairs: merges
// over bytes (GPT-2, RoBERTa, Llama 3, Qwen2), merges over characters with byte fallback (Phi-3,
// Llama 2), and scored pieces without a merge list (SentencePiece BPE). Ids equal those of Hugging
// Face's tokenizers for the first two and of sentencepiece for the third.
//
// Useful for words (what a split pattern cuts) and for whole texts: where no merge can join a
// character with a U+2581 after it, a text is cut there, which changes no id
// (docs/math/tokenizer.md, "Byte-pair encoding"), so that the cache of words serves models without
// a pre-tokenizer, too. Tests: byte_pair_test.cpp against byte_pair_reference.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::tokenizer {

/// What merging starts from. A byte that is not UTF-8 is a character of its own.
enum class BytePairUnit { byte, character };

struct BytePairOptions {
  BytePairUnit unit = BytePairUnit::byte;
  bool ignore_merges = false;  // a word that is a piece as a whole is that piece
  bool byte_fallback = false;  // a character that is no piece becomes its bytes' pieces
  bool fuse_unknown = false;   // neighbouring unknown characters become one unknown id
  int64_t unknown_id = -1;     // -1: none; then what cannot be spelled is an error
};

inline constexpr uint32_t kNoPiece = UINT32_MAX;

/// What a file says, by id.
struct BytePairVocabulary {
  // [vocab_size] the text each id is found as, all different; empty where it is found nowhere. With
  // merges over characters: as the file spells it, special tokens and "<0x41>" included, for
  // tokenizers finds them, too. With merges over bytes: the same after undoing the byte map, empty
  // where a character is outside the map. With scores: pieces of type NORMAL, UNUSED and
  // USER_DEFINED (the last are to be cut out of the text before, since they never merge).
  std::vector<std::string> pieces = {};
  // Merges in order of rank, as ids of the two parts; the result is the piece that is their
  // concatenation. Of two equal pairs the later counts. The unknown piece may not be a part, and
  // pieces of byte fallback may be neither part nor result. Empty where `scores` rank the pieces
  // instead.
  std::vector<std::pair<uint32_t, uint32_t>> merges = {};
  // [vocab_size] SentencePiece: any two neighbours whose concatenation is a piece may be merged,
  // the highest score first. Empty where there are merges.
  std::vector<float> scores = {};
  // [vocab_size] SentencePiece: pieces that merging may build but that are taken apart again (type
  // UNUSED); one that is a single character is unknown, as in sentencepiece 0.2.3. May be empty.
  std::vector<bool> unused = {};
  // [256] pieces of byte fallback, kNoPiece where there is none. May be empty.
  std::vector<uint32_t> byte_ids = {};
};

/// BPE-dropout (Provilkov et al. 2020): at each step every possible merge is left out with this
/// probability, and the best of the others is done; where none is left the word is finished. With
/// dropout ignore_merges does not count, as in tokenizers. Draws depend on (seed, document, byte
/// position of the word) only.
struct BytePairDropout {
  double probability = 0;  // 0..1; 0 = none, 1 = no merges at all
  uint64_t seed = 0;
};

class BytePairModel {
 public:
  /// Throws Error(bad_data) naming the merge or piece at fault; `name` stands in messages. Cost:
  /// one encode of each piece, to learn which of them are words of one piece.
  BytePairModel(BytePairVocabulary vocabulary, const BytePairOptions& options,
                const std::string& name);
  ~BytePairModel();
  BytePairModel(BytePairModel&&) noexcept;

  uint32_t vocab_size() const;
  /// Bytes of a piece; empty where the id is no text.
  std::string_view piece(uint32_t id) const;
  /// The id whose piece is exactly `bytes`.
  std::optional<uint32_t> find(std::string_view bytes) const;
  const BytePairOptions& options() const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<const Impl> impl_;
};

/// Encodes words. Holds a cache of words and scratch memory: one per thread.
class BytePairEncoder {
 public:
  /// Throws Error(bad_option) unless 0 <= dropout.probability <= 1.
  explicit BytePairEncoder(std::shared_ptr<const BytePairModel> model,
                           const BytePairDropout& dropout = {});
  ~BytePairEncoder();
  BytePairEncoder(BytePairEncoder&&) noexcept;

  /// Appends the ids of a word. `document` and `position` (bytes from the document's start) key
  /// the draws of dropout. Cost: O(n) where the word is in the cache, else O(n log n) in its
  /// length. Throws Error(bad_data) with the offset where something cannot be spelled and the model
  /// has no unknown id, or where the word has 2^32 bytes or more.
  void encode(std::string_view word, std::vector<uint32_t>& out, uint64_t document = 0,
              uint64_t position = 0);
  /// An id of the last encode() stands for as many bytes as its piece has (one, for byte fallback),
  /// except where it is the unknown id; these are the bytes that those cover, in order of
  /// appearance.
  const std::vector<size_t>& unknown_lengths() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yonder::tokenizer
