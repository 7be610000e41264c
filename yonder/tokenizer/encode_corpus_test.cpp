// SPDX-License-Identifier: Apache-2.0
// Id files from text; the reader has its own tests. Kills: encode_corpus_slow_test.cpp.
#include "tests/error_text.h"
#include "tests/small_tokenizer.h"
#include "yonder/base/file.h"
#include "yonder/tokenizer/token_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <sstream>

namespace yonder::tokenizer {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// Asks to stop after some blocks.
class StoppingProgress : public Progress {
 public:
  explicit StoppingProgress(int blocks) : left_(blocks) {}
  void begin(std::string_view, uint64_t, std::string_view) override {}
  void advance(uint64_t) override { --left_; }
  void metric(std::string_view, double) override {}
  void warn(std::string_view) override {}
  bool cancelled() override { return left_ <= 0; }

 private:
  std::atomic<int> left_;
};

class EncodeCorpus : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  std::string text_file(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }

  EncodeCorpusOptions options_for(std::vector<std::string> input) const {
    EncodeCorpusOptions options;
    options.input = std::move(input);
    options.out = path("out.ids");
    options.threads = 2;
    return options;
  }

  // Several blocks of text.
  static std::string long_text() {
    std::string text;
    while (text.size() < 2500000) {
      text += "the cat sat on the mat, line " + std::to_string(text.size()) + "\n";
    }
    return text;
  }

  // Leaves an interrupted run of long_text() behind.
  EncodeCorpusOptions interrupted() const {
    EncodeCorpusOptions options = options_for({text_file("long.txt", long_text())});
    StoppingProgress progress(2);
    EXPECT_THAT(
        error_text(ErrorKind::cancelled, [&] { encode_corpus(tokenizer_, options, &progress); }),
        HasSubstr("--resume"));
    options.resume = true;
    return options;
  }

  TemporaryFolder folder_;
  Tokenizer tokenizer_ = small_tokenizer({{"the ", 90}, {"at", 80}, {"line", 70}, {"aa", 60}});
};

TEST_F(EncodeCorpus, HoldsTheIdsOfEachDocument) {
  const std::string lines = "the cat\n\nsat";
  const EncodeCorpusOptions options =
      options_for({text_file("a.txt", "on the mat"), text_file("b.txt", lines) + ":lines"});
  const EncodeCorpusReport report = encode_corpus(tokenizer_, options, nullptr);
  EXPECT_EQ(report.documents, 4U);
  EXPECT_EQ(report.bytes, 22U);
  const TokenFile file(options.out);
  file.require_model(tokenizer_);
  file.verify();
  EXPECT_EQ(report.ids, file.size());
  ASSERT_EQ(file.documents(), 4U);
  const std::vector<std::string> documents = {"on the mat", "the cat\n", "\n", "sat"};
  for (size_t i = 0; i < documents.size(); ++i) {
    const auto [first, last] = file.document(i);
    std::vector<uint32_t> expected;
    tokenizer_.encode(documents[i], expected);
    EXPECT_EQ(file.read(first, last - first), expected);
  }
}

TEST_F(EncodeCorpus, DrawsEachDocumentByItsIndex) {
  EncodeCorpusOptions options = options_for({text_file("a.txt", "aaaaaaa\naaaaaaaa\n") + ":lines"});
  options.encode.uniform = true;
  options.encode.seed = 42;
  options.encode.document = 5;
  options.encode.eos = true;
  encode_corpus(tokenizer_, options, nullptr);
  const TokenFile file(options.out);
  const auto [first, last] = file.document(1);
  EncodeOptions own = options.encode;
  own.document = 6;
  std::vector<uint32_t> expected;
  tokenizer_.encode("aaaaaaaa\n", expected, own);
  EXPECT_EQ(file.read(first, last - first), expected);
  EXPECT_EQ(expected.back(), kEosId);
  EXPECT_THAT(file.settings(), HasSubstr("42"));
}

