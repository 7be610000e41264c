// SPDX-License-Identifier: Apache-2.0
// A session: chunks of tokens go through the network, each layer's keys and values into the cache,
// and attention reads them back under the layer's scheme. Logits are made for few rows at a time.
#include "yonder/base/error.h"
#include "yonder/base/options.h"
#include "yonder/lm/blockwise_attention.h"
#include "yonder/lm/internal/model_impl.h"
#include "yonder/lm/kv_cache.h"
#include "yonder/lm/model.h"
#include "yonder/nn/device.h"
#include "yonder/nn/torch_error.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>
#include <functional>

namespace yonder::lm {
namespace {

constexpr int64_t kMostLogits = int64_t{1} << 22;  // numbers of logits held at once while scoring

std::vector<float> to_vector(const at::Tensor& tensor) {
  const at::Tensor host = tensor.to(at::kCPU, at::kFloat).contiguous();
  const auto* data = host.data_ptr<float>();
  return {data, data + host.numel()};
}

}  // namespace

std::span<const float> AttentionView::query(int64_t head, int64_t t) const {
  const int64_t tokens = static_cast<int64_t>(q.size()) / (heads * head_dim);
  return q.subspan(static_cast<size_t>((head * tokens + t) * head_dim),
                   static_cast<size_t>(head_dim));
}

std::span<const float> AttentionView::keys_of(int64_t head) const {
  const auto size = k.size() / static_cast<size_t>(kv_heads);
  return k.subspan(static_cast<size_t>(head / (heads / kv_heads)) * size, size);
}

void SessionOptions::visit(OptionVisitor& v) {
  v.integer("chunk", chunk, 1, 1 << 20, "tokens per prefill chunk; changes no result");
  v.bytes("memory-limit", memory_limit, 0, INT64_MAX,
          "bytes of cache; 0: what the machine has free");
}

struct Session::Impl {
  Impl(std::shared_ptr<const Model::Impl> model_in, SchemeSet scheme_in,
       const SessionOptions& options_in)
      : model(std::move(model_in)),
        scheme(std::move(scheme_in)),
        options(options_in),
        cache(model->config, model->dtype, model->device),
        states(model->network.start_states()) {
    see_as(scheme);
  }
  Impl(const Impl& other)
      : model(other.model),
        scheme(other.scheme),
        options(other.options),
        cache(other.cache.copy()),
        states(other.states) {}

  void see_as(const SchemeSet& set) {
    require(set.layers() == model->config.layers, ErrorKind::bad_option,
            "the scheme is of {} layers and the model has {}; make it with Model::scheme()",
            set.layers(), model->config.layers);
    for (int64_t layer = 0; layer < set.layers(); ++layer) {
      cache.set_visible(layer, set[layer].visible);
    }
  }

  // Under dyn:turn the stretch is that of the whole turn, fixed where it begins.
  void begin_turn(int64_t length) {
    bool too_short = false;
    for (int64_t layer = 0; layer < scheme.layers(); ++layer) {
      const PositionScheme& s = scheme[layer];
      const auto reach = s.stretch_at(0) * static_cast<double>(s.rope().train_length);
      too_short = too_short ||
                  (s.dynamic.mode == Dynamic::Mode::turn && static_cast<double>(length) > reach);
    }
    if (too_short) {
      scheme = scheme.with_target(length);
    }
  }

  void check_ids(std::span<const uint32_t> ids) const {
    require(!ids.empty(), ErrorKind::bad_data, "there is no token to read");
    for (size_t i = 0; i < ids.size(); ++i) {
      require(ids[i] < static_cast<uint64_t>(model->config.vocab_size), ErrorKind::bad_data,
              "token {} has the id {}; the model has ids up to {}", i, ids[i],
              model->config.vocab_size - 1);
    }
  }

  // Before anything is allocated: the cache after all tokens, and what a chunk needs while it is
  // computed.
  void require_room(int64_t tokens, int64_t kept_logits) const {
    const ModelConfig& c = model->config;
    const uint64_t after = cache.bytes_after(tokens, options.chunk);
    if (after <= cache.bytes() && kept_logits == 0) {
      return;
    }
    const int64_t rows = std::min(tokens, options.chunk);
    const int64_t keys = cache.length() + tokens;
    const int64_t numbers = rows * (8 * c.hidden_size + 4 * c.intermediate_size +
                                    3 * (c.heads + 2 * c.kv_heads) * c.head_dim) +
                            2 * keys * c.kv_heads * c.head_dim + 2 * kept_logits +
                            std::min(kMostLogits, rows * c.vocab_size);
    const std::string what = fmt::format("reading {} tokens after {}", tokens, cache.length());
    if (options.memory_limit > 0) {
      internal::require_memory(after, static_cast<uint64_t>(options.memory_limit),
                               "the cache for " + what);
    }
    internal::require_memory(
        after - std::min(after, cache.bytes()) + static_cast<uint64_t>(numbers) * sizeof(float), 0,
        what);
  }

