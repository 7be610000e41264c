// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include "yonder/base/error.h"

#include <unistd.h>

#include <cerrno>

namespace yonder::cli {

Output::~Output() {
  try {
    flush();
  } catch (...) {  // an error is under way already, and its sentence is the one to show
  }
}

void Output::flush() {
  std::string_view left = buffer_;
  while (!left.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, left.data(), left.size());
    if (n < 0) {
      if (errno == EINTR) {
        continue;
      }
      const int error_number = errno;
      buffer_.clear();
      if (error_number == EPIPE) {
        throw OutputClosed();
      }
      fail_errno("standard output", "cannot be written", error_number);
    }
    left.remove_prefix(static_cast<size_t>(n));
  }
  buffer_.clear();
}

bool Output::is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

}  // namespace yonder::cli
