// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/safetensors.h"

#include "tests/error_text.h"
#include "tests/mutated_bytes.h"
#include "yonder/base/file.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace yonder {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A file of this header and `data_bytes` bytes of data.
std::string file_of(const std::string& header, size_t data_bytes) {
  const uint64_t length = header.size();
  std::string bytes(reinterpret_cast<const char*>(&length), 8);
  return bytes + header + std::string(data_bytes, 'd');
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  int64_t begin, int64_t end) {
  return fmt::format(R"("{}": {{"dtype": "{}", "shape": {}, "data_offsets": [{}, {}]}})", name,
                     dtype, shape, begin, end);
}

std::string refusal(const std::string& file) {
  return error_text(ErrorKind::bad_data, [&] { parse_safetensors_header(file, "f.safetensors"); });
}

TEST(Safetensors, ReadsWhatTheHeaderSays) {
  const std::string header =
      "{" + entry("b", "F32", "[2, 3]", 4, 28) + "," + entry("a", "BF16", "[2]", 0, 4) + "," +
      entry("none", "F16", "[0, 5]", 4, 4) + "," + entry("scalar", "F64", "[]", 28, 36) +
      R"(, "__metadata__": {"format": "pt"}})" + "   ";
  const SafetensorsHeader read = parse_safetensors_header(file_of(header, 36), "f");
  ASSERT_EQ(read.entries.size(), 4);
  EXPECT_EQ(read.data_begin, 8 + header.size());
  EXPECT_EQ(read.entries[0].name, "a");
  EXPECT_EQ(read.entries[1].name, "b");
  EXPECT_THAT(read.entries[1].shape, ElementsAre(2, 3));
  EXPECT_EQ(read.entries[1].elements(), 6);
  EXPECT_EQ(read.entries[2].elements(), 0);
  EXPECT_THAT(read.entries[3].shape, IsEmpty());
  EXPECT_EQ(read.entries[3].elements(), 1);
  EXPECT_EQ(read.metadata.at("format"), "pt");
}

TEST(Safetensors, RefusesALengthThatIsNone) {
  EXPECT_THAT(refusal("short"), AllOf(HasSubstr("f.safetensors"), HasSubstr("5 bytes")));
  std::string file = file_of("{}", 0);
  file[0] = 0;
  EXPECT_THAT(refusal(file), HasSubstr("a header of 0 bytes"));
  file[0] = 3;
  EXPECT_THAT(refusal(file), HasSubstr("a header of 3 bytes in a file of 10"));
  std::memset(file.data(), 0xFF, 8);
  EXPECT_THAT(refusal(file), HasSubstr("18446744073709551615"));
  // More than 100 MB, even where the file has them.
  std::string large = file_of("{" + std::string(100'000'000, ' ') + "}", 0);
  EXPECT_THAT(refusal(large), HasSubstr("100000002"));
}

