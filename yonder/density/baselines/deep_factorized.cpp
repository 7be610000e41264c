// SPDX-License-Identifier: Apache-2.0
// A value h goes through the layers together with its tangent t = dh/dy, so that the density is the
// last tangent times the sigmoid's slope; the gradient goes back through both.
#include "yonder/density/baselines/deep_factorized.h"

#include "yonder/base/error.h"
#include "yonder/base/parallel.h"
#include "yonder/base/random.h"
#include "yonder/density/internal/lbfgs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace yonder::density {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kCells = 400;  // per interquartile range
constexpr size_t kChunk = 256;  // cells whose gradients are summed together

double softplus(double x) { return x > 30 ? x : std::log1p(std::exp(x)); }

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

struct Layer {
  size_t inputs;
  size_t outputs;
  size_t first;  // of its parameters: H [outputs][inputs], b [outputs], a [outputs] if gated
  bool gated;

  size_t matrix(size_t i, size_t j) const { return first + i * inputs + j; }
  size_t bias(size_t i) const { return first + outputs * inputs + i; }
  size_t gate(size_t i) const { return first + outputs * (inputs + 1) + i; }
};

std::vector<Layer> layers_of(const std::vector<size_t>& widths) {
  std::vector<Layer> layers;
  size_t first = 0;
  size_t inputs = 1;
  for (size_t k = 0; k <= widths.size(); ++k) {
    const bool last = k == widths.size();
    const size_t outputs = last ? 1 : widths[k];
    layers.push_back({inputs, outputs, first, !last});
    first += outputs * (inputs + (last ? 1 : 2));
    inputs = outputs;
  }
  return layers;
}

size_t count_parameters(const std::vector<Layer>& layers) {
  return layers.back().bias(0) + layers.back().outputs;
}

// The network at fixed parameters, with what one value leaves behind on its way.
class Network {
 public:
  Network(const std::vector<size_t>& widths, std::span<const double> parameters)
      : layers_(layers_of(widths)), effective_(parameters.begin(), parameters.end()) {
    for (const Layer& layer : layers_) {
      for (size_t i = 0; i < layer.outputs; ++i) {
        for (size_t j = 0; j < layer.inputs; ++j) {
          effective_[layer.matrix(i, j)] = softplus(parameters[layer.matrix(i, j)]);
        }
        if (layer.gated) {
          effective_[layer.gate(i)] = std::tanh(parameters[layer.gate(i)]);
        }
      }
      passes_.push_back({std::vector<double>(layer.inputs), std::vector<double>(layer.inputs),
                         std::vector<double>(layer.outputs), std::vector<double>(layer.outputs)});
    }
  }

  struct Output {
    double logit = 0;    // of the cdf
    double tangent = 0;  // d logit / d value, > 0
  };

  Output forward(double value) {
    passes_.front().h[0] = value;
    passes_.front().t[0] = 1;
    Output output;
    for (size_t k = 0; k < layers_.size(); ++k) {
      const Layer& layer = layers_[k];
      Pass& pass = passes_[k];
      for (size_t i = 0; i < layer.outputs; ++i) {
        double u = effective_[layer.bias(i)];
        double v = 0;
        for (size_t j = 0; j < layer.inputs; ++j) {
          u += effective_[layer.matrix(i, j)] * pass.h[j];
          v += effective_[layer.matrix(i, j)] * pass.t[j];
        }
        if (!layer.gated) {
          output = {u, v};
          continue;
        }
        const double a = effective_[layer.gate(i)];
        pass.tanh[i] = std::tanh(u);
        pass.v[i] = v;
        passes_[k + 1].h[i] = u + a * pass.tanh[i];
        passes_[k + 1].t[i] = v * (1 + a * (1 - pass.tanh[i] * pass.tanh[i]));
      }
    }
    return output;
  }