TEST_F(EncodeCorpus, HasTheSameBytesForAnyNumberOfThreads) {
  EncodeCorpusOptions options = options_for({text_file("long.txt", long_text())});
  options.encode.sample = true;
  options.threads = 1;
  encode_corpus(tokenizer_, options, nullptr);
  const std::string one = read_file(options.out);
  options.threads = 4;
  options.force = true;
  encode_corpus(tokenizer_, options, nullptr);
  EXPECT_EQ(read_file(options.out), one);
}

TEST_F(EncodeCorpus, EncodesALineLongerThanABlock) {
  const std::string text = std::string(3000000, 'a') + "\nthe cat";
  const EncodeCorpusOptions options = options_for({text_file("a.txt", text)});
  encode_corpus(tokenizer_, options, nullptr);
  const TokenFile file(options.out);
  std::vector<uint32_t> expected;
  tokenizer_.encode(text, expected);
  EXPECT_EQ(file.read(0, file.size()), expected);
}

TEST_F(EncodeCorpus, MayHaveNoText) {
  const EncodeCorpusOptions options = options_for({text_file("a.txt", "")});
  const EncodeCorpusReport report = encode_corpus(tokenizer_, options, nullptr);
  EXPECT_EQ(report.documents, 1U);
  EXPECT_EQ(TokenFile(options.out).document(0), (std::pair<uint64_t, uint64_t>{0, 0}));
}

TEST_F(EncodeCorpus, LeavesNothingBesideTheFile) {
  encode_corpus(tokenizer_, options_for({text_file("a.txt", "the cat")}), nullptr);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    names.push_back(entry.path().filename());
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("a.txt", "out.ids"));
}

TEST_F(EncodeCorpus, OverwritesOnlyWhenForced) {
  EncodeCorpusOptions options = options_for({text_file("a.txt", "the cat")});
  write_file(options.out, "mine");
  EXPECT_THAT(error_text(ErrorKind::file, [&] { encode_corpus(tokenizer_, options, nullptr); }),
              HasSubstr("--force"));
  EXPECT_EQ(read_file(options.out), "mine");
  options.force = true;
  encode_corpus(tokenizer_, options, nullptr);
  EXPECT_EQ(TokenFile(options.out).documents(), 1U);
}

TEST_F(EncodeCorpus, KeepsALinkToTheResult) {
  EncodeCorpusOptions options = options_for({text_file("a.txt", "the cat")});
  write_file(path("target"), "old");
  fs::create_symlink(path("target"), options.out);
  options.force = true;
  encode_corpus(tokenizer_, options, nullptr);
  EXPECT_TRUE(fs::is_symlink(options.out));
  EXPECT_EQ(TokenFile(path("target")).documents(), 1U);
}

TEST_F(EncodeCorpus, RefusesAFolderAndADeviceAsResult) {
  EncodeCorpusOptions options = options_for({text_file("a.txt", "the cat")});
  options.force = true;
  options.out = folder_.path().string();
  EXPECT_THAT(error_text(ErrorKind::file, [&] { encode_corpus(tokenizer_, options, nullptr); }),
              HasSubstr("is a folder"));
  options.out = "/dev/null";
  EXPECT_THAT(error_text(ErrorKind::file, [&] { encode_corpus(tokenizer_, options, nullptr); }),
              HasSubstr("is a device"));
}

TEST_F(EncodeCorpus, GoesOnAfterAnInterruption) {
  EncodeCorpusOptions options = interrupted();
  EXPECT_FALSE(fs::exists(options.out));
  const EncodeCorpusReport resumed = encode_corpus(tokenizer_, options, nullptr);
  const std::string bytes = read_file(options.out);
  EXPECT_FALSE(fs::exists(options.out + ".partial"));
  options.resume = false;
  options.force = true;
  const EncodeCorpusReport whole = encode_corpus(tokenizer_, options, nullptr);
  EXPECT_EQ(read_file(options.out), bytes);
  EXPECT_EQ(resumed.ids, whole.ids);
  EXPECT_EQ(resumed.bytes, whole.bytes);
}

