// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/allocator.h"

#include <gtest/gtest.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <cstdlib>

namespace yonder::nn {
namespace {

#ifdef __GLIBC__
TEST(KeepFreedMemory, StopsMappingLargeBlocks) {
  keep_freed_memory();
  const size_t before = ::mallinfo2().hblks;
  void* block = std::malloc(size_t{64} << 20);
  EXPECT_EQ(::mallinfo2().hblks, before);
  std::free(block);
}
#endif

}  // namespace
}  // namespace yonder::nn
