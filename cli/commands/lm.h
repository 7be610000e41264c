// SPDX-License-Identifier: Apache-2.0
// What the commands of `yonder lm` share: the model argument, texts from files, and how losses look
// in a table. Each command is a file of its own, lm_<command>.cpp; the order in help is that of
// lm.cpp.
#pragma once

#include "cli/command.h"
#include "yonder/lm/model.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::cli {

/// The model that a command reads.
struct LanguageModelArgument {
  std::string path;
  lm::LoadOptions load;

  void visit(OptionVisitor& v);
  /// Throws Error(bad_option) "--model is missing: ..." where no path was given.
  void require_given() const;
  lm::Model open(Progress& progress) const;
};

/// The whole file, decompressed; "-" is standard input. Throws Error(bad_data) with the offset
/// where it is not UTF-8, unless `bytes` says that it need not be.
std::string read_text(const std::string& path, bool bytes);
/// The same check for a text from the command line; name: what it is called in the message.
void require_utf8(std::string_view text, const std::string& name, bool bytes);

/// "1.2345"; "-" for what is not a number.
std::string loss_text(double value);
/// A count of tokens: "2,048".
std::string tokens_text(int64_t tokens);

CommandRow lm_info_command();
CommandRow lm_explain_command();
CommandRow lm_train_command();
CommandRow lm_generate_command();
CommandRow lm_chat_command();
CommandRow lm_eval_command();
CommandRow lm_passkey_command();
CommandRow lm_task_command();
CommandRow lm_tax_command();
CommandRow lm_tune_command();
CommandRow lm_sinks_command();
CommandRow lm_convert_command();
CommandRow lm_bench_command();

}  // namespace yonder::cli
