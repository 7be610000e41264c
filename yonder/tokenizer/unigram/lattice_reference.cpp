// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/lattice_reference.h"

#include "yonder/tokenizer/chunks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace yonder::tokenizer {
namespace {

// All continuations of `prefix` from byte `start` of the text on.
void continue_from(const Vocabulary& vocabulary, std::string_view text, size_t start,
                   SegmentationReference& prefix, std::vector<SegmentationReference>& out) {
  if (start == text.size()) {
    out.push_back(prefix);
    return;
  }
  const size_t stop = chunk_end(text, start);
  for (size_t end = start + 1; end <= stop; ++end) {
    const auto id = vocabulary.find(text.substr(start, end - start));
    if (!id) {
      continue;
    }
    const long double score = prefix.score;
    prefix.ids.push_back(*id);
    prefix.lengths.push_back(end - start);
    prefix.score += vocabulary.log_probability(*id);
    continue_from(vocabulary, text, end, prefix, out);
    prefix.ids.pop_back();
    prefix.lengths.pop_back();
    prefix.score = score;
  }
}

}  // namespace

std::vector<SegmentationReference> all_segmentations_reference(const UnigramModel& model,
                                                               std::string_view text,
                                                               double alpha) {
  std::vector<SegmentationReference> all;
  SegmentationReference prefix;
  continue_from(model.vocabulary(), text, 0, prefix, all);
  // Longer first from the left, then by score without disturbing equal ones.
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.lengths > b.lengths; });
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.score > b.score + 1e-12L; });
  long double sum = 0;
  for (const SegmentationReference& one : all) {
    sum += std::exp(alpha * (one.score - all.front().score));
  }
  for (SegmentationReference& one : all) {
    one.log_probability = alpha * (one.score - all.front().score) - std::log(sum);
  }
  return all;
}

long double log_z_reference(const UnigramModel& model, std::string_view text, double alpha) {
  constexpr long double kNever = -std::numeric_limits<long double>::infinity();
  const Vocabulary& vocabulary = model.vocabulary();
  std::vector<long double> log_z(text.size() + 1, kNever);
  log_z[0] = 0;
  for (size_t chunk = 0, stop = 0; chunk < text.size(); chunk = stop) {
    stop = chunk_end(text, chunk);
    for (size_t end = chunk + 1; end <= stop; ++end) {
      std::vector<long double> terms;
      for (size_t length = 1; length <= vocabulary.max_piece_length() && length <= end - chunk;
           ++length) {
        if (const auto id = vocabulary.find(text.substr(end - length, length))) {
          terms.push_back(log_z[end - length] +
                          static_cast<long double>(alpha) * vocabulary.log_probability(*id));
        }
      }
      if (terms.empty()) {
        continue;
      }
      const long double top = *std::max_element(terms.begin(), terms.end());
      long double sum = 0;
      for (const long double term : terms) {
        sum += top == kNever ? 0.0L : std::exp(term - top);
      }
      log_z[end] = top + std::log(sum);
    }
  }
  return log_z.back();
}

}  // namespace yonder::tokenizer
