// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/bnlm/trainer.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/random.h"
#include "yonder/base/sha256.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/bnlm/bnlm_reference.h"
#include "yonder/tokenizer/bnlm/train_limits.h"
#include "yonder/tokenizer/bnlm/training_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

namespace yonder::tokenizer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kHash400 = "15bd8d9f6c738a9cd9255ea7edd4b5ae4c6deb9469dbf25798ac8cceb07cc464";
constexpr const char* kHash300 = "a9a956afb2c0523152b221fdb4240f180fe899738c6d1c95477e9870a848b263";

/// Tables that spill on the text of the vector, and a checkpoint after every batch.
constexpr TrainLimits kTiny{.segment_bytes = 1, .segment_seconds = 60, .table_bytes = 16000};
/// The same for long_text().
constexpr TrainLimits kSmall{.segment_bytes = 600000, .segment_seconds = 60, .table_bytes = 150000};

/// Asks to stop after a number of reports, and keeps the warnings.
class StoppingProgress : public Progress {
 public:
  explicit StoppingProgress(int reports) : left_(reports) {}
  void begin(std::string_view, uint64_t, std::string_view) override {}
  void advance(uint64_t) override { --left_; }
  void metric(std::string_view, double) override {}
  void warn(std::string_view text) override { warnings.emplace_back(text); }
  bool cancelled() override { return left_ <= 0; }
  std::vector<std::string> warnings;

 private:
  std::atomic<int> left_;
};

class TrainerTest : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string write(const std::string& name, const std::string& content) const {
    write_file(path(name), content);
    return path(name);
  }
  bool exists(const std::string& name) const {
    return std::filesystem::exists(folder_.path() / name);
  }
  /// Options of the training vector.
  TrainOptions vector_options() const {
    TrainOptions options;
    options.input = {write("text.txt", vector_text())};
    options.out = path("out.model");
    options.vocab_size = {300, 400};
    options.order = 6;
    options.min_count = 4;
    options.threads = 1;
    options.force = true;
    return options;
  }
  void expect_vector(const TrainOptions& options) const {
    EXPECT_EQ(sha256_hex(read_file(options.out + ".400")), kHash400);
    EXPECT_EQ(sha256_hex(read_file(options.out + ".300")), kHash300);
    EXPECT_FALSE(exists("out.model.work"));
  }
  /// A text of several batches, about 2 MB.
  static std::string long_text() {
    std::string text;
    for (int i = 0; text.size() < (size_t{2} << 20); ++i) {
      text += vector_text() + std::to_string(i * 7919) + " one line that differs\n";
    }
    return text;
  }
  TemporaryFolder folder_;
};

TEST_F(TrainerTest, ReproducesTheTrainingVector) {
  ASSERT_EQ(sha256_hex(vector_text()),
            "fd2d3771b0443603a17d1babf0f7195b299db83b6c3afa4b1806e402779615b1");
  for (const char* compat : {"bytepiece", "none"}) {
    for (const bool ensure_unicode : {true, false}) {
      TrainOptions options = vector_options();
      options.compat = compat;
      options.ensure_unicode = ensure_unicode;
      const TrainReport report = train(options, nullptr);
      EXPECT_EQ(report.text_bytes, 36327U);
      EXPECT_EQ(report.kept_ngrams, 256U + 83 + 250 + 538 + 845 + 1144);
      EXPECT_EQ(report.raw_pieces, 1420U);
      ASSERT_EQ(report.vocabularies.size(), 2U);
      EXPECT_EQ(report.vocabularies[0].requested_size, 400);
      EXPECT_EQ(report.vocabularies[0].pieces.size(), 397U);
      EXPECT_EQ(report.vocabularies[1].pieces.size(), 297U);
      std::array<uint64_t, 2> sums{};
      for (size_t i = 0; i < 2; ++i) {
        for (const CountedPiece& piece : report.vocabularies[i].pieces) {
          sums[i] += piece.count;
        }
      }
      EXPECT_THAT(sums, ElementsAre(8864, 10805));
      expect_vector(options);
    }
  }
}

