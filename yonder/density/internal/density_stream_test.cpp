// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/density_stream.h"

#include "tests/error_text.h"
#include "yonder/density/internal/little_endian.h"
#include "yonder/density/internal/optimal_frequencies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace yonder::density::internal {
namespace {

using testing::HasSubstr;

TEST(EscapedBins, AreReadAsTheyWereWritten) {
  const StreamInfo info = {0.5, 0, 16, -3, 4, 0};
  const std::vector<int64_t> bins = {5, -4, 6, -5, 100, -100, 1000000007, kMostBin, -kMostBin, 5};
  EscapeWriter writer(info.low, info.high);
  for (const int64_t bin : bins) {
    writer.put(bin);
  }
  EscapeReader reader(writer.bytes(), info, "x.yec");
  for (const int64_t bin : bins) {
    EXPECT_EQ(reader.next(), bin);
  }
  reader.finish();
}

TEST(EscapedBins, AreAnEliasGammaCodeBehindTheirSide) {
  EscapeWriter writer(-3, 4);
  writer.put(5);   // 1 1
  writer.put(-8);  // 0 00101
  EXPECT_EQ(writer.bytes(), std::string("\xC5"));
}

TEST(EscapedBins, AreRefusedBeyondTheRangeAndBehindTheEnd) {
  const StreamInfo info = {1, 0, 16, 0, 0, 0};
  const auto read = [&](std::string_view bytes) {
    return error_text(ErrorKind::bad_data, [&] {
      EscapeReader reader(bytes, info, "x.yec");
      reader.next();
      reader.finish();
    });
  };
  EXPECT_THAT(read(""), HasSubstr("makes no sense"));
  EXPECT_THAT(read(std::string(20, '\0')), HasSubstr("makes no sense"));
  EXPECT_THAT(read("\x80\x01\xFF"), HasSubstr("makes no sense"));
  EXPECT_THAT(read("\xE0"), HasSubstr("makes no sense")) << "padding that is not zero";
  EXPECT_THAT(read(std::string("\xC0\x00", 2)), HasSubstr("makes no sense")) << "a byte too many";
}

// The head and the table of a stream of nothing, to be damaged.
struct Parts {
  uint8_t flags = 0;
  uint8_t precision = 12;
  double step = 0.5;
  double offset = 0;
  int64_t low = -1;
  int64_t high = 1;
  uint64_t samples = 0;
  std::string table;
  std::string payload;
  std::string escapes;

  Parts() {
    table = table_bytes({{1000, 2000, 1000, 96}, 12});
    for (size_t lane = 0; lane < kRansLanes; ++lane) {
      put(payload, kRansLowest);
    }
  }
  std::string bytes() const {
    std::string head;
    put(head, flags);
    put(head, precision);
    put(head, step);
    put(head, offset);
    put(head, low);
    put(head, high);
    put(head, samples);
    const std::array<std::pair<std::string_view, std::string_view>, 4> sections = {
        {{"head", head}, {"table", table}, {"payload", payload}, {"escapes", escapes}}};
    return record_bytes("YECS", 1, sections);
  }
};

std::string refusal(const Parts& parts) {
  return error_text(ErrorKind::bad_data, [&] { decode(parts.bytes(), "x.yec"); });
}

TEST(DensityStream, MayHoldNothing) {
  EXPECT_TRUE(decode(Parts().bytes(), "x.yec").empty());
  EXPECT_EQ(stream_info(Parts().bytes(), "x.yec").step, 0.5);
}

TEST(DensityStream, IsRefusedWhereItsHeadMakesNoSense) {
  const auto with = [](const auto& change) {
    Parts parts;
    change(parts);
    return refusal(parts);
  };
  EXPECT_THAT(with([](Parts& p) { p.flags = 2; }), HasSubstr("flags 0x2"));
  EXPECT_THAT(with([](Parts& p) { p.precision = 11; }), HasSubstr("the precision is 11"));
  EXPECT_THAT(with([](Parts& p) { p.precision = 25; }), HasSubstr("the precision is 25"));
  EXPECT_THAT(with([](Parts& p) { p.step = 0; }), HasSubstr("step 0"));
  EXPECT_THAT(with([](Parts& p) { p.step = std::numeric_limits<double>::quiet_NaN(); }),
              HasSubstr("step nan"));
  EXPECT_THAT(with([](Parts& p) { p.offset = std::numeric_limits<double>::infinity(); }),
              HasSubstr("offset inf"));
  EXPECT_THAT(with([](Parts& p) { p.low = 2; }), HasSubstr("from bin 2 to 1"));
  EXPECT_THAT(with([](Parts& p) { p.high = 5000; }), HasSubstr("from bin -1 to 5000"));
  EXPECT_THAT(with([](Parts& p) { p.low = std::numeric_limits<int64_t>::min(); }),
              HasSubstr("from bin -9223372036854775808"));
  EXPECT_THAT(with([](Parts& p) {
                p.step = 1e300;
                p.low = -kMostBin;
                p.high = -kMostBin + 2;
              }),
              HasSubstr("not all finite"));
  EXPECT_THAT(with([](Parts& p) { p.samples = 5000; }), HasSubstr("5000 coded numbers"));
  EXPECT_THAT(with([](Parts& p) { p.samples = std::numeric_limits<uint64_t>::max(); }),
              HasSubstr("cannot hold as many"));
}

TEST(DensityStream, IsRefusedWhereItsTableMakesNoSense) {
  const auto with_table = [](std::string table) {
    Parts parts;
    parts.table = std::move(table);
    return refusal(parts);
  };
  const std::string good = Parts().table;
  EXPECT_THAT(with_table(""), HasSubstr("table of frequencies is damaged"));
  EXPECT_THAT(with_table(good.substr(0, good.size() - 1)), HasSubstr("table of frequencies"));
  EXPECT_THAT(with_table(good + '\0'), HasSubstr("table of frequencies"));
  EXPECT_THAT(with_table(table_bytes({{1000, 2000, 1000, 95}, 12})), HasSubstr("the sum 2^12"));
  EXPECT_THAT(with_table(table_bytes({{1000, 2000, 1096, 0}, 12})), HasSubstr("numbers >= 1"));
  EXPECT_THAT(with_table(std::string(4, '\x80') + good), HasSubstr("table of frequencies"));
  EXPECT_THAT(with_table(std::string(40, '\xFF')), HasSubstr("table of frequencies"));
}

TEST(DensityStream, IsRefusedWhereItsNumbersDoNotEndWell) {
  Parts parts;
  parts.samples = 3;  // the states hold none
  EXPECT_THAT(refusal(parts), HasSubstr("do not end where they were begun"));
  parts = Parts();
  parts.escapes = std::string(1, '\0');
  EXPECT_THAT(refusal(parts), HasSubstr("escaped numbers"));
}

}  // namespace
}  // namespace yonder::density::internal
