// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/text_stream.h"

#include "yonder/base/error.h"
#include "yonder/base/utf8.h"

#include <algorithm>

namespace yonder::lm {
namespace {

/// Length of the longest end of `text` that `stop` begins with.
size_t begun(std::string_view text, std::string_view stop) {
  for (size_t length = std::min(text.size(), stop.size() - 1); length > 0; --length) {
    if (text.substr(text.size() - length) == stop.substr(0, length)) {
      return length;
    }
  }
  return 0;
}

}  // namespace

TextStream::TextStream(std::vector<std::string> stops, TextSink sink)
    : stops_(std::move(stops)), sink_(std::move(sink)) {
  for (const std::string& stop : stops_) {
    require(!stop.empty(), ErrorKind::bad_option,
            "a stop string is empty, which would stop before the first token; leave it out");
  }
}

bool TextStream::push(std::string_view bytes) {
  if (stopped_ || refused_) {
    return false;
  }
  const size_t before = text_.size();
  text_ += bytes;
  // The stop string that ends first, and of those the one that begins first, takes the text back.
  size_t stop_begin = std::string::npos;
  size_t stop_end = std::string::npos;
  for (const std::string& stop : stops_) {
    const size_t from = before < stop.size() ? 0 : before - stop.size() + 1;
    const size_t found = text_.find(stop, std::max(from, handed_out_));
    if (found != std::string::npos && (found + stop.size() < stop_end ||
                                       (found + stop.size() == stop_end && found < stop_begin))) {
      stop_begin = found;
      stop_end = found + stop.size();
    }
  }
  if (stop_begin != std::string::npos) {
    text_.resize(stop_begin);
    stopped_ = true;
    hand_out(text_.size());
    return false;
  }
  size_t held = utf8_incomplete_suffix(text_);
  for (const std::string& stop : stops_) {
    held = std::max(held, begun(text_, stop));
  }
  // What a stop string may take can end in the middle of a character.
  size_t end = text_.size() - held;
  end -= utf8_incomplete_suffix(std::string_view(text_).substr(0, end));
  hand_out(end);
  return !refused_;
}

void TextStream::finish() { hand_out(text_.size()); }

void TextStream::hand_out(size_t end) {
  if (end <= handed_out_ || refused_) {
    return;
  }
  const std::string_view piece = std::string_view(text_).substr(handed_out_, end - handed_out_);
  handed_out_ = end;
  if (sink_ && !sink_(piece)) {
    refused_ = true;
  }
}

}  // namespace yonder::lm
