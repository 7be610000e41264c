// SPDX-License-Identifier: Apache-2.0
// Causal attention of one text under any position scheme: the only function through which queries
// meet keys, in prefill, chunks of it, decoding and evaluation.
//
//   const at::Tensor y = attention(q, k, v, scheme, /*q_pos0=*/cache.length());
//
// On the CPU it is a kernel of our own (internal/attention_kernel.h), which computes both branches
// of a scheme only where a vector of keys straddles the split; elsewhere, and on request, the merge
// form: one softmax over the near keys, one over the far ones, joined by their log-sum-exps.
// Neither ever holds queries x keys numbers. No gradients: training_attention.h.
// Source: kexue.fm 9708, 9948. Test: blockwise_attention_test.cpp,
// internal/attention_kernel_test.cpp.
#pragma once

#include "yonder/lm/internal/attention_kernel.h"
#include "yonder/lm/position/scheme.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace yonder::lm {

using internal::KeyRun;

struct AttentionOptions {
  /// c: multiplies the logits beside the scheme's own factor; 0: d^(-1/2). Key, query and cosine
  /// norms, which replace it, are applied to q and k by the caller.
  double factor = 0;
  /// Where the rows of k and v stand in the text, for caches that have dropped keys; empty: row r
  /// is position r.
  std::vector<KeyRun> keys = {};
  int threads = 0;          ///< 0: as many as torch's own operations use
  bool merge_form = false;  ///< the merge form on the CPU too; for tests
};

/// q     [H, Tq, d], of positions q_pos0 .. q_pos0 + Tq - 1, not rotated; f32 or bf16.
/// k_raw [Hkv, Tk, d], not rotated; v [Hkv, Tk, d]; f32 or bf16, of one type, which may differ from
///       q's. Hkv divides H: query head h reads kv head h / (H / Hkv). Any strides, fastest where
///       the channels of a head lie side by side. Pair c is channels c and c + d/2.
/// Returns [H, Tq, d] of q's type, laid out as [Tq, H, d]; sums are float32. Keys later than a
/// query are not seen. How a text is cut into calls, tiles and threads changes rounding only (1e-6
/// of max |v|). Throws Error(bad_data) for shapes, types and devices that do not fit together.
/// Time O(visible pairs x d), memory O(Tk d).
at::Tensor attention(const at::Tensor& q, const at::Tensor& k_raw, const at::Tensor& v,
                     const PositionScheme& scheme, int64_t q_pos0,
                     const AttentionOptions& options = {});

}  // namespace yonder::lm
