// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/csv.h"

#include "yonder/base/error.h"

#include <algorithm>
#include <cstring>

namespace yonder {
namespace {

constexpr size_t kBuffer = size_t{256} << 10;
constexpr size_t kLargestRecord = size_t{16} << 20;

std::string_view without_carriage_return(std::string_view text) {
  if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

CsvReader::CsvReader(Source source, std::string name)
    : source_(std::move(source)), name_(std::move(name)), buffer_(kBuffer) {
  find_separator();
}

std::string CsvReader::place() const { return fmt::format("{}:{}", name_, line_); }

/// More bytes behind those that are not consumed; false when there are none.
bool CsvReader::refill() {
  if (at_end_) {
    return false;
  }
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) {
    require(buffer_.size() < kLargestRecord, ErrorKind::bad_data,
            "{}:{}: this row is longer than {} MiB; is it no CSV file, or is a quote not closed?",
            name_, next_line_, kLargestRecord >> 20);
    buffer_.resize(2 * buffer_.size());
  }
  const size_t count = source_(std::span(buffer_).subspan(end_));
  end_ += count;
  at_end_ = count == 0;
  return !at_end_;
}

void CsvReader::find_separator() {
  const auto rest = [this] { return std::string_view(buffer_.data() + begin_, end_ - begin_); };
  while (rest().find('\n') == std::string_view::npos && refill()) {
  }
  require(!rest().starts_with("\xFF\xFE") && !rest().starts_with("\xFE\xFF"), ErrorKind::bad_data,
          "{}: this is UTF-16; save it as UTF-8", name_);
  if (rest().starts_with("\xEF\xBB\xBF")) {
    begin_ += 3;
  }
  const std::string_view line = rest().substr(0, rest().find('\n'));
  for (const char candidate : {',', '\t', ';'}) {
    if (line.find(candidate) != std::string_view::npos) {
      separator_ = candidate;
      return;
    }
  }
}

bool CsvReader::next() {
  size_t searched = 0;  // so many bytes from begin_ on have no newline
  for (;;) {
    const char* const first = buffer_.data() + begin_;
    const size_t size = end_ - begin_;
    const void* const newline =
        size > searched ? std::memchr(first + searched, '\n', size - searched) : nullptr;
    if (newline == nullptr) {
      searched = size;
      if (refill()) {
        continue;
      }
      if (size == 0) {
        return false;
      }
    }
    // Without a newline refill() has moved the bytes to the front at most, so they are read anew.
    const std::string_view rest(buffer_.data() + begin_, end_ - begin_);
    const size_t length = newline == nullptr
                              ? rest.size()
                              : static_cast<size_t>(static_cast<const char*>(newline) - first);
    const std::string_view line = without_carriage_return(rest.substr(0, length));
    line_ = next_line_;
    if (line.find('"') == std::string_view::npos) {
      begin_ += std::min(length + 1, rest.size());
      ++next_line_;
      if (line.empty()) {
        searched = 0;
        continue;
      }
      split(line);
      return true;
    }
    const size_t consumed = split_quoted(rest);
    if (consumed > 0) {
      begin_ += consumed;
      next_line_ += static_cast<uint64_t>(
          std::count(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(consumed), '\n'));
      return true;
    }
    refill();  // the record goes on behind the buffer's end; split_quoted() fails at the very end
    searched = 0;
  }
}

void CsvReader::split(std::string_view line) {
  fields_.clear();
  const char* first = line.data();
  const char* const end = first + line.size();
  for (const char* p = first; p != end; ++p) {
    if (*p == separator_) {
      fields_.emplace_back(first, static_cast<size_t>(p - first));
      first = p + 1;
    }
  }
  fields_.emplace_back(first, static_cast<size_t>(end - first));
}

/// Splits the record at the start of `text` and gives its length with the newline, or 0 where more
/// bytes are needed to see its end.
size_t CsvReader::split_quoted(std::string_view text) {
  fields_.clear();
  unquoted_.clear();
  unquoted_.reserve(text.size());  // the fields point into it
  size_t i = 0;
  uint64_t line = line_;
  for (;;) {
    const size_t start = unquoted_.size();
    if (i < text.size() && text[i] == '"') {
      const uint64_t opened = line;
      for (++i;; ++i) {
        if (i == text.size()) {
          require(!at_end_, ErrorKind::bad_data, "{}:{}: a quote that opens here is never closed",
                  name_, opened);
          return 0;
        }
        if (text[i] == '"') {
          if (i + 1 == text.size() && !at_end_) {
            return 0;
          }
          if (i + 1 == text.size() || text[i + 1] != '"') {
            break;
          }
          ++i;
        }
        line += text[i] == '\n' ? 1 : 0;
        unquoted_ += text[i];
      }
      ++i;
    } else {
      while (i < text.size() && text[i] != separator_ && text[i] != '\n') {
        unquoted_ += text[i++];
      }
      if (i < text.size() ? text[i] == '\n' : at_end_) {
        unquoted_.resize(start +
                         without_carriage_return(std::string_view(unquoted_).substr(start)).size());
      }
    }
    fields_.emplace_back(unquoted_.data() + start, unquoted_.size() - start);
    if (text.substr(i).starts_with("\r\n") || (text.substr(i) == "\r" && at_end_)) {
      ++i;
    }
    if (i == text.size()) {
      return at_end_ ? i : 0;
    }
    if (text[i] == '\n') {
      return i + 1;
    }
    if (text[i] == '\r' && i + 1 == text.size()) {
      return 0;
    }
    require(text[i] == separator_, ErrorKind::bad_data,
            "{}:{}: text stands behind a closing quote; a quote inside of a quoted field is "
            "written twice",
            name_, line);
    ++i;
  }
}

}  // namespace yonder
