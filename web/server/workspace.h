// SPDX-License-Identifier: Apache-2.0
// What the components of the web app share: options of `yonder serve`, the temporary folder, the
// texts, the files of numbers, the queue of jobs. Everything a client names, it names by an id that
// was given out here. Test: texts_test.cpp, number_files_test.cpp.
#pragma once

#include "web/server/jobs.h"
#include "web/server/number_files.h"
#include "web/server/texts.h"
#include "yonder/base/file.h"
#include "yonder/base/options.h"

#include <filesystem>
#include <string>
#include <vector>

namespace yonder::web {

/// Language models, and how much of the machine one client's texts may take.
struct LmServeOptions {
  std::vector<std::string> models;  ///< folders or files to offer from the start
  std::string scheme;               ///< of requests that name none; empty = the checkpoint's own
  int64_t context = 32768;          ///< tokens of prompt and text together
  int64_t seconds = 600;            ///< for one request
  int64_t together = 2;             ///< requests worked on at the same time
  int64_t queue = 16;               ///< that wait

  void visit(OptionVisitor& v);
};

/// What may be opened and where results stay.
struct ServeOptions {
  std::vector<std::string> models;  ///< model files to offer from the start
  std::vector<std::string> texts;   ///< texts: FILE, FILE:lines or FILE.jsonl:FIELD
  std::string folder;   ///< where trained models are kept; empty = until the server ends
  int64_t threads = 0;  ///< of a job; 0 = all cores
  LmServeOptions lm;    ///< options of the program only where it has language models

  void visit(OptionVisitor& v);
};

class Workspace {
 public:
  /// Opens the texts and creates the folder for models if it is missing. Throws Error(file).
  explicit Workspace(ServeOptions options_in);

  const ServeOptions options;
  const int threads;  ///< options.threads, or the number of cores
  const TemporaryFolder temporary;
  TextRegistry texts;
  NumberFiles numbers;
  Jobs jobs;  // last: its work uses the rest
};

}  // namespace yonder::web
