// SPDX-License-Identifier: Apache-2.0
// Standard output as the commands see it: buffered bytes, and a reader that may go away.
//
// A closed pipe (`yonder ... | head`) is no error: write() throws OutputClosed, which main() turns
// into a quiet end. Any other failure is Error(file), so that a full disk is never mistaken for
// success. Test: tests/cli/output.test.
#pragma once

#include <fmt/core.h>

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace yonder::cli {

/// The reader of standard output has gone; nobody wants the rest.
struct OutputClosed {};

class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  /// Hands over what is left as far as that works: what came before an error is not lost.
  ~Output();

  void write(std::string_view bytes) {
    buffer_.append(bytes);
    if (buffer_.size() >= kBufferBytes) {
      flush();
    }
  }
  void write(std::integral auto number) {
    char digits[24];
    auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    write(std::string_view(digits, static_cast<size_t>(end - digits)));
  }
  template <typename... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) {
    write(fmt::format(format, std::forward<Args>(args)...));
  }
  /// Hands everything to the system. Throws OutputClosed or Error(file).
  void flush();
  /// True if a person is reading.
  static bool is_terminal();

 private:
  static constexpr size_t kBufferBytes = size_t{1} << 16;
  std::string buffer_;
};

}  // namespace yonder::cli
