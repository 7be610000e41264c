// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/cpu.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>
#include <vector>

namespace yonder {
namespace {

TEST(Cpu, HasAtLeastOneCoreAndNoMoreThanTheMachine) {
  EXPECT_GE(available_cores(), 1);
  EXPECT_LE(available_cores(), static_cast<int>(std::thread::hardware_concurrency()));
}

TEST(Cpu, RespectsTheAffinityOfTheProcess) {
  cpu_set_t before;
  ASSERT_EQ(::sched_getaffinity(0, sizeof(before), &before), 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &before)) {
      CPU_SET(i, &one);
      break;
    }
  }
  if (::sched_setaffinity(0, sizeof(one), &one) != 0) {
    GTEST_SKIP() << "this machine does not let a process choose its cores";
  }
  EXPECT_EQ(available_cores(), 1);
  ::sched_setaffinity(0, sizeof(before), &before);
}

TEST(Cpu, PeakMemoryGrowsWithWhatIsTouched) {
  EXPECT_GT(available_memory(), peak_memory());
  const uint64_t before = peak_memory();
  EXPECT_GT(before, 0U);
  const std::vector<char> block(size_t{256} << 20, 1);
  EXPECT_GE(peak_memory(), before + (uint64_t{100} << 20)) << block.back();
}

TEST(Cpu, FreeMemoryShrinksWithWhatIsTaken) {
  const uint64_t before = free_memory();
  EXPECT_GT(before, 0U);
  EXPECT_LE(before, available_memory());
  const std::vector<char> block(size_t{512} << 20, 1);
  EXPECT_LT(free_memory(), before) << block.back();
}

TEST(Cpu, HasAName) { EXPECT_FALSE(cpu_name().empty()); }

TEST(Cpu, InstructionSetsAreWordsBetweenSingleSpaces) {
  const std::string sets = instruction_sets();
  EXPECT_EQ(sets.find("  "), std::string::npos);
  EXPECT_TRUE(sets.empty() || (sets.front() != ' ' && sets.back() != ' '));
}

}  // namespace
}  // namespace yonder
