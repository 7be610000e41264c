// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/internal/append_file.h"

#include "yonder/base/error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace yonder::tokenizer::internal {

namespace {
constexpr size_t kBufferSize = size_t{1} << 20;
}  // namespace

AppendFile::AppendFile(std::filesystem::path path, uint64_t size)
    : path_(std::move(path)), size_(size) {
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) {
    fail_errno(path_.string(), "cannot be opened", errno);
  }
  struct stat status {};
  const char* failed = nullptr;
  int reason = 0;
  if (::fstat(descriptor_, &status) != 0) {
    failed = "cannot be read";
    reason = errno;
  } else if (static_cast<uint64_t>(status.st_size) >= size &&
             ::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
    failed = "cannot be cut back";
    reason = errno;
  }
  const auto found = static_cast<uint64_t>(status.st_size);
  if (failed != nullptr || found < size) {
    ::close(descriptor_);
    if (failed != nullptr) {
      fail_errno(path_.string(), failed, reason);
    }
    fail(ErrorKind::file, "{}: has {} bytes and should have {}; start again with --force",
         path_.string(), found, size);
  }
}

AppendFile::~AppendFile() { ::close(descriptor_); }

void AppendFile::append(std::string_view bytes) {
  buffer_ += bytes;
  size_ += bytes.size();
  if (buffer_.size() >= kBufferSize) {
    flush();
  }
}

void AppendFile::sync() {
  flush();
  if (::fdatasync(descriptor_) != 0) {
    fail_errno(path_.string(), "cannot be written to disk", errno);
  }
}

void AppendFile::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t n = ::write(descriptor_, rest.data(), rest.size());
    if (n < 0 && errno != EINTR) {
      fail_errno(path_.string(), "cannot be written", errno);
    }
    rest.remove_prefix(n < 0 ? 0 : static_cast<size_t>(n));
  }
  buffer_.clear();
}

}  // namespace yonder::tokenizer::internal
