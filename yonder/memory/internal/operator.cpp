// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/operator.h"

#include "yonder/base/error.h"
#include "yonder/memory/internal/dense.h"
#include "yonder/memory/internal/step_kernels.h"
#include "yonder/memory/internal/structure.h"
#include "yonder/memory/system.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <utility>

namespace yonder::memory::internal {
namespace {

template <typename Scalar>
std::vector<Scalar> narrow(const std::vector<double>& values, double factor = 1) {
  std::vector<Scalar> result;
  result.reserve(values.size());
  for (const double value : values) {
    result.push_back(static_cast<Scalar>(value * factor));
  }
  return result;
}

// to += factor from, over the channels of one row.
template <typename Scalar>
void add(Scalar* to, double factor, const Scalar* from, size_t pitch) {
  const auto scale = static_cast<Scalar>(factor);
  for (size_t c = 0; c < pitch; ++c) {
    to[c] += scale * from[c];
  }
}

template <typename Scalar>
class SemiseparableOperator final : public Operator<Scalar> {
 public:
  SemiseparableOperator(const Measure& measure, int64_t order)
      : Operator<Scalar>(system(measure, order).b),
        a_(semiseparable(measure, order)),
        legs_(measure.kind == MeasureKind::legs || measure.kind == MeasureKind::legs_step) {}

  double norm() const override {
    double below = 0;
    for (const double p : a_.p) {
      below += std::abs(p);
    }
    double above = 0;
    double largest = 0;
    for (size_t n = 0; n < a_.order(); ++n) {
      below -= std::abs(a_.p[n]);
      largest = std::max(largest, std::abs(a_.d[n]) + std::abs(a_.q[n]) * below +
                                      (a_.triangular() ? 0 : std::abs(a_.t[n]) * above));
      above += a_.triangular() ? 0 : std::abs(a_.s[n]);
    }
    return largest;
  }

  void apply(const Scalar* x, Scalar* y, size_t pitch) const override {
    std::vector<Scalar> sum(pitch);
    for (size_t n = 0; n < a_.order(); ++n) {
      Scalar* to = y + n * pitch;
      std::fill_n(to, pitch, Scalar{0});
      add(to, a_.d[n], x + n * pitch, pitch);
      add(to, a_.p[n], sum.data(), pitch);
      add(sum.data(), a_.q[n], x + n * pitch, pitch);
    }
    if (a_.triangular()) {
      return;
    }
    std::fill(sum.begin(), sum.end(), Scalar{0});
    for (size_t n = a_.order(); n-- > 0;) {
      add(y + n * pitch, a_.s[n], sum.data(), pitch);
      add(sum.data(), a_.t[n], x + n * pitch, pitch);
    }
  }

 protected:
  bool fused_step(const StepWeights& w, Scalar* x, const Scalar* u, size_t count,
                  size_t pitch) override {
    if (a_.input == 0) {
      return false;
    }
    if (!(w == weights_)) {
      prepare(w);
    }
    sweep(coefficients_, x, u, count, pitch);
    return true;
  }

  void solve(double rho, Scalar* v, size_t pitch) override {
    const SemiseparableFactor f = factor(a_, rho);
    std::vector<Scalar> sum(pitch);
    for (size_t n = 0; n < a_.order(); ++n) {
      add(v + n * pitch, -f.p[n], sum.data(), pitch);
      add(sum.data(), f.beta[n], v + n * pitch, pitch);
    }
    std::fill(sum.begin(), sum.end(), Scalar{0});
    for (size_t n = a_.order(); n-- > 0;) {
      Scalar* row = v + n * pitch;
      if (!a_.triangular()) {
        add(row, -f.s[n], sum.data(), pitch);
      }
      for (size_t c = 0; c < pitch; ++c) {
        row[c] *= static_cast<Scalar>(f.inverse[n]);
      }
      if (!a_.triangular()) {
        add(sum.data(), f.t[n], row, pitch);
      }
    }
  }

