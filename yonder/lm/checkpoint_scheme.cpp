// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/checkpoint_scheme.h"

#include "yonder/lm/position/table.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace yonder::lm {
namespace {

/// Tables that the weights were trained under.
constexpr std::array<std::string_view, 4> kTrainedTables = {"llama3", "pi", "longrope", "nope"};

struct Term {
  std::string text;
  std::string name;
  std::optional<TermGroup> group;  ///< none: no such term, which the parser will say
};

std::vector<Term> terms_of(std::string_view scheme) {
  std::vector<Term> terms;
  while (!scheme.empty()) {
    const size_t end = std::min(scheme.find('+'), scheme.size());
    Term term{std::string(scheme.substr(0, end)), "", std::nullopt};
    term.name = term.text.substr(0, term.text.find(':'));
    if (const SchemeTerm* row = find_scheme_term(term.name)) {
      term.group = row->group;
    }
    terms.push_back(std::move(term));
    scheme.remove_prefix(std::min(end + 1, scheme.size()));
  }
  return terms;
}

const Term* find_group(const std::vector<Term>& terms, TermGroup group) {
  const auto found = std::find_if(terms.begin(), terms.end(),
                                  [&](const Term& term) { return term.group == group; });
  return found == terms.end() ? nullptr : &*found;
}

std::string lay_over(std::string_view below, std::string_view above) {
  if (above.empty()) {
    return std::string(below);
  }
  const std::vector<Term> own = terms_of(below);
  std::vector<Term> terms = terms_of(above);
  const Term* table = find_group(own, TermGroup::theta);
  const bool trained = table != nullptr && std::find(kTrainedTables.begin(), kTrainedTables.end(),
                                                     table->name) != kTrainedTables.end();
  const bool turns = table == nullptr || table->name != "nope";
  terms.erase(std::remove_if(terms.begin(), terms.end(),
                             [&](const Term& term) {
                               const bool of_rotation = term.group == TermGroup::theta ||
                                                        term.group == TermGroup::split ||
                                                        term.group == TermGroup::dynamic;
                               return (trained && term.name == "rope") || (!turns && of_rotation);
                             }),
              terms.end());
  const bool keeps_table = find_group(terms, TermGroup::theta) == nullptr;
  for (const Term& term : own) {
    const bool is_choice = term.group == TermGroup::split;
    const bool follows_table = term.group == TermGroup::dynamic;
    if (term.group && !is_choice && find_group(terms, *term.group) == nullptr &&
        (keeps_table || !follows_table)) {
      terms.push_back(term);
    }
  }
  std::string text;
  for (const Term& term : terms) {
    text += (text.empty() ? "" : "+") + term.text;
  }
  return text.empty() ? "rope" : text;
}

}  // namespace

SchemeSet checkpoint_scheme(const ModelConfig& config, std::string_view text, int64_t target,
                            bool unsafe) {
  const rotary::RopeSpec rope = config.rope();
  std::vector<std::string> notices;
  const auto below = layer_texts(config.scheme, rope, config.layers, notices);
  const auto above = text.empty() ? std::vector<std::string>(below.size())
                                  : layer_texts(text, rope, config.layers, notices);
  if (!text.empty() && config.attention_layers() == 0) {
    notices.emplace_back("no layer of the model has attention, so its scheme changes nothing");
  }
  std::vector<PositionScheme> schemes;
  std::string last;
  for (size_t layer = 0; layer < below.size(); ++layer) {
    std::string own = below[layer];
    if (!config.rotary_layers.empty() && config.rotary_layers[layer] == 0) {
      own = lay_over("nope", own);
    }
    if (!config.windows.empty() && config.windows[layer] > 0) {
      own = lay_over(fmt::format("window:w={}", config.windows[layer]), own);
    }
    const std::string laid = lay_over(own, above[layer]);
    // Most layers are as the one before.
    schemes.push_back(laid == last && layer > 0
                          ? schemes.back()
                          : PositionScheme::parse(laid, rope, target, unsafe));
    last = laid;
  }
  for (size_t layer = 0; layer < schemes.size(); ++layer) {
    if (!config.has_attention(static_cast<int64_t>(layer))) {
      schemes[layer] = PositionScheme::parse("nope", rope);  // positions mean nothing to it
    }
  }
  return SchemeSet(std::move(schemes), std::move(notices));
}

}  // namespace yonder::lm
