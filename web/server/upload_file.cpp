// SPDX-License-Identifier: Apache-2.0
#include "web/server/upload_file.h"

#include "web/server/http_message.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace yonder::web {

UploadFile::UploadFile(const std::filesystem::path& folder) {
  std::string name = (folder / "upload-XXXXXX").string();
  descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor_ < 0) {
    fail_errno(name, "cannot be created", errno);
  }
  path_ = name;
}

UploadFile::~UploadFile() {
  ::close(descriptor_);
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

void UploadFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) {
      throw HttpError(507, ErrorKind::file,
                      "the disk of the temporary folder is full; free some space, or set TMPDIR to "
                      "another folder before `yonder serve`");
    }
    if (n < 0) {
      fail_errno(path_.string(), "cannot be written", errno);
    }
    bytes.remove_prefix(static_cast<size_t>(n));
    size_ += static_cast<uint64_t>(n);
  }
}

}  // namespace yonder::web
