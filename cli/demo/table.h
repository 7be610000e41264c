// SPDX-License-Identifier: Apache-2.0
// The chapters of `yonder demo`, one per finished component: a new one is a file here and a row in
// table.cpp.
#pragma once

#include "cli/demo/report_html.h"
#include "cli/output.h"
#include "yonder/base/progress.h"

#include <string>
#include <vector>

namespace yonder::cli {

/// What a chapter gets: the text to work on, where to print, and the page to add a section to.
struct DemoContext {
  const std::string& training_text;  // UTF-8, nine tenths of the text
  const std::string& held_out_text;  // the other tenth
  int threads = 1;
  Output& out;
  Progress& progress;
  Report& report;
};

struct DemoChapter {
  std::string name;
  std::string summary;
  void (*run)(DemoContext& context);
};

const std::vector<DemoChapter>& demo_chapters();

void run_lm_chapter(DemoContext& context);
void run_tokenizer_chapter(DemoContext& context);
void run_density_chapter(DemoContext& context);
void run_memory_chapter(DemoContext& context);

}  // namespace yonder::cli
