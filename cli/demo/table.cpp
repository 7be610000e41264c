// SPDX-License-Identifier: Apache-2.0
#include "cli/demo/table.h"

namespace yonder::cli {

const std::vector<DemoChapter>& demo_chapters() {
  static const std::vector<DemoChapter> chapters = {
#ifdef YONDER_HAS_LM
      {"lm", "a model trained at 256 tokens reads 2,048 and 4,096, by six position schemes",
       run_lm_chapter},
#endif
      {"tokenizer", "a vocabulary trained on the spot, its speed, and exact sampling",
       run_tokenizer_chapter},
      {"density", "25 peaks found with a proof, beside other methods, and compressed",
       run_density_chapter},
      {"memory", "a month of telemetry in 128 numbers, and what else fits into the bytes",
       run_memory_chapter},
  };
  return chapters;
}

}  // namespace yonder::cli