 private:
  void prepare(const StepWeights& w) {
    const double delta = w.lambda / w.rho;
    const double gamma = 1 + delta;
    SweepCoefficients<Scalar>& c = coefficients_;
    if (legs_) {
      for (std::vector<Scalar>* values : {&c.p, &c.kappa, &c.beta, &c.inverse}) {
        values->resize(a_.order());
      }
      legs_coefficients(a_.q, w.rho, gamma, c);
    } else {
      const SemiseparableFactor f = factor(a_, w.rho);
      c.p = narrow<Scalar>(f.p);
      c.kappa = narrow<Scalar>(f.kappa);
      c.beta = narrow<Scalar>(f.beta);
      c.inverse = narrow<Scalar>(f.inverse, gamma);
      c.kappa_upper = narrow<Scalar>(f.kappa_upper);
      c.s.clear();
      c.tau.clear();
      for (size_t n = 0; n < f.s.size(); ++n) {
        c.s.push_back(static_cast<Scalar>(gamma * f.s[n] * f.inverse[n]));
        c.tau.push_back(static_cast<Scalar>(f.t[n] * f.inverse[n]));
      }
    }
    c.delta = static_cast<Scalar>(delta);
    // v = x + omega/gamma B u and B = input p, while the sum goes in as + rho p S.
    c.start = static_cast<Scalar>(w.omega * a_.input / (gamma * w.rho));
    weights_ = w;
  }

  Semiseparable a_;
  bool legs_;
  StepWeights weights_;
  SweepCoefficients<Scalar> coefficients_;
};

template <typename Scalar>
class RotationOperator final : public Operator<Scalar> {
 public:
  RotationOperator(const Measure& measure, int64_t order)
      : Operator<Scalar>(system(measure, order).b), a_(rotations(measure, order)) {}

  double norm() const override {
    double sum = 0;
    for (const double q : a_.q) {
      sum += q;
    }
    return a_.turn.back() + a_.coupling * a_.q.back() * sum;
  }

  void apply(const Scalar* x, Scalar* y, size_t pitch) const override {
    std::vector<Scalar> sum(pitch);
    for (size_t n = 0; n < a_.turn.size(); ++n) {
      add(sum.data(), a_.q[n], x + 2 * n * pitch, pitch);
    }
    std::fill_n(y, a_.order() * pitch, Scalar{0});
    for (size_t n = 0; n < a_.turn.size(); ++n) {
      const Scalar* a = x + 2 * n * pitch;
      Scalar* to = y + 2 * n * pitch;
      add(to, a_.turn[n], a + pitch, pitch);
      add(to + pitch, -a_.turn[n], a, pitch);
      add(to, -a_.coupling * a_.q[n], sum.data(), pitch);
    }
  }

 protected:
  bool fused_step(const StepWeights& w, Scalar* x, const Scalar* u, size_t count,
                  size_t pitch) override {
    if (!(w == weights_)) {
      prepare(w);
    }
    rotate(coefficients_, x, u, count, pitch);
    return true;
  }

  // The fused step with lambda = omega = 0 is the solution.
  void solve(double rho, Scalar* v, size_t pitch) override {
    const std::vector<Scalar> silence(pitch);
    fused_step({0, rho, 0}, v, silence.data(), 1, pitch);
  }

 private:
  // With R the blocks, M = I - rho R has the inverse [1 phi; -phi 1] / (1 + phi^2), phi = rho turn,
  // and z = M^-1 (v - rho coupling q sigma), sigma = q . z, where q . M^-1 q > 0.
  void prepare(const StepWeights& w) {
    const double delta = w.lambda / w.rho;
    const double gamma = 1 + delta;
    RotationCoefficients<Scalar> c;
    double e = 0;
    for (size_t n = 0; n < a_.turn.size(); ++n) {
      const double phi = w.rho * a_.turn[n];
      const double inverse = 1 / (1 + phi * phi);
      const double q = a_.q[n] * inverse;
      e += a_.q[n] * q;
      c.cosine.push_back(static_cast<Scalar>(q));
      c.sine.push_back(static_cast<Scalar>(q * phi));
      c.keep.push_back(static_cast<Scalar>(gamma * inverse - delta));
      c.swap.push_back(static_cast<Scalar>(gamma * inverse * phi));
      c.into_a.push_back(static_cast<Scalar>(gamma * q));
      c.into_b.push_back(static_cast<Scalar>(-gamma * q * phi));
    }
    const double k = w.rho * a_.coupling;
    const double b = a_.coupling * w.omega / gamma;
    c.from_f = static_cast<Scalar>(-k / (1 + k * e));
    c.from_u = static_cast<Scalar>(b / (1 + k * e));
    coefficients_ = std::move(c);
    weights_ = w;
  }

  Rotations a_;
  StepWeights weights_;
  RotationCoefficients<Scalar> coefficients_;
};

// A = Q H Q^T, H upper Hessenberg: I - rho H is factored with pivoting in O(N^2).
template <typename Scalar>
class DenseOperator final : public Operator<Scalar> {
 public:
  DenseOperator(const Measure& measure, int64_t order) : DenseOperator(system(measure, order)) {}

