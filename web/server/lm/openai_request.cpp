// SPDX-License-Identifier: Apache-2.0
#include "web/server/lm/openai_request.h"

#include "web/server/http_message.h"
#include "yonder/base/error.h"
#include "yonder/base/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>

namespace yonder::web {
namespace {

constexpr size_t kMostPrompts = 16;
constexpr int64_t kMostTexts = 8;  // of each prompt
constexpr size_t kMostStops = 16;
constexpr int64_t kMostAlternatives = 20;

[[noreturn]] void wrong(const std::string& param, const std::string& sentence) {
  throw HttpError(400, ErrorKind::bad_option, sentence, "", param);
}

bool is_empty(const Json& value) {
  if (const auto* array = std::get_if<Json::Array>(&value.value())) {
    return array->empty();
  }
  if (const auto* object = std::get_if<Json::Object>(&value.value())) {
    return object->empty();
  }
  if (const auto* text = std::get_if<std::string>(&value.value())) {
    return text->empty() || *text == "none";
  }
  if (const auto* flag = std::get_if<bool>(&value.value())) {
    return !*flag;
  }
  return false;
}

std::vector<uint32_t> ids_of(const Json& list) {
  std::vector<uint32_t> ids;
  for (const Json& id : list.array()) {
    const uint64_t number = id.unsigned_integer();
    if (number > std::numeric_limits<uint32_t>::max()) {
      wrong("prompt", fmt::format("{}: {} is no id of a token", id.path(), number));
    }
    ids.push_back(static_cast<uint32_t>(number));
  }
  return ids;
}

bool is_number(const Json& value) {
  return std::holds_alternative<int64_t>(value.value()) ||
         std::holds_alternative<uint64_t>(value.value());
}

/// A text, a list of texts, a list of ids, or a list of those.
std::vector<Prompt> prompts_of(const Json& value) {
  if (std::holds_alternative<std::string>(value.value())) {
    return {value.text()};
  }
  const Json::Array& list = value.array();
  if (!list.empty() && is_number(list.front())) {
    return {ids_of(value)};
  }
  std::vector<Prompt> prompts;
  for (const Json& one : list) {
    if (std::holds_alternative<std::string>(one.value())) {
      prompts.emplace_back(one.text());
    } else {
      prompts.emplace_back(ids_of(one));
    }
  }
  if (prompts.empty() || prompts.size() > kMostPrompts) {
    wrong("prompt", fmt::format("{} prompts were given; 1 to {} are taken together", prompts.size(),
                                kMostPrompts));
  }
  return prompts;
}

/// A text, or a list of parts of which all are texts.
std::string content_of(const Json& value) {
  if (std::holds_alternative<std::string>(value.value())) {
    return value.text();
  }
  std::string text;
  for (const Json& part : value.array()) {
    if (part.at("type").text() != "text") {
      wrong("messages", fmt::format("{}: parts of the type \"{}\" are not understood here, only "
                                    "\"text\"",
                                    part.path(), part.at("type").text()));
    }
    text += part.at("text").text();
  }
  return text;
}

std::vector<lm::ChatMessage> messages_of(const Json& value) {
  constexpr std::pair<std::string_view, std::string_view> kRoles[] = {
      {"system", "system"}, {"developer", "system"}, {"user", "user"}, {"assistant", "assistant"}};
  std::vector<lm::ChatMessage> messages;
  for (const Json& message : value.array()) {
    const std::string& role = message.at("role").text();
    const auto* row = std::find_if(std::begin(kRoles), std::end(kRoles),
                                   [&](const auto& known) { return known.first == role; });
    if (row == std::end(kRoles)) {
      wrong("messages",
            fmt::format("{}: there is no role \"{}\" here; there are system, developer, "
                        "user and assistant",
                        message.path(), role));
    }
    messages.push_back({std::string(row->second), content_of(message.at("content"))});
  }
  if (messages.empty()) {
    wrong("messages", "the list of messages is empty; one was expected");
  }
  return messages;
}

std::vector<std::string> stops_of(const Json& value) {
  if (std::holds_alternative<std::string>(value.value())) {
    return {value.text()};
  }
  std::vector<std::string> stops;
  for (const Json& stop : value.array()) {
    stops.push_back(stop.text());
  }
  if (stops.size() > kMostStops) {
    wrong("stop", fmt::format("{} texts to stop at were given; at most {} are taken", stops.size(),
                              kMostStops));
  }
  return stops;
}

/// Members that change nothing here: labels, hints to a service, and what is always so.
constexpr std::string_view kWithoutEffect[] = {"user",
                                               "metadata",
                                               "store",
                                               "service_tier",
                                               "safety_identifier",
                                               "prompt_cache_key",
                                               "parallel_tool_calls"};

/// Members of OpenAI's interface that ask for something this server does not do, unless empty.
constexpr std::string_view kNotDone[] = {
    "tools", "tool_choice", "functions", "function_call",    "logit_bias",
    "audio", "prediction",  "suffix",    "reasoning_effort", "web_search_options"};

}  // namespace

CompletionRequest read_completion(const Json& body, bool chat) {
  CompletionRequest request;
  request.chat = chat;
  lm::GenerateOptions& generate = request.generate;
  generate.sampling.temperature = 1;  // as clients of this interface expect
  int64_t max_completion_tokens = 0;
  int64_t best_of = 1;
  bool chat_logprobs = false;
  const auto visit = [&](OptionVisitor& v) {
    constexpr int64_t kMostTokens = int64_t{1} << 40;
    lm::SamplingOptions& sampling = generate.sampling;
    v.text("model", request.model, "id of a model, as /v1/models lists them");
    v.integer("max_tokens", generate.max_tokens, 1, kMostTokens, "tokens to write at most");
    v.integer("max_completion_tokens", max_completion_tokens, 1, kMostTokens, "the same");
    v.real("temperature", sampling.temperature, 0, 100, "0: the most probable token");
    v.real("top_p", sampling.top_p, 0, 1, "as in lm generate");
    v.integer("top_k", sampling.top_k, -1, 1 << 24, "as in lm generate; -1 or 0: all");
    v.real("min_p", sampling.min_p, 0, 1, "as in lm generate");
    v.real("repeat_penalty", sampling.repetition_penalty, 0.01, 100, "as in lm generate");
    v.real("presence_penalty", sampling.presence_penalty, -100, 100, "as in lm generate");
    v.real("frequency_penalty", sampling.frequency_penalty, -100, 100, "as in lm generate");
    v.seed("seed", sampling.seed, "of the draws");
    v.integer("n", request.n, 1, kMostTexts, "texts for each prompt");
    v.flag("stream", request.stream, "send the text as it comes");
    v.flag("ignore_eos", generate.ignore_eos, "go on where the model would end its text");
    if (chat) {
      v.flag("logprobs", chat_logprobs, "log-probabilities of the tokens");
    } else {
      v.flag("echo", request.echo, "begin with the prompt");
      v.integer("best_of", best_of, 1, kMostTexts, "only as many as n");
    }
  };
  Json::Object options;
  for (const auto& [name, value] : body.object()) {
    const auto is = [&name = name](std::string_view other) { return name == other; };
    if (std::holds_alternative<std::nullptr_t>(value.value()) ||
        std::any_of(std::begin(kWithoutEffect), std::end(kWithoutEffect), is)) {
      continue;
    }
    if (std::any_of(std::begin(kNotDone), std::end(kNotDone), is)) {
      if (!is_empty(value)) {
        wrong(name, fmt::format("\"{}\" is not done by this server; leave it out", name));
      }
    } else if (name == "scheme") {
      request.scheme = value.text();
    } else if (name == "stop") {
      generate.stop = stops_of(value);
    } else if (name == "stream_options") {
      const Json* usage = value.find("include_usage");
      request.include_usage = usage != nullptr && usage->boolean();
    } else if (name == "response_format" || name == "modalities") {
      const bool text = name == "modalities"
                            ? value.array().size() == 1 && value.array()[0].text() == "text"
                            : value.at("type").text() == "text";
      if (!text) {
        wrong(name, fmt::format("the only \"{}\" here is text", name));
      }
    } else if (!chat && name == "prompt") {
      request.prompts = prompts_of(value);
    } else if (chat && name == "messages") {
      request.messages = messages_of(value);
    } else if (name == (chat ? "top_logprobs" : "logprobs")) {
      const int64_t alternatives = value.integer();
      check_range(name.c_str(), alternatives, int64_t{0}, kMostAlternatives);
      request.top_logprobs = alternatives;
    } else {
      options.emplace_back(name, value);
    }
  }
  options_from_json(Json(std::move(options), body.path()), visit);
  if (max_completion_tokens > 0) {
    generate.max_tokens = max_completion_tokens;
  }
  generate.sampling.top_k = std::max<int64_t>(generate.sampling.top_k, 0);
  if (chat && request.top_logprobs && !chat_logprobs) {
    wrong("top_logprobs", "\"top_logprobs\" belongs to \"logprobs\": true");
  }
  if (chat_logprobs) {
    request.top_logprobs = request.top_logprobs.value_or(0);
  }
  if (best_of > 1 && best_of != request.n) {
    wrong("best_of", "\"best_of\" beyond \"n\" is not done by this server; ask for n texts");
  }
  if (request.top_logprobs && request.echo) {
    wrong("echo", "log-probabilities of a prompt are not given; `yonder lm eval` measures texts");
  }
  if (chat ? request.messages.empty() : request.prompts.empty()) {
    wrong(chat ? "messages" : "prompt",
          fmt::format("\"{}\" is missing", chat ? "messages" : "prompt"));
  }
  generate.validate();
  return request;
}

}  // namespace yonder::web
