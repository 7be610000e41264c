// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/token_file.h"

#include "tests/error_text.h"
#include "tests/small_tokenizer.h"
#include "yonder/base/crc32.h"
#include "yonder/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <thread>

namespace yonder::tokenizer {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

template <typename Integer>
std::string little_endian(const std::vector<Integer>& values) {
  std::string bytes;
  for (const Integer value : values) {
    for (size_t k = 0; k < sizeof(Integer); ++k) {
      bytes += static_cast<char>(value >> (8 * k) & 0xFF);
    }
  }
  return bytes;
}

// An id file made section by section, so that each can be wrong.
struct Parts {
  std::string head =
      R"({"dtype":"uint16","vocab_size":300,"model_sha256":")" + std::string(64, 'a') + "\"}";
  std::string encoding = R"({"seed":7})";
  std::string ids = little_endian<uint16_t>({5, 6, 7, 299});
  std::optional<std::string> blocks;  // empty: the right ones for one block
  std::string documents = little_endian<uint64_t>({0, 3, 3, 4});

  std::string bytes() const {
    const TemporaryFolder folder;
    RecordWriter writer(folder.path() / "x.ids", "YIDS", 1);
    writer.add("head", head);
    writer.add("encoding", encoding);
    writer.add("ids", ids);
    writer.add("blocks", blocks.value_or(little_endian<uint32_t>({crc32(ids)})));
    writer.add("documents", documents);
    writer.commit();
    return read_file(folder.path() / "x.ids");
  }
};

std::string open_error(const Parts& parts) {
  return error_text(ErrorKind::bad_data, [&] { TokenFile(parts.bytes(), "x.ids"); });
}

std::string verify_error(const Parts& parts) {
  return error_text(ErrorKind::bad_data, [&] { TokenFile(parts.bytes(), "x.ids").verify(); });
}

TEST(TokenFile, ReadsShortIds) {
  const std::string bytes = Parts().bytes();
  const TokenFile file(bytes, "x.ids");
  EXPECT_EQ(file.size(), 4U);
  EXPECT_EQ(file.vocab_size(), 300U);
  EXPECT_EQ(file.model_checksum(), std::string(64, 'a'));
  EXPECT_EQ(file.settings(), R"({"seed":7})");
  EXPECT_THAT(file.read(1, 3), ElementsAre(6, 7, 299));
  EXPECT_THAT(file.read(4, 0), ElementsAre());
  file.verify();
}

TEST(TokenFile, ReadsLongIds) {
  Parts parts;
  parts.head =
      R"({"dtype":"uint32","vocab_size":65537,"model_sha256":")" + std::string(64, 'a') + "\"}";
  parts.ids = little_endian<uint32_t>({5, 65536});
  parts.documents = little_endian<uint64_t>({0, 2});
  const std::string bytes = parts.bytes();
  EXPECT_THAT(TokenFile(bytes, "x.ids").read(0, 2), ElementsAre(5, 65536));
}

TEST(TokenFile, KnowsItsDocuments) {
  const std::string bytes = Parts().bytes();
  const TokenFile file(bytes, "x.ids");
  ASSERT_EQ(file.documents(), 3U);
  EXPECT_EQ(file.document(0), (std::pair<uint64_t, uint64_t>{0, 3}));
  EXPECT_EQ(file.document(1), (std::pair<uint64_t, uint64_t>{3, 3}));
  EXPECT_EQ(file.document(2), (std::pair<uint64_t, uint64_t>{3, 4}));
}

TEST(TokenFile, MayHoldNothing) {
  Parts parts;
  parts.ids.clear();
  parts.blocks = "";
  parts.documents = little_endian<uint64_t>({0});
  const std::string bytes = parts.bytes();
  const TokenFile file(bytes, "x.ids");
  file.verify();
  EXPECT_EQ(file.size(), 0U);
  EXPECT_EQ(file.documents(), 0U);
  EXPECT_TRUE(file.read(0, 0).empty());
}

TEST(TokenFile, StaysReadableWhenItIsMoved) {
  const TemporaryFolder folder;
  write_file(folder.path() / "x.ids", Parts().bytes());
  TokenFile file(folder.path() / "x.ids");
  const TokenFile moved = std::move(file);
  EXPECT_THAT(moved.read(0, 2), ElementsAre(5, 6));
}

TEST(TokenFile, IsReadFromSeveralThreads) {
  const std::string bytes = Parts().bytes();
  const TokenFile file(bytes, "x.ids");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      EXPECT_EQ(file.read(0, 4).back(), 299U);
      EXPECT_EQ(file.document(2).second, 4U);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST(TokenFile, NamesBothModelsWhenTheyDiffer) {
  const Tokenizer tokenizer = small_tokenizer();
  const std::string bytes = Parts().bytes();
  EXPECT_THAT(
      error_text(ErrorKind::bad_data, [&] { TokenFile(bytes, "x.ids").require_model(tokenizer); }),
      AllOf(HasSubstr("x.ids"), HasSubstr(std::string(64, 'a')), HasSubstr(tokenizer.checksum())));
}

TEST(TokenFile, TakesTheModelItWasMadeWith) {
  const Tokenizer tokenizer = small_tokenizer();
  Parts parts;
  parts.head =
      R"({"dtype":"uint16","vocab_size":300,"model_sha256":")" + tokenizer.checksum() + "\"}";
  const std::string bytes = parts.bytes();
  EXPECT_NO_THROW(TokenFile(bytes, "x.ids").require_model(tokenizer));
}

