// SPDX-License-Identifier: Apache-2.0
// For tests of bad input: runs something that must fail and gives its sentence.
//
//   EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { parse_json("{", "doc"); }),
//               HasSubstr("byte 1"));
#pragma once

#include "yonder/base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace yonder {

/// The message of the Error of this kind that `body` throws; records a test failure and gives "" if
/// it throws nothing or another kind.
template <typename Body>
std::string error_text(ErrorKind kind, Body&& body) {
  try {
    std::forward<Body>(body)();
  } catch (const Error& error) {
    EXPECT_STREQ(to_string(error.kind), to_string(kind)) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "an Error(" << to_string(kind) << ") was expected, nothing was thrown";
  return {};
}

}  // namespace yonder
