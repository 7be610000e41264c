// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/transition.h"

#include "yonder/base/error.h"
#include "yonder/memory/internal/dense.h"
#include "yonder/memory/internal/exponential_action.h"
#include "yonder/memory/internal/operator.h"
#include "yonder/memory/internal/packed_matrix.h"
#include "yonder/memory/internal/step_kernels.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace yonder::memory::internal {
namespace {

size_t pad(int64_t channels) {
  return (static_cast<size_t>(channels) + kLanes - 1) / kLanes * kLanes;
}

void require_stable(const RecurrencePlan& plan, double limit, double step) {
  require(plan.allow_unstable || step <= limit, ErrorKind::bad_option,
          "{} is unstable for {} N={} at dt/w={}; use bilinear",
          explicit_rule_name(implicitness(plan.rule, plan.alpha)), row_of(plan.measure.kind).name,
          plan.order, step / plan.measure.width);
}

// What one cell of the whole history is: u0 ... u1 along a line. The mean, and the one coefficient
// (Legendre) or the sines (Fourier) of a line.
std::vector<double> first_cell(const RecurrencePlan& plan, double u0, double u1) {
  std::vector<double> c(static_cast<size_t>(plan.order));
  c[0] = (u0 + u1) / 2;
  const double rise = u1 - u0;
  if (plan.measure.kind == MeasureKind::legs_step) {
    if (plan.order > 1) {
      c[1] = rise / (2 * std::numbers::sqrt3);
    }
    return c;
  }
  for (size_t n = 1; 2 * n + 1 < c.size(); ++n) {
    c[2 * n + 1] = -rise / (std::numbers::sqrt2 * std::numbers::pi * static_cast<double>(n));
  }
  return c;
}

// Step by step, by an implicit rule or exactly.
template <typename Scalar>
class StepwiseTransition final : public Transition<Scalar> {
 public:
  StepwiseTransition(const RecurrencePlan& plan, bool regular)
      : plan_(plan),
        regular_(regular),
        pitch_(pad(plan_.channels)),
        x_(static_cast<size_t>(plan_.order) * pitch_) {
    if (plan_.exponential()) {
      exact_operator_ = make_operator<double>(plan_.measure, plan_.order);
      exact_ = std::make_unique<ExponentialAction>(*exact_operator_);
      return;
    }
    operator_ = make_operator<Scalar>(plan_.measure, plan_.order);
    alpha_ = implicitness(plan_.rule, plan_.alpha);
    if (alpha_ < 0.5 && !plan_.time_varying()) {
      limit_ = stable_step(system(plan_.measure, plan_.order), alpha_);
    }
  }

  void push(const Cells<Scalar>& cells, double elapsed) override {
    const auto edge = [&](int64_t k) {
      if (!cells.edges.empty()) {
        return elapsed + (cells.edges[static_cast<size_t>(k)] - cells.edges[0]);
      }
      // Only the ratio of times matters to a time-varying system: whole numbers are exact.
      return plan_.time_varying() ? static_cast<double>(cells_ + static_cast<uint64_t>(k))
                                  : static_cast<double>(k) * cells.step;
    };
    if (alpha_ < 0.5 && !plan_.time_varying()) {
      for (int64_t k = 0; k < cells.count; ++k) {
        require_stable(plan_, limit_, regular_ ? cells.step : edge(k + 1) - edge(k));
      }
    }
    int64_t k = 0;
    if (plan_.time_varying() && cells_ == 0 && cells.count > 0) {
      start(cells);
      k = 1;
    }
    if (plan_.exponential()) {
      for (; k < cells.count; ++k) {
        exact_step(cells, k, edge(k), edge(k + 1));
      }
    } else if (regular_ && !plan_.time_varying()) {
      constexpr int64_t kChunk = 256;
      for (; k < cells.count; k += kChunk) {
        const int64_t count = std::min(kChunk, cells.count - k);
        gather(cells, k, count);
        const double h = cells.step;
        operator_->step({(1 - alpha_) * h, alpha_ * h, h}, x_.data(), inputs_.data(),
                        static_cast<size_t>(count), pitch_);
      }
    } else {
      for (; k < cells.count; ++k) {
        gather(cells, k, 1);
        operator_->step(weights(edge(k), edge(k + 1)), x_.data(), inputs_.data(), 1, pitch_);
      }
    }
    cells_ += static_cast<uint64_t>(cells.count);
  }

