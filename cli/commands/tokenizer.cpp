// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/tokenizer.h"

#include "cli/table.h"
#include "yonder/base/compressed.h"
#include "yonder/base/utf8.h"

#include <utf8proc.h>

#include <charconv>

namespace yonder::cli {

std::vector<CommandRow> tokenizer_commands() {
  return {
      tokenizer_train_command(),   tokenizer_encode_command(), tokenizer_decode_command(),
      tokenizer_stats_command(),   tokenizer_score_command(),  tokenizer_inspect_command(),
      tokenizer_convert_command(), tokenizer_heal_command(),   tokenizer_diff_command(),
      tokenizer_bench_command(),   tokenizer_count_command(),  tokenizer_merge_counts_command()};
}

void ModelArgument::visit(OptionVisitor& v) {
  v.path("model", model,
         "vocabulary: a BytePiece or SentencePiece .model, a tokenizer.json, or a folder with one");
  load.visit(v);
}

tokenizer::Tokenizer ModelArgument::open(Progress& progress) const {
  require_option("model", model, "the vocabulary, e.g. -m book.model");
  return tokenizer::Tokenizer::load(model, load, &progress);
}

uint64_t text_pieces(const tokenizer::Tokenizer& tokenizer) {
  uint64_t pieces = 0;
  for (uint32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    pieces += tokenizer.special(id) ? 0 : 1;
  }
  return pieces;
}

std::string read_text(const std::string& text, const std::vector<std::string>& input) {
  require(text.empty() || input.empty(), ErrorKind::bad_option,
          "--text and input files were both given; one of them was expected");
  if (!text.empty()) {
    return text;
  }
  std::string whole;
  for (const std::string& path : input) {
    whole += read_compressed(path);
  }
  return input.empty() ? read_compressed("-") : whole;
}

std::string printable_piece(std::string_view bytes) {
  std::string out;
  for (size_t i = 0; i < bytes.size();) {
    const Utf8Unit unit = utf8_at(bytes, i);
    const char first = bytes[i];
    const auto category =
        unit.code_point < 0 ? UTF8PROC_CATEGORY_CC : utf8proc_category(unit.code_point);
    const bool shown = category != UTF8PROC_CATEGORY_CC && category != UTF8PROC_CATEGORY_CN &&
                       category != UTF8PROC_CATEGORY_CF && category != UTF8PROC_CATEGORY_CO &&
                       category != UTF8PROC_CATEGORY_ZS && category != UTF8PROC_CATEGORY_ZL &&
                       category != UTF8PROC_CATEGORY_ZP;
    if (first == '\n') {
      out += "\\n";
    } else if (first == ' ') {
      out += "\\s";
    } else if (first == '\t') {
      out += "\\t";
    } else if (shown && first != '\\') {
      out += bytes.substr(i, unit.length);
    } else {
      for (const char byte : bytes.substr(i, unit.length)) {
        out += fmt::format("\\x{:02X}", static_cast<unsigned char>(byte));
      }
    }
    i += unit.length;
  }
  return out;
}

void write_piece(JsonWriter& w, std::string_view bytes) { w.bytes(bytes); }

void write_ids(Output& out, std::span<const uint32_t> ids) {
  bool first = true;
  for (const uint32_t id : ids) {
    if (!first) {
      out.write(" ");
    }
    first = false;
    out.write(id);
  }
}

void write_ids(JsonWriter& w, std::span<const uint32_t> ids) {
  w.begin_array();
  for (const uint32_t id : ids) {
    w.value(id);
  }
  w.end_array();
}

std::vector<uint32_t> parse_ids(std::string_view text, uint32_t vocab_size,
                                const std::string& where) {
  std::vector<uint32_t> ids;
  size_t i = 0;
  while ((i = text.find_first_not_of(" ,\t\r\n", i)) != std::string_view::npos) {
    const std::string_view word =
        text.substr(i, std::min(text.find_first_of(" ,\t\r\n", i), text.size()) - i);
    uint64_t id = 0;
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), id);
    require(code == std::errc() && end == word.data() + word.size(), ErrorKind::bad_data,
            "{}: \"{}\" at position {} is no id; whole numbers separated by spaces were expected",
            where, utf8_replace_invalid(word.substr(0, 20)), ids.size());
    require(id < vocab_size, ErrorKind::bad_data,
            "{}: id {} at position {} is out of range; this model has the ids 0 to {}", where, id,
            ids.size(), vocab_size - 1);
    ids.push_back(static_cast<uint32_t>(id));
    i += word.size();
  }
  return ids;
}

}  // namespace yonder::cli
