// SPDX-License-Identifier: Apache-2.0
#include "web/server/number_files.h"

#include "tests/error_text.h"
#include "web/server/http_message.h"
#include "yonder/base/file.h"
#include "yonder/base/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::web {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

class NumberFilesTest : public testing::Test {
 protected:
  std::shared_ptr<const NumberFile> add(const std::string& name, std::string_view content) {
    auto upload = std::make_shared<UploadFile>(folder_.path());
    upload->write(content);
    return files_.add_upload(std::move(upload), name);
  }

  TemporaryFolder folder_;
  NumberFiles files_;
};

TEST_F(NumberFilesTest, NamesTheColumnsAfterTheFirstLine) {
  const auto file = add("w.csv", "station,temp\nJFK,21.5\n");
  EXPECT_EQ(file->id, "n1");
  EXPECT_TRUE(file->header);
  ASSERT_EQ(file->columns.size(), 2U);
  EXPECT_EQ(file->columns[0].name, "station");
  EXPECT_FALSE(file->columns[0].number);
  EXPECT_EQ(file->columns[1].example, "21.5");
  EXPECT_TRUE(file->columns[1].number);
}

TEST_F(NumberFilesTest, NumbersTheColumnsOfAFileWithoutHeading) {
  const auto file = add("w.csv", "1,2\n3,4\n");
  EXPECT_FALSE(file->header);
  EXPECT_EQ(file->columns.at(1).name, "2");
  EXPECT_THAT(files_.read(*file, {"2", "", "refuse"})->values, ElementsAre(2, 4));
}

TEST_F(NumberFilesTest, ReadsAnArray) {
  const double values[] = {1, 2, 3, 4, 5, 6};
  const uint64_t shape[] = {3, 2};
  const auto file = add("a.npy", npy_header(shape, 8) + npy_data(values, 8));
  EXPECT_EQ(file->columns.size(), 2U);
  EXPECT_THAT(files_.read(*file, {"2", "", "refuse"})->values, ElementsAre(2, 4, 6));
}

TEST_F(NumberFilesTest, ReadsAChannelOfARecordingWithItsRate) {
  // PCM of 16 bits, one channel, 8,000 frames a second: 0.5, -0.25.
  const std::string bytes(
      "RIFF\x28\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0"
      "data\4\0\0\0\x00\x40\x00\xe0",
      48);
  const auto file = add("call.wav", bytes);
  ASSERT_EQ(file->columns.size(), 1U);
  const auto column = files_.read(*file, {"1", "", "refuse"});
  EXPECT_THAT(column->values, ElementsAre(0.5, -0.25));
  EXPECT_EQ(column->step, 1.0 / 8000);
}

TEST_F(NumberFilesTest, GivesAnotherPageTheSameColumn) {
  const auto file = add("w.csv", "x\n1\n");
  EXPECT_EQ(files_.read(*file, {"x", "", "refuse"}), files_.read(*file, {"x", "", "refuse"}));
}

TEST_F(NumberFilesTest, SaysWhichFileIsNone) {
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { add("x.wav", "no sound"); }),
              StartsWith("x.wav"));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { add("x.npy", "no array"); }),
              StartsWith("x.npy"));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { add("x.csv", "\n\n"); }), StartsWith("x.csv"));
}

TEST_F(NumberFilesTest, ForgetsAFile) {
  add("w.csv", "x\n1\n");
  EXPECT_EQ(files_.all().size(), 1U);
  files_.remove("n1");
  EXPECT_TRUE(files_.all().empty());
  error_text(ErrorKind::file, [&] { files_.get("n1"); });
}

TEST_F(NumberFilesTest, HoldsABoundedNumberOfFiles) {
  for (size_t i = 0; i < NumberFiles::kMost; ++i) {
    add("w.csv", "x\n1\n");
  }
  try {
    add("w.csv", "x\n1\n");
    ADD_FAILURE() << "one file too many was taken";
  } catch (const HttpError& error) {
    EXPECT_EQ(error.status, 507);
  }
}

}  // namespace
}  // namespace yonder::web
