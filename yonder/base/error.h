// SPDX-License-Identifier: Apache-2.0
// The one error type of the library, thrown for everything a user or an input file can cause.
//
//   require(count > 0, ErrorKind::bad_data, "{}: token {} has count {}; counts are whole numbers >=
//   1",
//           path, id, count);
//
// A message names the place, what was found, what was expected and what to do. Lookups that may
// fail in normal work return std::optional instead. A broken promise of our own code is
// YONDER_CHECK. Test: error_test.cpp.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace yonder {

/// What went wrong, as far as a program needs to know; the table of exit codes follows it.
enum class ErrorKind {
  bad_option,  ///< an option or a combination of options, found before work starts (exit 2)
  bad_data,    ///< the content of an input file or request (exit 3)
  file,        ///< missing, unreadable, exists already, disk full (exit 4)
  numerical,   ///< no usable result (exit 5)
  memory,      ///< the estimate is above the limit, or an allocation failed (exit 6)
  cancelled,   ///< Ctrl-C, or the client left; resumable state was written (exit 130)
  internal,    ///< a bug of ours (exit 1)
};

/// The kind's name as it stands in JSON, e.g. "bad_data".
const char* to_string(ErrorKind kind);

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind_in, const std::string& message, int64_t column_in = -1)
      : std::runtime_error(message), kind(kind_in), column(column_in) {}

  ErrorKind kind;
  int64_t column;  ///< 0-based column where one line of text was parsed, else -1
};

/// Throws Error(kind) with the formatted message.
template <typename... Args>
[[noreturn]] void fail(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(kind, fmt::format(format, std::forward<Args>(args)...));
}

/// Throws Error(kind) with the formatted message unless `condition` holds.
template <typename... Args>
void require(bool condition, ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  if (!condition) {
    throw Error(kind, fmt::format(format, std::forward<Args>(args)...));
  }
}

/// Throws Error(file) saying "<path>: <what>: <text of errno>".
[[noreturn]] void fail_errno(const std::string& path, const char* what, int error_number);

namespace detail {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace detail

}  // namespace yonder

/// A promise of our own code. When it is broken the user sees Error(internal) asking for a report.
#define YONDER_CHECK(condition) \
  ((condition) ? (void)0 : ::yonder::detail::check_failed(#condition, __FILE__, __LINE__))