TEST(TokenFile, SaysWhereAnIdIsOutOfRange) {
  Parts parts;
  parts.ids = little_endian<uint16_t>({5, 6, 300, 7});
  const std::string bytes = parts.bytes();
  const TokenFile file(bytes, "x.ids");
  const uint64_t begin = RecordFile(bytes, "x", "YIDS", 1).section_offset("ids");
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { file.read(0, 1); }),
              AllOf(HasSubstr("id 300 at position 2 is out of range"), HasSubstr("ids 0 to 299"),
                    HasSubstr(fmt::format("byte {}:", begin + 4))));
}

TEST(TokenFile, ChecksABlockWhenItIsFirstUsed) {
  std::vector<uint16_t> ids(kIdsPerBlock + 10, 5);
  Parts parts;
  const uint32_t first_crc = crc32(little_endian<uint16_t>(std::vector<uint16_t>(kIdsPerBlock, 5)));
  parts.ids = little_endian<uint16_t>(ids);
  parts.blocks = little_endian<uint32_t>({first_crc, 12345});
  parts.documents = little_endian<uint64_t>({0, ids.size()});
  const std::string bytes = parts.bytes();
  const TokenFile file(bytes, "x.ids");
  EXPECT_THAT(file.read(kIdsPerBlock - 2, 2), ElementsAre(5, 5));
  const std::string text = error_text(ErrorKind::bad_data, [&] { file.read(kIdsPerBlock - 1, 2); });
  EXPECT_THAT(text, AllOf(HasSubstr("ids 1048576 to 1048585"), HasSubstr("checksum")));
  error_text(ErrorKind::bad_data, [&] { file.verify(); });
}

TEST(TokenFile, RefusesToReadBeyondItsEnd) {
  const std::string bytes = Parts().bytes();
  const TokenFile file(bytes, "x.ids");
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { file.read(3, 2); }),
              HasSubstr("2 ids from position 3 on were asked for; the file has 4"));
  error_text(ErrorKind::bad_data, [&] { file.read(5, 0); });
  error_text(ErrorKind::bad_data, [&] { file.read(1, UINT64_MAX); });
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { file.document(3); }),
              HasSubstr("document 3 was asked for; the file has 3"));
}

TEST(TokenFile, IsRefusedWhereverItIsTruncated) {
  const std::string bytes = Parts().bytes();
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::string part = bytes.substr(0, size);
    EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { TokenFile(part, "x.ids"); }),
                HasSubstr("x.ids"));
  }
}

// Bytes that no check covers are padding and the table's zero fields, which no reader looks at.
TEST(TokenFile, NoticesEveryDamagedByteOfItsSections) {
  const Parts parts;
  const std::string bytes = parts.bytes();
  const RecordFile record(bytes, "x", "YIDS", 1);
  for (const char* section : {"head", "encoding", "ids", "blocks", "documents"}) {
    for (size_t i = 0; i < record.section(section).size(); ++i) {
      std::string damaged = bytes;
      damaged[record.section_offset(section) + i] ^= 0x10;
      error_text(ErrorKind::bad_data, [&] { TokenFile(damaged, "x.ids").verify(); });
    }
  }
}

TEST(TokenFile, RefusesAHeadThatContradictsItself) {
  Parts parts;
  const std::string checksum(64, 'a');
  const auto with_head = [&](const std::string& head) {
    parts.head = head;
    return open_error(parts);
  };
  const std::string tail = ",\"model_sha256\":\"" + checksum + "\"}";
  EXPECT_THAT(with_head(R"({"dtype":"uint32","vocab_size":300)" + tail),
              HasSubstr("dtype is \"uint32\"; with a vocab_size of 300 it must be uint16"));
  EXPECT_THAT(with_head(R"({"dtype":"uint16","vocab_size":2)" + tail),
              HasSubstr("vocab_size is 2"));
  EXPECT_THAT(with_head(R"({"dtype":"uint32","vocab_size":4294967296)" + tail),
              HasSubstr("vocab_size is 4294967296"));
  EXPECT_THAT(with_head(R"({"dtype":"uint16","vocab_size":300,"model_sha256":"no"})"),
              HasSubstr("64 hex digits"));
  EXPECT_THAT(with_head("[]"), HasSubstr("x.ids: head"));
  parts = Parts();
  parts.encoding = "7";
  EXPECT_THAT(open_error(parts), HasSubstr("x.ids: encoding"));
}

TEST(TokenFile, RefusesSectionsWhoseSizesDoNotFit) {
  Parts parts;
  parts.ids += 'x';
  EXPECT_THAT(open_error(parts), HasSubstr("no multiple of 2"));
  parts = Parts();
  parts.blocks = little_endian<uint32_t>({1, 2});
  EXPECT_THAT(open_error(parts), HasSubstr("8 bytes, 4 were expected for 4 ids"));
  parts = Parts();
  parts.documents = "";
  EXPECT_THAT(open_error(parts), HasSubstr("\"documents\" with 0 bytes"));
  parts.documents = little_endian<uint64_t>({0, 5});
  EXPECT_THAT(open_error(parts), HasSubstr("does not lead from 0 to the number of ids, 4"));
  parts.documents = little_endian<uint64_t>({1, 4});
  open_error(parts);
}

TEST(TokenFile, RefusesDocumentsOutOfOrder) {
  Parts parts;
  parts.documents = little_endian<uint64_t>({0, 3, 2, 4});
  EXPECT_THAT(verify_error(parts), HasSubstr("document 1 reaches from id 3 to id 2 of 4"));
}

TEST(TokenFile, RefusesAFileOfAnotherKind) {
  const TemporaryFolder folder;
  RecordWriter(folder.path() / "x", "YNGC", 1).commit();
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { TokenFile(folder.path() / "x"); }),
              HasSubstr("YIDS"));
}

}  // namespace
}  // namespace yonder::tokenizer
