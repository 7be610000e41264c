// SPDX-License-Identifier: Apache-2.0
// The one sentence that a cancelled job ends with.
#include "yonder/base/progress.h"

#include "yonder/base/error.h"

namespace yonder {

void ProgressRef::stop_if_cancelled(std::string_view how_to_go_on) const {
  if (cancelled()) {
    fail(ErrorKind::cancelled, "stopped on request; {}", how_to_go_on);
  }
}

}  // namespace yonder