TEST_F(TrainerTest, EqualsTheReferenceProgramInEverySetting) {
  const std::string name = YONDER_SOURCE_DIR "/tests/golden/tokenizer/training.json";
  const Json golden = parse_json(read_file(name), name);
  for (const Json& item : golden.at("cases").array()) {
    TrainOptions options;
    options.input = {write("text.txt", golden.at("texts").at(item.at("text").text()).text())};
    options.out = path("out.model");
    options.compat = "bytepiece";
    options.order = item.at("order").integer();
    options.min_count = item.at("min_count").integer();
    options.max_piece_length = item.at("max_piece_length").integer();
    options.isolate_digits = item.at("isolate_digits").boolean();
    options.ensure_unicode = item.at("ensure_unicode").boolean();
    options.threads = 2;
    options.force = true;
    options.vocab_size.clear();
    for (const Json& size : item.at("sizes").array()) {
      options.vocab_size.push_back(size.integer());
    }
    train(options, nullptr);
    for (size_t i = 0; i < options.vocab_size.size(); ++i) {
      EXPECT_EQ(sha256_hex(read_file(options.out + "." + std::to_string(options.vocab_size[i]))),
                item.at("sha256").array()[i].text())
          << "order " << options.order << " size " << options.vocab_size[i];
    }
  }
}

TEST_F(TrainerTest, ResultsDoNotDependOnThreadsMemoryOrCheckpoints) {
  for (const int64_t threads : {1, 2, 3, 4}) {
    TrainOptions options = vector_options();
    options.threads = threads;
    train(options, nullptr);
    expect_vector(options);
    train(options, kTiny, nullptr);
    expect_vector(options);
  }
}

TEST_F(TrainerTest, GivesTheSameFileWhenItSpills) {
  TrainOptions options = vector_options();
  options.input = {write("long.txt", long_text())};
  options.vocab_size = {500};
  options.threads = 2;
  train(options, nullptr);
  const std::string expected = read_file(options.out);
  train(options, kSmall, nullptr);
  EXPECT_EQ(read_file(options.out), expected);
  EXPECT_FALSE(exists("out.model.work"));
}

TEST_F(TrainerTest, WritesASingleSizeUnderTheNameGiven) {
  TrainOptions options = vector_options();
  options.vocab_size = {400};
  const TrainReport report = train(options, nullptr);
  EXPECT_EQ(report.vocabularies.at(0).path, options.out);
  EXPECT_EQ(sha256_hex(read_file(options.out)), kHash400);
}

TEST_F(TrainerTest, GoesOnAfterACancelToTheSameFile) {
  const std::string text = write("long.txt", long_text());
  TrainOptions options = vector_options();
  options.input = {text};
  options.vocab_size = {500};
  train(options, nullptr);
  const std::string expected = read_file(options.out);
  int cancelled = 0;
  for (int reports = 0; reports < 40; reports += 7) {
    options.resume = false;
    StoppingProgress progress(reports);
    TrainLimits limits;
    limits.segment_bytes = 500000;
    try {
      train(options, limits, &progress);
    } catch (const Error& error) {
      ASSERT_EQ(error.kind, ErrorKind::cancelled) << error.what();
      EXPECT_THAT(error.what(), HasSubstr("--resume"));
      ++cancelled;
      std::filesystem::remove(options.out);
      options.resume = true;
      train(options, nullptr);
    }
    EXPECT_EQ(read_file(options.out), expected) << reports;
    EXPECT_FALSE(exists("out.model.work"));
  }
  EXPECT_GT(cancelled, 3);
}

TEST_F(TrainerTest, KeepsAStartedStateUnlessToldOtherwise) {
  TrainOptions options = vector_options();
  options.force = false;
  StoppingProgress progress(0);
  error_text(ErrorKind::cancelled, [&] { train(options, &progress); });
  ASSERT_TRUE(exists("out.model.work/manifest.json"));
  EXPECT_THAT(error_text(ErrorKind::file, [&] { train(options, nullptr); }),
              HasSubstr("pass --resume to go on with it"));
  options.resume = true;
  options.min_count = 5;
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { train(options, nullptr); }),
              HasSubstr("had other options"));
  options.min_count = 4;
  train(options, nullptr);
  expect_vector(options);
}

