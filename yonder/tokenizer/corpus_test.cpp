// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/corpus.h"

#include "tests/error_text.h"
#include "yonder/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace yonder::tokenizer {
namespace {

using ::testing::HasSubstr;

class CorpusTest : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) const {
    write_file(folder_.path() / name, content);
    return (folder_.path() / name).string();
  }
  /// Whole documents; checks the numbering and the size of parts.
  static std::vector<std::string> read(const std::vector<std::string>& inputs,
                                       size_t part_bytes = 7) {
    CorpusReader reader(inputs, part_bytes);
    std::vector<std::string> documents;
    bool inside = false;
    DocumentPart part;
    while (reader.next(part)) {
      EXPECT_LE(part.bytes.size(), part_bytes);
      if (!inside) {
        documents.emplace_back();
      }
      EXPECT_EQ(part.document + 1, documents.size());
      documents.back() += part.bytes;
      inside = !part.last;
    }
    EXPECT_FALSE(inside);
    EXPECT_FALSE(reader.next(part));
    if (reader.total() > 0) {
      EXPECT_EQ(reader.consumed(), reader.total());
    }
    return documents;
  }
  TemporaryFolder folder_;
};

using Documents = std::vector<std::string>;

TEST_F(CorpusTest, AFileIsOneDocumentWhateverThePartSize) {
  const std::string path = write("a.txt", "one\ntwo\nthree");
  for (size_t part_bytes = 1; part_bytes < 20; ++part_bytes) {
    EXPECT_EQ(read({path, path}, part_bytes), (Documents{"one\ntwo\nthree", "one\ntwo\nthree"}));
  }
}

TEST_F(CorpusTest, AnEmptyFileIsOneEmptyDocumentAndHasNoLines) {
  const std::string path = write("a.txt", "");
  EXPECT_EQ(read({path}), (Documents{""}));
  EXPECT_EQ(read({path + ":lines"}), Documents{});
}

TEST_F(CorpusTest, LinesKeepTheirNewline) {
  const std::string path = write("a.txt", "one\n\nthree and more\nlast");
  for (size_t part_bytes = 1; part_bytes < 30; ++part_bytes) {
    EXPECT_EQ(read({path + ":lines"}, part_bytes),
              (Documents{"one\n", "\n", "three and more\n", "last"}));
  }
}

TEST_F(CorpusTest, JsonLinesGiveTheNamedField) {
  const std::string path = write("a.jsonl",
                                 "{\"id\": 1, \"text\": \"one\\n\\u00e9\"}\n\n"
                                 "{\"text\": \"\"}\r\n{\"text\": \"third, long\", \"x\": []}");
  for (size_t part_bytes = 1; part_bytes < 30; ++part_bytes) {
    EXPECT_EQ(read({path + ":text"}, part_bytes), (Documents{"one\n\xc3\xa9", "", "third, long"}));
  }
}

TEST_F(CorpusTest, ReadsCompressedFiles) {
  const std::string path = (folder_.path() / "a.jsonl.gz").string();
  gzFile file = gzopen(path.c_str(), "wb");
  gzputs(file, "{\"t\": \"x\"}\n{\"t\": \"y\"}\n");
  gzclose(file);
  EXPECT_EQ(read({path + ":t"}), (Documents{"x", "y"}));
}

TEST_F(CorpusTest, AnExistingFileMayHaveAColonInItsName) {
  const std::string path = write("a:lines", "x\ny\n");
  EXPECT_EQ(read({path}), (Documents{"x\ny\n"}));
}

TEST_F(CorpusTest, TotalIsTheSizeOfAllFiles) {
  const CorpusReader reader({write("a.txt", "abc"), write("b.txt", "de")});
  EXPECT_EQ(reader.total(), 5U);
  EXPECT_EQ(reader.consumed(), 0U);
}

TEST_F(CorpusTest, NamesWhatIsWrongWithAnInputName) {
  const std::string text = write("a.txt", "x");
  const std::string json = write("a.jsonl", "{}");
  const auto message = [](const std::string& name) {
    return error_text(ErrorKind::bad_option, [&] { CorpusReader({name}); });
  };
  EXPECT_THAT(message(""), HasSubstr("empty"));
  EXPECT_THAT(message(text + ":text"), HasSubstr("does not end in .jsonl"));
  EXPECT_THAT(message(json), HasSubstr("a.jsonl:text"));
  EXPECT_THAT(message(text + ":"), HasSubstr("FILE:lines"));
}

TEST_F(CorpusTest, NamesAMissingFileAndAFolder) {
  EXPECT_THAT(error_text(ErrorKind::file, [&] { CorpusReader({"/nowhere/a.txt"}); }),
              HasSubstr("/nowhere/a.txt"));
  EXPECT_THAT(error_text(ErrorKind::file, [&] { CorpusReader({folder_.path().string()}); }),
              HasSubstr("is a folder"));
}

TEST_F(CorpusTest, NamesTheLineOfBadJson) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{\"text\": \"a\"}\n{\"text\": ", ":2: "},
      {"{\"text\": \"a\"}\n\n[1]\n", ":3: a JSON object was expected"},
      {"{\"tex\": \"a\"}\n", ":1: the object has no field \"text\""},
      {"{\"text\": 5}\n", ":1: the field \"text\" is not a string"},
      {"{\"text\": \"\xff\"}\n", ":1: "},
  };
  for (const auto& [content, expected] : cases) {
    const std::string path = write("bad.jsonl", content);
    EXPECT_THAT(error_text(ErrorKind::bad_data, [&] { read({path + ":text"}); }),
                HasSubstr("bad.jsonl" + expected));
  }
}

}  // namespace
}  // namespace yonder::tokenizer
