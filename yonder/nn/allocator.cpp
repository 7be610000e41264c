// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/allocator.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace yonder::nn {

void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int kGibibyte = 1 << 30;
  ::mallopt(M_MMAP_THRESHOLD, kGibibyte);
  ::mallopt(M_TRIM_THRESHOLD, kGibibyte);
#endif
}

}  // namespace yonder::nn
