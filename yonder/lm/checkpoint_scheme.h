// SPDX-License-Identifier: Apache-2.0
// A scheme text laid over what the checkpoint itself asks for: its rope_scaling, its sliding
// windows, its layers without rotation, the log n it was trained with.
//
// What belongs to the weights stays unless the text names its kind: the frequency table, the mask,
// the bias and log n of the checkpoint hold where the text has no term of that group. A split
// (rerope, leaky, self-extend) is a choice of the reader and never inherited by another text.
// `rope` means the rotation as trained: over llama3, pi and longrope it leaves their table in
// place, while yarn and the dynamic table, which stretch a model trained without them, are taken
// away. Layers trained without rotation stay so: tables, splits and dynamic scaling pass them by.
// Positions mean nothing to state-space layers: their scheme is nope, whatever the text says.
// Test: checkpoint_scheme_test.cpp.
#pragma once

#include "yonder/lm/model_config.h"
#include "yonder/lm/position/scheme_set.h"

#include <cstdint>
#include <string_view>

namespace yonder::lm {

/// text: empty for the checkpoint's own scheme. Other arguments and errors as SchemeSet::parse.
SchemeSet checkpoint_scheme(const ModelConfig& config, std::string_view text, int64_t target = 0,
                            bool unsafe = false);

}  // namespace yonder::lm