  double norm() const override { return a_.cwiseAbs().colwise().sum().maxCoeff(); }

  void apply(const Scalar* x, Scalar* y, size_t pitch) const override {
    const Eigen::Map<const States> from(x, a_.rows(), static_cast<Eigen::Index>(pitch));
    Eigen::Map<States> to(y, a_.rows(), static_cast<Eigen::Index>(pitch));
    to = (a_ * from.template cast<double>()).template cast<Scalar>();
  }

 protected:
  bool fused_step(const StepWeights&, Scalar*, const Scalar*, size_t, size_t) override {
    return false;
  }

  void solve(double rho, Scalar* v, size_t pitch) override {
    if (rho != rho_) {
      eliminate(rho);
    }
    const Eigen::Index order = a_.rows();
    Eigen::Map<States> states(v, order, static_cast<Eigen::Index>(pitch));
    RowMatrix z = q_.transpose() * states.template cast<double>();
    for (Eigen::Index n = 0; n + 1 < order; ++n) {
      if (swapped_[static_cast<size_t>(n)]) {
        z.row(n).swap(z.row(n + 1));
      }
      z.row(n + 1) -= multiplier_[n] * z.row(n);
    }
    z = upper_.triangularView<Eigen::Upper>().solve(z).eval();
    states = (q_ * z).template cast<Scalar>();
  }

 private:
  using States = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  explicit DenseOperator(const System& system) : Operator<Scalar>(system.b), a_(view(system.a)) {
    const Eigen::HessenbergDecomposition<RowMatrix> reduced(a_);
    q_ = reduced.matrixQ();
    h_ = reduced.matrixH();
  }

  void eliminate(double rho) {
    const Eigen::Index order = a_.rows();
    upper_ = RowMatrix::Identity(order, order) - rho * h_;
    swapped_.assign(static_cast<size_t>(order), false);
    multiplier_ = Eigen::VectorXd::Zero(order);
    for (Eigen::Index n = 0; n + 1 < order; ++n) {
      if (std::abs(upper_(n + 1, n)) > std::abs(upper_(n, n))) {
        upper_.row(n).swap(upper_.row(n + 1));
        swapped_[static_cast<size_t>(n)] = true;
      }
      multiplier_[n] = upper_(n + 1, n) / upper_(n, n);
      upper_.row(n + 1).tail(order - n) -= multiplier_[n] * upper_.row(n).tail(order - n);
    }
    rho_ = rho;
  }

  RowMatrix a_, q_, h_;
  double rho_ = -1;
  RowMatrix upper_;
  Eigen::VectorXd multiplier_;
  std::vector<bool> swapped_;
};

}  // namespace

template <typename Scalar>
void Operator<Scalar>::step(const StepWeights& w, Scalar* x, const Scalar* u, size_t count,
                            size_t pitch) {
  constexpr double kAmplification = 3;
  if (w.rho > 0 && w.lambda <= kAmplification * w.rho && fused_step(w, x, u, count, pitch)) {
    return;
  }
  product_.resize(order() * pitch);
  for (size_t i = 0; i < count; ++i) {
    if (w.lambda > 0) {
      apply(x, product_.data(), pitch);
    }
    for (size_t n = 0; n < order(); ++n) {
      if (w.lambda > 0) {
        add(x + n * pitch, w.lambda, product_.data() + n * pitch, pitch);
      }
      add(x + n * pitch, w.omega * input_[n], u + i * pitch, pitch);
    }
    if (w.rho > 0) {
      solve(w.rho, x, pitch);
    }
  }
}

template <typename Scalar>
std::unique_ptr<Operator<Scalar>> make_operator(const Measure& measure, int64_t order) {
  switch (measure.kind) {
    case MeasureKind::legs:
    case MeasureKind::legs_step:
    case MeasureKind::legt:
    case MeasureKind::lagt:
      return std::make_unique<SemiseparableOperator<Scalar>>(measure, order);
    case MeasureKind::fout:
      return std::make_unique<RotationOperator<Scalar>>(measure, order);
    default:
      return std::make_unique<DenseOperator<Scalar>>(measure, order);
  }
}

template class Operator<float>;
template class Operator<double>;
template std::unique_ptr<Operator<float>> make_operator(const Measure&, int64_t);
template std::unique_ptr<Operator<double>> make_operator(const Measure&, int64_t);

}  // namespace yonder::memory::internal
