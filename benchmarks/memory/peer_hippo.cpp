// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/memory/peer_hippo.h"

#include <algorithm>
#include <cmath>

namespace yonder::benchmark {

template <typename Scalar>
HippoLegs<Scalar>::HippoLegs(size_t order) : state_(order), work_(order), roots_(order) {
  for (size_t n = 0; n < order; ++n) {
    roots_[n] = std::sqrt(2 * static_cast<Scalar>(n) + 1);
  }
}

template <typename Scalar>
void HippoLegs<Scalar>::push(const Scalar* samples, size_t count) {
  const size_t order = state_.size();
  for (size_t i = 0; i < count; ++i, ++seen_) {
    const Scalar u = samples[i];
    if (seen_ == 0) {
      std::fill(state_.begin(), state_.end(), Scalar{0});
      state_[0] = u;
      continue;
    }
    const Scalar t = static_cast<Scalar>(seen_);
    const Scalar half = Scalar{0.5} / t;
    // (I + A/2t) x + B u/t
    std::copy(state_.begin(), state_.end(), work_.begin());
    Scalar sum = 0;
    for (size_t n = 0; n < order; ++n) {
      const Scalar index = static_cast<Scalar>(n);
      const Scalar root = std::sqrt(2 * index + 1);
      const Scalar x = work_[n];
      work_[n] = x - half * ((index + 1) * x + root * sum) + root * u / t;
      sum += root * x;
    }
    // (I - A/2t)^-1
    sum = 0;
    for (size_t n = 0; n < order; ++n) {
      const Scalar index = static_cast<Scalar>(n);
      const Scalar root = std::sqrt(2 * index + 1);
      const Scalar z = (work_[n] - half * root * sum) / (1 + half * (index + 1));
      state_[n] = z;
      sum += root * z;
    }
  }
}

template <typename Scalar>
void HippoLegs<Scalar>::push_tuned(const Scalar* samples, size_t count) {
  const size_t order = state_.size();
  for (size_t i = 0; i < count; ++i, ++seen_) {
    const Scalar u = samples[i];
    if (seen_ == 0) {
      std::fill(state_.begin(), state_.end(), Scalar{0});
      state_[0] = u;
      continue;
    }
    const Scalar half = Scalar{0.5} / static_cast<Scalar>(seen_);
    for (size_t n = 0; n < order; ++n) {  // no chain: in vectors
      work_[n] = 1 / (1 + half * static_cast<Scalar>(n + 1));
    }
    Scalar sum = -2 * u;  // of r x, with B u / t as what it starts from
    Scalar solved = 0;    // of r z
    for (size_t n = 0; n < order; ++n) {
      const Scalar x = state_[n];
      const Scalar root = roots_[n];
      const Scalar v = x - half * (static_cast<Scalar>(n + 1) * x + root * (sum + solved));
      sum += root * x;
      const Scalar z = v * work_[n];
      state_[n] = z;
      solved += root * z;
    }
  }
}

template class HippoLegs<float>;
template class HippoLegs<double>;

}  // namespace yonder::benchmark
