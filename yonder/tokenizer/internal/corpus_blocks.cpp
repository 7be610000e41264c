// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/internal/corpus_blocks.h"

#include "yonder/base/crc32.h"
#include "yonder/base/error.h"
#include "yonder/base/parallel.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/chunks.h"
#include "yonder/tokenizer/normalizer.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace yonder::tokenizer::internal {

namespace {

// Pieces of a block, so that empty documents do not make one without end.
constexpr size_t kMostPieces = size_t{1} << 16;

// Takes in where a document ends.
uint32_t crc_of_end(uint64_t text_bytes, uint32_t crc) {
  char bytes[8];
  for (size_t k = 0; k < 8; ++k) {
    bytes[k] = static_cast<char>(text_bytes >> (8 * k) & 0xFF);
  }
  return crc32({bytes, sizeof(bytes)}, crc);
}

// Encodes the blocks of one corpus.
class BlockEncoder {
 public:
  BlockEncoder(const Tokenizer& tokenizer, const EncodeOptions& options)
      : tokenizer_(tokenizer), options_(options) {}

  /// Any block that is not streamed, from any thread.
  void encode(CorpusBlock& block) const {
    const std::string_view text = block.text;
    for (size_t i = 0; i < block.pieces.size();) {
      size_t whole = i;
      while (whole < block.pieces.size() && block.pieces[whole].first && block.pieces[whole].last) {
        ++whole;
      }
      if (whole > i) {
        encode_documents(text, {block.pieces.data() + i, whole - i}, block);
        i = whole;
      } else {
        block.starts.push_back(block.ids.size());
        const BlockPiece& piece = block.pieces[i++];
        tokenizer_.encode(text.substr(piece.begin, piece.end - piece.begin), block.ids,
                          options_of(piece));
      }
    }
  }

  /// A streamed block; call in the order of the corpus.
  void stream(CorpusBlock& block) {
    const BlockPiece& piece = block.pieces.front();
    if (!encoder_) {
      EncodeOptions options = options_of(piece);
      options.eos = false;  // it follows the document's last block
      encoder_.emplace(tokenizer_.stream(options));
    }
    block.starts.push_back(block.ids.size());
    encoder_->feed(block.text, block.ids);
    if (!block.open) {
      encoder_->finish(block.ids);
      encoder_.reset();
      if (piece.last && options_.eos) {
        block.ids.push_back(kEosId);
      }
    }
  }

 private:
  // Of a piece that is not a whole document.
  EncodeOptions options_of(const BlockPiece& piece) const {
    EncodeOptions options = options_;
    options.document += piece.document;
    options.position = piece.position;
    options.bos = options_.bos && piece.first;
    options.eos = options_.eos && piece.last;
    if (piece.normalized) {
      options.normalize = "none";
    }
    return options;
  }

  void encode_documents(std::string_view text, std::span<const BlockPiece> pieces,
                        CorpusBlock& block) const {
    std::vector<std::string_view> documents;
    for (const BlockPiece& piece : pieces) {
      documents.push_back(text.substr(piece.begin, piece.end - piece.begin));
    }
    EncodeOptions options = options_;
    options.document += pieces.front().document;
    const EncodedBatch batch = tokenizer_.encode_batch(documents, 1, options);
    for (size_t k = 0; k < documents.size(); ++k) {
      block.starts.push_back(block.ids.size() + batch.offsets[k]);
    }
    block.ids.insert(block.ids.end(), batch.ids.begin(), batch.ids.end());
  }

  const Tokenizer& tokenizer_;
  const EncodeOptions& options_;
  std::optional<Encoder> encoder_;  // of the chunk being streamed
};

}  // namespace

CorpusBlocks::CorpusBlocks(std::vector<std::string> inputs, const EncodeOptions& options,
                           bool whole_documents, size_t block_bytes)
    : corpus_(std::move(inputs), std::max<size_t>(1, block_bytes / 4)),
      whole_documents_(whole_documents),
      normalizes_(options.normalize == "nfc"),
      keyed_(options.sampled()),
      block_bytes_(block_bytes) {}

bool CorpusBlocks::next(CorpusBlock& block) {
  block = {};
  while (block.text.size() < block_bytes_ && block.pieces.size() < kMostPieces) {
    Piece piece;
    if (held_) {
      piece = *std::exchange(held_, std::nullopt);
    } else if (!next_piece(piece)) {
      break;
    }
    if (piece.streamed && !block.pieces.empty()) {
      held_ = std::move(piece);
      break;
    }
    piece.place.begin = block.text.size();
    block.text += piece.bytes;
    piece.place.end = block.text.size();
    block.pieces.push_back(piece.place);
    block.end = piece.end;
    if (piece.streamed) {
      block.streamed = true;
      block.open = piece.open;
      break;
    }
  }
  block.consumed = corpus_.consumed() - consumed_;
  consumed_ += block.consumed;
  return !block.pieces.empty();
}

bool CorpusBlocks::next_piece(Piece& piece) {
  for (;;) {
    size_t cut = ended_ ? pending_.size() : whole_documents_ ? 0 : last_chunk_start(pending_);
    bool open = false;
    if (!ended_ && !whole_documents_ && cut == 0 &&
        (streaming_ || pending_.size() >= block_bytes_)) {
      cut = normalizes_ ? normalizable_prefix(pending_, "nfc") : pending_.size();
      open = cut > 0;
    }
    if (ended_ || cut > 0) {
      piece.streamed = streaming_ || open;
      piece.open = open;
      streaming_ = open;
      piece.place.document = document_;
      piece.place.position = position_;
      piece.place.first = !std::exchange(inside_, true);
      piece.place.last = std::exchange(ended_, false);
      piece.bytes = pending_.substr(0, cut);
      pending_.erase(0, cut);
      handed_out_.text_bytes += cut;
      handed_out_.crc = crc32(piece.bytes, handed_out_.crc);
      // The place of a part counts normalised bytes, so these must be known before the next part.
      const bool whole = piece.place.first && piece.place.last;
      if (normalizes_ && keyed_ && !whole) {
        piece.bytes = nfc(piece.bytes);
        piece.place.normalized = true;
      }
      position_ += piece.bytes.size();
      if (piece.place.last) {
        inside_ = false;
        position_ = 0;
        ++handed_out_.documents;
        handed_out_.crc = crc_of_end(handed_out_.text_bytes, handed_out_.crc);
      }
      piece.end = handed_out_;
      return true;
    }
    if (!corpus_.next(part_)) {
      return false;
    }
    pending_ += part_.bytes;
    ended_ = part_.last;
    document_ = part_.document;
  }
}

void encode_blocks(const Tokenizer& tokenizer, CorpusBlocks& corpus, const EncodeOptions& options,
                   int threads, const std::function<void(CorpusBlock&)>& write) {
  BlockEncoder encoder(tokenizer, options);
  ordered_pipeline<CorpusBlock>(
      threads,
      [&]() -> std::unique_ptr<CorpusBlock> {
        auto block = std::make_unique<CorpusBlock>();
        return corpus.next(*block) ? std::move(block) : nullptr;
      },
      [&](CorpusBlock& block) {
        if (!block.streamed) {
          encoder.encode(block);
        }
      },
      [&](CorpusBlock& block) {
        if (block.streamed) {
          encoder.stream(block);
        }
        write(block);
      });
}

}  // namespace yonder::tokenizer::internal
