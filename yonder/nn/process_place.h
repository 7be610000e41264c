// SPDX-License-Identifier: Apache-2.0
// Which of several processes of one run this is, and where they meet. Programs ask the environment
// once and hand the answer down; libraries never do. No torch. Test: process_place_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace yonder::nn {

struct ProcessPlace {
  int64_t rank = 0;  ///< 0 .. size - 1; 0 writes the files
  int64_t size = 1;
  std::string address = "127.0.0.1";  ///< host of process 0
  int64_t port = 29500;               ///< free on that host
};

/// The place that torchrun, or launch.h, gave this process: RANK, WORLD_SIZE, MASTER_ADDR and
/// MASTER_PORT; one process alone where neither of the first two is set. Throws Error(bad_option)
/// for values that name no place.
ProcessPlace process_place_from_environment();

/// The same as NAME=value, for a process to be started.
std::vector<std::string> environment_of(const ProcessPlace& place);

}  // namespace yonder::nn
