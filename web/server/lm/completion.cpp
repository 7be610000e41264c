// SPDX-License-Identifier: Apache-2.0
#include "web/server/lm/completion.h"

#include "yonder/base/error.h"
#include "yonder/base/json.h"
#include "yonder/lm/position/scheme.h"
#include "yonder/lm/sampling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <span>
#include <utility>

namespace yonder::web {
namespace {

constexpr int64_t kTogether = 4;  // texts of one request that are drawn at the same time

int64_t seconds_since_1970() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string next_id(bool chat) {
  static std::atomic<uint64_t> number{0};
  return fmt::format("{}-{}-{}", chat ? "chatcmpl" : "cmpl", seconds_since_1970(), ++number);
}

/// OpenAI's words.
const char* finish_reason(lm::Finish finish) {
  return finish == lm::Finish::stop || finish == lm::Finish::eos ? "stop" : "length";
}

std::string event_of(const std::string& json) { return fmt::format("data: {}\n\n", json); }

/// Holds the work as long as the client waits.
class Waiting {
 public:
  explicit Waiting(std::shared_ptr<Completion> completion) : completion_(std::move(completion)) {}
  ~Waiting() {
    completion_->abandon();
    completion_->set_wake(nullptr);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  Completion& operator*() const { return *completion_; }
  Completion* operator->() const { return completion_.get(); }

 private:
  std::shared_ptr<Completion> completion_;
};

class CompletionAnswer : public LaterResponse {
 public:
  explicit CompletionAnswer(std::shared_ptr<Completion> completion)
      : completion_(std::move(completion)) {}
  std::optional<HttpResponse> take() override { return completion_->take(); }
  void set_wake(std::function<void()> wake) override { completion_->set_wake(std::move(wake)); }

 private:
  Waiting completion_;
};

class CompletionEvents : public ChunkSource {
 public:
  explicit CompletionEvents(std::shared_ptr<Completion> completion)
      : completion_(std::move(completion)) {}
  bool next(std::string& out) override { return completion_->next_events(out); }
  void set_wake(std::function<void()> wake) override { completion_->set_wake(std::move(wake)); }
  std::string_view keep_alive() const override { return ": ping\n\n"; }

 private:
  Waiting completion_;
};

}  // namespace

/// Notes the most probable tokens of each row of logits on its way.
class Completion::Recorder : public lm::LogitsSource {
 public:
  /// out: of each text, those of its latest row.
  Recorder(std::unique_ptr<lm::LogitsSource> source, size_t count,
           std::vector<std::vector<Alternative>>& out)
      : source_(std::move(source)), count_(count), out_(out) {}
  std::vector<float> read(size_t s, std::span<const uint32_t> ids) override {
    std::vector<float> row = source_->read(s, ids);
    note(s, row);
    return row;
  }
  std::vector<std::vector<float>> step(std::span<const size_t> sequences,
                                       std::span<const uint32_t> ids) override {
    std::vector<std::vector<float>> rows = source_->step(sequences, ids);
    for (size_t i = 0; i < rows.size(); ++i) {
      note(sequences[i], rows[i]);
    }
    return rows;
  }
  int64_t length(size_t s) const override { return source_->length(s); }
  void release(size_t s) override { source_->release(s); }

 private:
  void note(size_t s, const std::vector<float>& row) {
    std::vector<uint32_t> order(row.size());
    std::iota(order.begin(), order.end(), 0U);
    const auto end = order.begin() + static_cast<ptrdiff_t>(std::min(count_, order.size()));
    std::partial_sort(order.begin(), end, order.end(), [&](uint32_t a, uint32_t b) {
      return row[a] != row[b] ? row[a] > row[b] : a < b;
    });
    const double most = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (const float logit : row) {
      sum += std::exp(static_cast<double>(logit) - most);
    }
    std::vector<Alternative> found;
    for (auto id = order.begin(); id != end; ++id) {
      found.push_back(
          {*id, static_cast<float>(static_cast<double>(row[*id]) - most - std::log(sum))});
    }
    out_[s] = std::move(found);
  }

