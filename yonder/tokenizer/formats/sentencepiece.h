// SPDX-License-Identifier: Apache-2.0
// SentencePiece .model files: a protocol buffer (ModelProto) of pieces with scores and types, how
// they were trained, and how text is normalised.
//
// Unigram and BPE models are read, with the ids that SentencePiece itself gives: its sums, its
// tie rule, its normaliser, user-defined symbols and byte fallback. Saving a model that came
// from such a file writes the same bytes. Byte layout: docs/formats/sentencepiece_model.md.
// Source: sentencepiece_model.proto, unigram_model.cc, bpe_model.cc of SentencePiece 0.2; errors
// and traps: docs/math/tokenizer.md T6, T7. Test: sentencepiece_test.cpp.
#pragma once

#include "yonder/base/progress.h"
#include "yonder/tokenizer/encode_options.h"
#include "yonder/tokenizer/loaded_model.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace yonder::tokenizer {

/// Begins with a ModelProto's first piece.
bool is_sentencepiece(std::string_view content);

/// Throws Error(bad_data) naming the field, piece or byte offset; for model types other than
/// Unigram and BPE, naming the type.
LoadedModel load_sentencepiece(std::string_view content, const std::string& name,
                               const LoadOptions& options, Progress* progress);

/// Writes a SentencePiece model as it was read, or a BytePiece model as a Unigram model with byte
/// fallback and the same ids. What the format cannot hold is reported as warnings: pieces that are
/// parts of characters are left out (their ids stay, unused), and bytes can only stand where a
/// character is unknown.
void save_sentencepiece(const LoadedModel& model, const std::filesystem::path& path,
                        Progress* progress);

}  // namespace yonder::tokenizer
