// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/recurrence.h"

#include "yonder/base/error.h"
#include "yonder/memory/discretization.h"
#include "yonder/memory/internal/dense.h"
#include "yonder/memory/internal/transition.h"
#include "yonder/memory/internal/window_energy.h"
#include "yonder/memory/measures/table.h"

#include <unsupported/Eigen/MatrixFunctions>

#include <algorithm>
#include <cmath>

namespace yonder::memory::internal {
namespace {

RecurrencePlan plan_of(const StreamOptions& options, int64_t channels) {
  RecurrencePlan plan;
  plan.measure = Measure::parse(options.measure);
  plan.order = options.order;
  plan.channels = channels;
  plan.rule = parse_rule(options.rule);
  plan.alpha = options.alpha;
  plan.allow_unstable = options.allow_unstable;
  plan.linear = options.hold == "linear";
  plan.block = options.block;
  check_order(plan.measure, plan.order);
  require(plan.rule != Rule::foh || plan.linear, ErrorKind::bad_option,
          "--rule foh is exact for samples joined by lines; add --hold linear, or use --rule zoh");
  if (plan.time_varying() && !plan.exponential() && !plan.allow_unstable) {
    // The number is that of forward Euler; gbt is stable somewhat sooner.
    const double alpha = implicitness(plan.rule, plan.alpha);
    require(alpha >= 0.5, ErrorKind::bad_option,
            "{} is unstable for {} N={} while fewer than {} samples are seen; use bilinear",
            explicit_rule_name(alpha), row_of(plan.measure.kind).name, plan.order,
            (plan.order + 1) / 2);
  }
  return plan;
}

// Whether sum c_n^2 and the energy can be compared to the last digits. legs-step is a projection
// too, but its rounding errors grow with the number of samples; who wants a bound takes legs.
template <typename Scalar>
bool is_projection(const RecurrencePlan& plan) {
  return std::is_same_v<Scalar, double> && plan.exponential() &&
         plan.measure.kind == MeasureKind::lagt && plan.measure.alpha == 0 &&
         plan.measure.beta == 0;
}

template <typename Scalar>
class Recurrence final : public Engine<Scalar> {
 public:
  explicit Recurrence(const RecurrencePlan& plan)
      : plan_(plan), energy_(static_cast<size_t>(plan_.channels), window_of(plan_)) {}

  void push(const Cells<Scalar>& cells) override {
    if (cells.count == 0) {
      return;
    }
    const bool regular = cells.edges.empty();
    if (!transition_) {
      start(regular, regular ? cells.step : 0);
      begin_ = regular ? cells.begin : cells.edges.front();
      end_ = begin_;
    }
    require(regular == regular_, ErrorKind::bad_data,
            "samples {} times follow samples {} times; a stream takes one of the two kinds",
            regular ? "without" : "with", regular ? "with" : "without");
    const double elapsed = regular ? static_cast<double>(cells_) * step_ : end_ - begin_;
    transition_->push(cells, elapsed);
    const auto channels = static_cast<size_t>(plan_.channels);
    for (int64_t k = 0; k < cells.count; ++k) {
      const auto at = static_cast<size_t>(k);
      const double from = regular ? (static_cast<double>(cells_) + static_cast<double>(k)) * step_
                                  : cells.edges[at] - begin_;
      const double to = regular ? (static_cast<double>(cells_) + static_cast<double>(k + 1)) * step_
                                : cells.edges[at + 1] - begin_;
      const Scalar* u = cells.samples.data() + at * channels;
      energy_.add(from, to, u, plan_.linear ? u + channels : u);
    }
    cells_ += static_cast<uint64_t>(cells.count);
    end_ = regular ? begin_ + static_cast<double>(cells_) * step_ : cells.edges.back();
  }

  Summary::Parts state() const override {
    Summary::Parts parts;
    parts.measure = plan_.measure;
    parts.order = plan_.order;
    if (!transition_) {
      return parts;  // no cell yet
    }
    const double window = window_of(plan_);
    parts.begin = window > 0 ? end_ - window : begin_;
    parts.end = end_;
    parts.known_from = begin_;
    parts.coefficients = transition_->state();
    parts.energy = energy_.energy(end_ - begin_);
    parts.exact = is_projection<Scalar>(plan_);
    return parts;
  }