  std::vector<double> state() const override {
    const auto order = static_cast<size_t>(plan_.order);
    const auto channels = static_cast<size_t>(plan_.channels);
    std::vector<double> result(order * channels);
    for (size_t n = 0; n < order; ++n) {
      for (size_t c = 0; c < channels; ++c) {
        result[c * order + n] = static_cast<double>(x_[n * pitch_ + c]);
      }
    }
    return result;
  }

  void set_state(const std::vector<double>& state) override {
    const auto order = static_cast<size_t>(plan_.order);
    for (size_t i = 0; i < state.size(); ++i) {
      x_[(i % order) * pitch_ + i / order] = static_cast<Scalar>(state[i]);
    }
  }

  // u64 cells, scalars [N][C].
  void save(std::string& bytes) const override {
    put(bytes, cells_);
    for (size_t n = 0; n < static_cast<size_t>(plan_.order); ++n) {
      put_all(bytes,
              std::span<const Scalar>(x_.data() + n * pitch_, static_cast<size_t>(plan_.channels)));
    }
  }

  void load(ByteReader& reader) override {
    cells_ = reader.template get<uint64_t>();
    const auto channels = static_cast<size_t>(plan_.channels);
    std::vector<Scalar> row;
    for (size_t n = 0; n < static_cast<size_t>(plan_.order); ++n) {
      row.clear();
      reader.get_all(channels, row);
      std::copy(row.begin(), row.end(), x_.begin() + static_cast<std::ptrdiff_t>(n * pitch_));
    }
  }

 private:
  StepWeights weights(double from, double to) const {
    const double h = to - from;
    if (!plan_.time_varying()) {
      return {(1 - alpha_) * h, alpha_ * h, h};
    }
    return {(1 - alpha_) * h / from, alpha_ * h / to, std::log1p(h / from)};
  }

  // inputs_[j][c]: what cell k + j feeds in; of a line the share that the rule takes of its ends.
  void gather(const Cells<Scalar>& cells, int64_t k, int64_t count) {
    const auto channels = static_cast<size_t>(plan_.channels);
    inputs_.resize(static_cast<size_t>(count) * pitch_);
    const Scalar* from = cells.samples.data() + static_cast<size_t>(k) * channels;
    const auto late = static_cast<Scalar>(alpha_);
    for (size_t j = 0; j < static_cast<size_t>(count); ++j, from += channels) {
      Scalar* to = inputs_.data() + j * pitch_;
      for (size_t c = 0; c < channels; ++c) {
        to[c] = plan_.linear ? from[c] + late * (from[c + channels] - from[c]) : from[c];
      }
    }
  }

  void start(const Cells<Scalar>& cells) {
    const auto channels = static_cast<size_t>(plan_.channels);
    for (size_t c = 0; c < channels; ++c) {
      const auto u0 = static_cast<double>(cells.samples[c]);
      const auto u1 = plan_.linear ? static_cast<double>(cells.samples[channels + c]) : u0;
      const std::vector<double> state = first_cell(plan_, u0, u1);
      for (size_t n = 0; n < state.size(); ++n) {
        x_[n * pitch_ + c] = static_cast<Scalar>(state[n]);
      }
    }
  }

  void exact_step(const Cells<Scalar>& cells, int64_t k, double from, double to) {
    const auto channels = static_cast<size_t>(plan_.channels);
    const Scalar* u = cells.samples.data() + static_cast<size_t>(k) * channels;
    level_.assign(pitch_, 0);
    slope_.assign(pitch_, 0);
    // In log time a line rises as exp: w' = w + rise * from / (to - from).
    const double h = to - from;
    const double rate = plan_.time_varying() ? from / h : 1 / h;
    for (size_t c = 0; c < channels; ++c) {
      level_[c] = static_cast<double>(u[c]);
      slope_[c] = plan_.linear ? rate * (static_cast<double>(u[channels + c]) - level_[c]) : 0;
    }
    wide_.assign(x_.begin(), x_.end());
    const bool varying = plan_.time_varying();
    exact_->advance(varying ? std::log1p(h / from) : h, varying ? 1 : 0, level_.data(),
                    slope_.data(), wide_.data(), pitch_);
    for (size_t i = 0; i < x_.size(); ++i) {
      x_[i] = static_cast<Scalar>(wide_[i]);
    }
  }

