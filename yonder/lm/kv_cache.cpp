// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/kv_cache.h"

#include "yonder/base/error.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace yonder::lm {
namespace {

constexpr int64_t kBlock = 256;  // rows by which a layer grows, at least

int64_t round_up(int64_t rows) { return (rows + kBlock - 1) / kBlock * kBlock; }

uint64_t tensor_bytes(const at::Tensor& tensor) { return tensor.defined() ? tensor.nbytes() : 0; }

}  // namespace

KvCache::KvCache(const ModelConfig& config, at::ScalarType dtype, at::Device device)
    : kv_heads_(config.kv_heads),
      head_dim_(config.head_dim),
      dtype_(dtype),
      device_(device),
      layers_(static_cast<size_t>(config.layers)) {
  for (size_t layer = 0; layer < layers_.size(); ++layer) {
    layers_[layer].attends = config.has_attention(static_cast<int64_t>(layer));
  }
}

void KvCache::require_kept(const Layer& layer, const Visibility& visible, int64_t length) const {
  if (layer.first <= layer.sinks) {
    return;
  }
  // Of what was dropped, positions sinks .. first-1, a query at `length` must see nothing.
  const bool sees_dropped_sinks = std::min(visible.sinks, length) > layer.sinks;
  const bool window_fits = visible.window <= length && length - visible.window + 1 >= layer.first;
  require(window_fits && !sees_dropped_sinks, ErrorKind::bad_option,
          "the keys of tokens {} to {} were dropped under a window and cannot be seen again from "
          "token {}; begin a new session",
          layer.sinks, layer.first - 1, length);
}

void KvCache::set_visible(int64_t layer, const Visibility& visible) {
  Layer& state = layers_.at(static_cast<size_t>(layer));
  require_kept(state, visible, length_);
  // Sinks have rows of their own only beside a window.
  const int64_t sinks = visible.window == kUnlimited ? 0 : visible.sinks;
  if (sinks != state.sinks && state.k.defined()) {
    const int64_t kept = std::min(sinks, state.length) + state.length - state.first;
    resize(state, round_up(std::max(kept, sinks + 1)), sinks);
  }
  state.sinks = sinks;
  state.visible = visible;
}

int64_t KvCache::rows_for(const Layer& layer, int64_t tokens, int64_t chunk) const {
  if (!layer.attends) {
    return 0;
  }
  const int64_t held = layer.k.defined() ? layer.k.size(1) : 0;
  int64_t needed = length_ + tokens;
  int64_t most = kUnlimited;
  if (layer.visible.window != kUnlimited) {
    // A ring: the window of a chunk's first query, and the chunk.
    most = layer.sinks + std::min(layer.visible.window, needed) - 1 + chunk;
    needed = std::min(needed, most);
  }
  needed = std::max(needed, layer.sinks + 1);
  if (needed <= held) {
    return held;
  }
  return round_up(std::max(needed, std::min(most, held + held / 8)));
}

std::vector<KeyRun> KvCache::runs(const Layer& layer, int64_t begin, int64_t end) const {
  std::vector<KeyRun> result;
  const int64_t sinks = std::min(layer.sinks, end);
  if (sinks > 0) {
    result.push_back({0, 0, sinks});
  }
  const int64_t ring = layer.k.size(1) - layer.sinks;
  int64_t position = std::max({begin, layer.sinks, layer.first});
  while (position < end) {
    const int64_t offset = (position - layer.sinks) % ring;
    const int64_t count = std::min(end - position, ring - offset);
    const KeyRun run{layer.sinks + offset, position, count};
    if (!result.empty() && result.back().row + result.back().count == run.row &&
        result.back().position + result.back().count == run.position) {
      result.back().count += count;
    } else {
      result.push_back(run);
    }
    position += count;
  }
  return result;
}

