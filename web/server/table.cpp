// SPDX-License-Identifier: Apache-2.0
#include "web/server/component.h"

namespace yonder::web {

const std::vector<ComponentRow>& components() {
  static const std::vector<ComponentRow> rows = {
      {"tokenizer", make_tokenizer_component},
      {"density", make_density_component},
      {"memory", make_memory_component},
#ifdef YONDER_HAS_LM
      {"lm", make_lm_component},
#endif
  };
  return rows;
}

}  // namespace yonder::web
