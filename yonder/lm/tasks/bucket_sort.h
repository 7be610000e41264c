// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "yonder/lm/tasks/task.h"

namespace yonder::lm {

Task bucket_sort_task();

}  // namespace yonder::lm
