// SPDX-License-Identifier: Apache-2.0
// Files through POSIX calls, because the guarantees of file.h (fsync, rename) have no spelling in
// the standard library.
#include "yonder/base/file.h"

#include "yonder/base/error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace yonder {

namespace {

constexpr size_t kBufferSize = size_t{1} << 20;

// Closes a descriptor on every way out of a reader.
struct DescriptorCloser {
  int descriptor;
  ~DescriptorCloser() { ::close(descriptor); }
};

// Writes all of `bytes`, at `offset` if it is not negative, else where the descriptor stands.
void write_fully(int descriptor, std::string_view bytes, int64_t offset, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = offset < 0 ? ::write(descriptor, bytes.data(), bytes.size())
                                 : ::pwrite(descriptor, bytes.data(), bytes.size(), offset);
    if (n < 0) {
      if (errno == EINTR) {
        continue;
      }
      fail_errno(path, "cannot be written", errno);
    }
    bytes.remove_prefix(static_cast<size_t>(n));
    if (offset >= 0) {
      offset += n;
    }
  }
}

// The folder that holds `path`, "." for a bare name.
std::filesystem::path folder_of(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.parent_path();
  return folder.empty() ? std::filesystem::path(".") : folder;
}

// Makes a rename in `folder` last through a power cut. Some file systems cannot sync a folder and
// say EINVAL; there the rename is as safe as it gets.
void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor >= 0) {
    const int status = ::fsync(descriptor);
    const int reason = errno;
    ::close(descriptor);
    if (status != 0 && reason != EINVAL) {
      fail_errno(folder.string(), "cannot be written to disk", reason);
    }
  }
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    fail_errno(path.string(), "cannot be opened", errno);
  }
  const DescriptorCloser closer{descriptor};
  struct stat status {};
  std::string content;
  // The size is only a hint: files in /proc say 0, and a file may grow meanwhile.
  size_t room = 4096;
  if (::fstat(descriptor, &status) == 0 && status.st_size > 0) {
    room = static_cast<size_t>(status.st_size) + 1;
  }
  size_t used = 0;
  for (;;) {
    if (used == content.size()) {
      content.resize(std::max(room, content.size() * 2));
    }
    const ssize_t n = ::read(descriptor, content.data() + used, content.size() - used);
    if (n < 0) {
      if (errno == EINTR) {
        continue;
      }
      fail_errno(path.string(), "cannot be read", errno);
    }
    if (n == 0) {
      break;
    }
    used += static_cast<size_t>(n);
  }
  content.resize(used);
  return content;
}

void write_file(const std::filesystem::path& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

void rename_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    fail_errno(to.string(), "cannot be replaced", errno);
  }
  sync_folder(folder_of(to));
}

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code ignored;
  // Renaming over a link would replace the link; its target is what the user means.
  if (std::filesystem::is_symlink(path_, ignored)) {
    std::filesystem::path target = std::filesystem::canonical(path_, ignored);
    if (!ignored) {
      path_ = std::move(target);
    }
  }
  // Renaming over /dev/null would, for root, destroy it.
  const std::filesystem::file_status status = std::filesystem::status(path_, ignored);
  if (std::filesystem::is_directory(status)) {
    fail(ErrorKind::file, "{}: is a folder; name a file in it", path_.string());
  }
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    fail(ErrorKind::file, "{}: is a device or a pipe; name a regular file", path_.string());
  }
  static std::atomic<uint64_t> counter{0};
  do {
    temporary_ = path_;
    temporary_ += fmt::format(".tmp-{}-{}", ::getpid(), counter.fetch_add(1));
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    // The name may be left over from a killed process that had our number.
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) {
    fail_errno(path_.string(), "cannot be created", errno);
  }
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
  }
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      buffer_(std::move(other.buffer_)),
      size_(std::exchange(other.size_, 0)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

void AtomicFile::write(std::string_view bytes) {
  YONDER_CHECK(descriptor_ >= 0);
  if (buffer_.size() + bytes.size() > kBufferSize) {
    flush();
  }
  if (bytes.size() > kBufferSize) {
    write_fully(descriptor_, bytes, -1, path_.string());
  } else {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  }
  size_ += bytes.size();
}

void AtomicFile::write_at(uint64_t offset, std::string_view bytes) {
  YONDER_CHECK(descriptor_ >= 0 && offset <= size_ && bytes.size() <= size_ - offset);
  flush();
  write_fully(descriptor_, bytes, static_cast<int64_t>(offset), path_.string());
}

void AtomicFile::flush() {
  write_fully(descriptor_, {buffer_.data(), buffer_.size()}, -1, path_.string());
  buffer_.clear();
}

void AtomicFile::commit() {
  YONDER_CHECK(descriptor_ >= 0);
  flush();
  if (::fsync(descriptor_) != 0) {
    fail_errno(path_.string(), "cannot be written to disk", errno);
  }
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    fail_errno(path_.string(), "cannot be replaced", errno);
  }
  // From here on the new file is in place; the name of the temporary one is gone.
  const int written = std::exchange(descriptor_, -1);
  if (::close(written) != 0) {
    fail_errno(path_.string(), "cannot be written to disk", errno);
  }
  sync_folder(folder_of(path_));
}

TemporaryFolder::TemporaryFolder(const std::filesystem::path& parent) {
  std::filesystem::path base = parent;
  if (base.empty()) {
    const char* variable = std::getenv("TMPDIR");
    base = variable != nullptr && *variable != '\0' ? variable : "/tmp";
  }
  std::string pattern = (base / "yonder-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    fail_errno(base.string(), "no temporary folder can be made in it", errno);
  }
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void require_free(const std::filesystem::path& path, bool overwrite) {
  std::error_code ignored;
  require(overwrite || !std::filesystem::exists(path, ignored), ErrorKind::file,
          "{}: exists already; pass --force to overwrite it, or choose another name",
          path.string());
}

}  // namespace yonder