  void show(int64_t layer, int64_t first, const at::Tensor& q, const at::Tensor& k) const {
    const at::Tensor host_q = q.to(at::kCPU, at::kFloat).contiguous();
    const at::Tensor host_k = k.to(at::kCPU, at::kFloat).contiguous();
    const auto view_of = [](const at::Tensor& tensor) {
      return std::span<const float>(tensor.data_ptr<float>(), static_cast<size_t>(tensor.numel()));
    };
    observer({layer, first, q.size(0), k.size(0), q.size(2), model->network.attention_factor(),
              view_of(host_q), view_of(host_k)});
  }

  // A layer's attention over the cache: un-rotated q [H, T, d], k and v [Hkv, T, d] of the tokens
  // that are read -> [H, T, d].
  at::Tensor attend(int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    const int64_t first = cache.length();
    if (observer) {
      show(layer, first, q, k);
    }
    KvCache::Rows rows = cache.append(layer, k, v);
    AttentionOptions attention_options;
    attention_options.factor = model->network.attention_factor();
    attention_options.keys = std::move(rows.runs);
    return attention(q, rows.k, rows.v, scheme[layer], first, attention_options);
  }

  at::Tensor read_chunk(std::span<const uint32_t> ids) {
    const auto count = static_cast<int64_t>(ids.size());
    at::Tensor tokens = at::empty({1, count}, at::kLong);
    std::copy(ids.begin(), ids.end(), tokens.data_ptr<int64_t>());
    const auto one_text = [&](int64_t layer, const at::Tensor& q, const at::Tensor& k,
                              const at::Tensor& v) {
      return attend(layer, q[0], k[0], v[0]).unsqueeze(0);
    };
    std::vector<at::Tensor> after = states;
    at::Tensor hidden = model->network.hidden(tokens.to(model->device), one_text, after);
    cache.advance(count);
    states = std::move(after);
    return hidden[0];
  }

  // Reads ids chunk by chunk; `use` gets the hidden states of a chunk [T, D] and the index of its
  // first token. Whatever happens, the session has read whole chunks.
  void read(std::span<const uint32_t> ids, int64_t kept_logits,
            const std::function<void(const at::Tensor& hidden, int64_t first)>& use) {
    check_ids(ids);
    nn::set_threads(model->threads);
    const auto count = static_cast<int64_t>(ids.size());
    begin_turn(cache.length() + count);
    require_room(count, kept_logits);
    try {
      nn::with_torch_errors([&] {
        cache.reserve(count, options.chunk);
        for (int64_t first = 0; first < count; first += options.chunk) {
          const int64_t rows = std::min(options.chunk, count - first);
          use(read_chunk(ids.subspan(static_cast<size_t>(first), static_cast<size_t>(rows))),
              first);
        }
      });
    } catch (...) {
      cache.roll_back();
      throw;
    }
  }