TEST_F(EncodeCorpus, DoesNotEncodeAgainWhatTheStateVouchesFor) {
  const EncodeCorpusOptions options = interrupted();
  // The ids are not looked at again before the end, so a false one among them is noticed there.
  std::fstream ids(options.out + ".partial/ids", std::ios::in | std::ios::out | std::ios::binary);
  ids.put('\x7F');
  ids.close();
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { encode_corpus(tokenizer_, options, nullptr); }),
              HasSubstr("it is not what was written"));
  EXPECT_FALSE(fs::exists(options.out));
}

TEST_F(EncodeCorpus, ResumesWhatWasNeverBegun) {
  EncodeCorpusOptions options = options_for({text_file("a.txt", "the cat")});
  options.resume = true;
  fs::create_directory(options.out + ".partial");
  write_file(options.out + ".partial/ids", "rubbish");
  write_file(options.out + ".partial/complete.tmp-1-1", "rubbish");
  encode_corpus(tokenizer_, options, nullptr);
  TokenFile(options.out).verify();
}

TEST_F(EncodeCorpus, DoesNotStartOverAnInterruptedRunUnasked) {
  EncodeCorpusOptions options = interrupted();
  options.resume = false;
  EXPECT_THAT(error_text(ErrorKind::file, [&] { encode_corpus(tokenizer_, options, nullptr); }),
              AllOf(HasSubstr("--resume"), HasSubstr("--force")));
  options.force = true;
  encode_corpus(tokenizer_, options, nullptr);
  TokenFile(options.out).verify();
}

TEST_F(EncodeCorpus, RefusesToResumeWithOtherOptionsOrModel) {
  EncodeCorpusOptions options = interrupted();
  options.encode.eos = true;
  EXPECT_THAT(
      error_text(ErrorKind::bad_option, [&] { encode_corpus(tokenizer_, options, nullptr); }),
      HasSubstr("the interrupted run had another options:"));
  options.encode.eos = false;
  const Tokenizer other = small_tokenizer();
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { encode_corpus(other, options, nullptr); }),
              AllOf(HasSubstr("another model"), HasSubstr(other.checksum())));
  options.input.push_back(text_file("more.txt", "more"));
  EXPECT_THAT(
      error_text(ErrorKind::bad_option, [&] { encode_corpus(tokenizer_, options, nullptr); }),
      HasSubstr("another input"));
}

TEST_F(EncodeCorpus, RefusesToResumeOnTextThatChanged) {
  const EncodeCorpusOptions options = interrupted();
  std::string text = long_text();
  text[1000] = '!';
  text_file("long.txt", text);
  EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { encode_corpus(tokenizer_, options, nullptr); }),
              HasSubstr("the input has changed within its first"));
  text_file("long.txt", text + "more");
  EXPECT_THAT(
      error_text(ErrorKind::bad_option, [&] { encode_corpus(tokenizer_, options, nullptr); }),
      HasSubstr("another size of the input files"));
}

TEST_F(EncodeCorpus, TakesThreadsAndCheckpointsAnewWhenItResumes) {
  EncodeCorpusOptions options = interrupted();
  options.threads = 1;
  options.checkpoint = 1;
  encode_corpus(tokenizer_, options, nullptr);
  TokenFile(options.out).verify();
}

TEST_F(EncodeCorpus, RefusesASecondProcess) {
  const EncodeCorpusOptions options = options_for({text_file("a.txt", "the cat")});
  fs::create_directory(options.out + ".partial");
  const int descriptor = ::open((options.out + ".partial").c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::flock(descriptor, LOCK_EX), 0);
  EXPECT_THAT(error_text(ErrorKind::file, [&] { encode_corpus(tokenizer_, options, nullptr); }),
              HasSubstr("another process is writing it"));
  ::close(descriptor);
  encode_corpus(tokenizer_, options, nullptr);
}