  std::unique_ptr<lm::LogitsSource> source_;
  const size_t count_;
  std::vector<std::vector<Alternative>>& out_;
};

Completion::Completion(CompletionTask task)
    : task_(std::move(task)), id_(next_id(task_.request.chat)), created_(seconds_since_1970()) {
  notices_ = task_.notices;
  for (size_t s = 0; s < task_.prompts.size() * static_cast<size_t>(task_.request.n); ++s) {
    tokens_.emplace_back().last = task_.prompts[s / static_cast<size_t>(task_.request.n)].back();
  }
  if (task_.request.echo) {
    for (size_t p = 0; p < task_.prompts.size(); ++p) {
      for (int64_t k = 0; k < task_.request.n; ++k) {
        pieces_.push_back({p * static_cast<size_t>(task_.request.n) + static_cast<size_t>(k),
                           task_.codec->decode(task_.prompts[p]), 0});
      }
    }
  }
}

std::vector<lm::Generated> Completion::generate() {
  const CompletionRequest& request = task_.request;
  const auto n = static_cast<size_t>(request.n);
  std::vector<lm::GenerationRequest> texts;
  for (size_t s = 0; s < task_.prompts.size() * n; ++s) {
    lm::TokenSink token_sink;
    if (request.top_logprobs) {
      token_sink = [this, s](uint32_t id, float log_probability) { note(s, id, log_probability); };
    }
    texts.push_back({.prompt = task_.prompts[s / n],
                     .stream = s,
                     .sink = [this, s](std::string_view bytes) { return push(s, bytes); },
                     .token_sink = std::move(token_sink)});
  }
  std::unique_ptr<lm::LogitsSource> source = task_.open(*this);
  if (request.top_logprobs) {
    alternatives_.resize(texts.size());
    source = std::make_unique<Recorder>(std::move(source),
                                        static_cast<size_t>(*request.top_logprobs), alternatives_);
  }
  return lm::generate_from(*source, *task_.codec, texts, request.generate, kTogether,
                           task_.declared_limit, this);
}

void Completion::run() {
  deadline_ = std::chrono::steady_clock::now() + task_.time;
  std::vector<lm::Generated> results;
  std::optional<HttpResponse> failure;
  try {
    results = generate();
    if (out_of_time_) {
      warn(fmt::format("ended after {} s, the most that this server gives to a request",
                       task_.time.count()));
    }
  } catch (const Error& error) {
    if (error.kind == ErrorKind::cancelled && out_of_time_) {
      failure = error_response(
          503, ErrorKind::cancelled,
          fmt::format("the prompt was not read after {} s, the most that this server gives to a "
                      "request; send a shorter one or raise --lm-seconds",
                      task_.time.count()));
    } else {
      failure = response_to_error();
    }
  } catch (const std::exception& error) {
    failure = response_to_error();
    if (!failure) {
      failure = error_response(500, ErrorKind::internal,
                               fmt::format("internal error: {}; please report this", error.what()));
    }
  }
  const std::lock_guard lock(mutex_);
  results_ = std::move(results);
  failure_ = std::move(failure);
  done_ = true;
  wake();
}

void Completion::warn(std::string_view text) {
  const std::lock_guard lock(mutex_);
  notices_.emplace_back(text);
}

bool Completion::cancelled() {
  if (std::chrono::steady_clock::now() > deadline_) {
    out_of_time_ = true;
  }
  return !wanted_ || out_of_time_;
}

bool Completion::push(size_t text, std::string_view bytes) {
  if (!bytes.empty() && task_.request.stream) {
    const std::lock_guard lock(mutex_);
    pieces_.push_back({text, std::string(bytes), tokens_[text].drawn.size()});
    wake();
  }
  return !cancelled();
}

void Completion::note(size_t text, uint32_t id, float log_probability) {
  const std::lock_guard lock(mutex_);
  Tokens& tokens = tokens_[text];
  Token token{.bytes = task_.codec->piece(tokens.last, id),
              .log_probability = log_probability,
              .alternatives = {}};
  for (const Alternative& other : alternatives_[text]) {
    token.alternatives.emplace_back(task_.codec->piece(tokens.last, other.id),
                                    other.log_probability);
  }
  tokens.last = id;
  tokens.drawn.push_back(std::move(token));
}

void Completion::set_wake(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

void Completion::wake() const {
  if (wake_) {
    wake_();
  }
}

std::optional<HttpResponse> Completion::take() {
  const std::lock_guard lock(mutex_);
  if (!done_) {
    return std::nullopt;
  }
  return failure_ ? *failure_ : json_response(answer());
}

bool Completion::next_events(std::string& out) {
  const std::lock_guard lock(mutex_);
  const size_t texts = task_.prompts.size() * static_cast<size_t>(task_.request.n);
  if (!begun_ && task_.request.chat) {
    for (size_t text = 0; text < texts; ++text) {
      out += event_of(event(text, "", true, 0, std::nullopt));
    }
  }
  begun_ = true;
  for (const Piece& piece : pieces_) {
    out += event_of(event(piece.text, piece.bytes, false, piece.tokens, std::nullopt));
  }
  pieces_.clear();
  if (!done_) {
    return true;
  }
  if (failure_) {
    out += event_of(std::get<std::string>(failure_->body));
  } else {
    for (size_t text = 0; text < texts; ++text) {
      out += event_of(event(text, "", false, shown_tokens(text), results_[text].finish));
    }
    if (task_.request.include_usage) {
      out += event_of(usage_event());
    }
  }
  out += "data: [DONE]\n\n";
  return false;
}

void Completion::write_head(JsonWriter& w, bool chunk) const {
  w.begin_object().key("id").value(id_).key("object");
  if (task_.request.chat) {
    w.value(chunk ? "chat.completion.chunk" : "chat.completion");
  } else {
    w.value("text_completion");
  }
  w.key("created").value(created_).key("model").raw(json_escape_lossy(task_.model));
  w.key("system_fingerprint").value("yonder-" YONDER_VERSION);
}

std::string Completion::answer() {
  const CompletionRequest& request = task_.request;
  JsonWriter w;
  write_head(w, false);
  w.key("choices").begin_array();
  for (size_t text = 0; text < results_.size(); ++text) {
    const lm::Generated& result = results_[text];
    w.begin_object().key("index").value(static_cast<uint64_t>(text));
    if (request.chat) {
      w.key("message").begin_object().key("role").value("assistant");
      w.key("content").raw(json_escape_lossy(result.text)).key("refusal").null().end_object();
    } else {
      const std::string before =
          request.echo ? task_.codec->decode(task_.prompts[text / static_cast<size_t>(request.n)])
                       : std::string();
      w.key("text").raw(json_escape_lossy(before + result.text));
    }
    w.key("logprobs");
    write_logprobs(w, text, shown_tokens(text));
    w.key("finish_reason").value(finish_reason(result.finish)).end_object();
  }
  w.end_array().key("usage");
  write_usage(w);
  write_own(w);
  w.end_object();
  return w.str();
}

/// tokens: how many of the text's end in this event or before.
std::string Completion::event(size_t text, const std::string& content, bool first, size_t tokens,
                              std::optional<lm::Finish> finish) {
  JsonWriter w;
  write_head(w, true);
  w.key("choices").begin_array().begin_object().key("index").value(static_cast<uint64_t>(text));
  if (!task_.request.chat) {
    w.key("text").raw(json_escape_lossy(content));
  } else {
    w.key("delta").begin_object();
    if (first) {
      w.key("role").value("assistant");
    }
    if (!finish) {
      w.key("content").raw(json_escape_lossy(content));
    }
    w.end_object();
  }
  w.key("logprobs");
  write_logprobs(w, text, tokens);
  w.key("finish_reason");
  if (finish) {
    w.value(finish_reason(*finish));
  } else {
    w.null();
  }
  w.end_object().end_array();
  if (task_.request.include_usage) {
    w.key("usage").null();
  }
  w.end_object();
  return w.str();
}

std::string Completion::usage_event() const {
  JsonWriter w;
  write_head(w, true);
  w.key("choices").begin_array().end_array().key("usage");
  write_usage(w);
  write_own(w);
  w.end_object();
  return w.str();
}

void Completion::write_usage(JsonWriter& w) const {
  uint64_t prompt = 0;
  for (const std::vector<uint32_t>& ids : task_.prompts) {
    prompt += ids.size();
  }
  uint64_t drawn = 0;
  for (const lm::Generated& result : results_) {
    drawn += result.ids.size();
  }
  w.begin_object().key("prompt_tokens").value(prompt).key("completion_tokens").value(drawn);
  w.key("total_tokens").value(prompt + drawn).end_object();
}

/// What no other server has: which scheme was read with, and how it went.
void Completion::write_own(JsonWriter& w) const {
  w.key("yonder").begin_object().key("scheme").value(task_.scheme);
  w.key("train_length").value(task_.train_length).key("declared_limit");
  if (task_.declared_limit == lm::kUnlimited) {
    w.null();
  } else {
    w.value(task_.declared_limit);
  }
  double prefill = 0;
  double decode = 0;
  for (const lm::Generated& result : results_) {
    prefill += result.prefill_seconds;
    decode = std::max(decode, result.decode_seconds);
  }
  w.key("prefill_seconds").value(prefill).key("decode_seconds").value(decode);
  w.key("notices").begin_array();
  for (const std::string& notice : notices_) {
    w.raw(json_escape_lossy(notice));
  }
  w.end_array().end_object();
}

/// Of the tokens of a text up to `end` that were not written yet, in the form of the request's
/// route.
void Completion::write_logprobs(JsonWriter& w, size_t text, size_t end) {
  Tokens& tokens = tokens_[text];
  const bool nothing_new = task_.request.stream && tokens.sent >= end;
  if (!task_.request.top_logprobs || nothing_new) {
    w.null();
    return;
  }
  const std::span<const Token> drawn =
      std::span(tokens.drawn).subspan(tokens.sent, end - tokens.sent);
  tokens.sent = end;
  w.begin_object();
  if (task_.request.chat) {
    const auto begin_token = [&](const std::string& bytes, float log_probability) {
      w.begin_object().key("token").raw(json_escape_lossy(bytes));
      w.key("logprob").value(static_cast<double>(log_probability)).key("bytes").begin_array();
      for (const char byte : bytes) {
        w.value(static_cast<int>(static_cast<unsigned char>(byte)));
      }
      w.end_array();
    };
    w.key("content").begin_array();
    for (const Token& token : drawn) {
      begin_token(token.bytes, token.log_probability);
      w.key("top_logprobs").begin_array();
      for (const auto& [bytes, log_probability] : token.alternatives) {
        begin_token(bytes, log_probability);
        w.end_object();
      }
      w.end_array().end_object();
    }
    w.end_array().end_object();
    return;
  }
  w.key("tokens").begin_array();
  for (const Token& token : drawn) {
    w.raw(json_escape_lossy(token.bytes));
  }
  w.end_array().key("token_logprobs").begin_array();
  for (const Token& token : drawn) {
    w.value(static_cast<double>(token.log_probability));
  }
  w.end_array().key("top_logprobs").begin_array();
  for (const Token& token : drawn) {
    w.begin_object();
    // Pieces that are no text may look alike; the most probable stays.
    std::set<std::string> names;
    for (const auto& [bytes, log_probability] : token.alternatives) {
      const std::string name = parse_json(json_escape_lossy(bytes), "token").text();
      if (names.insert(name).second) {
        w.key(name).value(static_cast<double>(log_probability));
      }
    }
    w.end_object();
  }
  w.end_array().key("text_offset").begin_array();
  for (const Token& token : drawn) {
    w.value(tokens.characters);
    tokens.characters +=
        static_cast<uint64_t>(std::count_if(token.bytes.begin(), token.bytes.end(), [](char c) {
          return (static_cast<unsigned char>(c) >> 6) != 2;
        }));
  }
  w.end_array().end_object();
}

/// Of a text that has ended: those that no stop string took.
size_t Completion::shown_tokens(size_t text) const {
  const std::vector<Token>& drawn = tokens_[text].drawn;
  if (results_[text].finish != lm::Finish::stop) {
    return drawn.size();
  }
  size_t shown = 0;
  for (size_t bytes = 0; shown < drawn.size() && bytes < results_[text].text.size(); ++shown) {
    bytes += drawn[shown].bytes.size();
  }
  return shown;
}

HttpResponse completion_response(const std::shared_ptr<Completion>& completion, bool stream) {
  HttpResponse response;
  if (stream) {
    response.content_type = "text/event-stream";
    response.body = std::make_shared<CompletionEvents>(completion);
  } else {
    response.body = std::make_shared<CompletionAnswer>(completion);
  }
  return response;
}

}  // namespace yonder::web
