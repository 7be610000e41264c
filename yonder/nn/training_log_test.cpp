// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/training_log.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yonder::nn {
namespace {

TEST(TrainingLog, WritesOneObjectPerLine) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "log.jsonl";
  TrainingLog log(path, 0);
  log.write(10, {{"loss", 2.5}, {"learning_rate", 0.1}});
  log.write(20, {{"loss", 2}});
  EXPECT_EQ(read_file(path),
            "{\"step\":10,\"learning_rate\":0.1,\"loss\":2.5}\n{\"step\":20,\"loss\":2}\n");
}

TEST(TrainingLog, ForgetsWhatLiesBeyondTheCheckpointAndTornLines) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "log.jsonl";
  const std::string kept = "{\"step\":10,\"loss\":2.5}\n{\"step\":20,\"loss\":2.0}\n";
  write_file(path, kept + "{\"step\":30,\"loss\":1.5}\n{\"step\":40,\"lo");
  TrainingLog log(path, 20);
  EXPECT_EQ(read_file(path), kept);
  log.write(30, {{"loss", 1}});
  EXPECT_EQ(read_file(path), kept + "{\"step\":30,\"loss\":1}\n");
}

TEST(TrainingLog, BeginsAnewAtStepZero) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "log.jsonl";
  write_file(path, "{\"step\":10}\n");
  const TrainingLog log(path, 0);
  EXPECT_EQ(read_file(path), "");
}

TEST(TrainingLog, NamesTheFileOfADamagedLine) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "log.jsonl";
  write_file(path, "not json\n");
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { TrainingLog(path, 5); }),
              testing::HasSubstr("log.jsonl"));
}

}  // namespace
}  // namespace yonder::nn
