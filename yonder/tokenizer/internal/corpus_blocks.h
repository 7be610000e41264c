// SPDX-License-Identifier: Apache-2.0
// A corpus as blocks of about a megabyte that threads encode on their own, with the same ids as
// Tokenizer::encode() of each whole document.
//
// Small documents are put together; large ones are cut at ends of chunks, so a document may be
// larger than memory. A chunk that is itself longer than a block comes in parts, which a streaming
// Encoder takes in order. Where blocks end depends on the text alone, so a reader that starts again
// comes by the same places: that is how an interrupted run is resumed.
// Test: corpus_blocks_test.cpp.
#pragma once

#include "yonder/tokenizer/corpus.h"
#include "yonder/tokenizer/tokenizer.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace yonder::tokenizer::internal {

/// Text of a block before it is closed; a chunk longer than this is streamed. In bytes.
inline constexpr size_t kBlockBytes = size_t{1} << 20;

/// How far a corpus has been handed out.
struct CorpusPosition {
  uint64_t text_bytes = 0;  ///< bytes of text, before normalisation
  uint64_t documents = 0;   ///< documents handed out to their end
  uint32_t crc = 0;         ///< CRC-32 of the text and of the places where documents end
  bool operator==(const CorpusPosition&) const = default;
};

/// A document, or a part of one.
struct BlockPiece {
  size_t begin = 0;  ///< span in CorpusBlock::text
  size_t end = 0;
  uint64_t document = 0;    ///< as CorpusReader numbers them
  uint64_t position = 0;    ///< bytes of the document before the piece, as they are encoded
  bool first = false;       ///< the document begins here
  bool last = false;        ///< the document ends here
  bool normalized = false;  ///< the text is normalised already
};

struct CorpusBlock {
  std::string text;
  std::vector<BlockPiece> pieces;
  bool streamed = false;  ///< the only piece is part of a chunk that spans several blocks
  bool open = false;      ///< ... and the chunk goes on in the next block
  CorpusPosition end;     ///< of the corpus behind this block
  uint64_t consumed = 0;  ///< bytes of the input files read for this block, for progress

  std::vector<uint32_t> ids;   ///< filled by encoding, <bos> and <eos> included
  std::vector<size_t> starts;  ///< first id of each piece
};

class CorpusBlocks {
 public:
  /// options: of the encoding to come. whole_documents: none is cut, whatever its size, as imported
  /// models need it. block_bytes: as kBlockBytes; tests take less.
  CorpusBlocks(std::vector<std::string> inputs, const EncodeOptions& options,
               bool whole_documents = false, size_t block_bytes = kBlockBytes);

  /// Fills `block` except for its ids; false at the end of the corpus.
  bool next(CorpusBlock& block);
  /// Bytes of the input files, 0 if a pipe is among them.
  uint64_t total() const { return corpus_.total(); }

 private:
  struct Piece {
    std::string bytes;
    BlockPiece place;  // begin and end are set when it is put into a block
    bool streamed = false;
    bool open = false;
    CorpusPosition end;
  };
  bool next_piece(Piece& piece);

  CorpusReader corpus_;
  bool whole_documents_;
  bool normalizes_;  // NFC
  bool keyed_;       // positions matter
  size_t block_bytes_;
  DocumentPart part_;
  std::string pending_;        // of the current document, not handed out
  bool inside_ = false;        // a piece of the current document was handed out
  bool ended_ = false;         // pending_ holds the end of the current document
  bool streaming_ = false;     // a chunk is being handed out in parts
  uint64_t document_ = 0;      // index of the current document
  uint64_t position_ = 0;      // bytes handed out of it, as they are encoded
  std::optional<Piece> held_;  // belongs to the next block
  CorpusPosition handed_out_;
  uint64_t consumed_ = 0;
};

/// Encodes every block over `threads` threads; `write` is called with the encoded blocks in order,
/// one at a time. Errors: those of CorpusReader and of Tokenizer::encode(); all blocks before the
/// failing one were written.
void encode_blocks(const Tokenizer& tokenizer, CorpusBlocks& corpus, const EncodeOptions& options,
                   int threads, const std::function<void(CorpusBlock&)>& write);

}  // namespace yonder::tokenizer::internal
