// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/lattice_reference.h"

#include "yonder/base/random.h"
#include "yonder/tokenizer/chunks.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace yonder::tokenizer {
namespace {

using Ids = std::map<std::string_view, uint32_t>;

Ids ids_of(const Vocabulary& vocabulary) {
  Ids ids;
  for (uint32_t id = kFirstPieceId; id < vocabulary.size(); ++id) {
    ids[vocabulary.piece(id)] = id;
  }
  return ids;
}

// All continuations of `prefix` from byte `start` of the text on.
void continue_from(const UnigramModel& model, const Ids& ids, std::string_view text, size_t start,
                   SegmentationReference& prefix, std::vector<SegmentationReference>& out) {
  if (start == text.size()) {
    out.push_back(prefix);
    return;
  }
  const size_t stop = chunk_end(text, start);
  for (size_t end = start + 1; end <= stop; ++end) {
    const auto found = ids.find(text.substr(start, end - start));
    if (found == ids.end()) {
      continue;
    }
    const uint32_t id = found->second;
    const long double score = prefix.score;
    prefix.ids.push_back(id);
    prefix.lengths.push_back(end - start);
    const double log_p = model.vocabulary().log_probability(id);
    prefix.score +=
        model.fixed_point() ? std::nearbyint(log_p * kFixedPointSteps) / kFixedPointSteps : log_p;
    continue_from(model, ids, text, end, prefix, out);
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
  continue_from(model, ids_of(model.vocabulary()), text, 0, prefix, all);
  // Longer first from the left, then by score without disturbing equal ones.
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.lengths > b.lengths; });
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.score > b.score + 1e-17L; });
  long double sum = 0;
  for (const SegmentationReference& one : all) {
    sum += std::exp(alpha * (one.score - all.front().score));
  }
  for (SegmentationReference& one : all) {
    one.log_probability = alpha * (one.score - all.front().score) - std::log(sum);
  }
  return all;
}

RandomLattice random_lattice(uint64_t seed, Arithmetic arithmetic) {
  Rng rng(seed);
  const std::string letters = std::string("ab\n").substr(0, 1 + rng.below(3));
  const auto word = [&](size_t length) {
    std::string bytes;
    while (bytes.size() < length) {
      bytes.push_back(letters[rng.below(letters.size())]);
    }
    return bytes;
  };
  std::set<std::string> words;
  for (const char letter : letters) {
    words.insert(std::string(1, letter));
  }
  for (uint64_t left = rng.below(12); left > 0; --left) {
    words.insert(word(2 + rng.below(4)));
  }
  const uint64_t values = rng.below(2) == 0 ? 3 : 1000;
  std::vector<CountedPiece> pieces;
  for (const std::string& bytes : words) {
    pieces.push_back({bytes, 1 + rng.below(values)});
  }
  return {std::make_unique<UnigramModel>(Vocabulary(std::move(pieces), "random"), arithmetic),
          word(rng.below(13))};
}

long double log_z_reference(const UnigramModel& model, std::string_view text, double alpha) {
  constexpr long double kNever = -std::numeric_limits<long double>::infinity();
  const Vocabulary& vocabulary = model.vocabulary();
  const Ids ids = ids_of(vocabulary);
  std::vector<long double> log_z(text.size() + 1, kNever);
  log_z[0] = 0;
  for (size_t chunk = 0, stop = 0; chunk < text.size(); chunk = stop) {
    stop = chunk_end(text, chunk);
    for (size_t end = chunk + 1; end <= stop; ++end) {
      std::vector<long double> terms;
      for (size_t length = 1; length <= vocabulary.max_piece_length() && length <= end - chunk;
           ++length) {
        if (const auto found = ids.find(text.substr(end - length, length)); found != ids.end()) {
          terms.push_back(log_z[end - length] + static_cast<long double>(alpha) *
                                                    vocabulary.log_probability(found->second));
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
