// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/trainer.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/sha256.h"
#include "yonder/tokenizer/bnlm/train_limits.h"
#include "yonder/tokenizer/bnlm/training_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

namespace yonder::tokenizer {
namespace {

using ::testing::HasSubstr;

class TrainerTest : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string write(const std::string& name, const std::string& content) const {
    write_file(path(name), content);
    return path(name);
  }
  /// Options of the training vector (docs/math/tokenizer.md, training vector).
  TrainOptions vector_options() const {
    TrainOptions options;
    options.input = {write("text.txt", vector_text())};
    options.out = path("out.model");
    options.vocab_size = {400, 300};
    options.order = 6;
    options.min_count = 4;
    options.threads = 1;
    return options;
  }
  TemporaryFolder folder_;
};

constexpr const char* kHash400 = "15bd8d9f6c738a9cd9255ea7edd4b5ae4c6deb9469dbf25798ac8cceb07cc464";
constexpr const char* kHash300 = "a9a956afb2c0523152b221fdb4240f180fe899738c6d1c95477e9870a848b263";

TEST_F(TrainerTest, MakesTheVectorText) {
  EXPECT_EQ(vector_text().size(), 36327U);
  EXPECT_EQ(sha256_hex(vector_text()),
            "fd2d3771b0443603a17d1babf0f7195b299db83b6c3afa4b1806e402779615b1");
}

TEST_F(TrainerTest, ReproducesTheTrainingVector) {
  for (const char* compat : {"bytepiece", "none"}) {
    for (const bool ensure_unicode : {true, false}) {
      TrainOptions options = vector_options();
      options.compat = compat;
      options.ensure_unicode = ensure_unicode;
      options.force = true;
      const TrainReport report = train(options, nullptr);
      EXPECT_EQ(report.text_bytes, 36327U);
      EXPECT_EQ(report.kept_ngrams, 256U + 83 + 250 + 538 + 845 + 1144);
      EXPECT_EQ(report.raw_pieces, 1420U);
      ASSERT_EQ(report.vocabularies.size(), 2U);
      EXPECT_EQ(report.vocabularies[0].pieces.size(), 397U);
      EXPECT_EQ(report.vocabularies[1].pieces.size(), 297U);
      std::array<uint64_t, 2> sums{};
      for (size_t i = 0; i < 2; ++i) {
        for (const CountedPiece& piece : report.vocabularies[i].pieces) {
          sums[i] += piece.count;
        }
      }
      EXPECT_EQ(sums[0], 8864U);
      EXPECT_EQ(sums[1], 10805U);
      EXPECT_EQ(sha256_hex(read_file(options.out + ".400")), kHash400);
      EXPECT_EQ(sha256_hex(read_file(options.out + ".300")), kHash300);
      EXPECT_FALSE(std::filesystem::exists(options.out + ".work"));
    }
  }
}

}  // namespace
}  // namespace yonder::tokenizer
