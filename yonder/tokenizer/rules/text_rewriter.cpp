// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/text_rewriter.h"

#include <algorithm>
#include <utility>

namespace yonder::tokenizer {

NormalizedText unchanged_text(std::string_view text) {
  NormalizedText out{std::string(text), text.size(), {}};
  if (!text.empty()) {
    out.stretches.push_back({0, 0, false});
  }
  return out;
}

void NormalizedTextBuilder::add(std::string_view bytes, uint64_t original_begin,
                                uint64_t original_end, bool changed) {
  if (bytes.empty()) {
    return;
  }
  std::vector<NormalizedStretch>& stretches = text_.stretches;
  const uint64_t start = text_.bytes.size();
  text_.bytes += bytes;
  if (original_begin < reached_) {
    // Everything from there on becomes one changed stretch.
    while (stretches.back().original > original_begin) {
      stretches.pop_back();
    }
    NormalizedStretch& last = stretches.back();
    const uint64_t kept = original_begin - last.original;
    if (!last.changed && kept > 0) {
      stretches.push_back({last.start + kept, original_begin, true});
    }
    stretches.back().changed = true;
  } else {
    if (original_begin > reached_) {
      stretches.push_back({start, reached_, true});
    }
    if (changed || stretches.empty() || stretches.back().changed) {
      stretches.push_back({start, original_begin, changed});
    }
  }
  reached_ = std::max(reached_, original_end);
}

void NormalizedTextBuilder::append(const NormalizedText& from, size_t begin, size_t end,
                                   uint64_t shift, size_t& stretch) {
  const std::vector<NormalizedStretch>& stretches = from.stretches;
  const std::string_view bytes = from.bytes;
  for (; begin < end; ++stretch) {
    const bool last = stretch + 1 == stretches.size();
    const size_t stretch_end = last ? bytes.size() : stretches[stretch + 1].start;
    if (stretch_end <= begin) {
      continue;
    }
    const NormalizedStretch& part = stretches[stretch];
    const size_t part_end = std::min(end, stretch_end);
    const std::string_view part_bytes = bytes.substr(begin, part_end - begin);
    if (part.changed) {
      const uint64_t original_end = last ? from.original_size : stretches[stretch + 1].original;
      add(part_bytes, part.original + shift, original_end + shift, true);
    } else {
      const uint64_t original = part.original + (begin - part.start) + shift;
      add(part_bytes, original, original + part_bytes.size(), false);
    }
    begin = part_end;
    if (part_end < stretch_end) {
      break;  // the cursor stays: the next range may begin in this stretch
    }
  }
}

void NormalizedTextBuilder::append(NormalizedText&& from, uint64_t shift) {
  if (from.bytes.empty()) {
    return;
  }
  if (text_.bytes.empty() && shift == 0) {
    text_ = std::move(from);
    reached_ = text_.original_size;
    return;
  }
  size_t stretch = 0;
  append(from, 0, from.bytes.size(), shift, stretch);
}

void NormalizedTextBuilder::truncate(size_t size) {
  text_.original_size = reached_;  // where original_end() takes the last stretch to end
  reached_ = text_.original_end(size);
  text_.bytes.resize(size);
  while (!text_.stretches.empty() && text_.stretches.back().start >= size) {
    text_.stretches.pop_back();
  }
}

NormalizedText NormalizedTextBuilder::finish(uint64_t original_size) {
  if (text_.bytes.empty()) {
    text_.stretches.clear();
  } else if (reached_ < original_size) {
    text_.stretches.push_back({text_.bytes.size(), reached_, true});
  }
  text_.original_size = original_size;
  return std::move(text_);
}

void TextRewriter::replace(size_t n, std::string_view bytes) {
  // original_start() and original_end() of the range; the cursor saves their search, which took
  // half the time on long texts.
  const std::vector<NormalizedStretch>& stretches = old_.stretches;
  const size_t end = position_ + n;
  const auto begins_before = [&](size_t stretch, size_t offset) {
    return stretch < stretches.size() && stretches[stretch].start < offset;
  };
  while (begins_before(stretch_ + 1, position_ + 1)) {
    ++stretch_;
  }
  const NormalizedStretch& first = stretches[stretch_];
  const uint64_t original_begin = first.original + (first.changed ? 0 : position_ - first.start);
  size_t last = stretch_;
  while (begins_before(last + 1, end)) {
    ++last;
  }
  const bool at_end = last + 1 == stretches.size();
  uint64_t original_end = at_end ? old_.original_size : stretches[last + 1].original;
  if (!stretches[last].changed) {
    original_end = stretches[last].original + (end - stretches[last].start);
  }
  builder_.add(bytes, original_begin, original_end, true);
  position_ = end;
}

}  // namespace yonder::tokenizer