  // Adds to `gradient`, by the effective parameters, what the last forward() gives for these slopes
  // of the objective.
  void backward(double by_logit, double by_tangent, std::span<double> gradient) {
    std::vector<double>& by_h = by_h_;
    std::vector<double>& by_t = by_t_;
    by_h.assign(1, by_logit);
    by_t.assign(1, by_tangent);
    for (size_t k = layers_.size(); k-- > 0;) {
      const Layer& layer = layers_[k];
      const Pass& pass = passes_[k];
      next_by_h_.assign(layer.inputs, 0.0);
      next_by_t_.assign(layer.inputs, 0.0);
      for (size_t i = 0; i < layer.outputs; ++i) {
        double by_u = by_h[i];
        double by_v = by_t[i];
        if (layer.gated) {
          const double a = effective_[layer.gate(i)];
          const double slope = 1 - pass.tanh[i] * pass.tanh[i];
          gradient[layer.gate(i)] += by_h[i] * pass.tanh[i] + by_t[i] * pass.v[i] * slope;
          by_u = by_h[i] * (1 + a * slope) - 2 * by_t[i] * pass.v[i] * a * pass.tanh[i] * slope;
          by_v = by_t[i] * (1 + a * slope);
        }
        gradient[layer.bias(i)] += by_u;
        for (size_t j = 0; j < layer.inputs; ++j) {
          gradient[layer.matrix(i, j)] += by_u * pass.h[j] + by_v * pass.t[j];
          next_by_h_[j] += effective_[layer.matrix(i, j)] * by_u;
          next_by_t_[j] += effective_[layer.matrix(i, j)] * by_v;
        }
      }
      by_h.swap(next_by_h_);
      by_t.swap(next_by_t_);
    }
  }

  // Turns a gradient by the effective parameters into one by the parameters themselves.
  void chain(std::span<const double> parameters, std::span<double> gradient) const {
    for (const Layer& layer : layers_) {
      for (size_t i = 0; i < layer.outputs; ++i) {
        for (size_t j = 0; j < layer.inputs; ++j) {
          gradient[layer.matrix(i, j)] *= sigmoid(parameters[layer.matrix(i, j)]);
        }
        if (layer.gated) {
          const double a = effective_[layer.gate(i)];
          gradient[layer.gate(i)] *= 1 - a * a;
        }
      }
    }
  }

 private:
  struct Pass {
    std::vector<double> h;  // into the layer
    std::vector<double> t;
    std::vector<double> tanh;  // of u
    std::vector<double> v;
  };
  std::vector<Layer> layers_;
  std::vector<double> effective_;  // softplus(H), b, tanh(a)
  std::vector<Pass> passes_;
  std::vector<double> by_h_, by_t_, next_by_h_, next_by_t_;
};

// ln of the sigmoid's slope.
double log_sigmoid_slope(double x) { return -std::abs(x) - 2 * std::log1p(std::exp(-std::abs(x))); }

// A start whose cdf is that of a wide logistic distribution, with some noise.
std::vector<double> random_start(const std::vector<size_t>& widths, Rng& rng) {
  const std::vector<Layer> layers = layers_of(widths);
  std::vector<double> parameters(count_parameters(layers));
  for (const Layer& layer : layers) {
    for (size_t i = 0; i < layer.outputs; ++i) {
      for (size_t j = 0; j < layer.inputs; ++j) {
        const double share = 1.2 / static_cast<double>(layer.inputs);
        parameters[layer.matrix(i, j)] = std::log(std::expm1(share)) + 0.5 * rng.normal();
      }
      parameters[layer.bias(i)] = 2 * rng.uniform() - 1;
      if (layer.gated) {
        parameters[layer.gate(i)] = 0.5 * rng.normal();
      }
    }
  }
  return parameters;
}

// L-BFGS works on complex coordinates: two parameters each, the last one padded.
internal::Coefficients packed(std::span<const double> parameters) {
  internal::Coefficients result =
      internal::Coefficients::Zero(static_cast<Eigen::Index>((parameters.size() + 1) / 2));
  for (size_t i = 0; i < parameters.size(); ++i) {
    reinterpret_cast<double*>(result.data())[i] = parameters[i];
  }
  return result;
}

std::span<const double> unpacked(const internal::Coefficients& packed, size_t count) {
  return {reinterpret_cast<const double*>(packed.data()), count};
}

}  // namespace

double DeepFactorized::objective(const std::vector<size_t>& widths,
                                 std::span<const double> parameters, std::span<const double> values,
                                 std::span<const double> weights, std::span<double> gradient) {
  Network network(widths, parameters);
  std::fill(gradient.begin(), gradient.end(), 0.0);
  double sum = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const Network::Output output = network.forward(values[i]);
    sum -= weights[i] * (log_sigmoid_slope(output.logit) + std::log(output.tangent));
    network.backward(weights[i] * std::tanh(output.logit / 2), -weights[i] / output.tangent,
                     gradient);
  }
  network.chain(parameters, gradient);
  return sum;
}

