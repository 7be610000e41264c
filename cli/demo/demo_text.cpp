// SPDX-License-Identifier: Apache-2.0
#include "cli/demo/demo_text.h"

#include "yonder/base/compressed.h"
#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/utf8.h"

#include <algorithm>
#include <filesystem>

namespace yonder::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kDefaultTextBytes = size_t{16} << 20;
constexpr uintmax_t kLargestFile = uintmax_t{1}
                                   << 20;  // generated tables are no text to learn from
constexpr size_t kLargestBlock = size_t{64} << 10;
constexpr size_t kLeastText = size_t{16} << 10;

/// Regular files below `root` (or `root` itself), sorted by path. Links are not followed, and what
/// cannot be listed is left out.
std::vector<fs::path> files_below(const fs::path& root) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::recursive_directory_iterator it(root, fs::directory_options::skip_permission_denied, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    const fs::file_status status = it->symlink_status(error);
    if (!error && status.type() == fs::file_type::regular) {
      files.push_back(it->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

void add_default_text(DemoText& result, std::string& text) {
  // The project's own documents: where it was built, else where the program is run.
  for (const fs::path& project : {fs::path(YONDER_SOURCE_DIR), fs::current_path()}) {
    if (!fs::exists(project / "yonder" / "tokenizer" / "tokenizer.h")) {
      continue;
    }
    std::vector<fs::path> documents;
    for (const char* name : {"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"}) {
      if (fs::is_regular_file(project / name)) {
        documents.push_back(project / name);
      }
    }
    for (const fs::path& path : files_below(project / "docs")) {
      if (path.extension() == ".md") {
        documents.push_back(path);
      }
    }
    for (const fs::path& path : documents) {
      text += read_file(path);
      ++result.files;
    }
    break;
  }
  for (const char* root : {"/usr/share/common-licenses", "/usr/include/c++", "/usr/include"}) {
    for (const fs::path& path : files_below(root)) {
      std::error_code error;
      const uintmax_t size = fs::file_size(path, error);
      const bool seen = std::string_view(root) == "/usr/include" &&
                        path.string().starts_with("/usr/include/c++/");
      if (error || size > kLargestFile || seen || text.size() + size > kDefaultTextBytes) {
        continue;
      }
      const std::string content = read_file(path);
      if (utf8_first_error(content) == std::string::npos &&
          content.find('\0') == std::string::npos) {
        text += content;
        ++result.files;
      }
    }
  }
  result.source =
      "this project's documents, licence texts, and the headers of the system's "
      "compiler";
}

}  // namespace

DemoText collect_demo_text(const std::vector<std::string>& files, Progress& progress) {
  DemoText result;
  std::string text;
  progress.begin("collecting text", 0, "bytes");
  if (files.empty()) {
    add_default_text(result, text);
  } else {
    for (const std::string& path : files) {
      text += read_compressed(path);
      ++result.files;
    }
    result.source = "the files given with --text";
  }
  progress.advance(text.size());
  require(text.size() >= kLeastText, ErrorKind::bad_data,
          "{} bytes of text were found; the demo needs {} or more: name larger files with --text",
          text.size(), kLeastText);
  const size_t block = std::min(kLargestBlock, text.size() / 40);
  size_t index = 0;
  for (size_t first = 0; first < text.size(); ++index) {
    const size_t newline = text.find('\n', std::min(first + block, text.size()));
    const size_t end = newline == std::string::npos ? text.size() : newline + 1;
    (index % 10 == 9 ? result.held_out : result.training).append(text, first, end - first);
    first = end;
  }
  require(!result.held_out.empty(), ErrorKind::bad_data,
          "the text has too few lines to hold a tenth of it out; name other files with --text");
  return result;
}

}  // namespace yonder::cli
