// SPDX-License-Identifier: Apache-2.0
// What a model computes once, when it is first asked for.
#pragma once

#include "yonder/density/internal/cumulative_table.h"
#include "yonder/density/model.h"

#include <mutex>
#include <optional>

namespace yonder::density {

struct Model::Cache {
  std::once_flag once;
  std::optional<internal::CumulativeTable> table;
};

}  // namespace yonder::density
