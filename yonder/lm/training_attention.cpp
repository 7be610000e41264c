// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/training_attention.h"

#include "yonder/base/error.h"
#include "yonder/nn/apply_rope.h"
#include "yonder/nn/masked_softmax.h"

#include <ATen/ATen.h>

#include <limits>
#include <optional>
#include <vector>

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

/// [T, T] float32 by query and key.
template <typename Value>
at::Tensor by_pair(int64_t length, const Value& value) {
  at::Tensor out = at::empty({length, length}, at::kFloat);
  float* row = out.data_ptr<float>();
  for (int64_t i = 0; i < length; ++i) {
    for (int64_t j = 0; j < length; ++j) {
      row[i * length + j] = value(i, j);
    }
  }
  return out;
}

/// 0 where key j is visible to query i, -inf elsewhere.
at::Tensor mask_of(const PositionScheme& scheme, int64_t length) {
  return by_pair(length, [&](int64_t i, int64_t j) {
    return scheme.visible.sees(i, j) ? 0.0F : -std::numeric_limits<float>::infinity();
  });
}

at::Tensor bias_of(const HeadBias& bias, int64_t heads, int64_t length) {
  std::vector<at::Tensor> by_head;
  for (int64_t h = 0; h < heads; ++h) {
    by_head.push_back(by_pair(length, [&](int64_t i, int64_t j) {
      return j <= i ? static_cast<float>(bias(h, heads, i - j)) : 0.0F;
    }));
  }
  return at::stack(by_head);
}

struct BranchRotation {
  nn::Rotation q, k;
};

}  // namespace

struct TrainingPositions::Impl {
  PositionScheme scheme;
  std::vector<double> theta;
  at::Tensor q_factor;     // [T, 1] float64: c lambda_i
  at::Tensor mask;         // [T, T] float32: 0 where visible, -inf elsewhere
  at::Tensor masked_bias;  // [1 or H, T, T] float32: mask, and the scheme's bias where it has one
  at::Tensor is_far;       // [T, T] bool, where there are two branches

  BranchRotation near;
  std::optional<BranchRotation> far;

  /// Cosines and sines with everything in them that is multiplied onto queries or keys: the logits'
  /// factor, and XPOS's decay.
  BranchRotation rotate(const Branch& branch, const at::Tensor& positions) const {
    // [B, 1, T]: one rotation for all heads.
    const at::Tensor by_head = positions.unsqueeze(1);
    at::Tensor q_scale = q_factor;
    at::Tensor k_scale = at::ones({1}, q_factor.options());
    if (!scheme.decay.zeta.empty()) {
      // Powers count from the middle of the text, so that neither factor leaves float32.
      const at::Tensor zeta = at::tensor(scheme.decay.zeta, q_factor.options());
      const at::Tensor middle = (by_head.amax(-1, true) + by_head.amin(-1, true)) / 2;
      const at::Tensor decay = zeta.pow((by_head - middle).unsqueeze(-1) / scheme.decay.scale);
      q_scale = q_scale * decay;
      k_scale = 1 / decay;
    }
    return {nn::make_rotation(map_positions(branch.q, by_head), theta, q_scale),
            nn::make_rotation(map_positions(branch.k, by_head), theta, k_scale)};
  }
};

TrainingPositions::TrainingPositions(const PositionScheme& scheme, int64_t length, int64_t heads,
                                     double scale, const at::Device& device)
    : impl_(
          std::make_unique<Impl>(Impl{scheme, scheme.theta_at(0).theta, {}, {}, {}, {}, {}, {}})) {
  require(scheme.dynamic.mode == Dynamic::Mode::off, ErrorKind::bad_option,
          "scheme {}: dynamic scaling has no training form; train with a fixed one",
          scheme.canonical());
  at::Tensor factor = at::empty({length, 1}, at::kDouble);
  for (int64_t i = 0; i < length; ++i) {
    factor.data_ptr<double>()[i] = scale * scheme.logit_factor(i);
  }
  impl_->q_factor = factor.to(device);
  impl_->mask = mask_of(scheme, length).to(device);
  impl_->masked_bias = impl_->mask.unsqueeze(0);
  if (scheme.bias != nullptr) {
    impl_->masked_bias = impl_->mask + bias_of(*scheme.bias, heads, length).to(device);
  }
  if (scheme.far && scheme.split < length) {
    impl_->is_far =
        by_pair(length, [&](int64_t i, int64_t j) { return i - j >= scheme.split ? 1.0F : 0.0F; })
            .to(at::kBool)
            .to(device);
  }
  move_to(at::arange(length, at::TensorOptions(at::kDouble).device(device)).unsqueeze(0));
}

TrainingPositions::~TrainingPositions() = default;
TrainingPositions::TrainingPositions(TrainingPositions&&) noexcept = default;
TrainingPositions& TrainingPositions::operator=(TrainingPositions&&) noexcept = default;

void TrainingPositions::move_to(const at::Tensor& positions) {
  impl_->near = impl_->rotate(impl_->scheme.near, positions);
  if (impl_->is_far.defined()) {
    impl_->far = impl_->rotate(*impl_->scheme.far, positions);
  }
}

at::Tensor training_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const TrainingPositions& positions, at::ScalarType compute,
                              const at::Tensor& bias) {
  const TrainingPositions::Impl& at = positions.impl();
  const int64_t heads = q.size(1);
  const auto logits_of = [&](const BranchRotation& rotation) {
    return at::matmul(
        nn::apply_rope(q, rotation.q, compute),
        repeat_heads(nn::apply_rope(k, rotation.k, compute), heads).transpose(-1, -2));
  };
  at::Tensor logits = logits_of(at.near);
  if (at.far) {
    logits = at::where(at.is_far, logits_of(*at.far), logits);
  }
  const at::Tensor mask = bias.defined() ? at.mask + bias : at.masked_bias;
  return at::matmul(nn::masked_softmax(logits, mask), repeat_heads(v.to(compute), heads));
}

}  // namespace yonder::lm
