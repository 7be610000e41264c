// SPDX-License-Identifier: Apache-2.0
// Encodes documents with another program's vocabulary: its rules prepare the text, an engine of
// ours segments each word, and the engine's pieces become the file's ids.
//
// One per thread; reused from document to document. Draws of sampling depend on seed, document and
// the byte position in the prepared text. Test: imported_encoder_test.cpp.
#pragma once

#include "yonder/tokenizer/encode_options.h"
#include "yonder/tokenizer/imported/imported_model.h"
#include "yonder/tokenizer/internal/document_encoder.h"
#include "yonder/tokenizer/tokenizer.h"
#include "yonder/tokenizer/unigram/segmenter.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

class ImportedEncoder final : public internal::DocumentEncoder {
 public:
  /// Throws Error(bad_option) for what this model has no meaning for: sampling with BPE, dropout
  /// with unigrams, <bos> or a template of a model that has none, another normaliser.
  ImportedEncoder(std::shared_ptr<const ImportedModel> model, const EncodeOptions& options);

  /// Appends the ids of a document and, unless null, their byte spans in the original text.
  void encode(std::string_view text, uint64_t document, std::vector<uint32_t>& ids,
              std::vector<Offset>* offsets) override;
  /// The rules of a model may look at all of a document.
  bool takes_stretches() const override { return false; }
  void encode_stretch(std::string_view text, size_t begin, size_t end, uint64_t document,
                      std::vector<uint32_t>& ids) override;

 private:
  std::shared_ptr<const ImportedModel> model_;
  EncodeOptions options_;
  std::unique_ptr<Segmenter> segmenter_;        // of unigram models
  std::unique_ptr<BytePairEncoder> byte_pair_;  // of BPE models
  std::string lattice_;                         // scratch
  std::vector<uint32_t> path_;                  // scratch
};

}  // namespace yonder::tokenizer
