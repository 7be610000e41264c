// SPDX-License-Identifier: Apache-2.0
// How this process gets its memory. Test: allocator_test.cpp.
#pragma once

namespace yonder::nn {

/// Makes the C library keep what is freed instead of giving it back to the system. glibc maps and
/// unmaps every block from 128 KiB to 32 MiB on, and a step of training frees hundreds of such
/// tensors, whose pages are then zeroed anew: a third of the time of small models. Costs: memory
/// once used stays with the process. For programs that train; does nothing without glibc.
void keep_freed_memory();

}  // namespace yonder::nn
