// SPDX-License-Identifier: Apache-2.0
// For kill tests: replaces the C library's write(), pwrite(), fsync() and rename() in this program
// by counting ones, so that a child process can be stopped at each of them in turn. Included by one
// file of a test program.
//
//   EXPECT_GE(kill_at_every_call([&] { prepare(); }, [&] { write(); }, [&](bool done) { look(); }),
//   7);
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

namespace yonder::killed_at_calls {

// Calls left until the process kills itself; negative = never.
inline std::atomic<int> calls_left{-1};

inline void count_call() {
  if (calls_left.load() >= 0 && calls_left.fetch_sub(1) == 0) {
    ::kill(::getpid(), SIGKILL);
  }
}

}  // namespace yonder::killed_at_calls

extern "C" {
ssize_t write(int descriptor, const void* data, size_t size) {
  // Half of the bytes first, so that a torn write is among the states left behind.
  yonder::killed_at_calls::count_call();
  if (yonder::killed_at_calls::calls_left.load() >= 0 && size > 1) {
    return ::syscall(SYS_write, descriptor, data, size / 2);
  }
  return ::syscall(SYS_write, descriptor, data, size);
}
ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) {
  yonder::killed_at_calls::count_call();
  return ::syscall(SYS_pwrite64, descriptor, data, size, offset);
}
int fsync(int descriptor) {
  yonder::killed_at_calls::count_call();
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}
int rename(const char* from, const char* to) noexcept {
  yonder::killed_at_calls::count_call();
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}
}

namespace yonder {

/// Runs `work` in a child that is killed at its n-th call, for n = 0, 1, ... until it runs through;
/// `prepare` before each, `look(completed)` after each. Returns the number of children.
template <typename Prepare, typename Work, typename Look>
int kill_at_every_call(const Prepare& prepare, const Work& work, const Look& look) {
  int children = 0;
  for (bool completed = false; !completed && !::testing::Test::HasFatalFailure(); ++children) {
    if (children >= 1000) {
      ADD_FAILURE() << "the work does not come to its end";
      break;
    }
    prepare();
    const pid_t child = ::fork();
    if (child == 0) {
      killed_at_calls::calls_left.store(children);
      work();
      ::_exit(0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    completed = WIFEXITED(status);
    look(completed);
  }
  return children;
}

}  // namespace yonder
