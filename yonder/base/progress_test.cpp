// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/progress.h"

#include "tests/error_text.h"

#include <gtest/gtest.h>

#include <string>

namespace yonder {
namespace {

class Recorder final : public Progress {
 public:
  void begin(std::string_view what, uint64_t total, std::string_view unit) override {
    log += fmt::format("begin {} {} {};", what, total, unit);
  }
  void advance(uint64_t n) override { log += fmt::format("advance {};", n); }
  void metric(std::string_view name, double value) override {
    log += fmt::format("metric {} {};", name, value);
  }
  void warn(std::string_view text) override { log += fmt::format("warn {};", text); }
  bool cancelled() override { return stop; }
  std::string log;
  bool stop = false;
};

TEST(ProgressRef, ForwardsEveryCall) {
  Recorder recorder;
  const ProgressRef progress(&recorder);
  progress.begin("count", 10, "bytes");
  progress.advance(4);
  progress.metric("loss", 0.5);
  progress.warn("odd");
  EXPECT_EQ(recorder.log, "begin count 10 bytes;advance 4;metric loss 0.5;warn odd;");
}

TEST(ProgressRef, IsSilentOverNull) {
  const ProgressRef progress(nullptr);
  progress.begin("count", 10, "bytes");
  progress.advance(4);
  progress.metric("loss", 0.5);
  progress.warn("odd");
  EXPECT_FALSE(progress.cancelled());
  EXPECT_NO_THROW(progress.stop_if_cancelled("never said"));
}

TEST(ProgressRef, CancelledWorkSaysHowToGoOn) {
  Recorder recorder;
  const ProgressRef progress(&recorder);
  EXPECT_NO_THROW(progress.stop_if_cancelled("pass --resume to go on"));
  recorder.stop = true;
  EXPECT_TRUE(progress.cancelled());
  EXPECT_EQ(error_text(ErrorKind::cancelled,
                       [&] { progress.stop_if_cancelled("pass --resume to go on"); }),
            "stopped on request; pass --resume to go on");
}

}  // namespace
}  // namespace yonder