TEST_F(TrainerTest, ForceThrowsAStartedStateAway) {
  TrainOptions options = vector_options();
  options.min_count = 5;
  StoppingProgress progress(2);
  error_text(ErrorKind::cancelled, [&] { train(options, &progress); });
  ASSERT_TRUE(exists("out.model.work/manifest.json"));
  options.min_count = 4;
  train(options, nullptr);
  expect_vector(options);
}

TEST_F(TrainerTest, ResumeWithoutAStateStartsAtTheBeginning) {
  TrainOptions options = vector_options();
  options.resume = true;
  train(options, nullptr);
  expect_vector(options);
}

TEST_F(TrainerTest, NoticesThatTheTextChangedBetweenThePasses) {
  TrainOptions options = vector_options();
  StoppingProgress progress(3);  // stops in the second pass
  error_text(ErrorKind::cancelled, [&] { train(options, &progress); });
  ASSERT_TRUE(exists("out.model.work/manifest.json"));
  options.resume = true;
  std::string text = vector_text();
  write("text.txt", text + "x");
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { train(options, nullptr); }),
              HasSubstr("36327 bytes when they were first read and have 36328 now"));
  text[5000] = '#';
  write("text.txt", text);
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { train(options, nullptr); }),
              HasSubstr("the text has changed since it was first read"));
  write("text.txt", vector_text());
  train(options, nullptr);
  expect_vector(options);
}

TEST_F(TrainerTest, PutsItsWorkIntoTheFolderThatTmpNames) {
  TrainOptions options = vector_options();
  options.tmp = path("elsewhere");
  StoppingProgress progress(0);
  error_text(ErrorKind::cancelled, [&] { train(options, &progress); });
  EXPECT_TRUE(exists("elsewhere/out.model.work/manifest.json"));
  options.resume = true;
  train(options, nullptr);
  expect_vector(options);
  EXPECT_FALSE(exists("elsewhere/out.model.work"));
}

TEST_F(TrainerTest, RefusesADamagedState) {
  TrainOptions options = vector_options();
  StoppingProgress progress(3);
  error_text(ErrorKind::cancelled, [&] { train(options, &progress); });
  options.resume = true;
  const std::filesystem::path kept = folder_.path() / "out.model.work" / "kept-3-000002.run";
  ASSERT_TRUE(std::filesystem::exists(kept));
  std::string bytes = read_file(kept);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file(kept, bytes);
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { train(options, nullptr); }),
              HasSubstr("kept-3-000002.run: damaged"));
  std::filesystem::remove(kept);
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { train(options, nullptr); }),
              HasSubstr("kept-3-000002.run: is missing"));
}

TEST_F(TrainerTest, WarnsWhenNothingButBytesIsLeft) {
  TrainOptions options = vector_options();
  options.min_count = 1000000;
  StoppingProgress progress(1000000);
  const TrainReport report = train(options, &progress);
  EXPECT_EQ(report.vocabularies.at(0).pieces.size(), 256U);
  ASSERT_FALSE(progress.warnings.empty());
  EXPECT_THAT(progress.warnings[0], HasSubstr("nothing but the 256 single bytes is left"));
}

TEST_F(TrainerTest, SaysWhatIsWrongBeforeItStarts) {
  const TrainOptions good = vector_options();
  const auto message = [](ErrorKind kind, const TrainOptions& options) {
    return error_text(kind, [&] { train(options, nullptr); });
  };
  TrainOptions options = good;
  options.input.clear();
  EXPECT_THAT(message(ErrorKind::bad_option, options), HasSubstr("--input"));
  options = good;
  options.input = {"-"};
  EXPECT_THAT(message(ErrorKind::bad_option, options), HasSubstr("reads the text twice"));
  options = good;
  options.order = 8;
  EXPECT_THAT(message(ErrorKind::bad_option, options), HasSubstr("order"));
  options = good;
  options.vocab_size = {100};
  EXPECT_THAT(message(ErrorKind::bad_option, options), HasSubstr("vocab-size"));
  options = good;
  options.out = path("missing/out.model");
  EXPECT_THAT(message(ErrorKind::file, options), HasSubstr("there is no such folder"));
  options = good;
  options.force = false;
  write("out.model.300", "x");
  EXPECT_THAT(message(ErrorKind::file, options), HasSubstr("out.model.300"));
  EXPECT_FALSE(exists("out.model.work"));
  options = good;
  options.input = {write("empty.txt", "")};
  EXPECT_THAT(message(ErrorKind::bad_data, options), HasSubstr("hold no text"));
  EXPECT_FALSE(exists("out.model.work"));
}