void KvCache::resize(Layer& layer, int64_t rows, int64_t sinks) const {
  Layer grown = layer;
  grown.sinks = sinks;
  const auto options = at::TensorOptions(dtype_).device(device_);
  grown.k = at::empty({kv_heads_, rows, head_dim_}, options);
  grown.v = at::empty({kv_heads_, rows, head_dim_}, options);
  if (layer.k.defined()) {
    // What the new rows cannot hold is the oldest, which nobody sees.
    const int64_t room = rows - sinks;
    grown.first = std::max({layer.first, sinks, layer.length - room});
    grown.first = layer.first <= layer.sinks && grown.first <= sinks ? 0 : grown.first;
    const auto copy_run = [&](const KeyRun& from) {
      for (int64_t done = 0; done < from.count;) {
        const int64_t position = from.position + done;
        int64_t row = position;
        int64_t count = from.count - done;
        if (position < sinks) {
          count = std::min(count, sinks - position);
        } else if (position < grown.first) {
          done += std::min(count, grown.first - position);
          continue;
        } else {
          row = sinks + (position - sinks) % room;
          count = std::min(count, rows - row);
        }
        for (auto [to, source] : {std::pair(grown.k, layer.k), std::pair(grown.v, layer.v)}) {
          to.narrow(1, row, count).copy_(source.narrow(1, from.row + done, count));
        }
        done += count;
      }
    };
    for (const KeyRun& run : runs(layer, 0, layer.length)) {
      copy_run(run);
    }
  }
  layer = std::move(grown);
}

void KvCache::grow(Layer& layer, int64_t rows) const {
  if (!layer.k.defined() || rows != layer.k.size(1)) {
    resize(layer, rows, layer.sinks);
  }
}

void KvCache::reserve(int64_t tokens, int64_t chunk) {
  for (Layer& layer : layers_) {
    if (layer.attends) {
      grow(layer, rows_for(layer, tokens, chunk));
    }
  }
}

KvCache::Rows KvCache::append(int64_t layer, const at::Tensor& k, const at::Tensor& v) {
  Layer& state = layers_.at(static_cast<size_t>(layer));
  const int64_t tokens = k.size(1);
  YONDER_CHECK(state.attends && state.length == length_ && k.size(0) == kv_heads_ &&
               k.size(2) == head_dim_);
  require_kept(state, state.visible, length_);
  grow(state, rows_for(state, tokens, tokens));
  state.length += tokens;
  const int64_t ring = state.k.size(1) - state.sinks;
  const int64_t oldest = state.length - ring;  // what is overwritten lies before this
  if (oldest > state.sinks) {
    state.first = std::max(state.first, oldest);
  }
  for (const KeyRun& run : runs(state, length_, state.length)) {
    const int64_t skip = std::max<int64_t>(0, length_ - run.position);  // sinks of earlier calls
    if (run.count <= skip) {
      continue;
    }
    const int64_t from = run.position + skip - length_;
    const int64_t count = run.count - skip;
    state.k.narrow(1, run.row + skip, count).copy_(k.narrow(1, from, count));
    state.v.narrow(1, run.row + skip, count).copy_(v.narrow(1, from, count));
  }
  const int64_t begin = state.visible.window == kUnlimited
                            ? 0
                            : std::max<int64_t>(0, length_ - state.visible.window + 1);
  return {state.k, state.v, runs(state, begin, state.length)};
}

void KvCache::advance(int64_t tokens) {
  length_ += tokens;
  roll_back();
}

void KvCache::roll_back() {
  for (Layer& layer : layers_) {
    layer.length = length_;
  }
}

void KvCache::truncate(int64_t length) {
  YONDER_CHECK(length >= 0 && length <= length_);
  for (const Layer& layer : layers_) {
    if (length > 0) {
      require_kept(layer, layer.visible, length);
    }
  }
  length_ = length;
  roll_back();
  for (Layer& layer : layers_) {
    layer.first = length == 0 ? 0 : layer.first;
  }
}

uint64_t KvCache::bytes() const {
  uint64_t sum = 0;
  for (const Layer& layer : layers_) {
    sum += tensor_bytes(layer.k) + tensor_bytes(layer.v);
  }
  return sum;
}

uint64_t KvCache::bytes_after(int64_t tokens, int64_t chunk) const {
  const uint64_t row_bytes =
      static_cast<uint64_t>(2 * kv_heads_ * head_dim_) * at::elementSize(dtype_);
  uint64_t sum = 0;
  uint64_t copied = 0;  // old rows of the layer that grows last are alive beside the new ones
  for (const Layer& layer : layers_) {
    const uint64_t held = tensor_bytes(layer.k) + tensor_bytes(layer.v);
    const uint64_t needed = static_cast<uint64_t>(rows_for(layer, tokens, chunk)) * row_bytes;
    sum += needed;
    copied = std::max(copied, needed > held ? held : 0);
  }
  return sum + copied;
}

KvCache KvCache::copy() const {
  KvCache result = *this;
  for (Layer& layer : result.layers_) {
    if (layer.k.defined()) {
      layer.k = layer.k.clone();
      layer.v = layer.v.clone();
    }
  }
  return result;
}

}  // namespace yonder::lm
