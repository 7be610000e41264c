// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/snapshot.h"

#include "tests/documented_dump.h"
#include "tests/error_text.h"
#include "yonder/memory/internal/projection_reference.h"

#include <gtest/gtest.h>

namespace yonder::memory {
namespace {

using internal::test_edges;
using internal::test_signal;
using ::testing::AllOf;
using ::testing::HasSubstr;

Stream small_stream() {
  Stream stream({.order = 2, .start = 10, .step = 0.5, .block = 2}, {"u"});
  stream.push(std::vector<double>{1, 2, 4});
  return stream;
}

TEST(Snapshot, HasTheBytesOfTheDocument) {
  const std::string bytes = documented_dump("docs/formats/memory_snapshot.md");
  EXPECT_EQ(small_stream().to_bytes(), bytes);
  const Summary summary = Stream::from_bytes(bytes, "document").summary();
  EXPECT_EQ(summary.begin(), 10);
  EXPECT_EQ(summary.end(), 11.5);
  EXPECT_NEAR(summary.coefficients(0)[0], 7.0 / 3, 1e-15);
}

TEST(Snapshot, InAFileIsTheSnapshotInMemory) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a.yms";
  const Stream stream = small_stream();
  stream.save(path);
  EXPECT_EQ(read_file(path), stream.to_bytes());
  EXPECT_EQ(Stream::load(path).to_bytes(), stream.to_bytes());
}

struct Kind {
  std::string measure;
  std::string scalar;
  std::string hold;
  bool timed;
};

std::vector<Kind> all_kinds() {
  std::vector<Kind> kinds;
  for (const char* measure :
       {"legs", "window:40", "legs-step", "legt:40", "lagt:20", "fout:40", "fous", "chebt:40"}) {
    for (const char* scalar : {"f32", "f64"}) {
      for (const char* hold : {"zoh", "linear"}) {
        for (const bool timed : {false, true}) {
          kinds.push_back({measure, scalar, hold, timed});
        }
      }
    }
  }
  return kinds;
}

class SnapshotOf : public ::testing::TestWithParam<Kind> {};

TEST_P(SnapshotOf, AStreamThatIsContinuedGivesTheBitsOfOneThatNeverStopped) {
  const Kind& kind = GetParam();
  const StreamOptions options{
      .measure = kind.measure, .order = 6, .scalar = kind.scalar, .hold = kind.hold, .block = 8};
  const size_t count = 3 * 8 + 7;
  const std::vector<double> u = test_signal(2 * count, 1);
  const std::vector<double> times = test_edges(count - 1, 3, 1);
  const auto push = [&](Stream& stream, size_t k) {
    stream.push(
        std::span<const double>(u).subspan(2 * k, 2),
        kind.timed ? std::span<const double>(times).subspan(k, 1) : std::span<const double>());
  };
  Stream whole(options, {"a", "b"});
  std::vector<std::string> prefixes = {whole.to_bytes()};
  for (size_t k = 0; k < count; ++k) {
    push(whole, k);
    prefixes.push_back(whole.to_bytes());
  }
  for (size_t k = 0; k <= count; k += 5) {
    Stream resumed = Stream::from_bytes(prefixes[k], "prefix");
    EXPECT_EQ(resumed.to_bytes(), prefixes[k]);
    EXPECT_EQ(resumed.names(), whole.names());
    for (size_t next = k; next < count; ++next) {
      push(resumed, next);
      ASSERT_EQ(resumed.to_bytes(), prefixes[next + 1]) << "stopped after " << k << " samples";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, SnapshotOf, ::testing::ValuesIn(all_kinds()), [](const auto& info) {
  const Kind& kind = info.param;
  std::string name = kind.measure.substr(0, kind.measure.find(':')) + "_" + kind.scalar + "_" +
                     kind.hold + (kind.timed ? "_timed" : "_regular");
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Snapshot, ThatIsDamagedAnywhereIsRefused) {
  const std::string bytes = small_stream().to_bytes();
  for (size_t size = 0; size < bytes.size(); ++size) {
    error_text(ErrorKind::bad_data, [&] { Stream::from_bytes(bytes.substr(0, size), "cut"); });
  }
  const auto is_padding = [](size_t at) {
    return (at >= 0xda && at < 0x100) || (at >= 0x198 && at < 0x1c0);
  };
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    if (!is_padding(at)) {
      error_text(ErrorKind::bad_data, [&] { Stream::from_bytes(changed, "changed"); });
    }
  }
}

TEST(Snapshot, SaysWhatIsWrongWithItsHead) {
  const auto read = [](const std::string& head) {
    const std::vector<std::pair<std::string_view, std::string_view>> sections = {{"head", head},
                                                                                 {"state", ""}};
    const std::string bytes = record_bytes(kSnapshotKind, kSnapshotVersion, sections);
    return error_text(ErrorKind::bad_data, [&] { Stream::from_bytes(bytes, "a.yms"); });
  };
  EXPECT_THAT(read(R"({"options":{"order":0},"names":["u"]})"),
              AllOf(HasSubstr("a.yms: head"), HasSubstr("order")));
  EXPECT_THAT(read(R"({"options":{"oder":4},"names":["u"]})"), HasSubstr("oder"));
  EXPECT_THAT(read(R"({"options":{"measure":"logs"},"names":["u"]})"), HasSubstr("logs"));
  EXPECT_THAT(read(R"({"options":{"rule":"foh"},"names":["u"]})"), HasSubstr("a.yms"));
  EXPECT_THAT(read(R"({"options":{},"names":[]})"), HasSubstr("without channels"));
  EXPECT_THAT(read(R"({"options":{}})"), HasSubstr("names"));
  EXPECT_THAT(read(R"({"options":{},"names":["u"]})"), HasSubstr("a.yms: state: byte 0"));
}

TEST(Snapshot, OfANewerVersionIsRefused) {
  const std::vector<std::pair<std::string_view, std::string_view>> sections = {{"head", "{}"}};
  const std::string bytes = record_bytes(kSnapshotKind, kSnapshotVersion + 1, sections);
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { Stream::from_bytes(bytes, "a.yms"); }),
              HasSubstr("version 2"));
}

}  // namespace
}  // namespace yonder::memory