TEST(Safetensors, RefusesAHeaderThatIsNoObject) {
  EXPECT_THAT(refusal(file_of(" {}", 0)), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(refusal(file_of("{\"a\"", 0)), HasSubstr("f.safetensors: byte 4"));
  EXPECT_THAT(refusal(file_of("{} {}", 0)), HasSubstr("follows the end"));
}

TEST(Safetensors, RefusesANameThatStandsTwice) {
  EXPECT_THAT(
      refusal(file_of(
          "{" + entry("a", "U8", "[1]", 0, 1) + "," + entry("a", "U8", "[1]", 1, 2) + "}", 2)),
      HasSubstr("\"a\" stands twice"));
}

TEST(Safetensors, RefusesOverlapsAndHoles) {
  EXPECT_THAT(
      refusal(file_of(
          "{" + entry("a", "U8", "[4]", 0, 4) + "," + entry("b", "U8", "[4]", 3, 7) + "}", 7)),
      AllOf(HasSubstr("tensor b begins at byte 3"), HasSubstr("overlaps")));
  EXPECT_THAT(
      refusal(file_of(
          "{" + entry("a", "U8", "[4]", 0, 4) + "," + entry("b", "U8", "[4]", 5, 9) + "}", 9)),
      AllOf(HasSubstr("tensor b"), HasSubstr("4 was expected"), HasSubstr("hole")));
  EXPECT_THAT(refusal(file_of("{" + entry("a", "U8", "[4]", 0, 4) + "}", 5)),
              HasSubstr("the tensors end at byte 4 of the data, the file at 5"));
}

TEST(Safetensors, RefusesOffsetsAndSizesThatAreWrong) {
  EXPECT_THAT(refusal(file_of("{" + entry("a", "F32", "[4]", 0, 15) + "}", 15)),
              AllOf(HasSubstr("/a"), HasSubstr("15 bytes of data for 4 elements of F32")));
  EXPECT_THAT(refusal(file_of("{" + entry("a", "U8", "[4]", 0, 5) + "}", 4)),
              HasSubstr("the file holds 4 bytes"));
  EXPECT_THAT(refusal(file_of("{" + entry("a", "U8", "[4]", 4, 0) + "}", 4)),
              HasSubstr("data_offsets are 4 and 0"));
  EXPECT_THAT(refusal(file_of("{" + entry("a", "U8", "[-4]", 0, 4) + "}", 4)),
              HasSubstr("a dimension is -4"));
  EXPECT_THAT(refusal(file_of("{" + entry("a", "U8", "[4294967296, 4294967296]", 0, 4) + "}", 4)),
              HasSubstr("more elements than a file can hold"));
  EXPECT_THAT(refusal(file_of(R"({"a": {"dtype": "U8", "shape": [1], "data_offsets": [0]}})", 1)),
              HasSubstr("data_offsets has 1 numbers"));
}

TEST(Safetensors, NamesADtypeThatIsNotKnown) {
  EXPECT_THAT(refusal(file_of("{" + entry("a", "F4", "[4]", 0, 2) + "}", 2)),
              AllOf(HasSubstr("/a"), HasSubstr("\"F4\"")));
}

TEST(Safetensors, RefusesMetadataThatIsNoText) {
  EXPECT_THAT(refusal(file_of(R"({"__metadata__": {"n": 1}})", 0)), HasSubstr("__metadata__/n"));
}

TEST(Safetensors, WritesByNameWithAPaddedHeader) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "f.safetensors";
  const std::string six(6, 's');
  const std::string four(4, 'f');
  write_safetensors(path, {{"z", "U8", {6}, six}, {"a", "F16", {2, 1}, four}}, {{"step", "3"}});
  const std::string file = read_file(path);
  EXPECT_THAT(file, HasSubstr(R"({"__metadata__":{"format":"pt","step":"3"},)"
                              R"("a":{"dtype":"F16","shape":[2,1],"data_offsets":[0,4]},)"
                              R"("z":{"dtype":"U8","shape":[6],"data_offsets":[4,10]}})"));
  EXPECT_EQ((file.size() - 10) % 8, 0);
  const SafetensorsFile read(path);
  EXPECT_EQ(read.bytes(read.at("z")), six);
  EXPECT_EQ(read.bytes(read.at("a")), four);
  EXPECT_EQ(read.find("b"), nullptr);
  EXPECT_EQ(read.metadata().at("step"), "3");
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { read.at("b"); }),
              HasSubstr("there is no tensor b"));
}

TEST(Safetensors, SaysThatAFileIsMissing) {
  EXPECT_THAT(error_text(ErrorKind::file, [] { SafetensorsFile("/nowhere/f.safetensors"); }),
              HasSubstr("/nowhere/f.safetensors"));
}

TEST(Safetensors, ReadsRealFiles) {
  const std::filesystem::path folder =
      std::filesystem::path(YONDER_DATA_DIR) / "models" / "safetensors";
  if (!std::filesystem::exists(folder)) {
    GTEST_SKIP() << folder << " is not there";
  }
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() == ".safetensors") {
      EXPECT_FALSE(SafetensorsFile(file.path()).entries().empty()) << file.path();
    }
  }
}

TEST(Safetensors, EndsEveryDamagedHeaderInASentence) { check_mutated_safetensors(3000); }

}  // namespace
}  // namespace yonder
