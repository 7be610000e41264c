// SPDX-License-Identifier: Apache-2.0
#include "web/server/workspace.h"

#include "yonder/base/error.h"
#include "yonder/base/parallel.h"

namespace yonder::web {

void LmServeOptions::visit(OptionVisitor& v) {
  v.list(
      "lm", models,
      "language models to offer: Hugging Face folders, llama2.c files, runs of lm train; without "
      "it the shipped one");
  v.text("lm-scheme", scheme,
         "position scheme of requests that name none; empty = the model's own");
  v.integer("lm-context", context, 16, int64_t{1} << 30,
            "most tokens of a prompt and what is written after it");
  v.integer("lm-seconds", seconds, 1, 86400, "most seconds for one request");
  v.integer("lm-together", together, 1, 64, "requests that are worked on at the same time");
  v.integer("lm-queue", queue, 0, 1024, "requests that wait; more are refused with 429");
}

void ServeOptions::visit(OptionVisitor& v) {
  v.list("model", models, "model files to offer; more can be opened in the page");
  v.list("text", texts, "texts to offer: FILE, FILE:lines or FILE.jsonl:FIELD");
  v.path("folder", folder,
         "where trained models are kept and found again; empty = only until the end");
  v.integer("threads", threads, 0, 1024, "threads of a job; 0 = all cores");
#ifdef YONDER_HAS_LM
  lm.visit(v);
#endif
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
