// SPDX-License-Identifier: Apache-2.0
// What a session remembers of its text: the un-rotated keys and the values of every layer.
//
// Un-rotated, so that a scheme may change in the middle of a text and so that dynamic tables are
// exact; attention turns keys as it reads them. A layer keeps what its scheme can still see: all,
// or the last `window` keys and the first `sinks`, in a ring that then takes the same memory for
// any length. One rule places a token: rows 0 .. sinks-1 hold the sinks, position p of the rest is
// row sinks + (p - sinks) mod (rows - sinks); while nothing is dropped that is p itself. Layers
// without attention have no rows. Source: kexue.fm 9708 (un-rotated keys). Test: kv_cache_test.cpp.
#pragma once

#include "yonder/lm/blockwise_attention.h"
#include "yonder/lm/model_config.h"
#include "yonder/lm/position/scheme.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace yonder::lm {

class KvCache {
 public:
  /// Room for nothing yet. dtype: float32 or bfloat16.
  KvCache(const ModelConfig& config, at::ScalarType dtype, at::Device device);

  /// What later queries of a layer will see. At first they see everything. Throws Error(bad_option)
  /// where that was dropped already.
  void set_visible(int64_t layer, const Visibility& visible);

  /// The rows of a layer that hold keys which a query at `length` or later may see.
  struct Rows {
    at::Tensor k, v;           ///< [Hkv, rows, d], views
    std::vector<KeyRun> runs;  ///< which rows hold which positions, ascending
  };
  /// Appends k and v [Hkv, T, d] to a layer and returns all that its T queries may see. Every layer
  /// gets the same T, and then advance() counts them.
  Rows append(int64_t layer, const at::Tensor& k, const at::Tensor& v);

  /// Tokens that every layer has.
  int64_t length() const { return length_; }
  /// Counts tokens that were appended to all layers.
  void advance(int64_t tokens);
  /// Forgets what was appended since.
  void roll_back();
  /// Forgets all positions from `length` on. Throws Error(bad_option) where a ring has dropped what
  /// queries at `length` would see.
  void truncate(int64_t length);

  /// Bytes held.
  uint64_t bytes() const;
  /// Bytes held, the copy of a growing layer included, by reserve() with the same arguments.
  uint64_t bytes_after(int64_t tokens, int64_t chunk) const;
  /// Makes room for `tokens` more, which come `chunk` at a time.
  void reserve(int64_t tokens, int64_t chunk);
  KvCache copy() const;

 private:
  struct Layer {
    at::Tensor k, v;  ///< [Hkv, rows, d]
    bool attends = true;
    Visibility visible;
    int64_t sinks = 0;   ///< rows that stay
    int64_t first = 0;   ///< positions sinks .. first-1 are dropped
    int64_t length = 0;  ///< tokens appended
  };
  int64_t rows_for(const Layer& layer, int64_t tokens, int64_t chunk) const;
  void grow(Layer& layer, int64_t rows) const;
  void resize(Layer& layer, int64_t rows, int64_t sinks) const;
  std::vector<KeyRun> runs(const Layer& layer, int64_t begin, int64_t end) const;
  void require_kept(const Layer& layer, const Visibility& visible, int64_t length) const;

  int64_t kv_heads_, head_dim_;
  at::ScalarType dtype_;
  at::Device device_;
  int64_t length_ = 0;
  std::vector<Layer> layers_;
};

}  // namespace yonder::lm
