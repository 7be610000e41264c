// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/internal/engine.h"

#include "yonder/memory/internal/exact_legs.h"
#include "yonder/memory/internal/recurrence.h"
#include "yonder/memory/internal/sliding_window.h"

namespace yonder::memory::internal {

template <typename Scalar>
std::unique_ptr<Engine<Scalar>> make_engine(const StreamOptions& options, int64_t channels) {
  switch (Measure::parse(options.measure).kind) {
    case MeasureKind::legs:
      return std::make_unique<ExactLegs<Scalar>>(options, channels);
    case MeasureKind::window:
      return std::make_unique<SlidingWindow<Scalar>>(options, channels);
    default:
      return make_recurrence<Scalar>(options, channels);
  }
}

template std::unique_ptr<Engine<float>> make_engine<float>(const StreamOptions& options,
                                                           int64_t channels);
template std::unique_ptr<Engine<double>> make_engine<double>(const StreamOptions& options,
                                                             int64_t channels);

}  // namespace yonder::memory::internal
