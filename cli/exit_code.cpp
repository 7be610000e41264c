// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_code.h"

#include "cli/output.h"

#include <execinfo.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <exception>
#include <new>

namespace yonder::cli {
namespace {

/// Prints the exception in flight and returns its exit code.
int report(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const OutputClosed&) {
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "yonder: %s\n", error.what());
    return exit_code(error.kind);
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr,
                 "yonder: the system gave no more memory; close other programs, or pass a smaller "
                 "--memory where the command has it\n");
    return exit_code(ErrorKind::memory);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "yonder: internal error: %s; please report this\n", error.what());
    return exit_code(ErrorKind::internal);
  }
}

[[noreturn]] void terminate_with_stack() {
  const int code = std::current_exception() ? report(std::current_exception()) : 1;
  if (code != 0) {
    std::array<void*, 64> frames{};
    backtrace_symbols_fd(frames.data(), backtrace(frames.data(), static_cast<int>(frames.size())),
                         STDERR_FILENO);
  }
  _exit(code);
}

}  // namespace

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_option:
      return 2;
    case ErrorKind::bad_data:
      return 3;
    case ErrorKind::file:
      return 4;
    case ErrorKind::numerical:
      return 5;
    case ErrorKind::memory:
      return 6;
    case ErrorKind::cancelled:
      return 130;
    case ErrorKind::internal:
      return 1;
  }
  return 1;
}

int run_reporting(const std::function<void()>& body) {
  try {
    body();
    return 0;
  } catch (...) {
    return report(std::current_exception());
  }
}

int run_with_stack(const std::function<void()>& body) {
  std::set_terminate(terminate_with_stack);
  body();
  return 0;
}

}  // namespace yonder::cli
