// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/unigram/healing.h"

#include "yonder/base/error.h"

#include <algorithm>
#include <string>

namespace yonder::tokenizer {
namespace {

std::vector<uint32_t> pieces_beginning_with(const UnigramModel& model, std::string_view prefix) {
  const std::vector<uint32_t>& order = model.lexicographic();
  const auto cut = [&](uint32_t id) {
    return model.vocabulary().piece(id).substr(0, prefix.size());
  };
  const auto first =
      std::lower_bound(order.begin(), order.end(), prefix,
                       [&](uint32_t id, std::string_view wanted) { return cut(id) < wanted; });
  const auto last =
      std::upper_bound(first, order.end(), prefix,
                       [&](std::string_view wanted, uint32_t id) { return wanted < cut(id); });
  std::vector<uint32_t> ids(first, last);
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<uint32_t> pieces_inside(const UnigramModel& model, std::string_view suffix) {
  std::vector<uint32_t> ids;
  const size_t longest = model.vocabulary().max_piece_length();
  for (size_t length = 1; length < suffix.size() && length <= longest; ++length) {
    if (const auto id = model.trie().find(suffix.substr(0, length))) {
      ids.push_back(*id);
    }
  }
  return ids;
}

}  // namespace

std::vector<HealCandidate> heal(const UnigramModel& model, std::string_view prompt,
                                std::span<const uint32_t> ids, int max_back) {
  require(max_back >= 0, ErrorKind::bad_option,
          "the number of tokens to back off must be >= 0, found {}", max_back);
  std::vector<HealCandidate> candidates;
  size_t at = prompt.size();  // start of the suffix
  for (size_t back = 0;; ++back) {
    const std::string_view suffix = prompt.substr(at);
    const size_t kept = ids.size() - back;
    candidates.push_back(
        {std::vector<uint32_t>(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(kept)),
         std::string(suffix), pieces_beginning_with(model, suffix), pieces_inside(model, suffix)});
    if (back == static_cast<size_t>(max_back) || kept == 0) {
      return candidates;
    }
    const uint32_t id = ids[kept - 1];
    require(
        id >= kFirstPieceId && id < model.vocabulary().size() &&
            prompt.substr(0, at).ends_with(model.vocabulary().piece(id)),
        ErrorKind::bad_data,
        "id {} at position {} does not spell the prompt's bytes before offset {}; give the ids of "
        "this prompt",
        id, kept - 1, at);
    at -= model.vocabulary().piece(id).size();
  }
}

}  // namespace yonder::tokenizer