DeepFactorized DeepFactorized::fit(const WeightedSample& sample,
                                   const DeepFactorizedOptions& options, Progress* progress) {
  const ProgressRef sink(progress);
  DeepFactorized result;
  result.widths_ = options.widths;
  result.centre_ = sample.mean;
  result.scale_ = sample.deviation;
  // Cells: equal values of floor(y / width), neighbours in a sorted sample.
  const double quartiles = sample.quantile(0.75) - sample.quantile(0.25);
  const double width = (quartiles > 0 ? quartiles : sample.deviation) / kCells;
  std::vector<double> values;
  std::vector<double> weights;
  double cell = -kInfinity;
  for (size_t i = 0; i < sample.values.size(); ++i) {
    const double value = (sample.values[i] - sample.mean) / sample.deviation;
    if (std::floor(sample.values[i] / width) != cell) {
      cell = std::floor(sample.values[i] / width);
      values.push_back(0);
      weights.push_back(0);
    }
    values.back() += sample.weights[i] * value;
    weights.back() += sample.weights[i];
  }
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] /= weights[i];
  }

  const size_t count = count_parameters(layers_of(options.widths));
  const size_t chunks = (values.size() + kChunk - 1) / kChunk;
  const int threads = thread_count(options.threads);
  const auto evaluate = [&](const internal::Coefficients& at, internal::Coefficients& gradient) {
    std::vector<std::vector<double>> parts(chunks, std::vector<double>(count));
    std::vector<double> sums(chunks);
    parallel_for(chunks, 1, threads, [&](size_t first, size_t last) {
      for (size_t chunk = first; chunk < last; ++chunk) {
        const size_t begin = chunk * kChunk;
        const size_t size = std::min(kChunk, values.size() - begin);
        sums[chunk] =
            objective(options.widths, unpacked(at, count), std::span(values).subspan(begin, size),
                      std::span(weights).subspan(begin, size), parts[chunk]);
      }
    });
    std::vector<double> total(count);
    double sum = 0;
    for (size_t chunk = 0; chunk < chunks; ++chunk) {
      sum += sums[chunk];
      for (size_t i = 0; i < count; ++i) {
        total[i] += parts[chunk][i];
      }
    }
    gradient = packed(total);
    return sum;
  };
  double best = kInfinity;
  for (int64_t start = 0; start < options.starts; ++start) {
    Rng rng(options.seed, static_cast<uint64_t>(start));
    const internal::LbfgsResult fitted =
        internal::lbfgs(packed(random_start(options.widths, rng)), evaluate,
                        {.max_steps = options.max_steps, .relative_change = 1e-9},
                        [&](double, int64_t) { sink.stop_if_cancelled("nothing was written"); });
    if (fitted.value < best) {
      best = fitted.value;
      const std::span<const double> parameters = unpacked(fitted.b, count);
      result.parameters_.assign(parameters.begin(), parameters.end());
    }
  }
  require(!result.parameters_.empty(), ErrorKind::numerical,
          "no start of the deep factorised prior reached a finite likelihood");
  return result;
}

void DeepFactorized::logpdf(std::span<const double> y, std::span<double> out) const {
  Network network(widths_, parameters_);
  for (size_t i = 0; i < y.size(); ++i) {
    const Network::Output output = network.forward((y[i] - centre_) / scale_);
    out[i] = log_sigmoid_slope(output.logit) + std::log(output.tangent / scale_);
  }
}

void DeepFactorized::cdf(std::span<const double> y, std::span<double> out) const {
  Network network(widths_, parameters_);
  for (size_t i = 0; i < y.size(); ++i) {
    out[i] = sigmoid(network.forward((y[i] - centre_) / scale_).logit);
  }
}

void DeepFactorized::sample(uint64_t seed, uint64_t first, std::span<double> out) const {
  Network network(widths_, parameters_);
  for (size_t i = 0; i < out.size(); ++i) {
    const double u = Rng(seed, first + i).uniform_open();
    const double logit = std::log(u) - std::log1p(-u);
    double low = -1;
    double high = 1;
    while (network.forward(low).logit > logit) {
      low *= 2;
    }
    while (network.forward(high).logit < logit) {
      high *= 2;
    }
    for (int step = 0; step < 200 && high - low > 1e-15 * std::max(-low, high); ++step) {
      const double middle = low + (high - low) / 2;
      (network.forward(middle).logit < logit ? low : high) = middle;
    }
    out[i] = centre_ + scale_ * high;
  }
}

int64_t DeepFactorized::parameter_count() const { return static_cast<int64_t>(parameters_.size()); }

std::string DeepFactorized::text() const {
  return fmt::format("deep factorised prior of widths {}", fmt::join(widths_, ", "));
}

}  // namespace yonder::density
