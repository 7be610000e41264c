// SPDX-License-Identifier: Apache-2.0
// The bank of exponential moving averages: m_i <- m_i + a_i (u - m_i), time constants in geometric
// progression from half a sample to twice the stream's length.
//
// An average is the inner product of the past with a kernel a_i b_i^age, b_i = 1 - a_i. The best
// reconstruction in the span of the kernels is their combination whose Gram matrix, known in closed
// form, takes it back to the averages. Exponentials are nearly dependent: of the eigenvalues only
// those above rounding are used, a few dozen numbers whatever the size of the bank. Averages are
// float64, since single precision would leave half as many usable ones per byte.
#include "yonder/memory/peers/table.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>

namespace yonder::memory {
namespace {

/// More averages cost time and add nothing that float64 could tell apart.
constexpr size_t kMostAverages = 256;
/// Eigenvalues of the scaled Gram matrix below this part of the largest are rounding. Larger limits
/// throw away what the averages still tell: errors fall steadily from 1e-8 down to here.
constexpr double kSmallestEigenvalue = 1e-14;

class EmaBank : public Peer {
 public:
  explicit EmaBank(const PeerBudget& budget) {
    const auto size = static_cast<Eigen::Index>(
        std::min(kMostAverages, static_cast<size_t>(budget.bytes) / sizeof(double)));
    const double longest = 2.0 * static_cast<double>(budget.samples);
    constexpr double kShortest = 0.5;
    rate_ = Eigen::ArrayXd(size);
    for (Eigen::Index i = 0; i < size; ++i) {
      const double part = static_cast<double>(i) / static_cast<double>(size - 1);
      rate_[i] = 1 / (kShortest * std::pow(longest / kShortest, part));
    }
    weight_ = -(-rate_).unaryExpr([](double x) { return std::expm1(x); });
    mean_ = Eigen::ArrayXd::Zero(size);
  }

  void push(std::span<const float> samples) override {
    for (const float sample : samples) {
      mean_ += weight_ * (double{sample} - mean_);
    }
    count_ += samples.size();
  }

  int64_t bytes() const override {
    return static_cast<int64_t>(static_cast<size_t>(mean_.size()) * sizeof(double));
  }

  std::vector<double> reconstruct() const override {
    std::vector<double> out(count_);
    if (count_ == 0) {
      return out;
    }
    const Eigen::VectorXd combination = solve();
    const Eigen::ArrayXd fade = (-rate_).exp();
    Eigen::ArrayXd term = combination.array() * weight_;
    for (size_t age = 0; age < count_; ++age) {
      out[count_ - 1 - age] = term.sum();
      term *= fade;
    }
    return out;
  }

 private:
  Eigen::VectorXd solve() const {
    const Eigen::Index size = mean_.size();
    const auto count = static_cast<double>(count_);
    Eigen::MatrixXd gram(size, size);
    for (Eigen::Index i = 0; i < size; ++i) {
      for (Eigen::Index j = 0; j < size; ++j) {
        const double rate = rate_[i] + rate_[j];
        gram(i, j) = weight_[i] * weight_[j] * std::expm1(-rate * count) / std::expm1(-rate);
      }
    }
    const Eigen::VectorXd scale = gram.diagonal().cwiseSqrt().cwiseInverse();
    gram = scale.asDiagonal() * gram * scale.asDiagonal();
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(gram);
    Eigen::VectorXd parts = eigen.eigenvectors().transpose() * scale.cwiseProduct(mean_.matrix());
    const double least = kSmallestEigenvalue * eigen.eigenvalues()[size - 1];
    for (Eigen::Index i = 0; i < size; ++i) {
      parts[i] = eigen.eigenvalues()[i] > least ? parts[i] / eigen.eigenvalues()[i] : 0;
    }
    return scale.cwiseProduct(eigen.eigenvectors() * parts);
  }

  Eigen::ArrayXd rate_;    // 1 / time constant, in samples
  Eigen::ArrayXd weight_;  // a_i
  Eigen::ArrayXd mean_;    // m_i: all that is kept
  size_t count_ = 0;
};

}  // namespace

std::unique_ptr<Peer> make_ema_bank(const PeerBudget& budget) {
  return std::make_unique<EmaBank>(budget);
}

}  // namespace yonder::memory
