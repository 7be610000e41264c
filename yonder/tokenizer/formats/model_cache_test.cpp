// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/formats/model_cache.h"

#include "tests/error_text.h"
#include "tests/random_text.h"
#include "yonder/base/file.h"
#include "yonder/base/random.h"
#include "yonder/tokenizer/formats/bytepiece.h"
#include "yonder/tokenizer/formats/table.h"
#include "yonder/tokenizer/tokenizer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

// An environment variable that a test sets or clears, put back in the end.
class Variable {
 public:
  explicit Variable(const char* name) : name_(name) {
    if (const char* value = std::getenv(name)) {
      before_ = value;
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { set(before_); }
  void set(const std::optional<std::string>& value) const {
    if (value) {
      setenv(name_, value->c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

// A model of its own in a folder of its own, with the cache folder beside it.
class ModelCache : public testing::Test {
 protected:
  ModelCache() {
    cache_variable_.set(cache_home_.string());
    write_model(1);
  }

  void write_model(uint64_t seed) const {
    Rng rng(seed);
    save_bytepiece(model_, random_vocabulary(rng, all_bytes(), 300, 6).pieces());
  }
  // The only file below the cache folder; empty if there is none.
  fs::path cache_file() const {
    fs::path found;
    if (fs::exists(cache_home_)) {
      for (const auto& entry : fs::recursive_directory_iterator(cache_home_)) {
        if (entry.is_regular_file()) {
          found = entry.path();
        }
      }
    }
    return found;
  }
  std::string ids(const LoadOptions& options = {}) const {
    Rng rng(2);
    std::vector<uint32_t> ids;
    const Tokenizer tokenizer = Tokenizer::load(model_, options);
    tokenizer.encode(random_text(rng, 2000, all_bytes()), ids);
    tokenizer.encode(random_text(rng, 2000, all_bytes()), ids, {.sample = true});
    return fmt::format("{} {}", tokenizer.checksum(), fmt::join(ids, " "));
  }

  TemporaryFolder folder_;
  fs::path model_ = folder_.path() / "m.model";
  fs::path cache_home_ = folder_.path() / "cache";
  Variable cache_variable_{"XDG_CACHE_HOME"};
  Variable home_variable_{"HOME"};
};

TEST_F(ModelCache, GivesTheIdsOfTheModelItself) {
  const std::string uncached = ids({.cache = "off"});
  EXPECT_EQ(cache_file(), fs::path());
  EXPECT_EQ(ids(), uncached);
  ASSERT_NE(cache_file(), fs::path());
  EXPECT_NE(find_cached_model(model_, {}), nullptr);
  EXPECT_EQ(ids(), uncached);
}

TEST_F(ModelCache, ServesBothKindsOfScores) {
  const std::string uncached = ids({.scores = "fixed", .cache = "off"});
  ids();
  EXPECT_EQ(ids({.scores = "fixed"}), uncached);
  EXPECT_TRUE(find_cached_model(model_, {.scores = "fixed"})->fixed_point());
  EXPECT_FALSE(find_cached_model(model_, {})->fixed_point());
}

TEST_F(ModelCache, IsNotUsedWhereItIsSwitchedOffOrDoesNotHoldWhatIsAsked) {
  ids();
  EXPECT_EQ(find_cached_model(model_, {.cache = "off"}), nullptr);
  EXPECT_EQ(find_cached_model(model_, {.add_bytes = true}), nullptr);
  EXPECT_EQ(find_cached_model(model_, {.log_scores = "scores"}), nullptr);
}

TEST_F(ModelCache, IsNotUsedOnceTheModelChanged) {
  const std::string before = ids();
  write_model(3);
  EXPECT_EQ(find_cached_model(model_, {}), nullptr);
  const std::string after = ids();
  EXPECT_NE(after, before);
  EXPECT_EQ(after, ids({.cache = "off"}));
  EXPECT_NE(find_cached_model(model_, {}), nullptr);  // made anew
}

TEST_F(ModelCache, IsIgnoredAndMadeAnewWhereItIsDamaged) {
  const std::string good = ids();
  const fs::path cache = cache_file();
  const std::string bytes = read_file(cache);
  for (const size_t at : {size_t{0}, size_t{70}, bytes.size() / 2, bytes.size() - 3}) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    write_file(cache, damaged);
    EXPECT_EQ(ids(), good) << "byte " << at;
    EXPECT_TRUE(read_file(cache) == bytes) << "byte " << at;
  }
  for (const size_t size : {size_t{0}, size_t{63}, bytes.size() / 2, bytes.size() - 1}) {
    write_file(cache, bytes.substr(0, size));
    EXPECT_EQ(ids(), good) << size << " bytes";
    EXPECT_TRUE(read_file(cache) == bytes) << size << " bytes";
  }
}

TEST_F(ModelCache, IsDoneWithoutWhereItsFolderCannotBeWritten) {
  const std::string good = ids({.cache = "off"});
  write_file(cache_home_, "a file where a folder should be");
  EXPECT_EQ(ids(), good);
  cache_variable_.set("relative");
  home_variable_.set(std::nullopt);
  EXPECT_EQ(ids(), good);
  EXPECT_FALSE(fs::exists("relative"));
}

TEST_F(ModelCache, KeepsOneCopyForEachModel) {
  ids();
  const fs::path first = cache_file();
  fs::copy_file(model_, folder_.path() / "n.model");
  Tokenizer::load(folder_.path() / "n.model");
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(first.parent_path())) {
    files += entry.is_regular_file() ? 1 : 0;
  }
  EXPECT_EQ(files, 2U);
}

TEST_F(ModelCache, IsItselfAModelFile) {
  const std::string good = ids({.cache = "off"});
  const fs::path copy = folder_.path() / "m.ytc";
  Tokenizer::load(model_).save(copy, "cache");
  fs::rename(copy, model_);
  EXPECT_EQ(ids(), good);
  std::string bytes = read_file(model_);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file(model_, bytes);
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { ids(); }), HasSubstr("m.model"));
}

TEST_F(ModelCache, KeepsGapsOfIds) {
  std::vector<CountedPiece> pieces;
  for (const char byte : all_bytes()) {
    pieces.push_back({std::string(1, byte), 1});
  }
  pieces.push_back({"", 0});
  pieces.push_back({"ab", 3});
  save_bytepiece(model_, pieces);
  const std::string good = ids({.cache = "off"});
  ids();
  ASSERT_NE(find_cached_model(model_, {}), nullptr);
  EXPECT_EQ(ids(), good);
}

TEST(LoadModel, SaysWhichFormatsItKnows) {
  const TemporaryFolder folder;
  write_file(folder.path() / "x", "hello");
  const std::string text =
      error_text(ErrorKind::bad_data, [&] { load_model(folder.path() / "x", {}, nullptr); });
  EXPECT_THAT(text, HasSubstr("no vocabulary file that is known here"));
  for (const std::string& name : model_format_names()) {
    EXPECT_THAT(text, HasSubstr(name));
  }
}

TEST(LoadModel, ReportsAMissingFile) {
  EXPECT_THAT(error_text(ErrorKind::file, [] { load_model("/nowhere/x.model", {}, nullptr); }),
              HasSubstr("/nowhere/x.model"));
}

}  // namespace
}  // namespace yonder::tokenizer
