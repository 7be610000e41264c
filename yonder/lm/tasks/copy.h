// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "yonder/lm/tasks/task.h"

namespace yonder::lm {

Task copy_task();

}  // namespace yonder::lm
