// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/internal/merge_attention.h"

#include "yonder/lm/internal/attention_plan.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace yonder::lm::internal {
namespace {

constexpr int64_t kBlock = 256;  // queries at a time

/// Positions of rows, on the CPU [n] int64.
at::Tensor positions_of(const std::vector<KeyRun>& keys, int64_t rows) {
  at::Tensor positions = at::full({rows}, kUnlimited, at::kLong);  // rows that no run names
  for (const KeyRun& run : keys) {
    positions.slice(0, run.row, run.row + run.count)
        .copy_(at::arange(run.position, run.position + run.count, at::kLong));
  }
  return positions;
}

/// What a branch turns and fades rows by: cosines and sines [n, d/2] float on `like`'s device.
struct Angles {
  at::Tensor re, im;
};

Angles angles(const AxisMap& map, const std::vector<double>& theta, const Decay& decay, int sign,
              int64_t origin, const at::Tensor& positions, const at::Tensor& like) {
  const auto n = positions.numel();
  const auto* at = positions.data_ptr<int64_t>();
  at::Tensor coordinates = at::empty({n, 1}, at::kDouble);
  at::Tensor distances = at::empty({n, 1}, at::kDouble);
  for (int64_t r = 0; r < n; ++r) {
    coordinates.data_ptr<double>()[r] = at[r] == kUnlimited ? 0 : map(at[r]);
    distances.data_ptr<double>()[r] =
        at[r] == kUnlimited ? 0 : static_cast<double>(sign * (at[r] - origin));
  }
  const auto pairs = static_cast<int64_t>(theta.size());
  const at::Tensor turn =
      coordinates * at::from_blob(const_cast<double*>(theta.data()), {1, pairs}, at::kDouble);
  at::Tensor re = turn.cos();
  at::Tensor im = turn.sin();
  if (!decay.zeta.empty()) {
    const at::Tensor log_zeta =
        at::from_blob(const_cast<double*>(decay.zeta.data()), {1, pairs}, at::kDouble).log();
    const at::Tensor modulus = (distances * log_zeta / decay.scale).exp();
    re = re * modulus;
    im = im * modulus;
  }
  return {re.to(like.device(), at::kFloat), im.to(like.device(), at::kFloat)};
}

at::Tensor turned(const at::Tensor& x, const Angles& by) {
  const int64_t pairs = x.size(2) / 2;
  const at::Tensor a = x.slice(2, 0, pairs);
  const at::Tensor b = x.slice(2, pairs);
  return at::cat({a * by.re - b * by.im, b * by.re + a * by.im}, 2);
}

/// Softmax over one branch: values and log-sum-exps.
struct Part {
  at::Tensor out;  ///< [H, n, d]
  at::Tensor lse;  ///< [H, n, 1]; minus infinity where a query has no such key
};

/// Rows first..last-1 that hold some of the keys at positions low..high.
std::pair<int64_t, int64_t> rows_between(const std::vector<KeyRun>& keys, int64_t low,
                                         int64_t high) {
  int64_t first = kUnlimited;
  int64_t last = 0;
  for (const KeyRun& run : keys) {
    const int64_t from = std::max(low, run.position);
    const int64_t to = std::min(high, run.position + run.count - 1);
    if (from <= to) {
      first = std::min(first, run.row + from - run.position);
      last = std::max(last, run.row + to - run.position + 1);
    }
  }
  return {first, last};
}

}  // namespace

