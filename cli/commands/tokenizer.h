// SPDX-License-Identifier: Apache-2.0
// What the commands of `yonder tokenizer` share: the model argument, text from files or standard
// input, and how a piece looks on a screen and in JSON. Each command is a file of its own,
// tokenizer_<command>.cpp; the order in help is that of tokenizer.cpp.
#pragma once

#include "cli/command.h"
#include "yonder/base/json.h"
#include "yonder/tokenizer/tokenizer.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::cli {

/// -m and how the model is read.
struct ModelArgument {
  std::string model;
  tokenizer::LoadOptions load;

  void visit(OptionVisitor& v);
  /// Warnings about the model go to `progress`.
  tokenizer::Tokenizer open(Progress& progress) const;
};

/// Ids that stand for text.
uint64_t text_pieces(const tokenizer::Tokenizer& tokenizer);

/// The whole text of one command: --text, else the files one after another, else standard input.
/// Compressed files are unpacked.
std::string read_text(const std::string& text, const std::vector<std::string>& input);

/// A piece on one line: bytes that are no printable character, and backslashes, become \xHH, and
/// space newline and tab become \s \n \t, so that pieces may stand side by side.
std::string printable_piece(std::string_view bytes);

/// A piece in JSON: a string where the bytes are UTF-8, else {"base64": "..."}.
void write_piece(JsonWriter& w, std::string_view bytes);

/// Ids separated by spaces.
void write_ids(Output& out, std::span<const uint32_t> ids);

/// Ids as a JSON array.
void write_ids(JsonWriter& w, std::span<const uint32_t> ids);

/// Parses ids separated by spaces, commas or newlines. `where` stands in messages. Throws
/// Error(bad_data) naming the position of what is no id below vocab_size.
std::vector<uint32_t> parse_ids(std::string_view text, uint32_t vocab_size,
                                const std::string& where);

CommandRow tokenizer_train_command();
CommandRow tokenizer_count_command();
CommandRow tokenizer_merge_counts_command();
CommandRow tokenizer_encode_command();
CommandRow tokenizer_decode_command();
CommandRow tokenizer_stats_command();
CommandRow tokenizer_score_command();
CommandRow tokenizer_inspect_command();
CommandRow tokenizer_convert_command();
CommandRow tokenizer_heal_command();
CommandRow tokenizer_diff_command();
CommandRow tokenizer_bench_command();

}  // namespace yonder::cli
