// SPDX-License-Identifier: Apache-2.0
// The state-space layer: D linear systems side by side, which mix positions at a cost that does not
// grow with what they remember. Use it where a model should read on without end in fixed memory;
// not where it has to look up single tokens of long ago, which is what attention is for.
//
//   SsmLayer layer(width, SsmOptions{.start = "s4d-lin", .state = 64});
//   y = layer->forward(x);                      // [B, T, D], training: convolution by FFT
//   auto [y1, s] = layer->forward_from(x1, layer->zero_state(B));    // the same in pieces
//   auto [y2, s2] = layer->step(x2, s);         // one position
//
// For both directions run a second layer over x.flip(1). Systems and their start values:
// ssm/table.h; mathematics: docs/math/memory.md. Test: ssm_module_test.cpp.
#pragma once

#include "yonder/nn/layers_module.h"
#include "yonder/nn/ssm/discrete_system.h"
#include "yonder/nn/ssm_options.h"

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace yonder::nn {

class SsmLayerImpl : public torch::nn::Module {
 public:
  /// Start values are those of initialize(0, 0). Throws Error(bad_option) as options.validate().
  SsmLayerImpl(int64_t width, SsmOptions options);
  /// Draws the start values from Philox (base/random.h): one stream per layer.
  void initialize(uint64_t seed, uint64_t stream);

  /// x [B, T, D] -> [B, T, D] of the type of x; inside float32, or float64 for float64. T >= 1.
  at::Tensor forward(const at::Tensor& x);
  /// Goes on from state [B, D, N]; the new state belongs after the last position of x. Here and in
  /// step(), without gradients, what depends on parameters only is kept between calls, until a
  /// parameter is written to; any number of threads may call.
  OutputAndState forward_from(const at::Tensor& x, const at::Tensor& state);
  /// One position: x [B, D] -> [B, D].
  OutputAndState step(const at::Tensor& x, const at::Tensor& state);
  /// [B, D, N] zeros, float32 or, in a float64 layer, float64; on the layer's device.
  at::Tensor zero_state(int64_t batch) const;

  const SsmOptions& options() const { return options_; }

 private:
  struct Kept {
    std::unique_ptr<const DiscreteSystem> system;
    ScanBlock block;  // float32; undefined tensors where nothing is kept
  };
  std::unique_ptr<DiscreteSystem> make_system() const;
  std::shared_ptr<const Kept> system_for_reading();

  SsmOptions options_;
  int64_t width_;
  at::Tensor direct_;               // [D]: what of x_t goes into y_t beside the state
  std::vector<std::string> names_;  // of the system's parameters
  std::mutex mutex_;                // of the two below
  std::shared_ptr<const Kept> kept_;
  std::vector<std::pair<const void*, int64_t>> kept_versions_;
};
TORCH_MODULE(SsmLayer);

/// A drop-in for self-attention: out_proj(ssm(v) * silu(g)) with (v, g) = in_proj(x).
/// The gate is what keeps a linear system from answering where it is not asked (Mehta et al. 2022,
/// arXiv 2206.13947).
class SsmMixerImpl : public torch::nn::Module {
 public:
  /// compute: type of the two projections (see linear.h).
  SsmMixerImpl(int64_t width, const SsmOptions& options, at::ScalarType compute);

  /// As in SsmLayer; results have the type `compute`.
  at::Tensor forward(const at::Tensor& x);
  OutputAndState forward_from(const at::Tensor& x, const at::Tensor& state);
  OutputAndState step(const at::Tensor& x, const at::Tensor& state);

  Linear in_proj, out_proj;
  SsmLayer ssm;
};
TORCH_MODULE(SsmMixer);

}  // namespace yonder::nn
