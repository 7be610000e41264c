// SPDX-License-Identifier: Apache-2.0
// Where a model's attention rests: the mass on the first keys of a text ("sinks"), the entropy of a
// query's weights against the number of keys it sees, and how far the lengths of keys differ, per
// layer and head.
//
// A window that drops the sinks takes away what large models rest on, which is why it fails there
// and not on small ones; an entropy that grows with ln n is what log n (logn:clip) mends; keys of
// equal length are why Key Norm extrapolates. The weights are those of the session's scheme, in
// float64, of a few dozen queries spread evenly in ln n: O(T d) per head and query.
// Source: kexue.fm 9859, 9948; Xiao et al. 2023, arXiv 2309.17453. Test: attention_report_test.cpp.
#pragma once

#include "yonder/base/options.h"
#include "yonder/base/progress.h"
#include "yonder/lm/model.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace yonder::lm {

struct SinkOptions {
  std::string scheme;    ///< empty: the model's own
  int64_t length = 0;    ///< tokens; 0: N
  int64_t sinks = 4;     ///< first keys counted as sinks
  int64_t queries = 32;  ///< per head
  bool unsafe = false;
  void visit(OptionVisitor& v);
  void validate() const;
};

struct EntropyPoint {
  int64_t keys = 0;    ///< n that the query sees
  double entropy = 0;  ///< of its weights, nats; at most ln n
};

struct HeadReport {
  int64_t layer = 0, head = 0;
  double sink_mass = 0;  ///< mean weight on the first keys, of queries that see 4 times as many
  std::vector<EntropyPoint> entropy;
  double entropy_slope = 0;  ///< of entropy over ln n, least squares: 1 spreads over all keys alike
  double key_norm_mean = 0, key_norm_deviation = 0;  ///< |k| of its keys, before rotation
};

struct AttentionReport {
  std::string scheme;  ///< canonical
  int64_t length = 0, sinks = 0;
  std::vector<HeadReport> heads;  ///< layers outermost
  std::vector<std::string> notices;
  std::string to_json() const;
};

/// The weights of query i of one head over its keys: the softmax of scheme.h's formula, float64.
/// q [d]; k [keys, d] row-major, of positions 0 .. keys-1, un-rotated, keys > i; factor: c. A
/// weight is 0 where the key is not visible.
std::vector<double> attention_weights(const PositionScheme& scheme, int64_t i,
                                      std::span<const float> q, std::span<const float> k,
                                      double factor, int64_t head, int64_t heads);

/// Of the first options.length of `ids`. Throws Error(bad_data) where there are fewer.
AttentionReport attention_report(const Model& model, std::span<const uint32_t> ids,
                                 const SinkOptions& options, Progress* progress = nullptr);

}  // namespace yonder::lm
