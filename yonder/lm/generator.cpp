// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/generator.h"

#include <algorithm>
#include <optional>

namespace yonder::lm {
namespace {

int64_t declared_limit_of(const SchemeSet& scheme) {
  int64_t limit = kUnlimited;
  for (int64_t layer = 0; layer < scheme.layers(); ++layer) {
    limit = std::min(limit, scheme[layer].declared_limit());
  }
  return limit;
}

/// One session that goes on.
class OneSession : public LogitsSource {
 public:
  explicit OneSession(Session& session) : session_(session) {}
  std::vector<float> read(size_t /*s*/, std::span<const uint32_t> ids) override {
    return std::move(session_.feed(ids).values);
  }
  std::vector<std::vector<float>> step(std::span<const size_t> /*sequences*/,
                                       std::span<const uint32_t> ids) override {
    return {std::move(session_.feed(ids).values)};
  }
  int64_t length(size_t /*s*/) const override { return session_.length(); }
  void release(size_t /*s*/) override {}

 private:
  Session& session_;
};

/// A session per request, while it is under way.
class ManySessions : public LogitsSource {
 public:
  ManySessions(const Model& model, const SchemeSet& scheme, const SessionOptions& options,
               size_t requests)
      : model_(model), scheme_(scheme), options_(options), sessions_(requests) {}
  std::vector<float> read(size_t s, std::span<const uint32_t> ids) override {
    sessions_[s].emplace(model_, scheme_, options_);
    return std::move(sessions_[s]->feed(ids).values);
  }
  std::vector<std::vector<float>> step(std::span<const size_t> sequences,
                                       std::span<const uint32_t> ids) override {
    std::vector<Session*> sessions;
    for (const size_t s : sequences) {
      sessions.push_back(&*sessions_[s]);
    }
    std::vector<std::vector<float>> rows;
    for (Logits& logits : Session::feed_each(sessions, ids)) {
      rows.push_back(std::move(logits.values));
    }
    return rows;
  }
  int64_t length(size_t s) const override { return sessions_[s]->length(); }
  void release(size_t s) override { sessions_[s].reset(); }

 private:
  const Model& model_;
  const SchemeSet& scheme_;
  SessionOptions options_;
  std::vector<std::optional<Session>> sessions_;
};

}  // namespace

Generated generate(Session& session, const TextCodec& codec, std::span<const uint32_t> prompt,
                   const GenerateOptions& options, uint64_t stream, const TextSink& sink,
                   Progress* progress) {
  OneSession source(session);
  const GenerationRequest request{
      .prompt = {prompt.begin(), prompt.end()}, .stream = stream, .sink = sink};
  return std::move(generate_from(source, codec, {&request, 1}, options, 1,
                                 declared_limit_of(session.scheme()), progress)
                       .front());
}

std::vector<Generated> generate_many(const Model& model, const SchemeSet& scheme,
                                     std::span<const GenerationRequest> requests,
                                     const GenerateOptions& options, int64_t together,
                                     const SessionOptions& session_options, Progress* progress) {
  ManySessions source(model, scheme, session_options, requests.size());
  return generate_from(source, model.codec(), requests, options, together,
                       declared_limit_of(scheme), progress);
}

}  // namespace yonder::lm
