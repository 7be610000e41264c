// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/record_file.h"

#include "tests/documented_dump.h"
#include "tests/error_text.h"
#include "yonder/base/crc32.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <sstream>

namespace yonder {
namespace {

using testing::HasSubstr;

// The file of docs/formats/record_file.md, as the library writes it.
std::string demo_bytes() {
  const TemporaryFolder folder;
  RecordWriter writer(folder.path() / "demo", "DEMO", 1);
  writer.add("head", "{\"order\":6}");
  writer.begin("counts");
  for (char c = 0; c < 20; ++c) {
    writer.append(std::string_view(&c, 1));
  }
  writer.end();
  writer.commit();
  return read_file(folder.path() / "demo");
}

std::string open_error(const std::string& bytes) {
  return error_text(ErrorKind::bad_data, [&] { RecordFile(bytes, "x.ync", "DEMO", 1).verify(); });
}

// `bytes` with the header's CRC made right again, for errors behind that check.
std::string with_header_crc(std::string bytes) {
  const uint32_t crc = crc32(std::string_view(bytes).substr(0, 60));
  for (size_t k = 0; k < 4; ++k) {
    bytes[60 + k] = static_cast<char>(crc >> (8 * k) & 0xFF);
  }
  return bytes;
}

// The same for a changed table, which begins at byte 192 of the demo file.
std::string with_table_crc(std::string bytes) {
  const uint32_t crc = crc32(std::string_view(bytes).substr(192));
  for (size_t k = 0; k < 4; ++k) {
    bytes[32 + k] = static_cast<char>(crc >> (8 * k) & 0xFF);
  }
  return with_header_crc(bytes);
}

TEST(RecordFile, HasTheBytesOfItsDocument) {
  const std::string documented = documented_dump("docs/formats/record_file.md");
  ASSERT_EQ(documented.size(), 272U);
  EXPECT_EQ(demo_bytes(), documented);
}

TEST(RecordFile, HasTheSameBytesWhenItIsMadeInMemory) {
  std::string counts;
  for (char c = 0; c < 20; ++c) {
    counts += c;
  }
  const std::pair<std::string_view, std::string_view> sections[] = {{"head", "{\"order\":6}"},
                                                                    {"counts", counts}};
  EXPECT_EQ(record_bytes("DEMO", 1, sections), demo_bytes());
}

TEST(RecordFile, GivesTheSectionsThatWereWritten) {
  const TemporaryFolder folder;
  const std::string big(300000, 'b');
  {
    RecordWriter writer(folder.path() / "a", "YTST", 3);
    writer.add("empty", "");
    writer.add("sixteen-letters-", "abc");
    writer.begin("big");
    writer.append(big);
    writer.append(big);
    writer.end();
    writer.commit();
  }
  const RecordFile file(folder.path() / "a", "YTST", 5);
  EXPECT_EQ(file.version(), 3U);
  EXPECT_EQ(file.name(), (folder.path() / "a").string());
  EXPECT_EQ(file.section("empty"), "");
  EXPECT_EQ(file.section("sixteen-letters-"), "abc");
  EXPECT_EQ(file.section("big"), big + big);
  EXPECT_EQ(file.section_unchecked("big"), big + big);
  EXPECT_TRUE(file.has("big"));
  EXPECT_FALSE(file.has("bi"));
  EXPECT_NO_THROW(file.verify());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(file.section("big").data()) % 64, 0U);
  EXPECT_EQ(error_text(ErrorKind::bad_data, [&] { file.section("bi"); }),
            file.name() + ": the section \"bi\" is missing; get or make the file again");
}

TEST(RecordFile, MayHaveNoSections) {
  const TemporaryFolder folder;
  RecordWriter writer(folder.path() / "a", "YTST", 1);
  writer.commit();
  EXPECT_NO_THROW(RecordFile(folder.path() / "a", "YTST", 1).verify());
}

TEST(RecordFile, KeepsWorkingWhenMoved) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a", demo_bytes());
  RecordFile file(folder.path() / "a", "DEMO", 1);
  const RecordFile moved(std::move(file));
  EXPECT_EQ(moved.section("head"), "{\"order\":6}");
}

TEST(RecordFile, IsRecognisedByMagicAndKind) {
  const std::string bytes = demo_bytes();
  EXPECT_TRUE(is_record_file(bytes, "DEMO"));
  EXPECT_FALSE(is_record_file(bytes, "YNGC"));
  EXPECT_FALSE(is_record_file(bytes.substr(0, 7), "DEMO"));
  EXPECT_FALSE(is_record_file("", "DEMO"));
}

TEST(RecordFile, ForeignFilesAreNamedSo) {
  EXPECT_EQ(open_error("PK\x03\x04"),
            "x.ync: byte 0: \"PK\\u0003\\u0004\" was found, \"YNDR\" was expected; this is no file "
            "of yonder's own format");
  EXPECT_THAT(open_error(std::string(1000, '\xFF')), HasSubstr("no file of yonder's"));
}

