// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/torch_error.h"

#include "yonder/base/error.h"

#include <c10/util/Exception.h>

#include <exception>
#include <new>
#include <string>
#include <string_view>

namespace yonder::nn {
namespace {

/// c10 has no type of its own for the CPU's allocator; these are the sentences of both.
bool is_about_memory(std::string_view text) {
  return text.find("out of memory") != std::string_view::npos ||
         text.find("can't allocate memory") != std::string_view::npos;
}

}  // namespace

void rethrow_torch_error() {
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    if (is_about_memory(text)) {
      fail(ErrorKind::memory, "the memory is not enough: {}", text);
    }
    fail(ErrorKind::internal, "libtorch: {}", text);
  } catch (const std::bad_alloc&) {
    fail(ErrorKind::memory, "the memory is not enough");
  }
}

}  // namespace yonder::nn