  RecurrencePlan plan_;
  bool regular_;
  size_t pitch_;
  std::vector<Scalar> x_;  // [N][pitch]
  uint64_t cells_ = 0;
  double alpha_ = 1;
  double limit_ = 0;  // of the step, alpha < 1/2
  std::unique_ptr<Operator<Scalar>> operator_;
  std::unique_ptr<Operator<double>> exact_operator_;
  std::unique_ptr<ExponentialAction> exact_;
  std::vector<Scalar> inputs_;
  std::vector<double> level_, slope_, wide_;
};

// Exact steps of one length, a block at a time.
template <typename Scalar>
class BlockTransition final : public Transition<Scalar> {
 public:
  BlockTransition(const RecurrencePlan& plan, double step)
      : order_(static_cast<size_t>(plan.order)),
        channels_(static_cast<size_t>(plan.channels)),
        linear_(plan.linear),
        block_(static_cast<size_t>(plan.block > 0 ? plan.block : default_block(plan.order))) {
    const Discrete d =
        discretise(system(plan.measure, plan.order), linear_ ? Rule::foh : Rule::zoh, step);
    RowMatrix a = view(d.a);
    Eigen::VectorXd b = view(d.b);
    if (linear_) {
      newest_ = view(d.b_next);
      b += a * newest_;
    }
    RowMatrix inputs(a.rows(), static_cast<Eigen::Index>(block_));
    for (Eigen::Index j = inputs.cols(); j-- > 0; b = (a * b).eval()) {
      inputs.col(j) = b;
    }
    powers_.push_back(a);
    RowMatrix whole = RowMatrix::Identity(a.rows(), a.cols());
    for (size_t rest = block_; rest > 0; rest /= 2) {
      if (rest % 2 == 1) {
        whole = (powers_.back() * whole).eval();
      }
      if (rest > 1) {
        powers_.emplace_back(powers_.back() * powers_.back());
      }
    }
    const auto entry = [](const RowMatrix& matrix) {
      return [&matrix](size_t row, size_t k) {
        return matrix(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(k));
      };
    };
    transition_ = PackedMatrix<Scalar>(order_, order_, entry(whole));
    inputs_ = PackedMatrix<Scalar>(order_, block_, entry(inputs));
    stride_ = transition_.padded_rows();
    y_.resize(channels_ * stride_);
    latest_.resize(channels_);
  }

  void push(const Cells<Scalar>& cells, double) override {
    const Scalar* from = cells.samples.data();
    auto left = static_cast<size_t>(cells.count);
    if (!started_ && left > 0) {
      start(from);
    }
    while (left > 0) {
      size_t taken = block_;
      if (waiting_ == 0 && left >= block_) {
        advance(from);
      } else {
        taken = std::min(left, block_ - waiting_);
        pending_.insert(pending_.end(), from, from + taken * channels_);
        waiting_ += taken;
        if (waiting_ == block_) {
          advance(pending_.data());
          pending_.clear();
          waiting_ = 0;
        }
      }
      from += taken * channels_;
      left -= taken;
    }
    if (linear_) {
      std::copy_n(from, channels_, latest_.begin());
    }
  }

  std::vector<double> state() const override {
    std::vector<Scalar> padded(block_ * channels_);
    std::copy(pending_.begin(), pending_.end(),
              padded.begin() + static_cast<std::ptrdiff_t>((block_ - waiting_) * channels_));
    std::vector<Scalar> brought(channels_ * stride_);
    inputs_.multiply(padded.data(), channels_, 1, channels_, brought.data(), stride_);
    std::vector<double> result(channels_ * order_);
    for (size_t c = 0; c < channels_; ++c) {
      Eigen::VectorXd x(static_cast<Eigen::Index>(order_));
      for (size_t n = 0; n < order_; ++n) {
        x[static_cast<Eigen::Index>(n)] = static_cast<double>(y_[c * stride_ + n]);
      }
      for (size_t i = 0; waiting_ >> i > 0; ++i) {
        if ((waiting_ >> i) % 2 == 1) {
          x = (powers_[i] * x).eval();
        }
      }
      if (linear_) {
        x += newest_ * static_cast<double>(latest_[c]);
      }
      for (size_t n = 0; n < order_; ++n) {
        result[c * order_ + n] =
            x[static_cast<Eigen::Index>(n)] + static_cast<double>(brought[c * stride_ + n]);
      }
    }
    return result;
  }

