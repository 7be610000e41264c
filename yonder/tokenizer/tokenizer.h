// SPDX-License-Identifier: Apache-2.0
// The public class of the tokenizer: text to ids and back, for BytePiece vocabularies and for those
// of SentencePiece and Hugging Face (tokenizer.json).
//
//   auto tokenizer = Tokenizer::load("bytepiece_80k.model");
//   std::vector<uint32_t> ids;
//   tokenizer.encode("今天天气不错", ids);                       // the best segmentation
//   tokenizer.encode(text, ids, {.sample = true, .alpha = 0.1, .seed = 42});   // a random one
//   std::string bytes = tokenizer.decode(ids);                    // exactly the bytes of before
//
// Immutable and thread-safe. Text is any bytes. With a BytePiece model nothing is normalised unless
// asked, and a text is cut into chunks after each maximal run of newlines, which are segmented
// independently. Models of other programs bring their own rules (imported/imported_model.h).
// Source: kexue.fm 9752 (BytePiece), 9811 (exact sampling), 9768 (its biased forerunner).
// Errors in the source: docs/math/tokenizer.md. Tests: tokenizer_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/tokenizer/encode_options.h"
#include "yonder/tokenizer/vocabulary.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

struct LoadedModel;
namespace internal {
class StreamEncoder;
}

/// One segmentation: ids and score = sum of log p, in nats.
struct Scored {
  std::vector<uint32_t> ids;
  double score = 0;
};

/// A drawn segmentation of sampling without replacement.
struct ScoredDraw {
  std::vector<uint32_t> ids;
  double score = 0;            // sum of log p, nats
  double log_probability = 0;  // alpha * score - log Z
  double inclusion = 0;        // probability of being among the k drawn, given the threshold
};

/// Posterior probability of one token at one place.
struct EdgeMarginal {
  uint64_t start = 0;  // byte offsets in the text
  uint64_t end = 0;
  uint32_t id = 0;
  double probability = 0;
};

/// What the lattice of all segmentations of a text holds, at a temperature exponent alpha.
struct LatticeStats {
  double log_z = 0;    // log sum over segmentations of exp(alpha * score), nats
  double entropy = 0;  // nats
  double expected_tokens = 0;
  double expected_score = 0;            // E[sum of log p], nats
  double log_segmentations = 0;         // natural log of the number of segmentations
  std::vector<EdgeMarginal> marginals;  // by (start, end); empty unless asked for
};

/// A byte span of the text for each id; special ids have an empty span.
struct Offset {
  uint64_t start = 0;
  uint64_t end = 0;
};

/// Documents encoded at once: ids of document i are ids[offsets[i]] .. ids[offsets[i+1]-1].
struct EncodedBatch {
  std::vector<uint32_t> ids;
  std::vector<uint64_t> offsets;
};

/// Token healing: one way to back off at the end of a prompt.
struct HealCandidate {
  std::vector<uint32_t> kept;        // ids of the prompt up to the back-off point
  std::string suffix;                // bytes of the prompt after it
  std::vector<uint32_t> extensions;  // E(X): ids whose bytes begin with the suffix
  std::vector<uint32_t> inside;      // I(X): ids that are proper prefixes of the suffix
};

class Encoder;
class Decoder;

class Tokenizer {
 public:
  /// Reads a model; the format is told from the content (formats/table.cpp). Warnings go to
  /// `progress`.
  static Tokenizer load(const std::filesystem::path& path, const LoadOptions& options = {},
                        Progress* progress = nullptr);
  /// From pieces in memory. scores: as in LoadOptions.
  explicit Tokenizer(Vocabulary vocabulary, const std::string& scores = "auto");

  /// Writes the model in a format of formats/table.cpp, atomically. What the format cannot hold is
  /// reported to `progress` as warnings. Throws Error(bad_option) where this kind of model has no
  /// such form.
  void save(const std::filesystem::path& path, const std::string& format = "bytepiece",
            Progress* progress = nullptr) const;

