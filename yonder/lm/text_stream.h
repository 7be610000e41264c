// SPDX-License-Identifier: Apache-2.0
// The text of a generation as it may be shown: bytes come in pieces of tokens, whole characters go
// out, and nothing goes out that a stop string may still take back.
//
//   TextStream stream({"\nUser:"}, [](std::string_view text) { std::cout << text; return true; });
//   while (stream.push(piece)) { ... }
//   stream.finish();
//
// What is held back is at most the longest stop string less one byte, and an unfinished character.
// Test: text_stream_test.cpp.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

/// Called with whole UTF-8 characters as soon as no stop string can take them back; false: stop.
using TextSink = std::function<bool(std::string_view text)>;

class TextStream {
 public:
  /// stops: none of them empty (Error(bad_option)). sink: may be empty.
  TextStream(std::vector<std::string> stops, TextSink sink);
  /// More bytes. False once a stop string is complete or the sink wants no more.
  bool push(std::string_view bytes);
  /// Hands out what was held back. An unfinished character at the end goes out as it is.
  void finish();
  /// All bytes so far that no stop string took, those held back included.
  const std::string& text() const { return text_; }
  bool stopped() const { return stopped_; }  ///< by a stop string
  bool refused() const { return refused_; }  ///< by the sink

 private:
  void hand_out(size_t end);

  std::vector<std::string> stops_;
  TextSink sink_;
  std::string text_;
  size_t handed_out_ = 0;
  bool stopped_ = false;
  bool refused_ = false;
};

}  // namespace yonder::lm
