// SPDX-License-Identifier: Apache-2.0
// Cutting a corpus into the chunks that training treats as independent texts.
//
// The rule is bytepiece's, in characters:  .{,10000}\n{1,100}|.{1,10000}
// and with isolate_digits:                 \d|[^\n\d]{,10000}\n{1,100}|[^\n\d]{1,10000}
// matched greedily from left to right, \d = Unicode Nd. Here it is a state machine that takes a
// document in parts cut anywhere; a byte that belongs to no character counts as a character. With
// nfc the text is normalised first, stretch by stretch: a stretch ends before a character that no
// earlier one can compose with (ASCII, CJK ideographs, Hangul syllables), so parts do not matter.
//
//   ChunkCutter cutter({.isolate_digits = false, .nfc = true}, batch);
//   cutter.feed("part of a docu"); cutter.feed("ment\n"); cutter.end_document();
//
// Not for encoding: the tokenizer cuts after each run of newlines, without limits.
// Source: bytepiece 0.6.3, normalize(). Reference: bnlm_reference.h; test:
// training_chunks_test.cpp.
#pragma once

#include "yonder/tokenizer/corpus.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

inline constexpr uint32_t kMaxChunkCharacters = 10000;  // before the newlines
inline constexpr uint32_t kMaxChunkNewlines = 100;
/// The longest chunk there can be.
inline constexpr size_t kMaxChunkBytes = 4 * kMaxChunkCharacters + kMaxChunkNewlines;
/// Readable bytes after the last chunk of a batch, so that eight bytes can be loaded anywhere.
inline constexpr size_t kBatchPadding = 16;

/// Chunks that are handed to one worker at once.
struct ChunkBatch {
  std::string bytes;           // the chunks one after another, then kBatchPadding zeros once sealed
  std::vector<uint32_t> ends;  // ends[i] = offset in bytes where chunk i ends
  uint64_t input_bytes = 0;    // of the corpus files (compressed), read since the batch before

  size_t text_size() const { return ends.empty() ? 0 : ends.back(); }
  size_t size() const { return ends.size(); }
  std::string_view chunk(size_t i) const {
    const size_t begin = i == 0 ? 0 : ends[i - 1];
    return {bytes.data() + begin, ends[i] - begin};
  }
  /// Appends the padding.
  void seal() { bytes.append(kBatchPadding, '\0'); }
};

struct ChunkRule {
  bool isolate_digits = false;
  bool nfc = false;
};

class ChunkCutter {
 public:
  /// Chunks are appended to *out, which may be exchanged by redirect() at any time.
  ChunkCutter(ChunkRule rule, ChunkBatch* out) : rule_(rule), out_(out) {}

  /// The next bytes of the document. Chunks that later bytes cannot change are appended.
  void feed(std::string_view bytes);
  /// Ends the document: no chunk reaches into the next one.
  void end_document();
  /// Later chunks go to another batch.
  void redirect(ChunkBatch* out) { out_ = out; }

 private:
  size_t take(std::string_view text, bool final);
  void cut(std::string_view text);
  size_t cut_unit(std::string_view text, size_t position);
  void flush();
  ChunkRule rule_;
  ChunkBatch* out_;
  std::string carried_;      // raw bytes whose meaning depends on what follows
  std::string normalized_;   // of the stretch at hand
  std::string chunk_;        // the chunk being built
  uint32_t characters_ = 0;  // in chunk_, before the newlines
  uint32_t newlines_ = 0;    // at the end of chunk_
};

/// Appends to `out` the NFC of text[0, n), where n is the last place that later text cannot reach
/// across (all of `text` if `final`), and returns n.
size_t append_nfc_stretch(std::string& out, std::string_view text, bool final);

/// A corpus as batches of chunks of about kBatchBytes each. The sequence of batches depends on the
/// text and the rule only. Not thread-safe.
class ChunkReader {
 public:
  static constexpr size_t kBatchBytes = size_t{256} << 10;

  ChunkReader(const std::vector<std::string>& inputs, ChunkRule rule);

  /// The next batch, sealed; null at the end.
  std::unique_ptr<ChunkBatch> next();
  /// Compressed size of all inputs, 0 if unknown.
  uint64_t total_input_bytes() const { return corpus_.total(); }

 private:
  CorpusReader corpus_;
  ChunkBatch pending_;  // what the cutter has appended
  size_t taken_ = 0;    // chunks of pending_ that were handed out
  ChunkCutter cutter_;
  DocumentPart part_;
  uint64_t reported_ = 0;
  bool at_end_ = false;
};

/// CRC-32 over the chunks and where they end: a batch's fingerprint.
uint32_t fingerprint(const ChunkBatch& batch);

}  // namespace yonder::tokenizer