TEST_F(TrainerTest, TakesAListOfPieces) {
  // p(ab) is above p(a) p(b), p(cd) below p(c) p(d).
  const TrainedVocabulary result =
      train_from_pieces({{"a", 10}, {"b", 10}, {"ab", 50}, {"c", 100}, {"d", 100}, {"cd", 1}},
                        path("list.model"), false, nullptr);
  EXPECT_EQ(result.pieces.size(), 257U);
  EXPECT_EQ(result.pieces.back().bytes, "ab");
  EXPECT_EQ(result.pieces[static_cast<size_t>('c')].count, 101U);
  EXPECT_TRUE(exists("list.model"));
  const auto message = [&](std::vector<CountedPiece> pieces) {
    return error_text(ErrorKind::bad_data, [&] {
      train_from_pieces(std::move(pieces), path("bad.model"), false, nullptr);
    });
  };
  EXPECT_THAT(message({}), HasSubstr("no pieces"));
  EXPECT_THAT(message({{"a", 1}, {"", 1}}), HasSubstr("piece 2 of the list is empty"));
  EXPECT_THAT(message({{"a", 0}}), HasSubstr("has count 0"));
  EXPECT_THAT(message({{"a", 1}, {"b", 1}, {"a", 2}}),
              HasSubstr("piece 3 of the list stands in it twice"));
}

class CountsTest : public TrainerTest {
 protected:
  std::string count(const std::string& name, const std::vector<std::string>& input,
                    const TrainLimits& limits = {}) const {
    CountOptions options;
    options.input = input;
    options.out = path(name);
    options.force = true;
    options.threads = 2;
    count_ngrams(options, limits, nullptr);
    return options.out;
  }
};

TEST_F(CountsTest, MergedEqualTheCountsOfAllTextsInAnyOrder) {
  const std::string a = write("a.txt", vector_text());
  const std::string b = write("b.txt", "another text, 12 34\n\xff\xfe");
  const std::string c = write("c.txt", long_text());
  const std::string all = read_file(count("all.ync", {a, b, c}));
  EXPECT_EQ(read_file(count("other.ync", {c, a, b})), all);
  EXPECT_EQ(read_file(count("small.ync", {b, c, a}, kSmall)), all);
  const std::vector<std::string> parts = {count("a.ync", {a}), count("b.ync", {b}),
                                          count("c.ync", {c})};
  merge_counts(parts, path("merged.ync"), false, nullptr);
  EXPECT_EQ(read_file(path("merged.ync")), all);
  merge_counts({parts[2], parts[0]}, path("two.ync"), false, nullptr);
  merge_counts({path("two.ync"), parts[1]}, path("merged.ync"), true, nullptr);
  EXPECT_EQ(read_file(path("merged.ync")), all);
}

TEST_F(CountsTest, TakeThePlaceOfTheFirstPass) {
  TrainOptions options = vector_options();
  options.from_counts = count("vector.ync", options.input);
  train(options, nullptr);
  expect_vector(options);
}

TEST_F(CountsTest, OfOtherSettingsAreRefused) {
  TrainOptions options = vector_options();
  options.from_counts = count("vector.ync", options.input);
  options.order = 5;
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { train(options, nullptr); }),
              HasSubstr("was counted with order 6"));
  CountOptions other;
  other.input = options.input;
  other.out = path("digits.ync");
  other.isolate_digits = true;
  count_ngrams(other, nullptr);
  const std::vector<std::string> unlike = {options.from_counts, other.out};
  EXPECT_THAT(error_text(ErrorKind::bad_option,
                         [&] { merge_counts(unlike, path("m.ync"), false, nullptr); }),
              HasSubstr("digits.ync: was counted with order 6, isolated digits"));
}

