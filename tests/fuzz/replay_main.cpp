// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over files instead of inventing input: what libFuzzer does with -runs=0, for
// compilers without libFuzzer. Arguments are files and folders; a folder without files is an error,
// so that a lost corpus is noticed.
#include "yonder/base/file.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  try {
    std::vector<fs::path> files;
    for (int i = 1; i < argc; ++i) {
      if (!fs::is_directory(argv[i])) {
        files.emplace_back(argv[i]);
        continue;
      }
      for (const fs::directory_entry& entry : fs::recursive_directory_iterator(argv[i])) {
        if (entry.is_regular_file()) {
          files.push_back(entry.path());
        }
      }
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      std::fprintf(stderr, "%s\n", file.c_str());
      // A copy of exactly the input's size on the heap, so that the address sanitizer sees a read
      // of even one byte beyond it.
      const std::string content = yonder::read_file(file);
      const std::vector<uint8_t> bytes(content.begin(), content.end());
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
    std::printf("%zu inputs replayed\n", files.size());
    return files.empty() ? 1 : 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
