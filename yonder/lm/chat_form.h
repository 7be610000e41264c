// SPDX-License-Identifier: Apache-2.0
// A conversation as the one text that a model continues. Which form it takes is told by the special
// tokens of the vocabulary: instruction-tuned models have those of their form, and a model without
// any gets a plain transcript, which a base model continues as it would a play.
//
//   const ChatPrompt prompt = chat_prompt(model.codec(), {{"user", "Who are you?"}});
//
// Special tokens are made from the form alone: what a message says stays text, whatever it says.
// Templates in Jinja (tokenizer_config.json) are not run: they are programs of somebody else.
// Source: the model cards of Qwen2 (ChatML) and Llama 3. Test: chat_form_test.cpp.
#pragma once

#include "yonder/lm/text_codec.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace yonder::lm {

struct ChatMessage {
  std::string role;  ///< "system", "user" or "assistant"
  std::string content;
};

/// One row of chat_forms(). In `turn` and `open`, %r stands for the role and %c for the content.
struct ChatForm {
  std::string name;                  ///< "chatml"
  std::vector<std::string> special;  ///< tokens that the vocabulary must have as special ones
  std::string turn;                  ///< a message
  std::string open;                  ///< what a reply follows
  std::vector<std::string> end;      ///< special tokens that end a reply
  std::vector<std::string> stop;     ///< texts that end a reply
  bool trim = false;                 ///< a content loses the white space at its ends
};

/// All forms; the last fits every vocabulary.
const std::vector<ChatForm>& chat_forms();
/// The first whose special tokens the vocabulary has.
const ChatForm& chat_form(const TextCodec& codec);

struct ChatPrompt {
  std::vector<uint32_t> ids;      ///< begins with the model's first token, if it has one
  std::vector<uint32_t> end;      ///< ids that end the reply, beside the codec's own
  std::vector<std::string> stop;  ///< texts that do
};

ChatPrompt chat_prompt(const TextCodec& codec, std::span<const ChatMessage> messages);

}  // namespace yonder::lm
