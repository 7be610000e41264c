// SPDX-License-Identifier: Apache-2.0
// The rolling DFT: X_k <- (X_k + u) e^{i 2 pi k / W}, the sliding transform over a window of W
// samples. To cover the whole history W is the stream's length, so that no sample ever leaves the
// window (which would have to be kept for it), and the lowest harmonics that fit into the bytes are
// kept: the truncated Fourier series of the history. Pays for jumps, the one between end and
// beginning among them. State in float32, arithmetic in float64.
#include "yonder/base/error.h"
#include "yonder/memory/peers/table.h"

#include <cmath>
#include <complex>
#include <numbers>

namespace yonder::memory {
namespace {

class RollingDft : public Peer {
 public:
  explicit RollingDft(const PeerBudget& budget) : window_(static_cast<size_t>(budget.samples)) {
    // The mean, and pairs; beyond half the window harmonics would repeat.
    const size_t pairs = (static_cast<size_t>(budget.bytes) / sizeof(float) - 1) / 2;
    const size_t harmonics = 1 + std::min(pairs, (window_ - 1) / 2);
    real_.resize(harmonics);
    imaginary_.resize(harmonics);
    for (size_t k = 0; k < harmonics; ++k) {
      cosine_.push_back(std::cos(angle(k)));
      sine_.push_back(std::sin(angle(k)));
    }
  }

  void push(std::span<const float> samples) override {
    count_ += samples.size();
    YONDER_CHECK(count_ <= window_);
    for (const float sample : samples) {
      for (size_t k = 0; k < real_.size(); ++k) {
        const double re = double{real_[k]} + double{sample};
        const auto im = double{imaginary_[k]};
        real_[k] = static_cast<float>(re * cosine_[k] - im * sine_[k]);
        imaginary_[k] = static_cast<float>(re * sine_[k] + im * cosine_[k]);
      }
    }
  }

  int64_t bytes() const override {
    return static_cast<int64_t>((2 * real_.size() - 1) * sizeof(float));  // the mean is real
  }

  std::vector<double> reconstruct() const override {
    std::vector<double> out(count_);
    for (size_t k = 0; k < real_.size(); ++k) {
      // After the last of n samples, sample j stands in X_k with e^{i 2 pi k (n - j) / W}.
      std::complex<double> value(double{real_[k]}, double{imaginary_[k]});
      value *= (k == 0 ? 1.0 : 2.0) / static_cast<double>(window_);
      for (size_t i = count_; i-- > 0;) {
        value *= std::complex<double>(cosine_[k], -sine_[k]);
        out[i] += value.real();
      }
    }
    return out;
  }

 private:
  double angle(size_t k) const {
    return 2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(window_);
  }

  size_t window_;
  size_t count_ = 0;
  std::vector<float> real_;
  std::vector<float> imaginary_;
  std::vector<double> cosine_;  // the rotation of one sample
  std::vector<double> sine_;
};

}  // namespace

std::unique_ptr<Peer> make_rolling_dft(const PeerBudget& budget) {
  return std::make_unique<RollingDft>(budget);
}

}  // namespace yonder::memory
