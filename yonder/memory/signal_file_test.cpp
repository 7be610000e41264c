// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/signal_file.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"

#include <cmath>
#include <sstream>

namespace yonder::memory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Two samples of 16 bits at 8000 Hz.
const std::string kWav(
    "RIFF\x28\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0"
    "data\x04\0\0\0\0\x40\0\x20",
    48);

std::vector<double> values_of(const Signal& signal) { return read_columns(*signal.table).at(0); }

TEST(Signal, AWavFileIsKnownByItsFirstBytesAndSaysItsStep) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "tone.bin").string();
  write_file(path, kWav);
  const Signal signal = open_signal({.input = path});
  EXPECT_THAT(values_of(signal), ElementsAre(0.5, 0.25));
  EXPECT_EQ(signal.step, 1.0 / 8000);
  EXPECT_THAT(error_text(ErrorKind::bad_option,
                         [&] { open_signal({.input = path, .column = "1", .time_column = "t"}); }),
              HasSubstr("no columns of times"));
}

TEST(Signal, FromStandardInputAWavFileIsNamed) {
  std::istringstream in(kWav);
  const Signal signal = open_signal(
      {.input = "-", .column = "", .time_column = "", .format = "wav"}, MissingCells::refuse, &in);
  EXPECT_THAT(values_of(signal), ElementsAre(0.5, 0.25));
  EXPECT_THAT(error_text(ErrorKind::bad_option, [] { open_signal({.input = "-"}); }),
              HasSubstr("standard input"));
}

TEST(Signal, TablesComeWithTheirColumns) {
  std::istringstream in("t,a,b\n1,2,3\n4,5,\n");
  const Signal signal =
      open_signal({.input = "-", .column = "b,a", .time_column = "t"}, MissingCells::keep, &in);
  std::vector<double> values(10);
  EXPECT_EQ(signal.table->read(values), 2U);
  EXPECT_THAT(signal.table->names(), ElementsAre("b", "a"));
  EXPECT_EQ(values[0], 3);
  EXPECT_TRUE(std::isnan(values[2]));
  EXPECT_FALSE(signal.step.has_value());
}

TEST(Signal, ColumnsThatNobodyNamedAreThoseOfTheCaller) {
  std::istringstream in("x,\"a,b\"\n1,2\n");
  SignalOptions options{.input = "-"};
  options.default_columns = {"a,b"};
  EXPECT_THAT(values_of(open_signal(options, MissingCells::refuse, &in)), ElementsAre(2));
}

TEST(SplitAtCommas, GivesTheParts) {
  EXPECT_THAT(split_at_commas("a,b c,,d"), ElementsAre("a", "b c", "", "d"));
  EXPECT_TRUE(split_at_commas("").empty());
}

}  // namespace
}  // namespace yonder::memory
