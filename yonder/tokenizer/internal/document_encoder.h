// SPDX-License-Identifier: Apache-2.0
// Encodes whole documents with one set of options. One per thread; reused from document to
// document. BytePiece models: normalisation, special names, chunks, and the segmenter that the
// options ask for; other programs' models: imported/imported_encoder.h. Test: tokenizer_test.cpp.
#pragma once

#include "yonder/tokenizer/encode_options.h"
#include "yonder/tokenizer/loaded_model.h"
#include "yonder/tokenizer/tokenizer.h"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace yonder::tokenizer::internal {

/// True where the options change the text of a BytePiece model before it is encoded.
bool normalizes(const EncodeOptions& options);

class DocumentEncoder {
 public:
  virtual ~DocumentEncoder() = default;

  /// Appends the ids of a document and, unless null, their byte spans in the original text.
  virtual void encode(std::string_view text, uint64_t document, std::vector<uint32_t>& ids,
                      std::vector<Offset>* offsets) = 0;

  /// Whether a document may be encoded in stretches that end where chunks end.
  virtual bool takes_stretches() const = 0;

  /// Appends the ids of bytes begin..end-1 of a document; both are ends of chunks (or of the
  /// document). <bos> and <eos> come with the first and the last stretch. Only where
  /// takes_stretches().
  virtual void encode_stretch(std::string_view text, size_t begin, size_t end, uint64_t document,
                              std::vector<uint32_t>& ids) = 0;
};

/// Throws Error(bad_option).
std::unique_ptr<DocumentEncoder> make_document_encoder(const LoadedModel& model,
                                                       const EncodeOptions& options);

}  // namespace yonder::tokenizer::internal
