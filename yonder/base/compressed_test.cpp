// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/compressed.h"

#include "tests/error_text.h"
#include "yonder/base/base64.h"
#include "yonder/base/file.h"
#include "yonder/base/random.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <vector>

namespace yonder {
namespace {

using testing::HasSubstr;

// Text with some structure and some noise, so that it neither shrinks to nothing nor stays whole.
std::string sample_text(size_t size) {
  Rng rng(1);
  std::string text;
  while (text.size() < size) {
    text += fmt::format("line {} of some words; ", rng.below(1000));
  }
  text.resize(size);
  return text;
}

std::string to_gzip(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string to_zstd(std::string_view text, int window_log = 0) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  // Streaming without a known size, so that the frame states its window.
  std::string out(ZSTD_compressBound(text.size()) + 1024, '\0');
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  ZSTD_compressStream2(context, &to, &in, ZSTD_e_flush);
  EXPECT_EQ(ZSTD_compressStream2(context, &to, &in, ZSTD_e_end), 0U);
  ZSTD_freeCCtx(context);
  out.resize(to.pos);
  return out;
}

class Compressed : public testing::Test {
 protected:
  std::string read_back(const std::string& bytes) {
    write_file(folder_.path() / "a", bytes);
    return read_compressed(folder_.path() / "a");
  }
  TemporaryFolder folder_;
};

TEST_F(Compressed, PlainFilesAreReadAsTheyAre) {
  const std::string big = sample_text(700000);
  for (const std::string& text : {std::string(), std::string("a"), std::string("\x1F\x8B"), big}) {
    EXPECT_EQ(read_back(text), text);
  }
}

TEST_F(Compressed, GzipAndZstdAreToldByTheirFirstBytes) {
  for (const size_t size : {0U, 1U, 1000U, 3000000U}) {
    const std::string text = sample_text(size);
    EXPECT_EQ(read_back(to_gzip(text)), text);
    EXPECT_EQ(read_back(to_zstd(text)), text);
  }
}

TEST_F(Compressed, ReadsWhatTheGzipProgramWrote) {
  // printf 'hello yonder\n' | gzip -9n | base64
  const auto bytes = base64_decode("H4sIAAAAAAACA8tIzcnJV6jMz0tJLeICACXiGKENAAAA");
  ASSERT_TRUE(bytes.has_value());
  EXPECT_EQ(read_back(*bytes), "hello yonder\n");
}

TEST_F(Compressed, ConcatenatedPartsAreOneText) {
  const std::string a = sample_text(1000);
  const std::string b = sample_text(400000);
  EXPECT_EQ(read_back(to_gzip(a) + to_gzip("") + to_gzip(b)), a + b);
  EXPECT_EQ(read_back(to_zstd(a) + to_zstd("") + to_zstd(b)), a + b);
}

TEST_F(Compressed, SkippableZstdFramesAreSkipped) {
  const std::string skippable = std::string("\x50\x2A\x4D\x18\x03\0\0\0abc", 11);
  EXPECT_EQ(read_back(skippable + to_zstd("text") + skippable), "text");
}

TEST_F(Compressed, ZstdWindowsUpTo128MiBAreRead) {
  const std::string text = sample_text(1000);
  EXPECT_EQ(read_back(to_zstd(text, 27)), text);
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { read_back(to_zstd(text, 28)); }),
              HasSubstr("too much memory"));
}

TEST_F(Compressed, EveryTruncationIsAnError) {
  const std::string text = sample_text(300);
  for (const std::string& whole : {to_gzip(text), to_zstd(text)}) {
    // Below four bytes nothing says that the file is compressed.
    for (size_t size = 4; size < whole.size(); ++size) {
      EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { read_back(whole.substr(0, size)); }),
                  HasSubstr(fmt::format("end early, after {} compressed bytes", size)));
    }
  }
}

TEST_F(Compressed, DamageIsAnErrorWithItsOffset) {
  const std::string text = sample_text(3000);
  for (std::string bytes : {to_gzip(text), to_zstd(text)}) {
    // Within the checksum of zstd, within the length of gzip.
    bytes[bytes.size() - 2] = static_cast<char>(bytes[bytes.size() - 2] ^ 0x55);
    EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { read_back(bytes); }),
                HasSubstr("damaged near compressed byte"));
    EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { read_back(to_gzip(text) + "junk junk"); }),
                HasSubstr("damaged near compressed byte"));
  }
}

TEST_F(Compressed, ReaderFillsItsBufferUntilTheEnd) {
  const std::string text = sample_text(600000);
  for (const std::string& bytes : {text, to_gzip(text), to_zstd(text)}) {
    write_file(folder_.path() / "a", bytes);
    ByteReader reader(folder_.path() / "a");
    EXPECT_EQ(reader.file_size(), bytes.size());
    std::string read;
    std::vector<char> buffer(7777);
    while (const size_t n = reader.read(buffer)) {
      EXPECT_TRUE(n == buffer.size() || read.size() + n == text.size());
      read.append(buffer.data(), n);
      EXPECT_LE(reader.consumed(), bytes.size());
    }
    EXPECT_EQ(read, text);
    EXPECT_EQ(reader.consumed(), bytes.size());
    EXPECT_EQ(reader.read(buffer), 0U);
  }
}

TEST_F(Compressed, MinusIsStandardInput) {
  const std::string text = sample_text(5000);
  write_file(folder_.path() / "a", to_gzip(text));
  const int saved = ::dup(STDIN_FILENO);
  const int file = ::open((folder_.path() / "a").c_str(), O_RDONLY);
  ASSERT_GE(file, 0);
  ::dup2(file, STDIN_FILENO);
  const std::string read = read_compressed("-");
  if (saved >= 0) {
    ::dup2(saved, STDIN_FILENO);
    ::close(saved);
  }
  ::close(file);
  EXPECT_EQ(read, text);
}

TEST_F(Compressed, PipesArriveInPieces) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string bytes = to_zstd("some words");
  const int saved = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  ASSERT_EQ(::write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  ::close(ends[1]);
  ByteReader reader("-");
  EXPECT_EQ(reader.file_size(), 0U);
  std::vector<char> buffer(100);
  EXPECT_EQ(reader.read(buffer), 10U);
  if (saved >= 0) {
    ::dup2(saved, STDIN_FILENO);
    ::close(saved);
  }
  ::close(ends[0]);
}

TEST_F(Compressed, MissingFileIsAFileError) {
  EXPECT_THAT(error_text(ErrorKind::file, [] { read_compressed("/nowhere/a"); }),
              HasSubstr("/nowhere/a: cannot be opened"));
  EXPECT_THAT(error_text(ErrorKind::file, [&] { read_compressed(folder_.path()); }),
              HasSubstr("cannot be read"));
}

TEST(GzipSize, IsWhatTheGzipProgramWrites) {
  // printf 'hello yonder\n' | gzip -9n | wc -c
  EXPECT_EQ(gzip_size("hello yonder\n"), 33U);
  EXPECT_EQ(gzip_size(""), 20U);
}

}  // namespace
}  // namespace yonder
