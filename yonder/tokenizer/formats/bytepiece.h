// SPDX-License-Identifier: Apache-2.0
// The model file of bytepiece, kept byte-identical: a JSON object, base64 of the piece's bytes ->
// [id, readable text, count], in id order, indented by 4, without a final newline.
// Byte layout: docs/formats/bytepiece_model.md. Test: bytepiece_test.cpp, bytepiece_write_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/tokenizer/encode_options.h"
#include "yonder/tokenizer/unigram/model.h"
#include "yonder/tokenizer/vocabulary.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::tokenizer {

/// The text of a model whose pieces have the ids 3, 4, ... in the order given.
std::string bytepiece_text(const std::vector<CountedPiece>& pieces);

/// Writes that text to `path`, atomically. Throws Error(file).
void save_bytepiece(const std::filesystem::path& path, const std::vector<CountedPiece>& pieces);

/// A JSON object that is no tokenizer.json: its first value is an array.
bool is_bytepiece(std::string_view content);

/// Reads a model: any key order and white space; ids 3..n+2 (gaps are warned about and kept),
/// counts whole numbers >= 1, every single byte present. Throws Error(bad_data) with the byte
/// offset, the piece and what to do. `name` stands in messages.
std::shared_ptr<const UnigramModel> load_bytepiece(std::string_view content,
                                                   const std::string& name,
                                                   const LoadOptions& options, Progress* progress);

}  // namespace yonder::tokenizer
