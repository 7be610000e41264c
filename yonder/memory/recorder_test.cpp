// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/recorder.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/npy.h"
#include "yonder/memory/signal_file.h"

#include <cmath>
#include <sstream>

namespace yonder::memory {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

/// A wave, with `missing` rows without a value.
std::string csv_of(size_t rows, const std::vector<size_t>& missing = {}) {
  std::string text = "u\n";
  for (size_t k = 0; k < rows; ++k) {
    const bool empty = std::find(missing.begin(), missing.end(), k) != missing.end();
    text += (empty ? "NA" : fmt::format("{}", std::sin(0.01 * static_cast<double>(k)))) + "\n";
  }
  return text;
}

class RecorderTest : public testing::Test {
 protected:
  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }

  static StreamOptions options(int64_t order = 8) {
    StreamOptions out;
    out.order = order;
    return out;
  }

  Signal open(const std::string& csv, const std::string& column = "u",
              const std::string& time = "") {
    text_ = std::istringstream(csv);
    return open_signal({.input = "-",
                        .column = column,
                        .time_column = time,
                        .format = "csv",
                        .default_columns = {}},
                       MissingCells::keep, &text_);
  }

  RecordReport run(const std::string& csv, const RecordOptions& recording,
                   const std::string& out = "a.yms") {
    const Signal signal = open(csv);
    return record(options(), *signal.table, recording, path(out), true);
  }

  RecordReport resume(const std::string& snapshot, const std::string& csv,
                      const RecordOptions& recording) {
    const Signal signal = open(csv);
    return record(Stream::load(path(snapshot)), *signal.table, recording, path(snapshot));
  }

  std::string bytes(const std::string& name) const { return read_file(path(name)); }

 private:
  TemporaryFolder folder_;
  std::istringstream text_;
};

TEST_F(RecorderTest, KeepsWhatAStreamKeeps) {
  const RecordReport report = run(csv_of(1000), {});
  EXPECT_EQ(report.samples, 1000U);
  EXPECT_EQ(report.missing, 0U);
  Stream stream(options(), {"u"});
  for (size_t k = 0; k < 1000; ++k) {
    const double value = std::sin(0.01 * static_cast<double>(k));
    stream.push(std::span(&value, 1));
  }
  EXPECT_EQ(bytes("a.yms"), stream.to_bytes());
}

TEST_F(RecorderTest, GoesOnBitForBit) {
  run(csv_of(1000), {}, "whole.yms");
  const std::string all = csv_of(1000);
  size_t line = 0;
  for (size_t k = 0; k < 334; ++k) {  // the header and 333 rows
    line = all.find('\n', line) + 1;
  }
  run(all.substr(0, line), {}, "parts.yms");
  EXPECT_EQ(resume("parts.yms", "u\n" + all.substr(line), {}).samples, 667U);
  EXPECT_EQ(bytes("parts.yms"), bytes("whole.yms"));
}

TEST_F(RecorderTest, PassesOverWhatTheSnapshotHas) {
  const std::vector<size_t> missing = {330, 331, 332, 333, 334, 700};
  // Stopped within a gap: values are held at once, a line waits for the value after the gap.
  for (const auto& [gap, stop] : {std::pair{"hold", size_t{333}}, {"linear", size_t{330}}}) {
    RecordOptions recording{.gap = gap};
    run(csv_of(1000, missing), recording, "whole.yms");
    run(csv_of(stop, missing), recording, "part.yms");
    recording.skip = stop;
    EXPECT_EQ(resume("part.yms", csv_of(1000, missing), recording).samples, 1000 - stop);
    EXPECT_EQ(bytes("part.yms"), bytes("whole.yms")) << gap;
  }
}

TEST_F(RecorderTest, TheInputOfAnInterruptedRunMustReachWhereItStopped) {
  run(csv_of(100), {});
  EXPECT_THAT(error_text(ErrorKind::bad_data,
                         [&] { resume("a.yms", csv_of(90), {.gap = "refuse", .skip = 100}); }),
              HasSubstr("ends 10 rows before the place where the snapshot stopped"));
}

TEST_F(RecorderTest, MissingCellsAreHeldOrJoinedByALine) {
  const std::string csv = "u\n1\nNaN\nNA\n7\n";
  EXPECT_EQ(run(csv, {.gap = "hold"}).missing, 2U);
  EXPECT_THAT(Stream::load(path("a.yms")).summary().mean(0, 0, 4).estimate,
              DoubleNear((1 + 1 + 1 + 7) / 4.0, 1e-12));
  EXPECT_EQ(run(csv, {.gap = "linear"}).missing, 2U);
  EXPECT_THAT(Stream::load(path("a.yms")).summary().mean(0, 0, 4).estimate,
              DoubleNear((1 + 3 + 5 + 7) / 4.0, 1e-12));
}

