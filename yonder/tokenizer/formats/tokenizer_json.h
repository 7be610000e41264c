// SPDX-License-Identifier: Apache-2.0
// tokenizer.json of Hugging Face's tokenizers: version 1.0, models of the kinds Unigram and BPE
// (byte-level, or over characters with byte fallback).
//
// Ids are those of tokenizers: its double sums and tie rule, its rules for text (rules/). Anything
// that would change what text becomes and is not supported is an error that names the JSON path.
// Special tokens in the text are text unless EncodeOptions::parse_special asks otherwise, where
// tokenizers itself parses them unless told not to (encode_special_tokens).
// Source: the serialization of tokenizers 0.2x; traps: docs/math/tokenizer.md T12, T14. Guide:
// docs/guide/vocabularies.md. Test: tokenizer_json_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/tokenizer/encode_options.h"
#include "yonder/tokenizer/loaded_model.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace yonder::tokenizer {

/// A JSON object whose first value is no array (that would be a BytePiece model).
bool is_tokenizer_json(std::string_view content);

/// Throws Error(bad_data) naming the JSON path.
LoadedModel load_tokenizer_json(std::string_view content, const std::string& name,
                                const LoadOptions& options, Progress* progress);

/// Writes a tokenizer.json as it was read, or a BytePiece model as one of kind Unigram with byte
/// fallback and the same ids; what it cannot hold is reported as warnings.
void save_tokenizer_json(const LoadedModel& model, const std::filesystem::path& path,
                         Progress* progress);

}  // namespace yonder::tokenizer
