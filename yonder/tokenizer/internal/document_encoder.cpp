// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/internal/document_encoder.h"

#include "yonder/tokenizer/chunks.h"
#include "yonder/tokenizer/special_tokens.h"
#include "yonder/tokenizer/unigram/model.h"
#include "yonder/tokenizer/unigram/sampler_table.h"

#include <utility>

namespace yonder::tokenizer::internal {

// BytePiece models carry no normaliser, so "model" is "none" for them.
bool normalizes(const EncodeOptions& options) { return options.normalize == "nfc"; }

DocumentEncoder::DocumentEncoder(std::shared_ptr<const UnigramModel> model,
                                 const EncodeOptions& options)
    : model_(std::move(model)), options_(options), segmenter_(make_segmenter(model_, options)) {}

void DocumentEncoder::encode(std::string_view text, uint64_t document, std::vector<uint32_t>& out) {
  if (normalizes(options_)) {
    const NormalizedText normalized = normalize_text(text, options_.normalize);
    encode_stretch(normalized.bytes, 0, normalized.bytes.size(), document, out);
  } else {
    encode_stretch(text, 0, text.size(), document, out);
  }
}

void DocumentEncoder::encode_stretch(std::string_view text, size_t begin, size_t end,
                                     uint64_t document, std::vector<uint32_t>& out) {
  if (options_.bos && begin == 0) {
    out.push_back(kBosId);
  }
  encode_text(text, begin, end, document, out);
  if (options_.eos && end == text.size()) {
    out.push_back(kEosId);
  }
}

void DocumentEncoder::encode_with_offsets(std::string_view text, uint64_t document,
                                          std::vector<uint32_t>& ids,
                                          std::vector<Offset>& offsets) {
  NormalizedText normalized;
  const bool changed = normalizes(options_);
  if (changed) {
    normalized = normalize_text(text, options_.normalize);
  }
  const std::string_view encoded = changed ? std::string_view(normalized.bytes) : text;
  const size_t first = ids.size();
  encode_stretch(encoded, 0, encoded.size(), document, ids);

  uint64_t at = 0;
  const size_t first_text = first + (options_.bos ? 1 : 0);
  const size_t last_text = ids.size() - (options_.eos ? 1 : 0);
  for (size_t i = first; i < ids.size(); ++i) {
    uint64_t length = model_->lengths()[ids[i]];
    if (ids[i] < kFirstPieceId && i >= first_text && i < last_text) {
      length = kSpecialTokens[ids[i]].size();  // its name stood in the text
    }
    const Offset span{at, at + length};
    offsets.push_back(
        changed ? Offset{normalized.original_start(span.start), normalized.original_end(span.end)}
                : span);
    at += length;
  }
}

void DocumentEncoder::encode_text(std::string_view text, size_t begin, size_t end,
                                  uint64_t document, std::vector<uint32_t>& out) {
  if (options_.parse_special) {
    while (const auto special = find_special(text.substr(0, end), begin)) {
      encode_plain(text, begin, special->begin, document, out);
      out.push_back(special->id);
      begin = special->begin + kSpecialTokens[special->id].size();
    }
  }
  encode_plain(text, begin, end, document, out);
}

void DocumentEncoder::encode_plain(std::string_view text, size_t begin, size_t end,
                                   uint64_t document, std::vector<uint32_t>& out) {
  const std::string_view stretch = text.substr(0, end);
  while (begin < end) {
    const size_t chunk = chunk_end(stretch, begin);
    segmenter_->start(document, options_.position + begin);
    segmenter_->extend(stretch.substr(begin, chunk - begin));
    segmenter_->finish(out);
    begin = chunk;
  }
}

}  // namespace yonder::tokenizer::internal