  // u8 kind of cells (0 none yet, 1 regular, 2 irregular), f64 step (0: irregular), f64 begin, f64
  // end, u64 cells, the energy (window_energy.cpp), the state (transition.cpp).
  void save(std::string& bytes) const override {
    put(bytes, static_cast<uint8_t>(!transition_ ? 0 : regular_ ? 1 : 2));
    if (!transition_) {
      return;
    }
    put(bytes, step_);
    put(bytes, begin_);
    put(bytes, end_);
    put(bytes, cells_);
    energy_.save(bytes);
    transition_->save(bytes);
  }

  void load(std::string_view bytes, std::string_view name) override {
    ByteReader reader(bytes, name);
    const auto kind = reader.get<uint8_t>();
    reader.check(kind <= 2, "an unknown kind of cells");
    if (kind != 0) {
      const auto step = reader.get_finite<double>();
      reader.check(kind == 1 ? step > 0 : step == 0, "a step that cannot be");
      begin_ = reader.get_finite<double>();
      end_ = reader.get_finite<double>();
      reader.check(end_ > begin_, "an interval that ends before it begins");
      cells_ = reader.get<uint64_t>();
      energy_.load(reader);
      start(kind == 1, step);
      transition_->load(reader);
    }
    reader.check(reader.at_end(), "bytes after the end of the state");
  }

  void merge(const Engine<Scalar>& newer_engine) override {
    const MeasureRow& row = row_of(plan_.measure.kind);
    require(row.mergeable, ErrorKind::bad_option,
            "only legs, lagt and window memories merge, not {}", row.name);
    const auto& newer = dynamic_cast<const Recurrence&>(newer_engine);
    if (!newer.transition_) {
      return;
    }
    if (!transition_) {
      start(newer.regular_, newer.step_);
      begin_ = end_ = newer.begin_;
    }
    std::vector<double> state = newer.transition_->state();
    // What is older fades as if nothing had come in since.
    const RowMatrix a = view(system(plan_.measure, plan_.order).a);
    const RowMatrix decay = RowMatrix((newer.end_ - newer.begin_) * a).exp();
    const std::vector<double> older = transition_->state();
    const auto order = static_cast<Eigen::Index>(plan_.order);
    for (Eigen::Index c = 0; c < static_cast<Eigen::Index>(plan_.channels); ++c) {
      Eigen::Map<Eigen::VectorXd>(state.data() + c * order, order) +=
          decay * Eigen::Map<const Eigen::VectorXd>(older.data() + c * order, order);
    }
    // The newer transition knows what its next sample follows.
    std::string bytes;
    newer.transition_->save(bytes);
    start(newer.regular_, newer.step_);
    ByteReader reader(bytes, "merge");
    transition_->load(reader);
    transition_->set_state(state);
    energy_.merge(newer.energy_);
    cells_ += newer.cells_;
    end_ = newer.end_;
  }

 private:
  static double window_of(const RecurrencePlan& plan) {
    return plan.measure.kind == MeasureKind::lagt ? 0 : plan.measure.width;
  }

  void start(bool regular, double step) {
    transition_ = make_transition<Scalar>(plan_, regular, step);
    regular_ = regular;
    step_ = step;
  }

  RecurrencePlan plan_;
  WindowEnergy energy_;
  std::unique_ptr<Transition<Scalar>> transition_;  // null before the first cell
  bool regular_ = true;
  double step_ = 0;
  double begin_ = 0;
  double end_ = 0;
  uint64_t cells_ = 0;
};

}  // namespace

template <typename Scalar>
std::unique_ptr<Engine<Scalar>> make_recurrence(const StreamOptions& options, int64_t channels) {
  return std::make_unique<Recurrence<Scalar>>(plan_of(options, channels));
}

template std::unique_ptr<Engine<float>> make_recurrence(const StreamOptions&, int64_t);
template std::unique_ptr<Engine<double>> make_recurrence(const StreamOptions&, int64_t);

}  // namespace yonder::memory::internal
