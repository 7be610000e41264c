// SPDX-License-Identifier: Apache-2.0
// Attention of a two-branch scheme by torch operations, on any device: near pairs and far pairs are
// disjoint, so each branch is an ordinary softmax over its own keys, and
//   out = (e^{L_near} out_near + e^{L_far} out_far) / (e^{L_near} + e^{L_far}),
// L the log-sum-exps. Queries go in blocks, so that memory is O(block x keys). On CUDA this is the
// path; on the CPU a check of the kernel (docs/math/lm.md). Source: kexue.fm 9708; the identity is
// that of FlashAttention's online softmax. Test: ../blockwise_attention_test.cpp.
#pragma once

#include "yonder/lm/internal/attention_kernel.h"
#include "yonder/lm/position/scheme.h"

#include <ATen/core/Tensor.h>

#include <vector>

namespace yonder::lm::internal {

/// As `attention` (../blockwise_attention.h), which has checked the arguments.
at::Tensor merge_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const PositionScheme& scheme, int64_t q_pos0, double factor,
                           const std::vector<KeyRun>& keys);

}  // namespace yonder::lm::internal
