// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/internal/document_encoder.h"

#include "yonder/base/error.h"
#include "yonder/tokenizer/chunks.h"
#include "yonder/tokenizer/imported/imported_encoder.h"
#include "yonder/tokenizer/normalizer.h"
#include "yonder/tokenizer/special_tokens.h"
#include "yonder/tokenizer/unigram/model.h"
#include "yonder/tokenizer/unigram/sampler_table.h"

#include <utility>

namespace yonder::tokenizer::internal {

// BytePiece models carry no normaliser, so "model" is "none" for them.
bool normalizes(const EncodeOptions& options) { return options.normalize == "nfc"; }

namespace {

class NativeEncoder final : public DocumentEncoder {
 public:
  NativeEncoder(std::shared_ptr<const UnigramModel> model, const EncodeOptions& options)
      : model_(std::move(model)), options_(options), segmenter_(make_segmenter(model_, options)) {
    require(options.dropout == 0, ErrorKind::bad_option,
            "--dropout is for BPE vocabularies; pass --sample to draw from a unigram vocabulary");
    require(!options.special_template, ErrorKind::bad_option,
            "--template: a BytePiece model has none; pass --bos, --eos");
  }

  void encode(std::string_view text, uint64_t document, std::vector<uint32_t>& ids,
              std::vector<Offset>* offsets) override;
  bool takes_stretches() const override { return !normalizes(options_); }
  void encode_stretch(std::string_view text, size_t begin, size_t end, uint64_t document,
                      std::vector<uint32_t>& ids) override;

 private:
  void find_offsets(const NormalizedText* normalized, size_t first,
                    const std::vector<uint32_t>& ids, std::vector<Offset>& offsets) const;
  // Ids of bytes begin..end-1, special names included where asked for.
  void encode_text(std::string_view text, size_t begin, size_t end, uint64_t document,
                   std::vector<uint32_t>& out);
  // The same for bytes without special names.
  void encode_plain(std::string_view text, size_t begin, size_t end, uint64_t document,
                    std::vector<uint32_t>& out);

  std::shared_ptr<const UnigramModel> model_;
  EncodeOptions options_;
  std::unique_ptr<Segmenter> segmenter_;
};

void NativeEncoder::encode(std::string_view text, uint64_t document, std::vector<uint32_t>& ids,
                           std::vector<Offset>* offsets) {
  const size_t first = ids.size();
  if (normalizes(options_)) {
    const NormalizedText normalized = normalize_text(text, options_.normalize);
    encode_stretch(normalized.bytes, 0, normalized.bytes.size(), document, ids);
    if (offsets != nullptr) {
      find_offsets(&normalized, first, ids, *offsets);
    }
  } else {
    encode_stretch(text, 0, text.size(), document, ids);
    if (offsets != nullptr) {
      find_offsets(nullptr, first, ids, *offsets);
    }
  }
}

void NativeEncoder::encode_stretch(std::string_view text, size_t begin, size_t end,
                                   uint64_t document, std::vector<uint32_t>& out) {
  if (options_.bos && begin == 0) {
    out.push_back(kBosId);
  }
  encode_text(text, begin, end, document, out);
  if (options_.eos && end == text.size()) {
    out.push_back(kEosId);
  }
}

void NativeEncoder::find_offsets(const NormalizedText* normalized, size_t first,
                                 const std::vector<uint32_t>& ids,
                                 std::vector<Offset>& offsets) const {
  uint64_t at = 0;
  const size_t first_text = first + (options_.bos ? 1 : 0);
  const size_t last_text = ids.size() - (options_.eos ? 1 : 0);
  for (size_t i = first; i < ids.size(); ++i) {
    uint64_t length = model_->lengths()[ids[i]];
    if (ids[i] < kFirstPieceId && i >= first_text && i < last_text) {
      length = kSpecialTokens[ids[i]].size();  // its name stood in the text
    }
    const Offset span{at, at + length};
    offsets.push_back(normalized == nullptr ? span
                                            : Offset{normalized->original_start(span.start),
                                                     normalized->original_end(span.end)});
    at += length;
  }
}

void NativeEncoder::encode_text(std::string_view text, size_t begin, size_t end, uint64_t document,
                                std::vector<uint32_t>& out) {
  if (options_.parse_special) {
    while (const auto special = find_special(text.substr(0, end), begin)) {
      encode_plain(text, begin, special->begin, document, out);
      out.push_back(special->id);
      begin = special->begin + kSpecialTokens[special->id].size();
    }
  }
  encode_plain(text, begin, end, document, out);
}

void NativeEncoder::encode_plain(std::string_view text, size_t begin, size_t end, uint64_t document,
                                 std::vector<uint32_t>& out) {
  const std::string_view stretch = text.substr(0, end);
  while (begin < end) {
    const size_t chunk = chunk_end(stretch, begin);
    segmenter_->start(document, options_.position + begin);
    segmenter_->extend(stretch.substr(begin, chunk - begin));
    segmenter_->finish(out);
    begin = chunk;
  }
}

}  // namespace

std::unique_ptr<DocumentEncoder> make_document_encoder(const LoadedModel& model,
                                                       const EncodeOptions& options) {
  if (model.imported != nullptr) {
    return std::make_unique<ImportedEncoder>(model.imported, options);
  }
  return std::make_unique<NativeEncoder>(model.native, options);
}

}  // namespace yonder::tokenizer::internal