at::Tensor merge_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const PositionScheme& scheme, int64_t q_pos0, double factor,
                           const std::vector<KeyRun>& keys) {
  const int64_t heads = q.size(0);
  const int64_t kv_heads = k.size(0);
  const int64_t group = heads / kv_heads;
  const int64_t width = q.size(2);
  const at::Tensor key_positions = positions_of(keys, k.size(1));
  const at::Tensor device_positions = key_positions.to(q.device());
  const at::Tensor out = at::empty({q.size(1), heads, width}, q.options()).transpose(0, 1);
  const double infinity = std::numeric_limits<double>::infinity();

  AttentionProblem problem;  // cuts queries where the theta table changes
  problem.heads = heads;
  problem.kv_heads = kv_heads;
  problem.width = width;
  problem.queries = q.size(1);
  problem.q_position = q_pos0;
  problem.keys = keys;
  problem.factor = factor / std::numbers::log2e;
  const AttentionPlan plan(problem, scheme);

  for (size_t b = 0; b < plan.blocks.size();) {
    // Blocks under one table are joined.
    const QueryBlock& first = plan.blocks[b];
    int64_t count = 0;
    for (; b < plan.blocks.size() && plan.blocks[b].theta == first.theta &&
           count + plan.blocks[b].count <= kBlock;
         ++b) {
      count += plan.blocks[b].count;
    }
    const std::vector<double>& theta = first.theta.empty() ? plan.theta : first.theta;
    const int64_t from = first.position;
    const int64_t to = from + count - 1;
    const at::Tensor q_positions = at::arange(from, to + 1, at::kLong);
    const at::Tensor device_q = q_positions.to(q.device()).unsqueeze(1);
    const at::Tensor scale =
        at::from_blob(const_cast<float*>(plan.scale.data()) + first.first, {count, 1}, at::kFloat)
            .to(q.device());
    const at::Tensor block_q = q.slice(1, first.first, first.first + count).to(at::kFloat) * scale;

    const auto part = [&](const Branch& branch, bool far) -> Part {
      const int64_t low =
          far ? 0 : (plan.has_far ? std::max<int64_t>(0, from - plan.split + 1) : 0);
      const int64_t high = far ? to - plan.split : to;
      const auto [row, end] = rows_between(keys, low, high);
      if (row >= end) {
        return {at::zeros({heads, count, width}, block_q.options()),
                at::full({heads, count, 1}, -infinity, block_q.options())};
      }
      const at::Tensor q_turned =
          turned(block_q, angles(branch.q, theta, scheme.decay, 1, from, q_positions, block_q));
      const at::Tensor part_k = turned(k.slice(1, row, end).to(at::kFloat),
                                       angles(branch.k, theta, scheme.decay, -1, from,
                                              key_positions.slice(0, row, end), block_q));
      const at::Tensor part_positions = device_positions.slice(0, row, end).unsqueeze(0);
      const at::Tensor m = device_q - part_positions;  // [n, keys]
      at::Tensor seen =
          (m >= 0).logical_and_((m < plan.window).logical_or_(part_positions < plan.sinks));
      if (plan.has_far) {
        seen = seen.logical_and_(far ? m >= plan.split : m < plan.split);
      }
      at::Tensor logits =
          at::matmul(q_turned.reshape({kv_heads, group * count, width}), part_k.transpose(1, 2))
              .reshape({heads, count, end - row});
      if (!plan.bias.empty()) {
        const at::Tensor table = at::from_blob(const_cast<float*>(plan.bias.data()),
                                               {heads, plan.bias_pitch}, at::kFloat)
                                     .to(q.device()) /
                                 std::numbers::log2e;
        const at::Tensor index = (plan.bias_zero - m).clamp(0, plan.bias_pitch - 1);
        logits = logits + table.index_select(1, index.reshape(-1)).reshape(logits.sizes());
      }
      logits = logits.masked_fill(seen.logical_not(), -infinity);
      const at::Tensor lse = at::logsumexp(logits, {2}, /*keepdim=*/true);
      const at::Tensor weights = (logits - lse.clamp_min(-1e30)).exp();
      const at::Tensor values = at::matmul(weights.reshape({kv_heads, group * count, end - row}),
                                           v.slice(1, row, end).to(at::kFloat))
                                    .reshape({heads, count, width});
      return {values, lse};
    };
    Part result = part(scheme.near, false);
    if (plan.has_far) {
      const Part far = part(*scheme.far, true);
      const at::Tensor lse = at::logaddexp(result.lse, far.lse).clamp_min(-1e30);
      result.out = result.out * (result.lse - lse).exp() + far.out * (far.lse - lse).exp();
    }
    out.slice(1, first.first, first.first + count).copy_(result.out);
  }
  return out;
}

}  // namespace yonder::lm::internal
