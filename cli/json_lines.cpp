// SPDX-License-Identifier: Apache-2.0
#include "cli/json_lines.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace yonder::cli {

JsonLines::JsonLines(const std::filesystem::path& path, bool force) : path_(path) {
  if (path_.empty()) {
    return;
  }
  require(path_ != "-", ErrorKind::bad_option,
          "--jsonl takes a file; --json prints the same rows on standard output");
  require_free(path_, force);
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) {
    fail_errno(path_, "cannot be written", errno);
  }
}

JsonLines::~JsonLines() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

void JsonLines::write(std::string_view line) const {
  if (descriptor_ < 0) {
    return;
  }
  const std::string text = std::string(line) + "\n";
  for (size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(descriptor_, text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR) {
      fail_errno(path_, "cannot be written", errno);
    }
    done += n > 0 ? static_cast<size_t>(n) : 0;
  }
  if (::fsync(descriptor_) != 0 && errno != EINVAL && errno != EROFS) {
    fail_errno(path_, "cannot be written", errno);
  }
}

}  // namespace yonder::cli
