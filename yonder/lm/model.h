// SPDX-License-Identifier: Apache-2.0
// The public class of lm: a language model that reads with any position scheme.
//
//   const Model model = Model::load("models/yonder-7m");
//   const SchemeSet scheme = model.scheme("rerope:w=64+logn:clip");
//   Session session(model, scheme);
//   const Logits logits = session.feed(model.tokenizer().encode("Once upon a time"));
//
// Weights are mapped, shared and immutable: any number of sessions, on any threads, read one Model.
// A session holds the keys and values of one text, keys un-rotated, so that its scheme may change
// between feeds, and the states of state-space layers. Errors: Error(bad_data) for files,
// Error(memory) before an allocation that the machine cannot hold. No torch types here. Test:
// model_test.cpp.
#pragma once

#include "yonder/base/options.h"
#include "yonder/base/progress.h"
#include "yonder/lm/model_config.h"
#include "yonder/lm/position/scheme_set.h"
#include "yonder/lm/text_codec.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

struct LoadOptions {
  std::string dtype = "auto";  ///< weights and cache: auto (f32 for < 1e9 parameters), f32, bf16
  std::string device = "cpu";  ///< cpu, cuda, cuda:n
  int64_t threads = 0;         ///< 0: all cores
  std::string tokenizer;       ///< file; empty: the one that lies beside the weights
  void visit(OptionVisitor& v);
};

/// Rows of logits, row-major.
struct Logits {
  int64_t rows = 0;
  int64_t vocab = 0;
  std::vector<float> values;
  std::span<const float> row(int64_t r) const;
};

/// Log-probabilities of given targets, and whether each was the most probable token.
struct Scores {
  std::vector<float> log_probability;  ///< nats
  std::vector<uint8_t> hit;            ///< 1: the target was the argmax
};

class Model {
 public:
  /// A Hugging Face directory, a llama2.c .bin file, or a checkpoint folder of `train`.
  static Model load(const std::filesystem::path& path, const LoadOptions& options = {},
                    Progress* progress = nullptr);
  /// Random weights of a shape, for tests and benchmarks.
  static Model random(const ModelConfig& config, uint64_t seed, const LoadOptions& options = {});
  /// As a row of formats/table.cpp says ("huggingface", "llama2c"), atomically; the tokenizer's
  /// file goes with it. dtype: f32, bf16, f16.
  void save(const std::filesystem::path& path, const std::string& format,
            const std::string& dtype) const;
  /// The names that save() takes.
  static std::vector<std::string> format_names();

  const ModelConfig& config() const;
  bool has_codec() const;
  /// Text to ids and back. Throws Error(file) naming what is missing where the model has none.
  const TextCodec& codec() const;
  /// Parses a scheme for this model's rotation and layers, and lays it over what the checkpoint
  /// itself asks for (checkpoint_scheme.h); empty: just that. target: for s=auto, tokens.
  SchemeSet scheme(std::string_view text, int64_t target = 0, bool unsafe = false) const;
  /// Bytes a session holds per cached token, all layers of attention.
  int64_t cache_bytes_per_token() const;
  /// Bytes a session holds for its state-space layers, whatever it has read.
  int64_t state_bytes() const;
  /// SHA-256 of the weight files, one after the other (of a single file what sha256sum says).
  const std::string& checksum() const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  friend class Session;
  explicit Model(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// Queries and keys of one layer as a session reads a chunk: after norms, before rotation, float32.
struct AttentionView {
  int64_t layer = 0;
  int64_t first = 0;  ///< position of the first query and of the first key
  int64_t heads = 0, kv_heads = 0, head_dim = 0;
  double factor = 0;         ///< c of the logits
  std::span<const float> q;  ///< [H, T, d]
  std::span<const float> k;  ///< [Hkv, T, d]
  /// Query `t` of the chunk, [d].
  std::span<const float> query(int64_t head, int64_t t) const;
  /// The keys that a query head reads, [T, d].
  std::span<const float> keys_of(int64_t head) const;
};
using AttentionObserver = std::function<void(const AttentionView& view)>;

struct SessionOptions {
  int64_t chunk = 512;       ///< tokens per prefill chunk; changes no result
  int64_t memory_limit = 0;  ///< bytes of cache; 0: what the machine has free
  void visit(OptionVisitor& v);
};

class Session {
 public:
  Session(const Model& model, SchemeSet scheme, const SessionOptions& options = {});
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  /// Reads tokens; the logits after the last one.
  Logits feed(std::span<const uint32_t> ids);
  /// Reads tokens; the logits after each of them. Memory rows x vocab: use score() for long texts.
  Logits feed_all(std::span<const uint32_t> ids);
  /// Reads ids[0..n-2] and scores ids[first..n-1], each given all before it, without ever holding
  /// more than a chunk of logits. 1 <= first.
  Scores score(std::span<const uint32_t> ids, int64_t first);
  /// Tokens read so far.
  int64_t length() const;
  /// Another scheme from the next feed on; what is cached is kept (keys are un-rotated). Layers'
  /// inputs were computed under the old one: equal to a fresh start only after truncate(0) and
  /// feed.
  void set_scheme(SchemeSet scheme);
  const SchemeSet& scheme() const;
  /// Forgets the text from token `length` on. Throws Error(bad_option) where a window has dropped
  /// keys that would be seen from there, and in a model with state-space layers, which go back to 0
  /// only.
  void truncate(int64_t length);
  /// Shows every layer of every chunk that is read from here on; empty: none. The views end with
  /// the call. Costs a copy of queries and keys.
  void observe(AttentionObserver observer);
  /// Each session reads one token, and the logits after it: one pass over the weights for all of
  /// them. The sessions are of one model and may have read texts of different lengths under
  /// different schemes; nothing is padded. Equal to feed() of each, but for rounding.
  static std::vector<Logits> feed_each(std::span<Session* const> sessions,
                                       std::span<const uint32_t> ids);
  /// A second session that has read the same.
  Session fork() const;
  uint64_t cache_bytes() const;

  struct Impl;

 private:
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yonder::lm
