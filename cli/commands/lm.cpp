// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/lm.h"

#include "cli/quantity.h"
#include "cli/table.h"
#include "yonder/base/compressed.h"
#include "yonder/base/utf8.h"

#include <cmath>

namespace yonder::cli {

std::vector<CommandRow> lm_commands() {
  // In the order in which a model comes about; the examples run in it.
  return {lm_train_command(),  lm_info_command(), lm_explain_command(), lm_generate_command(),
          lm_chat_command(),   lm_eval_command(), lm_tax_command(),     lm_passkey_command(),
          lm_task_command(),   lm_tune_command(), lm_sinks_command(),   lm_bench_command(),
          lm_convert_command()};
}

void LanguageModelArgument::visit(OptionVisitor& v) {
  v.path("model", path, "a Hugging Face folder, a llama2.c .bin file, or a folder of `train`");
  load.visit(v);
}

void LanguageModelArgument::require_given() const {
  require_option("model", path, "the folder or file of a model");
}

lm::Model LanguageModelArgument::open(Progress& progress) const {
  return lm::Model::load(path, load, &progress);
}

void require_utf8(std::string_view text, const std::string& name, bool bytes) {
  const size_t at = utf8_first_error(text);
  require(bytes || at == std::string_view::npos, ErrorKind::bad_data,
          "{}: byte 0x{:02x} at offset {} is not UTF-8; pass --bytes to keep it", name,
          at == std::string_view::npos ? 0 : static_cast<unsigned char>(text[at]), at);
}

std::string read_text(const std::string& path, bool bytes) {
  std::string text = read_compressed(path);
  require_utf8(text, path, bytes);
  return text;
}

std::string loss_text(double value) {
  return std::isnan(value) ? "-" : fmt::format("{:.4f}", value);
}

std::string tokens_text(int64_t tokens) { return with_commas(std::to_string(tokens)); }

}  // namespace yonder::cli
