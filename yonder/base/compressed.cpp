// SPDX-License-Identifier: Apache-2.0
// One loop over three decoders: none, zlib's inflate, libzstd's stream. Input comes in blocks of
// 256 KiB, so memory is bounded by that and the decoder's window.
#include "yonder/base/compressed.h"

#include "yonder/base/error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

namespace yonder {

namespace {

constexpr size_t kBlock = size_t{256} << 10;
constexpr int kLargestWindowLog = 27;  // 128 MiB, what `zstd --long` writes

enum class Coding { plain, gzip, zstd };

Coding coding_of(std::string_view head) {
  const auto byte = [&](size_t k) { return static_cast<unsigned char>(head[k]); };
  if (head.size() >= 3 && byte(0) == 0x1F && byte(1) == 0x8B && byte(2) == 8) {
    return Coding::gzip;
  }
  if (head.size() >= 4 && byte(0) == 0x28 && byte(1) == 0xB5 && byte(2) == 0x2F &&
      byte(3) == 0xFD) {
    return Coding::zstd;
  }
  // A skippable frame, with which parallel zstd writers begin.
  if (head.size() >= 4 && (byte(0) & 0xF0) == 0x50 && byte(1) == 0x2A && byte(2) == 0x4D &&
      byte(3) == 0x18) {
    return Coding::zstd;
  }
  return Coding::plain;
}

}  // namespace

struct ByteReader::Impl {
  std::string name;
  int descriptor = -1;
  bool owned = false;  // false for standard input
  uint64_t file_size = 0;
  std::vector<char> input = std::vector<char>(kBlock);
  size_t input_at = 0;
  size_t input_end = 0;
  uint64_t fetched = 0;  // bytes read from the descriptor
  bool at_end = false;   // the descriptor has no more
  Coding coding = Coding::plain;
  bool inside = false;  // in the middle of a gzip member or zstd frame
  z_stream inflate_state{};
  bool inflate_ready = false;
  ZSTD_DCtx* zstd_state = nullptr;

  explicit Impl(const std::filesystem::path& path) : name(path.string()) {
    if (name == "-") {
      name = "standard input";
      descriptor = STDIN_FILENO;
    } else {
      descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
      if (descriptor < 0) {
        fail_errno(name, "cannot be opened", errno);
      }
      owned = true;
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (inflate_ready) {
      ::inflateEnd(&inflate_state);
    }
    ZSTD_freeDCtx(zstd_state);
    if (owned) {
      ::close(descriptor);
    }
  }

  // Looks at the first bytes and prepares their decoder.
  void start() {
    struct stat status {};
    if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) {
      file_size = static_cast<uint64_t>(status.st_size);
    }
    while (!at_end && input_end < 4) {
      fetch();
    }
    coding = coding_of({input.data(), input_end});
    if (coding == Coding::gzip) {
      // 15 + 16: the largest window, and the gzip wrapper with its CRC.
      require(::inflateInit2(&inflate_state, 15 + 16) == Z_OK, ErrorKind::memory,
              "{}: no memory for the gzip decoder", name);
      inflate_ready = true;
      inside = true;
    } else if (coding == Coding::zstd) {
      zstd_state = ZSTD_createDCtx();
      require(zstd_state != nullptr, ErrorKind::memory, "{}: no memory for the zstd decoder", name);
      ZSTD_DCtx_setParameter(zstd_state, ZSTD_d_windowLogMax, kLargestWindowLog);
    }
  }

  uint64_t consumed() const { return fetched - (input_end - input_at); }

  // Reads once from the descriptor behind what is buffered; sets at_end when there is nothing.
  void fetch() {
    if (input_at == input_end) {
      input_at = input_end = 0;
    }
    const size_t n = read_descriptor(input.data() + input_end, input.size() - input_end);
    input_end += n;
    at_end = n == 0;
  }

  size_t read_descriptor(char* out, size_t room) {
    for (;;) {
      const ssize_t n = ::read(descriptor, out, room);
      if (n >= 0) {
        fetched += static_cast<uint64_t>(n);
        return static_cast<size_t>(n);
      }
      if (errno != EINTR) {
        fail_errno(name, "cannot be read", errno);
      }
    }
  }

  [[noreturn]] void damaged(const char* what, const char* detail) const {
    fail(ErrorKind::bad_data,
         "{}: the {} data are damaged near compressed byte {} ({}); get or make the file again",
         name, what, consumed(), detail);
  }

  [[noreturn]] void ends_early(const char* what) const {
    fail(ErrorKind::bad_data,
         "{}: the {} data end early, after {} compressed bytes; get or make the file again", name,
         what, consumed());
  }

