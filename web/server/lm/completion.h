// SPDX-License-Identifier: Apache-2.0
// One request of OpenAI's interface at work: its prompts read, its texts drawn on a thread of the
// queue, its answer in one piece or in events as the tokens come. The answer is held by the
// connection alone: a client that leaves destroys it, and the work ends before the next token, or
// the next 512 tokens of a prompt.
//
// What several texts for one prompt have in common is read once (Session::fork). The work is
// written against LogitsSource, so that it is tested by a script in place of a model.
// Test: completion_test.cpp.
#pragma once

#include "web/server/http_message.h"
#include "web/server/lm/openai_request.h"
#include "web/server/work_queue.h"
#include "yonder/base/progress.h"
#include "yonder/lm/generation_loop.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::web {

/// What a completion is about, ready to be drawn.
struct CompletionTask {
  CompletionRequest request;
  std::string model;                     ///< id, for the answer
  const lm::TextCodec* codec = nullptr;  ///< of the model
  std::vector<std::vector<uint32_t>>
      prompts;                       ///< ids; the texts of prompt p are p n .. p n + n - 1
  std::string scheme;                ///< canonical
  std::vector<std::string> notices;  ///< of the scheme
  int64_t declared_limit = 0;        ///< tokens; lm::kUnlimited: none
  int64_t train_length = 0;          ///< N
  std::chrono::seconds time{600};    ///< after which it ends
  /// Makes what the texts are drawn from; on the queue's thread. Text s has the prompt s / n. What
  /// reads a long prompt asks the progress now and then whether it is still wanted.
  std::function<std::unique_ptr<lm::LogitsSource>(Progress& progress)> open;
  std::shared_ptr<const void> keeper;  ///< what the pointers above point into
};

class Completion : public QueuedWork, public Progress {
 public:
  explicit Completion(CompletionTask task);

  void run() override;
  void abandon() override { wanted_ = false; }
  bool wanted() const override { return wanted_; }

  // What the generation reports; any thread.
  void begin(std::string_view /*what*/, uint64_t /*total*/, std::string_view /*unit*/) override {}
  void advance(uint64_t /*n*/) override {}
  void metric(std::string_view /*name*/, double /*value*/) override {}
  void warn(std::string_view text) override;
  /// Abandoned, or out of time.
  bool cancelled() override;

  // For the answers below.
  void set_wake(std::function<void()> wake);
  /// The whole answer once it is there.
  std::optional<HttpResponse> take();
  /// Appends the events that are new; false: those were the last.
  bool next_events(std::string& out);

 private:
  /// A token that might have stood there.
  struct Alternative {
    uint32_t id = 0;
    float log_probability = 0;
  };
  /// One that was drawn.
  struct Token {
    std::string bytes;
    float log_probability = 0;
    std::vector<std::pair<std::string, float>> alternatives;  // their bytes
  };
  /// The tokens of a text, where figures of them were asked for.
  struct Tokens {
    uint32_t last = 0;  // id of the one before the next
    std::vector<Token> drawn;
    size_t sent = 0;          // of drawn
    uint64_t characters = 0;  // in what was sent
  };
  /// What a stream has still to send: bytes of a text, and how many of its tokens they end with.
  struct Piece {
    size_t text = 0;
    std::string bytes;
    size_t tokens = 0;
  };
  class Recorder;

  std::vector<lm::Generated> generate();
  bool push(size_t text, std::string_view bytes);
  void note(size_t text, uint32_t id, float log_probability);
  void wake() const;
  // The rest needs mutex_ to be held.
  std::string answer();
  std::string event(size_t text, const std::string& content, bool first, size_t tokens,
                    std::optional<lm::Finish> finish);
  size_t shown_tokens(size_t text) const;
  std::string usage_event() const;
  void write_head(JsonWriter& w, bool chunk) const;
  void write_logprobs(JsonWriter& w, size_t text, size_t end);
  void write_usage(JsonWriter& w) const;
  void write_own(JsonWriter& w) const;

  const CompletionTask task_;
  const std::string id_;
  const int64_t created_;
  std::atomic<bool> wanted_{true};
  std::atomic<bool> out_of_time_{false};
  // The queue's thread only.
  std::chrono::steady_clock::time_point deadline_{};
  std::vector<std::vector<Alternative>> alternatives_;  // of the next token of each text

  mutable std::mutex mutex_;
  std::function<void()> wake_;
  std::vector<Piece> pieces_;  // not yet sent
  std::vector<Tokens> tokens_;
  std::vector<std::string> notices_;
  std::vector<lm::Generated> results_;
  std::optional<HttpResponse> failure_;
  bool begun_ = false;  // the first events were sent
  bool done_ = false;
};

/// The response to a request whose work was submitted.
HttpResponse completion_response(const std::shared_ptr<Completion>& completion, bool stream);

}  // namespace yonder::web
