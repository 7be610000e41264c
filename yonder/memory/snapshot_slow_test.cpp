// SPDX-License-Identifier: Apache-2.0
// Snapshots under the worst: a process killed at each of its system calls while it saves, and
// streams stopped after every single sample.
#include "tests/killed_at_calls.h"
#include "yonder/base/file.h"
#include "yonder/memory/internal/projection_reference.h"
#include "yonder/memory/stream.h"

#include <gtest/gtest.h>

namespace yonder::memory {
namespace {

using internal::test_edges;
using internal::test_signal;
using Samples = std::span<const double>;

TEST(SnapshotKilledAtAnyWrite, LeavesTheOldFileOrTheNewOne) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a.yms";
  // Large enough for several writes: 400 channels, 10 levels.
  const size_t channels = 400;
  Stream stream({.order = 64, .block = 4}, std::vector<std::string>(channels, "u"));
  const std::vector<double> u = test_signal(2048 * channels, 1);
  stream.push(Samples(u).first(1023 * channels));
  const std::string old_content = stream.to_bytes();
  stream.push(Samples(u).subspan(1023 * channels, 1000 * channels));
  const std::string new_content = stream.to_bytes();
  ASSERT_GT(new_content.size(), size_t{1} << 20);
  bool saw_old = false;
  bool saw_new = false;
  const int children = kill_at_every_call(
      [&] { write_file(path, old_content); }, [&] { stream.save(path); },
      [&](bool completed) {
        const std::string found = read_file(path);
        saw_old = saw_old || found == old_content;
        saw_new = saw_new || found == new_content;
        ASSERT_TRUE(found == old_content || found == new_content) << found.size() << " bytes";
        ASSERT_TRUE(!completed || found == new_content);
        ASSERT_NO_THROW(Stream::load(path));
      });
  EXPECT_TRUE(saw_old);
  EXPECT_TRUE(saw_new);
  EXPECT_GE(children, 6);
}

// 3 m + 7 samples, stopped after each.
TEST(SnapshotAtEveryPrefix, ContinuesToTheSameBits) {
  const size_t block = 256;
  const size_t count = 3 * block + 7;
  const std::vector<double> u = test_signal(count, 2);
  const std::vector<double> times = test_edges(count - 1, 0, 2);
  for (const char* measure : {"legs", "window:500"}) {
    for (const char* hold : {"zoh", "linear"}) {
      for (const bool timed : {false, true}) {
        const StreamOptions options{
            .measure = measure, .order = 16, .scalar = "f32", .hold = hold, .block = 256};
        const auto push = [&](Stream& stream, size_t first, size_t n) {
          stream.push(Samples(u).subspan(first, n),
                      timed ? Samples(times).subspan(first, n) : Samples());
        };
        Stream whole(options, {"u"});
        push(whole, 0, count);
        const std::string end = whole.to_bytes();
        Stream growing(options, {"u"});
        for (size_t k = 0; k <= count; ++k) {
          Stream resumed = Stream::from_bytes(growing.to_bytes(), "prefix");
          push(resumed, k, count - k);
          ASSERT_EQ(resumed.to_bytes(), end) << "stopped after " << k << " samples";
          if (k < count) {
            push(growing, k, 1);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace yonder::memory