  /// Appends the ids of `text` to `out`. The draws of sampling depend on (seed, epoch, document,
  /// byte position) only.
  void encode(std::string_view text, std::vector<uint32_t>& out,
              const EncodeOptions& options = {}) const;
  /// The same, with the byte span of each id in the text (after normalisation: in the original
  /// text, widened to the enclosing unchanged boundary).
  void encode_with_offsets(std::string_view text, std::vector<uint32_t>& ids,
                           std::vector<Offset>& offsets, const EncodeOptions& options = {}) const;
  /// Documents over threads (0 = all cores); document i draws with index options.document + i. The
  /// result does not depend on the number of threads.
  EncodedBatch encode_batch(std::span<const std::string_view> documents, int threads,
                            const EncodeOptions& options = {}) const;
  /// The k best segmentations, best first; ties by longer first tokens (1 <= k <= 10,000).
  std::vector<Scored> nbest(std::string_view text, size_t k) const;
  /// k different segmentations drawn without replacement, in the order drawn.
  std::vector<ScoredDraw> sample_without_replacement(std::string_view text, size_t k,
                                                     const EncodeOptions& options) const;
  /// alpha >= 0. Cost: one pass forward, with marginals another backward.
  LatticeStats lattice(std::string_view text, double alpha, bool marginals = false) const;
  /// The exact number of segmentations in decimal. Cost grows with the square of the text.
  std::string count_segmentations(std::string_view text) const;
  /// Score of a given segmentation, nats. Throws Error(bad_data) if the ids do not spell `text`.
  double score(std::string_view text, std::span<const uint32_t> ids) const;

  /// Byte spans in `text` of a segmentation without special ids, such as one of nbest(). Throws
  /// Error(bad_data) with the position of an id that does not follow the ones before it.
  std::vector<Offset> spans(std::string_view text, std::span<const uint32_t> ids) const;

  /// log P(w) = alpha * score - log Z of a given segmentation, nats.
  double log_probability(std::string_view text, std::span<const uint32_t> ids, double alpha) const;

  /// The bytes of the ids, after the rules of the model's decoder; special ids give none. Throws
  /// Error(bad_data) with the position of an id that is out of range.
  std::string decode(std::span<const uint32_t> ids) const;

  /// Streaming: ids come as soon as later bytes cannot change them, and equal those of encode().
  Encoder stream(const EncodeOptions& options = {}) const;
  Decoder stream_decoder() const;

  /// Back-off points at the end of a prompt, 0 to `max_back` tokens back, nearest first (0 tokens
  /// back, the suffix is empty and every piece extends it). kexue.fm 9762.
  std::vector<HealCandidate> heal(std::string_view prompt, int max_back) const;

  /// "bytepiece", "sentencepiece" or "tokenizer-json": the row of formats/table.cpp it came from.
  const std::string& format() const;
  /// "unigram" or "bpe".
  const std::string& kind() const;
  uint32_t vocab_size() const;
  /// Bytes of an id, in the text that the model's rules have prepared (SentencePiece: with U+2581
  /// for a space); its name, such as "<bos>", for an id that is no text. id < vocab_size().
  std::string_view piece(uint32_t id) const;
  std::optional<uint32_t> id(std::string_view piece) const;
  /// Bytes of text that the id stands for when its neighbours play no role: piece(id) with spaces
  /// as spaces, the byte of a byte piece; empty for special and unknown ids. id < vocab_size().
  std::string text(uint32_t id) const;
  /// The id stands for no text. id < vocab_size().
  bool special(uint32_t id) const;
  /// log p in nats; empty for special ids and for BPE, which has none. id < vocab_size().
  std::optional<double> piece_score(uint32_t id) const;
  std::optional<uint32_t> bos_id() const;
  std::optional<uint32_t> eos_id() const;
  /// Pieces with their training counts: BytePiece models only, else Error(bad_option).
  const Vocabulary& vocabulary() const;
  /// SHA-256 of the model's content (its BytePiece form, or the imported file), by which id files
  /// name their model.
  const std::string& checksum() const;

 private:
  explicit Tokenizer(std::shared_ptr<const LoadedModel> model);
  std::shared_ptr<const LoadedModel> model_;
};

/// Streaming encoder; one per document and thread.
class Encoder {
 public:
  Encoder(const std::shared_ptr<const LoadedModel>& model, const EncodeOptions& options);
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;
  /// Appends to `out` the ids that have become final.
  void feed(std::string_view bytes, std::vector<uint32_t>& out);
  /// Ends the document; the next feed() begins the next one (its index is one higher).
  void finish(std::vector<uint32_t>& out);
  /// Bytes held back at present, and the most so far.
  size_t lag() const;
  size_t max_lag() const;
  /// Cuts that max_lag forced; each may differ from the best segmentation.
  uint64_t forced_cuts() const;

 private:
  std::unique_ptr<internal::StreamEncoder> stream_;
};

/// Streaming decoder: never hands out half of a UTF-8 sequence unless it must, never alters bytes.
class Decoder {
 public:
  explicit Decoder(std::shared_ptr<const LoadedModel> model);
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;
  /// The bytes that are complete after this id.
  std::string feed(uint32_t id);
  /// What is left, complete or not.
  std::string finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yonder::tokenizer
