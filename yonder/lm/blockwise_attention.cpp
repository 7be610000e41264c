// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/blockwise_attention.h"

#include "yonder/base/error.h"
#include "yonder/lm/internal/merge_attention.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <sstream>
#include <string>

namespace yonder::lm {
namespace {

std::string shape(const at::Tensor& x) {
  std::ostringstream text;
  text << x.sizes();
  return text.str();
}

bool is_supported(const at::Tensor& x) {
  return x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16;
}

void check(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
           const PositionScheme& scheme, int64_t q_pos0, const std::vector<KeyRun>& keys) {
  require(q.dim() == 3 && k.dim() == 3 && v.dim() == 3 && k.sizes() == v.sizes() &&
              q.size(2) == k.size(2) && k.size(0) > 0 && q.size(0) % k.size(0) == 0,
          ErrorKind::bad_data,
          "attention: q is {}, k {}, v {}; expected [H, Tq, d] and twice [Hkv, Tk, d] with H a "
          "multiple of Hkv",
          shape(q), shape(k), shape(v));
  require(q.size(2) == scheme.rope().dims, ErrorKind::bad_data,
          "attention: heads have {} channels and the position scheme turns {}", q.size(2),
          scheme.rope().dims);
  require(is_supported(q) && is_supported(k) && k.scalar_type() == v.scalar_type(),
          ErrorKind::bad_data, "attention: q is {}, k {}, v {}; expected float or bfloat16, k as v",
          at::toString(q.scalar_type()), at::toString(k.scalar_type()),
          at::toString(v.scalar_type()));
  require(q.device() == k.device() && k.device() == v.device(), ErrorKind::bad_data,
          "attention: q is on {}, k on {}, v on {}; expected one device", q.device().str(),
          k.device().str(), v.device().str());
  require(q_pos0 >= 0, ErrorKind::bad_data, "attention: the first query stands at {}", q_pos0);
  for (const KeyRun& run : keys) {
    require(run.row >= 0 && run.count >= 0 && run.position >= 0 && run.row + run.count <= k.size(1),
            ErrorKind::bad_data, "attention: a run of keys names rows {}..{} of {}", run.row,
            run.row + run.count - 1, k.size(1));
  }
}

internal::HeadsView view(const at::Tensor& x) {
  return {x.data_ptr(),
          x.scalar_type() == at::kFloat ? internal::ElementType::f32 : internal::ElementType::bf16,
          x.stride(0), x.stride(1)};
}

at::Tensor with_rows(const at::Tensor& x) { return x.stride(2) == 1 ? x : x.contiguous(); }

}  // namespace

at::Tensor attention(const at::Tensor& q, const at::Tensor& k_raw, const at::Tensor& v,
                     const PositionScheme& scheme, int64_t q_pos0,
                     const AttentionOptions& options) {
  std::vector<KeyRun> keys = options.keys;
  if (keys.empty() && k_raw.dim() == 3) {
    keys.push_back({0, 0, k_raw.size(1)});
  }
  check(q, k_raw, v, scheme, q_pos0, keys);
  const double factor =
      options.factor != 0 ? options.factor : 1 / std::sqrt(static_cast<double>(q.size(2)));
  if (options.merge_form || !q.is_cpu()) {
    return internal::merge_attention(q, k_raw, v, scheme, q_pos0, factor, keys);
  }
  const at::Tensor rows_q = with_rows(q);
  const at::Tensor rows_k = with_rows(k_raw);
  const at::Tensor rows_v = with_rows(v);
  const at::Tensor out = at::empty({q.size(1), q.size(0), q.size(2)}, q.options()).transpose(0, 1);
  internal::AttentionProblem problem;
  problem.heads = q.size(0);
  problem.kv_heads = k_raw.size(0);
  problem.width = q.size(2);
  problem.queries = q.size(1);
  problem.q_position = q_pos0;
  problem.q = view(rows_q);
  problem.k = view(rows_k);
  problem.v = view(rows_v);
  problem.keys = keys;
  problem.factor = factor;
  problem.out = out.data_ptr();
  problem.out_head_stride = out.stride(0);
  problem.out_row_stride = out.stride(1);
  problem.threads = options.threads > 0 ? options.threads : at::get_num_threads();
  internal::blockwise_attention(problem, scheme);
  return out;
}

}  // namespace yonder::lm
