// SPDX-License-Identifier: Apache-2.0
// The parts of the error type that need not be inline.
#include "yonder/base/error.h"

#include <system_error>

namespace yonder {

const char* to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_option:
      return "bad_option";
    case ErrorKind::bad_data:
      return "bad_data";
    case ErrorKind::file:
      return "file";
    case ErrorKind::numerical:
      return "numerical";
    case ErrorKind::memory:
      return "memory";
    case ErrorKind::cancelled:
      return "cancelled";
    case ErrorKind::internal:
      return "internal";
  }
  return "internal";
}

void fail_errno(const std::string& path, const char* what, int error_number) {
  // generic_category().message() is strerror() without its shared buffer.
  fail(ErrorKind::file, "{}: {}: {}", path, what, std::generic_category().message(error_number));
}

namespace detail {

void check_failed(const char* condition, const char* file, int line) {
  fail(ErrorKind::internal,
       "a bug in yonder: {} does not hold ({}:{}); please report it with the command that led here",
       condition, file, line);
}

}  // namespace detail
}  // namespace yonder