  void set_state(const std::vector<double>& state) override {
    pending_.clear();
    waiting_ = 0;
    started_ = true;
    for (size_t c = 0; c < channels_; ++c) {
      for (size_t n = 0; n < order_; ++n) {
        const double before =
            linear_ ? newest_[static_cast<Eigen::Index>(n)] * static_cast<double>(latest_[c]) : 0;
        y_[c * stride_ + n] = static_cast<Scalar>(state[c * order_ + n] - before);
      }
    }
  }

  // u8 started, scalars [C][N], scalars latest [C], u64 cells that wait, their samples [cells][C].
  void save(std::string& bytes) const override {
    put(bytes, static_cast<uint8_t>(started_));
    for (size_t c = 0; c < channels_; ++c) {
      put_all(bytes, std::span<const Scalar>(y_.data() + c * stride_, order_));
    }
    put_all(bytes, std::span<const Scalar>(latest_));
    put(bytes, static_cast<uint64_t>(waiting_));
    put_all(bytes, std::span<const Scalar>(pending_));
  }

  void load(ByteReader& reader) override {
    const auto started = reader.template get<uint8_t>();
    reader.check(started <= 1, "a flag that is neither 0 nor 1");
    started_ = started == 1;
    for (size_t c = 0; c < channels_; ++c) {
      std::vector<Scalar> row;
      reader.get_all(order_, row);
      std::copy(row.begin(), row.end(), y_.begin() + static_cast<std::ptrdiff_t>(c * stride_));
    }
    latest_.clear();
    reader.get_all(channels_, latest_);
    waiting_ = reader.template get<uint64_t>();
    reader.check(waiting_ < block_, "more waiting samples than a block holds");
    pending_.clear();
    reader.get_all(waiting_ * channels_, pending_);
  }

 private:
  static int64_t default_block(int64_t order) {
    constexpr int64_t kLarge = 1024;
    return std::max({order, std::min(4 * order, kLarge), int64_t{64}});
  }

  void start(const Scalar* first) {
    started_ = true;
    if (linear_) {
      std::copy_n(first, channels_, latest_.begin());
      set_state(std::vector<double>(channels_ * order_));
    }
  }

  void advance(const Scalar* samples) {
    next_.resize(y_.size());
    brought_.resize(y_.size());
    transition_.multiply(y_.data(), 1, stride_, channels_, next_.data(), stride_);
    inputs_.multiply(samples, channels_, 1, channels_, brought_.data(), stride_);
    for (size_t i = 0; i < y_.size(); ++i) {
      y_[i] = next_[i] + brought_[i];
    }
  }

  size_t order_, channels_;
  bool linear_;
  size_t block_;
  size_t stride_ = 0;
  PackedMatrix<Scalar> transition_, inputs_;
  std::vector<RowMatrix> powers_;  // A^(2^i)
  Eigen::VectorXd newest_;         // linear: b_next
  bool started_ = false;
  std::vector<Scalar> y_;        // [C][stride]
  std::vector<Scalar> latest_;   // [C], linear: the sample at the end of the last cell
  size_t waiting_ = 0;           // cells of the unfinished block
  std::vector<Scalar> pending_;  // [waiting][C]
  std::vector<Scalar> next_, brought_;
};

}  // namespace

template <typename Scalar>
std::unique_ptr<Transition<Scalar>> make_transition(const RecurrencePlan& plan, bool regular,
                                                    double step) {
  if (regular && plan.exponential() && !plan.time_varying()) {
    return std::make_unique<BlockTransition<Scalar>>(plan, step);
  }
  return std::make_unique<StepwiseTransition<Scalar>>(plan, regular);
}

template std::unique_ptr<Transition<float>> make_transition(const RecurrencePlan&, bool, double);
template std::unique_ptr<Transition<double>> make_transition(const RecurrencePlan&, bool, double);

}  // namespace yonder::memory::internal
