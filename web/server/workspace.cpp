// SPDX-License-Identifier: Apache-2.0
#include "web/server/workspace.h"

#include "yonder/base/error.h"
#include "yonder/base/parallel.h"

namespace yonder::web {

void ServeOptions::visit(OptionVisitor& v) {
  v.list("model", models, "model files to offer; more can be opened in the page");
  v.list("text", texts, "texts to offer: FILE, FILE:lines or FILE.jsonl:FIELD");
  v.path("folder", folder,
         "where trained models are kept and found again; empty = only until the end");
  v.integer("threads", threads, 0, 1024, "threads of a job; 0 = all cores");
}

Workspace::Workspace(ServeOptions options_in)
    : options(std::move(options_in)), threads(thread_count(options.threads)) {
  if (!options.folder.empty()) {
    std::error_code error;
    std::filesystem::create_directories(options.folder, error);
    if (error) {
      fail_errno(options.folder, "the folder cannot be created", error.value());
    }
  }
  for (const std::string& text : options.texts) {
    texts.add_file(text);
  }
}

}  // namespace yonder::web
