// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/file.h"
#include "yonder/tokenizer/formats/bytepiece.h"

#include <gtest/gtest.h>

#include <string>

namespace yonder::tokenizer {
namespace {

// Expected texts: json.dump(..., indent=4, ensure_ascii=False) of CPython 3.11 over the reference's
// Trainer.dump().
TEST(BytepieceText, IsThatOfPythonsJson) {
  EXPECT_EQ(
      bytepiece_text({{"a", 4}, {"\xe5\xa4\xaa", 12345678901}}),
      "{\n    \"YQ==\": [\n        3,\n        \"a\",\n        4\n    ],\n"
      "    \"5aSq\": [\n        4,\n        \"\xe5\xa4\xaa\",\n        12345678901\n    ]\n}");
}

TEST(BytepieceText, DropsInvalidBytesFromTheReadableTextOnly) {
  EXPECT_EQ(bytepiece_text({{"\xff", 1},
                            {"a\xe5\xa4"
                             "b",
                             2}}),
            "{\n    \"/w==\": [\n        3,\n        \"\",\n        1\n    ],\n"
            "    \"YeWkYg==\": [\n        4,\n        \"ab\",\n        2\n    ]\n}");
}

TEST(BytepieceText, EscapesWhatJsonRequiresAndNothingElse) {
  const std::string bytes("\"\\/\n\r\t\b\f\0\x1f\x7f\xe2\x80\xa8", 14);
  EXPECT_EQ(
      bytepiece_text({{bytes, 1}}),
      "{\n    \"IlwvCg0JCAwAH3/igKg=\": [\n        3,\n"
      "        \"\\\"\\\\/\\n\\r\\t\\b\\f\\u0000\\u001f\x7f\xe2\x80\xa8\",\n        1\n    ]\n}");
}

TEST(BytepieceText, OfNoPiecesIsAnEmptyObject) { EXPECT_EQ(bytepiece_text({}), "{}"); }

TEST(SaveBytepiece, WritesTheText) {
  const TemporaryFolder folder;
  save_bytepiece(folder.path() / "m", {{"a", 4}});
  EXPECT_EQ(read_file(folder.path() / "m"), bytepiece_text({{"a", 4}}));
}

}  // namespace
}  // namespace yonder::tokenizer
