// SPDX-License-Identifier: Apache-2.0
// The command line that does what a page did, ready to be pasted into a POSIX shell.
// Test: shell_text_test.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace yonder::web {

/// `word` as one word of a shell: as it is where it holds nothing special, else in single quotes.
std::string shell_quote(std::string_view word);

/// Words quoted and joined by spaces.
std::string shell_command(const std::vector<std::string>& words);

/// A command that writes exactly these bytes to standard output: printf for a short text, base64 -d
/// for short bytes that are not UTF-8 or hold a NUL, and `cat text.txt` for what is too long to be
/// pasted (the user saves it under that name).
std::string shell_print(std::string_view bytes);

}  // namespace yonder::web
