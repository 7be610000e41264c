// SPDX-License-Identifier: Apache-2.0
// Encodes whole documents with one set of options: normalisation, special tokens, chunks, and the
// segmenter that the options ask for. One per thread; reused from document to document.
// Test: tokenizer_test.cpp.
#pragma once

#include "yonder/tokenizer/encode_options.h"
#include "yonder/tokenizer/normalizer.h"
#include "yonder/tokenizer/tokenizer.h"
#include "yonder/tokenizer/unigram/segmenter.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace yonder::tokenizer::internal {

/// True where the options change the text before it is encoded.
bool normalizes(const EncodeOptions& options);

class DocumentEncoder {
 public:
  /// Throws Error(bad_option).
  DocumentEncoder(std::shared_ptr<const UnigramModel> model, const EncodeOptions& options);

  /// Appends the ids of a document.
  void encode(std::string_view text, uint64_t document, std::vector<uint32_t>& out);

  /// Appends the ids of bytes begin..end-1 of a document that is not normalised; both are ends of
  /// chunks (or of the document). <bos> and <eos> come with the first and the last stretch.
  void encode_stretch(std::string_view text, size_t begin, size_t end, uint64_t document,
                      std::vector<uint32_t>& out);

  /// Appends the ids and their byte spans in the original text.
  void encode_with_offsets(std::string_view text, uint64_t document, std::vector<uint32_t>& ids,
                           std::vector<Offset>& offsets);

 private:
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

}  // namespace yonder::tokenizer::internal