TEST_F(EncodeCorpus, NeedsInputAndAResultAndNoForcedCuts) {
  EncodeCorpusOptions options = options_for({});
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { options.validate(); }), HasSubstr("--input"));
  options = options_for({text_file("a.txt", "the cat")});
  options.out.clear();
  EXPECT_THAT(error_text(ErrorKind::bad_option, [&] { options.validate(); }), HasSubstr("--out"));
  options.out = path("out.ids");
  options.encode.max_lag = 9;
  EXPECT_THAT(
      error_text(ErrorKind::bad_option, [&] { encode_corpus(tokenizer_, options, nullptr); }),
      HasSubstr("--max-lag"));
}

TEST_F(EncodeCorpus, LeavesNothingWhenTheInputIsMissing) {
  const EncodeCorpusOptions options = options_for({path("none.txt")});
  EXPECT_THAT(error_text(ErrorKind::file, [&] { encode_corpus(tokenizer_, options, nullptr); }),
              HasSubstr("none.txt"));
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

// A limit on the size of files stands in for a full disk. Runs in a child, because it cannot be
// lifted again.
TEST_F(EncodeCorpus, KeepsWhatResumeNeedsWhenTheDiskIsFull) {
  EncodeCorpusOptions options = options_for({text_file("long.txt", long_text())});
  options.checkpoint = 1 << 20;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{2 << 20, 2 << 20};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int status = 1;
    try {
      encode_corpus(tokenizer_, options, nullptr);
    } catch (const Error& error) {
      const std::string text = error.what();
      status = error.kind == ErrorKind::file && text.find("cannot be written") < text.size() &&
                       text.find("go on with --resume") < text.size()
                   ? 0
                   : 2;
    }
    ::_exit(status);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(fs::exists(options.out + ".partial/state.json"));
  options.resume = true;
  encode_corpus(tokenizer_, options, nullptr);
  const std::string resumed = read_file(options.out);
  options.force = true;
  options.resume = false;
  encode_corpus(tokenizer_, options, nullptr);
  EXPECT_EQ(read_file(options.out), resumed);
}

// The file of docs/formats/token_file.md.
std::string documented_bytes() {
  std::istringstream document(read_file(YONDER_SOURCE_DIR "/docs/formats/token_file.md"));
  std::string bytes;
  for (std::string line; std::getline(document, line);) {
    const std::string offset = fmt::format("{:08x}  ", bytes.size());
    if (line.compare(0, offset.size(), offset) != 0) {
      continue;
    }
    std::istringstream row(line.substr(offset.size(), 47));
    for (std::string digits; row >> digits;) {
      bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
    }
  }
  return bytes;
}

std::string hex_dump(std::string_view bytes) {
  std::string dump;
  for (size_t at = 0; at < bytes.size(); at += 16) {
    std::string hex;
    std::string text;
    for (const char c : bytes.substr(at, 16)) {
      hex += fmt::format("{}{:02x}", hex.empty() ? "" : " ", static_cast<unsigned char>(c));
      text += c >= ' ' && c <= '~' ? c : '.';
    }
    dump += fmt::format("{:08x}  {:<47}  |{}|\n", at, hex, text);
  }
  return dump;
}

TEST_F(EncodeCorpus, WritesTheFileOfItsDocument) {
  const Tokenizer tokenizer(
      Vocabulary({{"a", 4}, {"b", 3}, {"c", 2}, {"ab", 6}, {"bc", 5}, {"abc", 2}}, "A"));
  EncodeCorpusOptions options = options_for({text_file("a.txt", "abcab"), text_file("b.txt", "b")});
  options.encode.eos = true;
  encode_corpus(tokenizer, options, nullptr);
  const std::string bytes = read_file(options.out);
  EXPECT_TRUE(bytes == documented_bytes()) << "the dump of today:\n" << hex_dump(bytes);
}

}  // namespace
}  // namespace yonder::tokenizer
