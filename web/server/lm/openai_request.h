// SPDX-License-Identifier: Apache-2.0
// A request of OpenAI's interface, /v1/completions or /v1/chat/completions, as this server
// understands it: every member is read, does nothing by its nature (`user`), or is an error that
// says so. Beside OpenAI's there are the members of our own samplers: scheme, top_k, min_p,
// repeat_penalty, ignore_eos. Members that are null count as absent.
// Source: platform.openai.com/docs/api-reference. Test: openai_request_test.cpp.
#pragma once

#include "yonder/base/json.h"
#include "yonder/lm/chat_form.h"
#include "yonder/lm/generation_loop.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace yonder::web {

/// A prompt as text, or as ids of tokens.
using Prompt = std::variant<std::string, std::vector<uint32_t>>;

struct CompletionRequest {
  bool chat = false;
  std::string model;                      ///< empty: the first
  std::vector<Prompt> prompts;            ///< of a completion
  std::vector<lm::ChatMessage> messages;  ///< of a chat
  std::optional<std::string> scheme;      ///< nothing: the server's default
  lm::GenerateOptions generate;
  int64_t n = 1;  ///< texts for each prompt
  bool echo = false;
  bool stream = false;
  bool include_usage = false;           ///< of a stream
  std::optional<int64_t> top_logprobs;  ///< alternatives for each token; nothing: no figures at all
};

/// Reads a body. Throws Error(bad_option) and Error(bad_data) for what it cannot be, HttpError 400
/// with the member's name for what this server does not do.
CompletionRequest read_completion(const Json& body, bool chat);

}  // namespace yonder::web