  std::shared_ptr<const Model::Impl> model;
  SchemeSet scheme;
  SessionOptions options;
  KvCache cache;
  std::vector<at::Tensor> states;  ///< LayerStates after the tokens of the cache
  AttentionObserver observer;
};

Session::Session(const Model& model, SchemeSet scheme, const SessionOptions& options) {
  SessionOptions checked = options;
  validate_options([&](OptionVisitor& v) { checked.visit(v); });
  impl_ = std::make_unique<Impl>(model.impl_, std::move(scheme), options);
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

Logits Session::feed(std::span<const uint32_t> ids) {
  const auto last = static_cast<int64_t>(ids.size()) - 1;
  Logits logits{1, impl_->model->config.vocab_size, {}};
  impl_->read(ids, 0, [&](const at::Tensor& hidden, int64_t first) {
    if (first + hidden.size(0) > last) {
      logits.values = to_vector(impl_->model->network.logits(hidden[last - first]));
    }
  });
  return logits;
}

Logits Session::feed_all(std::span<const uint32_t> ids) {
  Logits logits{static_cast<int64_t>(ids.size()), impl_->model->config.vocab_size, {}};
  impl_->read(ids, logits.rows * logits.vocab, [&](const at::Tensor& hidden, int64_t /*first*/) {
    const auto rows = to_vector(impl_->model->network.logits(hidden));
    logits.values.insert(logits.values.end(), rows.begin(), rows.end());
  });
  return logits;
}

Scores Session::score(std::span<const uint32_t> ids, int64_t first) {
  const auto count = static_cast<int64_t>(ids.size());
  require(first >= 1 && first < count, ErrorKind::bad_option,
          "the first token to score is {}; it must lie between 1 and {}", first, count - 1);
  impl_->check_ids(ids);
  Scores scores;
  const int64_t rows_at_once = std::max<int64_t>(1, kMostLogits / impl_->model->config.vocab_size);
  // The hidden state of token t scores token t + 1.
  const auto score_rows = [&](const at::Tensor& hidden, int64_t target) {
    const int64_t rows = hidden.size(0);
    at::Tensor targets = at::empty({rows, 1}, at::kLong);
    std::copy_n(ids.begin() + target, rows, targets.data_ptr<int64_t>());
    targets = targets.to(hidden.device());
    const at::Tensor logits = impl_->model->network.logits(hidden);
    const auto log_probability = to_vector(at::log_softmax(logits, -1).gather(-1, targets));
    const auto hit = to_vector(logits.argmax(-1, /*keepdim=*/true) == targets);
    scores.log_probability.insert(scores.log_probability.end(), log_probability.begin(),
                                  log_probability.end());
    scores.hit.insert(scores.hit.end(), hit.begin(), hit.end());
  };
  impl_->read(ids.first(ids.size() - 1), 0, [&](const at::Tensor& hidden, int64_t at) {
    for (int64_t row = std::max<int64_t>(0, first - 1 - at); row < hidden.size(0);
         row += rows_at_once) {
      const int64_t rows = std::min(rows_at_once, hidden.size(0) - row);
      score_rows(hidden.narrow(0, row, rows), at + row + 1);
    }
  });
  return scores;
}

int64_t Session::length() const { return impl_->cache.length(); }

void Session::set_scheme(SchemeSet scheme) {
  impl_->see_as(scheme);
  impl_->scheme = std::move(scheme);
}

const SchemeSet& Session::scheme() const { return impl_->scheme; }

void Session::truncate(int64_t length) {
  require(length >= 0 && length <= impl_->cache.length(), ErrorKind::bad_option,
          "{} tokens cannot be kept of {}", length, impl_->cache.length());
  const ModelConfig& config = impl_->model->config;
  require(
      length == 0 || length == impl_->cache.length() || config.attention_layers() == config.layers,
      ErrorKind::bad_option,
      "a state-space layer has read {} tokens and cannot go back to {}; begin a new session, or "
      "fork one before what may be taken back",
      impl_->cache.length(), length);
  impl_->cache.truncate(length);
  if (length == 0) {
    impl_->states = impl_->model->network.start_states();
  }
}

std::vector<Logits> Session::feed_each(std::span<Session* const> sessions,
                                       std::span<const uint32_t> ids) {
  YONDER_CHECK(sessions.size() == ids.size());
  std::vector<Logits> rows;
  if (sessions.empty()) {
    return rows;
  }
  const Model::Impl& model = *sessions.front()->impl_->model;
  const auto count = static_cast<int64_t>(sessions.size());
  for (size_t s = 0; s < sessions.size(); ++s) {
    Impl& one = *sessions[s]->impl_;
    YONDER_CHECK(one.model.get() == &model);
    one.check_ids(ids.subspan(s, 1));
    one.begin_turn(one.cache.length() + 1);
    one.require_room(1, 0);
  }
  nn::set_threads(model.threads);
  try {
    nn::with_torch_errors([&] {
      at::Tensor tokens = at::empty({count, 1}, at::kLong);
      std::copy(ids.begin(), ids.end(), tokens.data_ptr<int64_t>());
      for (Session* session : sessions) {
        session->impl_->cache.reserve(1, 1);
      }
      const auto attend = [&](int64_t layer, const at::Tensor& q, const at::Tensor& k,
                              const at::Tensor& v) {
        std::vector<at::Tensor> out;
        for (int64_t s = 0; s < count; ++s) {
          out.push_back(sessions[static_cast<size_t>(s)]->impl_->attend(layer, q[s], k[s], v[s]));
        }
        return at::stack(out);
      };
      // Of all texts, side by side.
      std::vector<at::Tensor> states(static_cast<size_t>(model.config.layers));
      for (size_t layer = 0; layer < states.size(); ++layer) {
        if (!model.config.has_attention(static_cast<int64_t>(layer))) {
          std::vector<at::Tensor> each;
          for (const Session* session : sessions) {
            each.push_back(session->impl_->states[layer]);
          }
          states[layer] = at::cat(each);
        }
      }
      const at::Tensor hidden = model.network.hidden(tokens.to(model.device), attend, states);
      const auto values = to_vector(model.network.logits(hidden));
      const int64_t vocab = model.config.vocab_size;
      for (int64_t s = 0; s < count; ++s) {
        Impl& one = *sessions[static_cast<size_t>(s)]->impl_;
        one.cache.advance(1);
        for (size_t layer = 0; layer < states.size(); ++layer) {
          if (states[layer].defined()) {
            one.states[layer] = states[layer].slice(0, s, s + 1).clone();
          }
        }
        rows.push_back({1, vocab, {values.begin() + s * vocab, values.begin() + (s + 1) * vocab}});
      }
    });
  } catch (...) {
    for (Session* session : sessions) {
      session->impl_->cache.roll_back();
    }
    throw;
  }
  return rows;
}

void Session::observe(AttentionObserver observer) { impl_->observer = std::move(observer); }

Session Session::fork() const {
  return nn::with_torch_errors([&] { return Session(std::make_unique<Impl>(*impl_)); });
}

uint64_t Session::cache_bytes() const {
  uint64_t sum = impl_->cache.bytes();
  for (const at::Tensor& state : impl_->states) {
    sum += state.defined() ? state.nbytes() : 0;
  }
  return sum;
}

}  // namespace yonder::lm