TEST_F(RecorderTest, ChannelsHaveGapsOfTheirOwn) {
  const RecordOptions recording{.gap = "linear"};
  const Signal signal = open("t,a,b\n0,1,10\n1,,20\n3,,\n4,5,\n5,5,60\n6,6,6\n", "a,b", "t");
  EXPECT_EQ(record(options(), *signal.table, recording, path("a.yms")).missing, 4U);
  const Summary summary = Stream::load(path("a.yms")).summary();
  // a: 1, 2, 4, 5, 5 held over 1, 2, 1, 1, 1; b: 10, 20, 40, 50, 60.
  EXPECT_THAT(summary.mean(0, 0, 6).estimate, DoubleNear((1 + 2 * 2 + 4 + 5 + 5) / 6.0, 1e-12));
  EXPECT_THAT(summary.mean(1, 0, 6).estimate,
              DoubleNear((10 + 2 * 20 + 40 + 50 + 60) / 6.0, 1e-12));
}

TEST_F(RecorderTest, AGapWithNothingBesideItIsRefused) {
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { run("u\nNA\n1\n", {.gap = "hold"}); }),
              HasSubstr("u is missing, and nothing before it"));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { run("u\n1\nNA\n", {.gap = "linear"}); }),
              HasSubstr("no value comes after it"));
  EXPECT_FALSE(std::filesystem::exists(path("a.yms")));
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { run("u\n1\nNA\n2\n", {}); }),
              HasSubstr(":3: u is missing; say what"));
}

TEST_F(RecorderTest, SplitWritesASnapshotPerUnbrokenStretch) {
  const RecordReport report = run("u\nNA\n1\n2\nNA\nNA\n3\n4\n5\nNA\n", {.gap = "split"}, "s.yms");
  EXPECT_EQ(report.samples, 5U);
  EXPECT_EQ(report.missing, 4U);
  EXPECT_THAT(report.files, ElementsAre(path("s.1.yms").string(), path("s.2.yms").string()));
  const Summary first = Stream::load(path("s.1.yms")).summary();
  const Summary second = Stream::load(path("s.2.yms")).summary();
  EXPECT_EQ(first.begin(), 1);
  EXPECT_EQ(first.end(), 3);
  EXPECT_EQ(second.begin(), 5);
  EXPECT_EQ(second.end(), 8);
  EXPECT_THAT(second.mean(0, 5, 8).estimate, DoubleNear(4, 1e-12));
}

TEST_F(RecorderTest, CheckpointsAreWhatTheCoefficientLogHolds) {
  const RecordOptions recording{.gap = "refuse", .every = 300, .emit = path("c.npy").string()};
  run(csv_of(1000), recording);
  const std::string log = bytes("c.npy");
  const NpyHeader header = parse_npy_header(log, "c.npy");
  EXPECT_THAT(header.shape, ElementsAre(3, 1, 8));
  Stream stream(options(), {"u"});
  for (size_t k = 0; k < 600; ++k) {
    const double value = std::sin(0.01 * static_cast<double>(k));
    stream.push(std::span(&value, 1));
  }
  std::vector<double> second(8);
  npy_values(header, log, 8, second);
  const Summary summary = stream.summary();
  EXPECT_THAT(second, testing::ElementsAreArray(summary.coefficients(0)));
  const Json meaning = parse_json(bytes("c.npy.json"), "c.npy.json");
  EXPECT_EQ(meaning.at("samples").array()[1].integer(), 600);
  EXPECT_EQ(meaning.at("end").array()[2].real(), 900);
  EXPECT_EQ(meaning.at("normalization").text(), "hippo");
}

TEST_F(RecorderTest, TimesThatDoNotIncreaseAreNamedByTheirLine) {
  const Signal signal = open("t,u\n0,1\n5,2\n5,3\n", "u", "t");
  EXPECT_THAT(
      error_text(ErrorKind::bad_data, [&] { record(options(), *signal.table, {}, path("a.yms")); }),
      HasSubstr(":4: time 5 does not come after 5"));
  EXPECT_FALSE(std::filesystem::exists(path("a.yms")));
}

TEST_F(RecorderTest, NothingIsOverwrittenWithoutAWord) {
  run(csv_of(10), {});
  const Signal signal = open(csv_of(10));
  EXPECT_THAT(
      error_text(ErrorKind::file, [&] { record(options(), *signal.table, {}, path("a.yms")); }),
      HasSubstr("--force"));
}

TEST_F(RecorderTest, AnEmptyInputIsAnError) {
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { run("u\n", {}); }),
              HasSubstr("holds no samples"));
}

/// Cancels after some looks at it.
class ImpatientProgress : public Progress {
 public:
  void begin(std::string_view, uint64_t, std::string_view) override {}
  void advance(uint64_t) override {}
  void metric(std::string_view, double) override {}
  void warn(std::string_view) override {}
  bool cancelled() override { return ++looks_ > 1; }

 private:
  int looks_ = 0;
};

TEST_F(RecorderTest, ACancelledRunCanGoOn) {
  run(csv_of(20000), {}, "whole.yms");
  ImpatientProgress progress;
  const Signal signal = open(csv_of(20000));
  EXPECT_THAT(
      error_text(ErrorKind::cancelled,
                 [&] { record(options(), *signal.table, {}, path("a.yms"), false, &progress); }),
      HasSubstr("resume"));
  const uint64_t taken = Stream::load(path("a.yms")).samples();
  EXPECT_GT(taken, 0U);
  EXPECT_LT(taken, 20000U);
  resume("a.yms", csv_of(20000), {.gap = "refuse", .skip = taken});
  EXPECT_EQ(bytes("a.yms"), bytes("whole.yms"));
}

}  // namespace
}  // namespace yonder::memory