TEST_F(CountsTest, GoOnAfterACancel) {
  const std::string text = write("long.txt", long_text());
  const std::string expected = read_file(count("expected.ync", {text}));
  CountOptions options;
  options.input = {text};
  options.out = path("out.ync");
  StoppingProgress progress(4);
  error_text(ErrorKind::cancelled, [&] { count_ngrams(options, &progress); });
  EXPECT_TRUE(exists("out.ync.work/manifest.json"));
  options.resume = true;
  count_ngrams(options, nullptr);
  EXPECT_EQ(read_file(options.out), expected);
  EXPECT_FALSE(exists("out.ync.work"));
}

/// The whole of training by the slow reference.
std::vector<NgramMap> train_reference(const std::vector<std::string>& documents,
                                      const TrainOptions& options) {
  const bool reference = options.compat == "bytepiece";
  std::vector<std::string> chunks;
  for (const std::string& document : documents) {
    const bool normalize = reference || options.normalize == "nfc";
    for (std::string& chunk :
         training_chunks_reference(normalize ? nfc(document) : document, options.isolate_digits)) {
      chunks.push_back(std::move(chunk));
    }
  }
  const auto order = static_cast<int>(options.order);
  const auto min_count = static_cast<uint64_t>(options.min_count);
  const NgramMap counts = count_ngrams_reference(chunks, order);
  uint64_t total = counts.at("");
  for (int byte = 0; byte < 256; ++byte) {
    total += counts.count(std::string(1, static_cast<char>(byte))) == 0 ? 1 : 0;
  }
  const auto model = ngram_model_reference(counts, min_count);
  NgramMap pieces;
  for (const std::string& chunk : chunks) {
    for (const std::string& piece :
         cut_reference(chunk, model, order, options.ensure_unicode, reference, log_count(total))) {
      ++pieces[piece];
    }
  }
  return prune_reference(pieces, options.vocab_size,
                         static_cast<uint64_t>(options.max_piece_length), min_count);
}

TEST(Trainer, EqualsTheSlowReferenceOnRandomText) {
  static const std::vector<std::string> kUnits = {
      "the ", "cat ", "on ",  "1984", "7 ",   "太阳",     "月亮", "é", "e\xcc\x81", "龘",
      "👍",    "\n",   "\n\n", "\xff", "\x80", "\xe4\xb8", "٣",    "a", "b"};
  for (uint64_t seed = 0; seed < 30; ++seed) {
    Rng rng(seed);
    const auto between = [&rng](uint64_t low, uint64_t high) {
      return static_cast<int64_t>(low + rng.below(high - low + 1));
    };
    const TemporaryFolder folder;
    TrainOptions options;
    std::vector<std::string> documents(static_cast<size_t>(between(1, 3)));
    for (size_t i = 0; i < documents.size(); ++i) {
      for (int64_t units = between(1, 200); units > 0; --units) {
        documents[i] += kUnits[rng.below(kUnits.size())];
      }
      const std::filesystem::path file = folder.path() / std::to_string(i);
      write_file(file, documents[i]);
      options.input.push_back(file.string());
    }
    options.out = (folder.path() / "out").string();
    options.order = between(1, 7);
    options.min_count = between(1, 4);
    options.max_piece_length = between(1, 40);
    options.isolate_digits = between(0, 1) == 1;
    options.ensure_unicode = between(0, 1) == 1;
    options.compat = between(0, 1) == 1 ? "bytepiece" : "none";
    options.normalize = between(0, 1) == 1 ? "nfc" : "none";
    options.threads = between(1, 2);
    options.vocab_size = {between(300, 500), between(259, 299)};
    const auto expected = train_reference(documents, options);
    const TrainReport report = train(options, nullptr);
    for (size_t i = 0; i < 2; ++i) {
      NgramMap found;
      for (const CountedPiece& piece : report.vocabularies.at(i).pieces) {
        found[piece.bytes] = piece.count;
      }
      ASSERT_EQ(found, expected[i]) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace yonder::tokenizer
