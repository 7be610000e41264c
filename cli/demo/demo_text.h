// SPDX-License-Identifier: Apache-2.0
// The text of the demo: files the user names, or what any machine with a compiler has (the
// project's own documents, licence texts, C++ and C headers), in a fixed order up to a size, so
// that the same machine gives the same text every time.
#pragma once

#include "yonder/base/progress.h"

#include <cstdint>
#include <string>
#include <vector>

namespace yonder::cli {

struct DemoText {
  std::string training;
  std::string held_out;
  uint64_t files = 0;
  std::string source;  ///< where the text is from, in words
};

/// files empty = the default text. Every tenth block (64 KiB or less, cut at a line's end) is held
/// out. Throws Error(file) for a file that cannot be read and Error(bad_data) for too little text.
DemoText collect_demo_text(const std::vector<std::string>& files, Progress& progress);

}  // namespace yonder::cli