  size_t read(std::span<char> out) {
    size_t filled = 0;
    while (filled < out.size()) {
      const size_t n = step(out.subspan(filled));
      if (n == 0) {
        break;
      }
      filled += n;
    }
    return filled;
  }

  // Some bytes, 0 only at the end.
  size_t step(std::span<char> out) {
    switch (coding) {
      case Coding::gzip:
        return step_gzip(out);
      case Coding::zstd:
        return step_zstd(out);
      case Coding::plain:
        break;
    }
    if (input_at < input_end) {
      const size_t n = std::min(out.size(), input_end - input_at);
      std::memcpy(out.data(), input.data() + input_at, n);
      input_at += n;
      return n;
    }
    return read_descriptor(out.data(), out.size());
  }

  size_t step_gzip(std::span<char> out) {
    for (;;) {
      if (input_at == input_end && !at_end) {
        fetch();
      }
      const bool exhausted = input_at == input_end;
      if (!inside) {
        if (exhausted) {
          return 0;
        }
        // gzip files may be concatenated; what follows a member must be another one.
        if (::inflateReset(&inflate_state) != Z_OK) {
          damaged("gzip", "the decoder cannot be reset");
        }
        inside = true;
      }
      inflate_state.next_in = reinterpret_cast<Bytef*>(input.data() + input_at);
      inflate_state.avail_in = static_cast<uInt>(input_end - input_at);
      inflate_state.next_out = reinterpret_cast<Bytef*>(out.data());
      const size_t room = std::min<size_t>(out.size(), std::numeric_limits<uInt>::max());
      inflate_state.avail_out = static_cast<uInt>(room);
      const int status = ::inflate(&inflate_state, Z_NO_FLUSH);
      input_at = input_end - inflate_state.avail_in;
      if (status == Z_STREAM_END) {
        inside = false;
      } else if (status == Z_MEM_ERROR) {
        fail(ErrorKind::memory, "{}: no memory for the gzip decoder", name);
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        damaged("gzip", inflate_state.msg != nullptr ? inflate_state.msg : "unknown reason");
      }
      const size_t produced = room - inflate_state.avail_out;
      if (produced > 0) {
        return produced;
      }
      if (inside && exhausted) {
        ends_early("gzip");
      }
    }
  }

  size_t step_zstd(std::span<char> out) {
    for (;;) {
      if (input_at == input_end && !at_end) {
        fetch();
      }
      const bool exhausted = input_at == input_end;
      if (exhausted && !inside) {
        return 0;
      }
      ZSTD_inBuffer in{input.data(), input_end, input_at};
      ZSTD_outBuffer to{out.data(), out.size(), 0};
      const size_t status = ZSTD_decompressStream(zstd_state, &to, &in);
      input_at = in.pos;
      if (ZSTD_isError(status) != 0) {
        damaged("zstd", ZSTD_getErrorName(status));
      }
      inside = status != 0;
      if (to.pos > 0) {
        return to.pos;
      }
      if (inside && exhausted) {
        ends_early("zstd");
      }
    }
  }
};

ByteReader::ByteReader(const std::filesystem::path& path) : impl_(std::make_unique<Impl>(path)) {
  impl_->start();
}
ByteReader::~ByteReader() = default;
ByteReader::ByteReader(ByteReader&&) noexcept = default;
ByteReader& ByteReader::operator=(ByteReader&&) noexcept = default;

size_t ByteReader::read(std::span<char> out) { return impl_->read(out); }

uint64_t ByteReader::consumed() const { return impl_->consumed(); }

uint64_t ByteReader::file_size() const { return impl_->file_size; }

std::string read_compressed(const std::filesystem::path& path) {
  ByteReader reader(path);
  std::string content;
  size_t used = 0;
  for (;;) {
    content.resize(std::max(kBlock, used * 2));
    const size_t n = reader.read({content.data() + used, content.size() - used});
    used += n;
    if (used < content.size()) {
      content.resize(used);
      return content;
    }
  }
}

uint64_t gzip_size(std::string_view bytes) {
  z_stream stream{};
  require(::deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK,
          ErrorKind::memory, "no memory for the gzip encoder");
  std::vector<Bytef> sink(kBlock);
  uint64_t size = 0;
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    // zlib counts its input in 32 bits.
    const size_t part = std::min(bytes.size(), size_t{1} << 30);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(part);
    stream.next_out = sink.data();
    stream.avail_out = static_cast<uInt>(sink.size());
    status = ::deflate(&stream, part == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
    bytes.remove_prefix(part - stream.avail_in);
    size += sink.size() - stream.avail_out;
  }
  ::deflateEnd(&stream);
  return size;
}

}  // namespace yonder
