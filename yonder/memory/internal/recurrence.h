// SPDX-License-Identifier: Apache-2.0
// The engine of every measure that is stepped sample by sample: legs-step, legt, lagt, fout, fous,
// chebt. make_engine() calls this.
#pragma once

#include "yonder/memory/internal/engine.h"

#include <cstdint>
#include <memory>

namespace yonder::memory::internal {

/// options: validated. channels >= 1. Throws Error(bad_option) for what the measure cannot do
/// (forward Euler beyond its limit without allow_unstable; an odd order of fout).
template <typename Scalar>
std::unique_ptr<Engine<Scalar>> make_recurrence(const StreamOptions& options, int64_t channels);

}  // namespace yonder::memory::internal
