// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/training_attention.h"

#include "yonder/base/error.h"
#include "yonder/nn/apply_rope.h"
#include "yonder/nn/masked_softmax.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
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

/// near [.., T, T] with far [.., T - w, T - w] in the place of what is far: of the last T - w
/// queries and the first T - w keys the pairs on and below the diagonal. near is overwritten.
/// Leaky takes 1.14 times the time of rope so, and 1.18 where all pairs are computed twice and
/// chosen by a mask (4 layers of 128, 128 tokens, float32, one core with AVX-512, 2026-11-24).
class TakeFar : public torch::autograd::Function<TakeFar> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, at::Tensor near,
                            const at::Tensor& far) {
    context->mark_dirty({near});
    context->saved_data["size"] = far.size(-1);
    corner(near, far.size(-1)).triu_(1).add_(far.tril());
    return near;
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& above) {
    const int64_t size = context->saved_data["size"].toInt();
    const at::Tensor far = corner(above[0], size).tril();
    at::Tensor near = above[0].clone();
    corner(near, size).triu_(1);
    return {near, far};
  }

 private:
  static at::Tensor corner(const at::Tensor& logits, int64_t size) {
    return logits.narrow(-2, logits.size(-2) - size, size).narrow(-1, 0, size);
  }
};

}  // namespace

struct TrainingPositions::Impl {
  PositionScheme scheme;
  std::vector<double> theta;
  at::Tensor q_factor;     // [T, 1] float64: c lambda_i
  at::Tensor mask;         // [T, T] float32: 0 where visible, -inf elsewhere
  at::Tensor masked_bias;  // [1 or H, T, T] float32: mask, and the scheme's bias where it has one
  int64_t far_size = 0;    // T - w where there are two branches: queries that have far keys, the
                           // last ones, and keys that have far queries, the first ones

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
    : impl_(std::make_unique<Impl>(Impl{scheme, scheme.theta_at(0).theta, {}, {}, {}, 0, {}, {}})) {
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
  if (scheme.far) {
    impl_->far_size = std::max<int64_t>(0, length - scheme.split);
  }
  move_to(at::arange(length, at::TensorOptions(at::kDouble).device(device)).unsqueeze(0));
}

TrainingPositions::~TrainingPositions() = default;
TrainingPositions::TrainingPositions(TrainingPositions&&) noexcept = default;
TrainingPositions& TrainingPositions::operator=(TrainingPositions&&) noexcept = default;

void TrainingPositions::move_to(const at::Tensor& positions) {
  impl_->near = impl_->rotate(impl_->scheme.near, positions);
  const int64_t size = impl_->far_size;
  if (size > 0) {
    const BranchRotation all = impl_->rotate(*impl_->scheme.far, positions);
    const auto rows = [&](const nn::Rotation& rotation, int64_t first) -> nn::Rotation {
      return {rotation.cos.narrow(-2, first, size), rotation.sin.narrow(-2, first, size)};
    };
    impl_->far = {rows(all.q, positions.size(-1) - size), rows(all.k, 0)};
  }
}

at::Tensor training_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const TrainingPositions& positions, at::ScalarType compute,
                              const at::Tensor& bias) {
  const TrainingPositions::Impl& at = positions.impl();
  const int64_t heads = q.size(1);
  const auto logits_of = [&](const at::Tensor& queries, const at::Tensor& keys,
                             const BranchRotation& rotation) {
    return at::matmul(
        nn::apply_rope(queries, rotation.q, compute),
        repeat_heads(nn::apply_rope(keys, rotation.k, compute), heads).transpose(-1, -2));
  };
  at::Tensor logits = logits_of(q, k, at.near);
  if (at.far) {
    const at::Tensor far = logits_of(q.narrow(-2, q.size(-2) - at.far_size, at.far_size),
                                     k.narrow(-2, 0, at.far_size), *at.far);
    logits = TakeFar::apply(logits, far);
  }
  const at::Tensor mask = bias.defined() ? at.mask + bias : at.masked_bias;
  return at::matmul(nn::masked_softmax(logits, mask), repeat_heads(v.to(compute), heads));
}

}  // namespace yonder::lm
