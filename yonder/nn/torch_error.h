// SPDX-License-Identifier: Apache-2.0
// libtorch's exceptions as ours, once, at the border of a public class. Test: torch_error_test.cpp.
#pragma once

#include <utility>

namespace yonder::nn {

/// To be called while an exception is handled: throws it as yonder::Error. Error stays as it is;
/// what libtorch and the allocator say about memory is Error(memory), other exceptions of libtorch
/// are Error(internal) with their own text, without its stack.
[[noreturn]] void rethrow_torch_error();

/// What `body` gives; its exceptions through rethrow_torch_error().
template <typename Body>
auto with_torch_errors(Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (...) {
    rethrow_torch_error();
  }
}

}  // namespace yonder::nn
