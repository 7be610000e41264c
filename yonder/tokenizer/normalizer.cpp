// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/normalizer.h"

#include "yonder/base/options.h"
#include "yonder/base/utf8.h"

#include <algorithm>

namespace yonder::tokenizer {

namespace {

// The stretch that holds `offset`; at the seam of two, the later one. stretches is not empty.
const NormalizedStretch* stretch_at(const std::vector<NormalizedStretch>& stretches,
                                    uint64_t offset) {
  const auto after =
      std::upper_bound(stretches.begin(), stretches.end(), offset,
                       [](uint64_t o, const NormalizedStretch& s) { return o < s.start; });
  return &*std::prev(after);
}

// Grows the normalised text stretch by stretch.
class NfcBuilder {
 public:
  explicit NfcBuilder(std::string_view text) : text_(text) { out_.bytes.reserve(text.size()); }

  /// text[first, last) begins at a boundary, ends at one and holds none between.
  void add(size_t first, size_t last) {
    const std::string_view stretch = text_.substr(first, last - first);
    // A single ASCII character is the usual case and never changes.
    if (stretch.size() == 1) {
      append(first, stretch, false);
      return;
    }
    const std::string normalized = nfc(stretch);
    append(first, normalized, normalized != stretch);
  }

  NormalizedText finish() {
    out_.original_size = text_.size();
    return std::move(out_);
  }

 private:
  void append(size_t original, std::string_view bytes, bool changed) {
    if (changed || out_.stretches.empty() || out_.stretches.back().changed) {
      out_.stretches.push_back({out_.bytes.size(), original, changed});
    }
    out_.bytes += bytes;
  }

  std::string_view text_;
  NormalizedText out_;
};

bool keeps_every_byte(const std::string& how) {
  check_choice("normalize", how, normalization_names());
  return how != "nfc";
}

}  // namespace

uint64_t NormalizedText::original_start(uint64_t offset) const {
  if (offset >= bytes.size()) {
    return original_size;
  }
  const NormalizedStretch* stretch = stretch_at(stretches, offset);
  return stretch->original + (stretch->changed ? 0 : offset - stretch->start);
}

uint64_t NormalizedText::original_end(uint64_t offset) const {
  const auto next =
      std::lower_bound(stretches.begin(), stretches.end(), offset,
                       [](const NormalizedStretch& s, uint64_t o) { return s.start < o; });
  const bool at_seam = next != stretches.end() && next->start == offset;
  if (!at_seam && offset < bytes.size() && !std::prev(next)->changed) {
    return std::prev(next)->original + (offset - std::prev(next)->start);
  }
  return next == stretches.end() ? original_size : next->original;
}

const std::vector<std::string>& normalization_names() {
  static const std::vector<std::string> names = {"none", "nfc", "model"};
  return names;
}

NormalizedText normalize_text(std::string_view text, const std::string& how) {
  if (keeps_every_byte(how)) {
    NormalizedText out{std::string(text), text.size(), {}};
    if (!text.empty()) {
      out.stretches.push_back({0, 0, false});
    }
    return out;
  }
  NfcBuilder builder(text);
  size_t start = 0;
  for (size_t i = 0; i < text.size();) {
    const Utf8Unit unit = utf8_at(text, i);
    if (i > start && is_nfc_boundary(unit.code_point)) {
      builder.add(start, i);
      start = i;
    }
    i += unit.length;
  }
  if (start < text.size()) {
    builder.add(start, text.size());
  }
  return builder.finish();
}

size_t normalizable_prefix(std::string_view text, const std::string& how) {
  if (keeps_every_byte(how)) {
    return text.size();
  }
  // The last character that is complete and begins a stretch; later bytes may join it.
  size_t end = text.size() - utf8_incomplete_suffix(text);
  while (end > 0) {
    const size_t start = utf8_before(text, end);
    if (is_nfc_boundary(utf8_at(text, start).code_point)) {
      return start;
    }
    end = start;
  }
  return 0;
}

}  // namespace yonder::tokenizer
