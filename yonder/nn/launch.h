// SPDX-License-Identifier: Apache-2.0
// `--procs N`: a program runs itself N times on this machine, each time with its own arguments and
// a place in the environment (process_place.h), waits, and passes Ctrl-C on. No torch.
// Test: launch_test.cpp.
#pragma once

#include "yonder/base/progress.h"

#include <cstdint>
#include <string>
#include <vector>

namespace yonder::nn {

/// The file of this program and the arguments it was started with.
std::vector<std::string> own_command_line();

/// Runs `command` (a program file and its arguments) as processes 0 .. count - 1 and waits for all.
/// Once one has failed, the others get `grace` seconds to end by themselves. Where the progress is
/// cancelled, all are interrupted, so that they save. Throws Error(cancelled) where that is how
/// they ended, Error(file) naming the first process that failed otherwise.
void launch_processes(const std::vector<std::string>& command, int64_t count, double grace,
                      Progress* progress = nullptr);

}  // namespace yonder::nn
