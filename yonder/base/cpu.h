// SPDX-License-Identifier: Apache-2.0
// What this machine is: for `yonder doctor`, default thread counts and memory limits.
// Test: cpu_test.cpp.
#pragma once

#include <cstdint>
#include <string>

namespace yonder {

/// Cores this process may run on (affinity and container limits respected), at least 1.
int available_cores();
/// Physical memory this process may use, in bytes (container limit respected).
uint64_t available_memory();
/// Bytes this process may still take: what the system has available, and of its own limit what it
/// has not taken yet.
uint64_t free_memory();
/// The most memory this process has used so far (peak resident set), in bytes.
uint64_t peak_memory();
/// CPU model name as the system reports it.
std::string cpu_name();
/// The instruction sets of interest that are present, e.g. "sse4.2 avx2 avx512".
std::string instruction_sets();

}  // namespace yonder
