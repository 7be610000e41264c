// SPDX-License-Identifier: Apache-2.0
// How the program ends: the table from kinds of errors to exit codes, and the one place that prints
// an error. Test: tests/cli/errors.test.
#pragma once

#include "yonder/base/error.h"

#include <functional>

namespace yonder::cli {

/// bad_option 2, bad_data 3, file 4, numerical 5, memory 6, cancelled 130, internal 1.
int exit_code(ErrorKind kind);

/// Runs `body` and returns the exit code; what it throws becomes one line on standard error. An
/// exhausted memory is kind memory; a closed standard output ends with 0 and without a word.
int run_reporting(const std::function<void()>& body);

/// The same for --debug: an exception is not caught, so the line is followed by the stack at the
/// place where it was thrown.
int run_with_stack(const std::function<void()>& body);

}  // namespace yonder::cli
