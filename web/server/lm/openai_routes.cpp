// SPDX-License-Identifier: Apache-2.0
#include "web/server/lm/openai_routes.h"

#include "yonder/base/error.h"
#include "yonder/lm/chat_form.h"
#include "yonder/lm/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace yonder::web {
namespace {

constexpr size_t kPromptChunk = 512;  // tokens that are read before it is asked who still waits

/// The sessions of a request. Several texts of one prompt fork what has read it.
class PromptSessions : public lm::LogitsSource {
 public:
  PromptSessions(const lm::Model& model, const lm::SchemeSet& scheme, size_t texts_of_each,
                 Progress& progress)
      : model_(model), scheme_(scheme), texts_of_each_(texts_of_each), progress_(&progress) {}

  std::vector<float> read(size_t s, std::span<const uint32_t> ids) override {
    if (s % texts_of_each_ == 0) {
      prompt_.emplace(model_, scheme_);
      for (size_t first = 0; first < ids.size(); first += kPromptChunk) {
        progress_.stop_if_cancelled("send the request again");
        const auto chunk = ids.subspan(first, std::min(kPromptChunk, ids.size() - first));
        logits_ = std::move(prompt_->feed(chunk).values);
      }
    }
    if ((s + 1) % texts_of_each_ == 0) {
      sessions_.emplace(s, std::move(*prompt_));
      prompt_.reset();
    } else {
      sessions_.emplace(s, prompt_->fork());
    }
    return logits_;
  }
  std::vector<std::vector<float>> step(std::span<const size_t> sequences,
                                       std::span<const uint32_t> ids) override {
    std::vector<lm::Session*> sessions;
    for (const size_t s : sequences) {
      sessions.push_back(&sessions_.at(s));
    }
    std::vector<std::vector<float>> rows;
    for (lm::Logits& logits : lm::Session::feed_each(sessions, ids)) {
      rows.push_back(std::move(logits.values));
    }
    return rows;
  }
  int64_t length(size_t s) const override { return sessions_.at(s).length(); }
  void release(size_t s) override { sessions_.erase(s); }

 private:
  const lm::Model& model_;
  const lm::SchemeSet& scheme_;
  const size_t texts_of_each_;
  const ProgressRef progress_;
  std::optional<lm::Session> prompt_;  // has read the prompt of texts that are still to begin
  std::vector<float> logits_;          // after it
  std::map<size_t, lm::Session> sessions_;
};

void write_model(JsonWriter& w, const LmModel& entry) {
  w.begin_object().key("id").raw(json_escape_lossy(entry.id)).key("object").value("model");
  w.key("created").value(entry.opened).key("owned_by").value("yonder");
  w.key("yonder");
  write_json(w, entry);
  w.end_object();
}

}  // namespace

int64_t declared_limit(const lm::SchemeSet& scheme) {
  int64_t limit = lm::kUnlimited;
  for (int64_t layer = 0; layer < scheme.layers(); ++layer) {
    limit = std::min(limit, scheme[layer].declared_limit());
  }
  return limit;
}

OpenAiRoutes::OpenAiRoutes(const LmModels& models, const LmServeOptions& options)
    : models_(models),
      options_(options),
      queue_(options.together, static_cast<size_t>(options.queue)) {}

std::vector<Route> OpenAiRoutes::routes() {
  return {
      {"GET", "/v1/models", BodyKind::none, [this](Call&) { return list_models(); }},
      {"GET", "/v1/models/{model}", BodyKind::none,
       [this](Call& call) { return show_model(call.ids[0]); }},
      {"POST", "/v1/completions", BodyKind::json,
       [this](Call& call) { return complete(call.json(), false); }},
      {"POST", "/v1/chat/completions", BodyKind::json,
       [this](Call& call) { return complete(call.json(), true); }},
  };
}

HttpResponse OpenAiRoutes::list_models() const {
  JsonWriter w;
  w.begin_object().key("object").value("list").key("data").begin_array();
  for (const std::shared_ptr<const LmModel>& entry : models_.all()) {
    write_model(w, *entry);
  }
  w.end_array().end_object();
  return json_response(w.str());
}

HttpResponse OpenAiRoutes::show_model(const std::string& id) const {
  JsonWriter w;
  write_model(w, *models_.get(id));
  return json_response(w.str());
}

CompletionTask OpenAiRoutes::task_of(CompletionRequest request) const {
  const std::shared_ptr<const LmModel> entry = models_.get(request.model);
  const lm::Model& model = entry->model;
  CompletionTask task;
  task.model = entry->id;
  task.codec = &model.codec();
  if (request.chat) {
    lm::ChatPrompt prompt = lm::chat_prompt(*task.codec, request.messages);
    task.prompts = {std::move(prompt.ids)};
    request.generate.end_ids = std::move(prompt.end);
    std::vector<std::string>& stop = request.generate.stop;
    stop.insert(stop.end(), prompt.stop.begin(), prompt.stop.end());
  }
  for (Prompt& prompt : request.prompts) {
    if (const auto* text = std::get_if<std::string>(&prompt)) {
      task.prompts.push_back(task.codec->encode(*text, true));
    } else {
      task.prompts.push_back(std::move(std::get<std::vector<uint32_t>>(prompt)));
    }
  }
  int64_t longest = 0;
  for (const std::vector<uint32_t>& ids : task.prompts) {
    require(!ids.empty(), ErrorKind::bad_data,
            "the prompt is empty and the model has no token that begins a text; write a prompt");
    for (const uint32_t id : ids) {
      require(id < model.config().vocab_size, ErrorKind::bad_data,
              "the prompt has the token id {}; the ids of {} are below {}", id, entry->id,
              model.config().vocab_size);
    }
    longest = std::max(longest, static_cast<int64_t>(ids.size()));
  }
  const int64_t together = longest + request.generate.max_tokens;
  if (together > options_.context) {
    throw HttpError(400, ErrorKind::bad_option,
                    fmt::format("a prompt of {} tokens and {} to write are more than the {} that "
                                "this server takes; send a shorter prompt, ask for fewer, or raise "
                                "--lm-context",
                                longest, request.generate.max_tokens, options_.context),
                    "context_length_exceeded", request.chat ? "messages" : "prompt");
  }
  const auto scheme = std::make_shared<const lm::SchemeSet>(
      model.scheme(request.scheme.value_or(options_.scheme), together));
  task.scheme = scheme->canonical();
  task.notices = scheme->notices();
  task.declared_limit = declared_limit(*scheme);
  task.train_length = model.config().train_length;
  task.time = std::chrono::seconds(options_.seconds);
  task.open = [entry, scheme, n = static_cast<size_t>(request.n)](Progress& progress) {
    return std::make_unique<PromptSessions>(entry->model, *scheme, n, progress);
  };
  task.keeper = entry;
  task.request = std::move(request);
  return task;
}

HttpResponse OpenAiRoutes::complete(const Json& body, bool chat) {
  CompletionRequest request = read_completion(body, chat);
  const bool stream = request.stream;
  const auto completion = std::make_shared<Completion>(task_of(std::move(request)));
  HttpResponse response = completion_response(completion, stream);
  queue_.submit(completion);
  return response;
}

}  // namespace yonder::web
