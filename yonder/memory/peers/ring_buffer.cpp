// SPDX-License-Identifier: Apache-2.0
// The ring buffer: the last K samples as they are. Of what is older only the sum is kept, so that
// the reconstruction has its mean there. Perfect on the recent past, blind before it.
#include "yonder/memory/peers/table.h"

#include <algorithm>

namespace yonder::memory {
namespace {

class RingBuffer : public Peer {
 public:
  explicit RingBuffer(const PeerBudget& budget)
      : ring_((static_cast<size_t>(budget.bytes) - sizeof(older_sum_)) / sizeof(float)) {}

  void push(std::span<const float> samples) override {
    for (const float sample : samples) {
      float& slot = ring_[count_ % ring_.size()];
      if (count_ >= ring_.size()) {
        older_sum_ += double{slot};
      }
      slot = sample;
      ++count_;
    }
  }

  int64_t bytes() const override {
    return static_cast<int64_t>(ring_.size() * sizeof(float) + sizeof(older_sum_));
  }

  std::vector<double> reconstruct() const override {
    const size_t kept = std::min(count_, ring_.size());
    const size_t older = count_ - kept;
    std::vector<double> out(count_, older > 0 ? older_sum_ / static_cast<double>(older) : 0);
    for (size_t i = older; i < count_; ++i) {
      out[i] = double{ring_[i % ring_.size()]};
    }
    return out;
  }

 private:
  double older_sum_ = 0;
  std::vector<float> ring_;
  size_t count_ = 0;
};

}  // namespace

std::unique_ptr<Peer> make_ring_buffer(const PeerBudget& budget) {
  return std::make_unique<RingBuffer>(budget);
}

}  // namespace yonder::memory
