// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/chat_form.h"

#include <algorithm>
#include <string_view>

namespace yonder::lm {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

/// Ids of a prompt as its text grows: pieces of text between special tokens are encoded whole.
class PromptWriter {
 public:
  PromptWriter(const TextCodec& codec, const ChatForm& form) : codec_(codec), form_(form) {}

  /// `format` with its special tokens; role and content are text.
  void write(std::string_view format, std::string_view role, std::string_view content) {
    while (!format.empty()) {
      const auto* token =
          std::find_if(form_.special.data(), form_.special.data() + form_.special.size(),
                       [&](const std::string& special) { return format.starts_with(special); });
      if (token != form_.special.data() + form_.special.size()) {
        flush();
        ids_.push_back(*codec_.special(*token));
        format.remove_prefix(token->size());
      } else if (format.starts_with("%r") || format.starts_with("%c")) {
        text_ += format[1] == 'r' ? role : form_.trim ? trimmed(content) : content;
        format.remove_prefix(2);
      } else {
        text_ += format.front();
        format.remove_prefix(1);
      }
    }
  }
  std::vector<uint32_t> finish() {
    flush();
    return std::move(ids_);
  }

 private:
  void flush() {
    if (!text_.empty() || !begun_) {
      const std::vector<uint32_t> ids = codec_.encode(text_, !begun_);
      ids_.insert(ids_.end(), ids.begin(), ids.end());
      text_.clear();
      begun_ = true;
    }
  }

  const TextCodec& codec_;
  const ChatForm& form_;
  std::vector<uint32_t> ids_;
  std::string text_;
  bool begun_ = false;
};

}  // namespace

const std::vector<ChatForm>& chat_forms() {
  static const std::vector<ChatForm> forms = {
      {.name = "chatml",
       .special = {"<|im_start|>", "<|im_end|>"},
       .turn = "<|im_start|>%r\n%c<|im_end|>\n",
       .open = "<|im_start|>assistant\n",
       .end = {"<|im_end|>"},
       .stop = {},
       .trim = false},
      {.name = "llama3",
       .special = {"<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"},
       .turn = "<|start_header_id|>%r<|end_header_id|>\n\n%c<|eot_id|>",
       .open = "<|start_header_id|>assistant<|end_header_id|>\n\n",
       .end = {"<|eot_id|>"},
       .stop = {},
       .trim = true},
      {.name = "plain",
       .special = {},
       .turn = "%r: %c\n\n",
       .open = "assistant:",
       .end = {},
       .stop = {"\nuser:", "\nsystem:"},
       .trim = true},
  };
  return forms;
}

const ChatForm& chat_form(const TextCodec& codec) {
  const auto has = [&](const std::string& token) { return codec.special(token).has_value(); };
  return *std::find_if(chat_forms().begin(), chat_forms().end() - 1, [&](const ChatForm& form) {
    return std::all_of(form.special.begin(), form.special.end(), has);
  });
}

ChatPrompt chat_prompt(const TextCodec& codec, std::span<const ChatMessage> messages) {
  const ChatForm& form = chat_form(codec);
  PromptWriter writer(codec, form);
  for (const ChatMessage& message : messages) {
    writer.write(form.turn, message.role, message.content);
  }
  writer.write(form.open, "", "");
  ChatPrompt prompt{.ids = writer.finish(), .end = {}, .stop = form.stop};
  for (const std::string& token : form.end) {
    prompt.end.push_back(*codec.special(token));
  }
  return prompt;
}

}  // namespace yonder::lm
