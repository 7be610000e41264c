// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/training_attention.h"

#include "yonder/base/error.h"
#include "yonder/nn/apply_rope.h"

#include <ATen/ATen.h>

#include <limits>
#include <optional>

namespace yonder::lm {
namespace {

/// Coordinates of positions [B, T] under a map, float64.
at::Tensor map_positions(const AxisMap& map, const at::Tensor& positions) {
  at::Tensor x = positions;
  if (map.ceiling != kUnlimited) {
    x = x.clamp_max(static_cast<double>(map.ceiling));
  }
  if (map.group > 0) {
    return (x / static_cast<double>(map.group)).floor() + map.t;
  }
  return x * map.a + map.t;
}

struct BranchRotation {
  nn::Rotation q, k;
};

BranchRotation rotate_branch(const Branch& branch, const at::Tensor& positions,
                             const std::vector<double>& theta) {
  // [B, 1, T]: one rotation for all heads.
  const at::Tensor by_head = positions.unsqueeze(1);
  return {nn::make_rotation(map_positions(branch.q, by_head), theta),
          nn::make_rotation(map_positions(branch.k, by_head), theta)};
}

/// Keys and values of each group of query heads.
at::Tensor repeat_heads(const at::Tensor& t, int64_t heads) {
  const int64_t groups = heads / t.size(1);
  if (groups == 1) {
    return t;
  }
  return t.unsqueeze(2)
      .expand({t.size(0), t.size(1), groups, t.size(2), t.size(3)})
      .reshape({t.size(0), heads, t.size(2), t.size(3)});
}

}  // namespace

struct TrainingPositions::Impl {
  BranchRotation near;
  std::optional<BranchRotation> far;
  at::Tensor is_far;        // [T, T] bool, where there are two branches
  at::Tensor hidden;        // [T, T] float32: 0 where visible, -inf elsewhere
  at::Tensor logit_factor;  // [T, 1] float32; undefined: 1
  std::shared_ptr<const HeadBias> bias;
  at::Tensor q_decay, k_decay;  // [T, d] float32, of XPOS
};

TrainingPositions::TrainingPositions(const PositionScheme& scheme, const at::Tensor& positions)
    : impl_(std::make_unique<Impl>()) {
  require(scheme.dynamic.mode == Dynamic::Mode::off, ErrorKind::bad_option,
          "scheme {}: dynamic scaling has no training form; train with a fixed one",
          scheme.canonical());
  const int64_t length = positions.size(-1);
  const std::vector<double>& theta = scheme.theta_at(0).theta;
  impl_->near = rotate_branch(scheme.near, positions, theta);
  at::Tensor hidden = at::empty({length, length}, at::kFloat);
  at::Tensor is_far = at::empty({length, length}, at::kBool);
  at::Tensor factor = at::empty({length, 1}, at::kFloat);
  for (int64_t i = 0; i < length; ++i) {
    factor.data_ptr<float>()[i] = static_cast<float>(scheme.logit_factor(i));
    for (int64_t j = 0; j < length; ++j) {
      hidden.data_ptr<float>()[i * length + j] =
          scheme.visible.sees(i, j) ? 0.0F : -std::numeric_limits<float>::infinity();
      is_far.data_ptr<bool>()[i * length + j] = i - j >= scheme.split;
    }
  }
  impl_->hidden = hidden;
  if (!factor.eq(1).all().item<bool>()) {
    impl_->logit_factor = factor;
  }
  if (scheme.far && scheme.split < length) {
    impl_->far = rotate_branch(*scheme.far, positions, theta);
    impl_->is_far = is_far;
  }
  impl_->bias = scheme.bias;
  if (!scheme.decay.zeta.empty()) {
    // Powers are counted from the middle of the text, so that neither factor leaves float32.
    const at::Tensor zeta = at::tensor(scheme.decay.zeta, at::kDouble);
    const at::Tensor power =
        (at::arange(length, at::kDouble) - static_cast<double>(length) / 2).unsqueeze(-1) /
        scheme.decay.scale;
    const at::Tensor q_decay = zeta.pow(power);
    impl_->q_decay = at::cat({q_decay, q_decay}, -1).to(at::kFloat);
    impl_->k_decay = 1 / impl_->q_decay;
  }
}

TrainingPositions::~TrainingPositions() = default;
TrainingPositions::TrainingPositions(TrainingPositions&&) noexcept = default;
TrainingPositions& TrainingPositions::operator=(TrainingPositions&&) noexcept = default;

at::Tensor training_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const TrainingPositions& positions, double scale,
                              at::ScalarType compute) {
  const TrainingPositions::Impl& at = positions.impl();
  const int64_t heads = q.size(1);
  at::Tensor queries = q.to(at::kFloat) * scale;
  if (at.logit_factor.defined()) {
    queries = queries * at.logit_factor;
  }
  at::Tensor keys = k.to(at::kFloat);
  if (at.q_decay.defined()) {
    queries = queries * at.q_decay;
    keys = keys * at.k_decay;
  }
  const auto logits_of = [&](const BranchRotation& rotation) {
    return at::matmul(
               nn::apply_rope(queries, rotation.q).to(compute),
               repeat_heads(nn::apply_rope(keys, rotation.k).to(compute), heads).transpose(-1, -2))
        .to(at::kFloat);
  };
  at::Tensor logits = logits_of(at.near);
  if (at.far) {
    logits = at::where(at.is_far, logits_of(*at.far), logits);
  }
  if (at.bias != nullptr) {
    const int64_t length = q.size(2);
    at::Tensor bias = at::empty({heads, length, length}, at::kFloat);
    for (int64_t h = 0; h < heads; ++h) {
      for (int64_t i = 0; i < length; ++i) {
        for (int64_t j = 0; j <= i; ++j) {
          bias.data_ptr<float>()[(h * length + i) * length + j] =
              static_cast<float>((*at.bias)(h, heads, i - j));
        }
      }
    }
    logits = logits + bias.tril();
  }
  const at::Tensor weights = at::softmax(logits + at.hidden, -1).to(compute);
  return at::matmul(weights, repeat_heads(v, heads).to(compute));
}

}  // namespace yonder::lm