TEST(RecordFile, OtherKindsAndNewerVersionsAreNamedSo) {
  std::string bytes = demo_bytes();
  bytes[4] = 'Y';
  EXPECT_THAT(open_error(with_header_crc(bytes)),
              HasSubstr("byte 4: the file is of the kind \"YEMO\", \"DEMO\" was expected"));
  bytes = demo_bytes();
  bytes[8] = 2;
  EXPECT_EQ(
      open_error(with_header_crc(bytes)),
      "x.ync: byte 8: the file has version 2, this program reads up to 1; use a newer yonder");
  bytes[8] = 0;
  EXPECT_THAT(open_error(with_header_crc(bytes)), HasSubstr("cannot be"));
}

TEST(RecordFile, EveryTruncationIsAnError) {
  const std::string bytes = demo_bytes();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(open_error(bytes.substr(0, size)),
                HasSubstr(fmt::format("truncated: it has {} bytes", size)));
  }
  EXPECT_THAT(open_error(bytes + "more"), HasSubstr("byte 272: 4 bytes follow the end"));
}

TEST(RecordFile, EveryChangedByteOutsideThePaddingIsAnError) {
  const std::string bytes = demo_bytes();
  for (size_t i = 0; i < bytes.size(); ++i) {
    const bool padding = (i >= 64 + 11 && i < 128) || (i >= 128 + 20 && i < 192);
    if (padding) {
      continue;
    }
    for (const int bit : {0, 7}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      open_error(damaged);
    }
  }
}

TEST(RecordFile, DamageInOneSectionLeavesTheOthersReadable) {
  std::string bytes = demo_bytes();
  bytes[130] = 'x';
  const RecordFile file(bytes, "x.ync", "DEMO", 1);
  EXPECT_EQ(file.section("head"), "{\"order\":6}");
  EXPECT_EQ(error_text(ErrorKind::bad_data, [&] { file.section("counts"); }),
            "x.ync: the file is damaged: the section \"counts\", 20 bytes from byte 128 on, does "
            "not match its checksum; get or make it again");
  EXPECT_EQ(file.section_unchecked("counts").size(), 20U);
}

TEST(RecordFile, SectionsWithoutAPlaceAreErrorsEvenWithRightChecksums) {
  const std::string bytes = demo_bytes();
  const auto changed = [&](size_t at, char value) {
    std::string copy = bytes;
    copy[at] = value;
    return open_error(with_table_crc(copy));
  };
  // Rows at 192 and 232: name, offset at +16, size at +24.
  EXPECT_THAT(changed(192, '\0'), HasSubstr("byte 192: the section"));  // no name
  EXPECT_THAT(changed(192 + 10, 'x'), HasSubstr("byte 192"));           // NUL inside
  EXPECT_THAT(changed(192 + 16, 0), HasSubstr("byte 192"));             // in the header
  EXPECT_THAT(changed(192 + 16, 0x41), HasSubstr("byte 192"));          // not aligned
  EXPECT_THAT(changed(232 + 16, 0x40), HasSubstr("byte 232"));          // overlaps
  EXPECT_THAT(changed(232 + 24, 0x41), HasSubstr("byte 232"));          // reaches the table
  EXPECT_THAT(changed(232 + 24 + 7, '\x80'), HasSubstr("byte 232"));    // size near 2^63
  EXPECT_THAT(changed(232 + 16 + 7, '\x80'), HasSubstr("byte 232"));    // offset near 2^63
  std::string twice = bytes;
  twice.replace(232, 16, bytes.substr(192, 16));
  EXPECT_THAT(open_error(with_table_crc(twice)), HasSubstr("byte 232"));  // name twice
  std::string count = bytes;
  count[15] = '\x7F';
  EXPECT_THAT(open_error(with_header_crc(count)), HasSubstr("byte 12"));
  std::string place = bytes;
  place[23] = '\x7F';
  EXPECT_THAT(open_error(with_header_crc(place)), HasSubstr("byte 12"));
}

TEST(RecordWriter, LeavesNoFileWithoutCommit) {
  const TemporaryFolder folder;
  {
    RecordWriter writer(folder.path() / "a", "DEMO", 1);
    writer.add("head", "x");
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(RecordWriter, HoldsItsCallerToTheContract) {
  const TemporaryFolder folder;
  const auto broken = [&](auto&& body) {
    error_text(ErrorKind::internal, [&] {
      RecordWriter writer(folder.path() / "a", "DEMO", 1);
      body(writer);
    });
  };
  broken([](RecordWriter& w) { w.add("", "x"); });
  broken([](RecordWriter& w) { w.add("seventeen-letters", "x"); });
  broken([](RecordWriter& w) { w.add("a", "x"), w.add("a", "y"); });
  broken([](RecordWriter& w) { w.begin("a"), w.begin("b"); });
  broken([](RecordWriter& w) { w.append("x"); });
  broken([](RecordWriter& w) { w.begin("a"), w.commit(); });
  error_text(ErrorKind::internal, [&] { RecordWriter(folder.path() / "a", "ABC", 1); });
}

TEST(RecordFile, SaysWhereASectionBegins) {
  const std::string bytes = demo_bytes();
  EXPECT_EQ(RecordFile(bytes, "x", "DEMO", 1).section_offset("counts"), 0x80U);
}

}  // namespace
}  // namespace yonder
