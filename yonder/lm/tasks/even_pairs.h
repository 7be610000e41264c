// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "yonder/lm/tasks/task.h"

namespace yonder::lm {

Task even_pairs_task();

}  // namespace yonder::lm
