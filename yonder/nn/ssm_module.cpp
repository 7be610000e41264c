// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/ssm_module.h"

#include "yonder/base/error.h"
#include "yonder/nn/ssm/table.h"

namespace yonder::nn {
namespace {

// Positions per chunk of a scan: long enough for matrix products, short enough that the work within
// a chunk, which grows with its length, is not above that of the state.
constexpr int64_t kChunk = 64;

at::ScalarType inner_type(const at::Tensor& x) {
  return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

void require_width(const at::Tensor& x, int64_t axes, int64_t width) {
  require(x.dim() == axes && x.size(axes - 1) == width && x.size(axes - 2) >= 1,
          ErrorKind::bad_data,
          "the input of a state-space layer has {} axes and {} channels; it "
          "needs {} axes, none empty, and {} channels",
          x.dim(), x.dim() == 0 ? 0 : x.size(-1), axes, width);
}

}  // namespace

SsmLayerImpl::SsmLayerImpl(int64_t width, SsmOptions options)
    : options_(std::move(options)), width_(width) {
  options_.validate();
  direct_ = register_parameter("D", torch::ones({width}));
  Rng rng(0, 0);
  for (const auto& [name, value] :
       ssm_row(options_.start).start(ssm_row(options_.start), width, options_, rng)) {
    names_.push_back(name);
    register_parameter(name, value);
  }
}

void SsmLayerImpl::initialize(uint64_t seed, uint64_t stream) {
  const torch::NoGradGuard no_grad;
  Rng rng(seed, stream);
  const SsmRow& row = ssm_row(options_.start);
  auto parameters = named_parameters(/*recurse=*/false);
  for (const auto& [name, value] : row.start(row, width_, options_, rng)) {
    parameters[name].copy_(value);
  }
  direct_.fill_(1);
}

std::unique_ptr<DiscreteSystem> SsmLayerImpl::make_system() const {
  NamedTensors values;
  const auto parameters = named_parameters(/*recurse=*/false);
  for (const std::string& name : names_) {
    values[name] = parameters[name];
  }
  return ssm_row(options_.start).system(values);
}

std::shared_ptr<const SsmLayerImpl::Kept> SsmLayerImpl::system_for_reading() {
  const auto passing = [&] { return std::make_shared<const Kept>(Kept{make_system(), {}}); };
  if (torch::GradMode::is_enabled()) {
    return passing();
  }
  std::vector<std::pair<const void*, int64_t>> versions;
  for (const at::Tensor& parameter : parameters(/*recurse=*/false)) {
    if (parameter.is_inference()) {  // counts no versions
      return passing();
    }
    versions.emplace_back(parameter.data_ptr(), parameter._version());
  }
  const std::lock_guard lock(mutex_);
  if (!kept_ || versions != kept_versions_) {
    Kept kept{make_system(), {}};
    kept.block = kept.system->block(kChunk, at::kFloat);
    kept_ = std::make_shared<const Kept>(std::move(kept));
    kept_versions_ = std::move(versions);
  }
  return kept_;
}

at::Tensor SsmLayerImpl::zero_state(int64_t batch) const {
  return torch::zeros({batch, width_, options_.state},
                      direct_.options().dtype(inner_type(direct_)).requires_grad(false));
}

at::Tensor SsmLayerImpl::forward(const at::Tensor& x) {
  require_width(x, 3, width_);
  const at::ScalarType type = inner_type(x);
  const at::Tensor u = x.to(type);
  const at::Tensor mixed = causal_convolution(u, make_system()->kernel(x.size(1), type));
  return (mixed + direct_.to(type) * u).to(x.scalar_type());
}

OutputAndState SsmLayerImpl::forward_from(const at::Tensor& x, const at::Tensor& state) {
  require_width(x, 3, width_);
  if (x.size(1) == 1) {
    const OutputAndState next = step(x.select(1, 0), state);
    return {next.output.unsqueeze(1), next.state};
  }
  const at::ScalarType type = inner_type(x);
  const at::Tensor u = x.to(type);
  const auto kept = system_for_reading();
  const bool has_block = kept->block.impulse.defined() && type == at::kFloat;
  const OutputAndState mixed =
      chunked_scan(*kept->system, u, state.to(type), kChunk, has_block ? &kept->block : nullptr);
  return {(mixed.output + direct_.to(type) * u).to(x.scalar_type()), mixed.state};
}

OutputAndState SsmLayerImpl::step(const at::Tensor& x, const at::Tensor& state) {
  require_width(x, 2, width_);
  const at::ScalarType type = inner_type(x);
  const at::Tensor u = x.to(type);
  const OutputAndState mixed = system_for_reading()->system->step(u, state.to(type));
  return {(mixed.output + direct_.to(type) * u).to(x.scalar_type()), mixed.state};
}

SsmMixerImpl::SsmMixerImpl(int64_t width, const SsmOptions& options, at::ScalarType compute)
    : in_proj(width, 2 * width, /*with_bias=*/false, compute),
      out_proj(width, width, /*with_bias=*/false, compute),
      ssm(width, options) {
  register_module("in_proj", in_proj);
  register_module("out_proj", out_proj);
  register_module("ssm", ssm);
}

at::Tensor SsmMixerImpl::forward(const at::Tensor& x) {
  const std::vector<at::Tensor> parts = in_proj(x).chunk(2, -1);
  return out_proj(ssm(parts[0]) * torch::silu(parts[1]));
}

OutputAndState SsmMixerImpl::forward_from(const at::Tensor& x, const at::Tensor& state) {
  const std::vector<at::Tensor> parts = in_proj(x).chunk(2, -1);
  const OutputAndState mixed = ssm->forward_from(parts[0], state);
  return {out_proj(mixed.output * torch::silu(parts[1])), mixed.state};
}

OutputAndState SsmMixerImpl::step(const at::Tensor& x, const at::Tensor& state) {
  const std::vector<at::Tensor> parts = in_proj(x).chunk(2, -1);
  const OutputAndState mixed = ssm->step(parts[0], state);
  return {out_proj(mixed.output * torch::silu(parts[1])), mixed.state};
}

}  // namespace yonder::nn
