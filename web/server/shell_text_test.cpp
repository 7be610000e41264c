// SPDX-License-Identifier: Apache-2.0
#include "web/server/shell_text.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace yonder::web {
namespace {

/// What a shell prints for the command.
std::string shell_output(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    out += static_cast<char>(c);
  }
  ::pclose(pipe);
  return out;
}

TEST(ShellQuote, LeavesPlainWordsAlone) {
  EXPECT_EQ(shell_quote("book.model"), "book.model");
  EXPECT_EQ(shell_quote("--alpha=0.1"), "--alpha=0.1");
}

TEST(ShellQuote, QuotesTheRest) {
  EXPECT_EQ(shell_quote(""), "''");
  EXPECT_EQ(shell_quote("a b"), "'a b'");
  EXPECT_EQ(shell_quote("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quote("$HOME;*"), "'$HOME;*'");
}

TEST(ShellPrint, GivesTheBytesBack) {
  for (const std::string& bytes :
       {std::string("it's $HOME `x` \\n %s \n"), std::string("今天 \xF0\x9F\x98\x80"),
        std::string("\xFF\xFE"), std::string("a\0b", 3), std::string(), std::string("-n")}) {
    EXPECT_EQ(shell_output(shell_print(bytes)), bytes);
  }
}

TEST(ShellPrint, AsksForAFileForWhatIsTooLong) {
  EXPECT_EQ(shell_print(std::string(5000, 'a')), "cat text.txt");
}

TEST(ShellCommand, QuotesEachWord) {
  EXPECT_EQ(shell_command({"yonder", "my book.model"}), "yonder 'my book.model'");
}

}  // namespace
}  // namespace yonder::web
