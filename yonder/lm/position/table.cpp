// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/position/table.h"

#include "yonder/base/error.h"
#include "yonder/lm/position/terms.h"

#include <algorithm>

namespace yonder::lm {
namespace {

SchemeTerm theta_term(const rotary::ThetaKind& kind) {
  SchemeTerm term{.name = kind.name,
                  .group = TermGroup::theta,
                  .help = kind.help,
                  .source = kind.source,
                  .example = kind.example,
                  .neutral = "",
                  .arguments = kind.arguments,
                  .theta = &kind};
  if (kind.takes_stretch) {
    term.arguments.insert(term.arguments.begin(), rotary::stretch_argument());
    term.example = kind.example.empty() ? "s=4" : "s=4," + kind.example;
  }
  return term;
}

std::vector<SchemeTerm> make_terms() {
  std::vector<SchemeTerm> terms;
  for (const rotary::ThetaKind& kind : rotary::theta_kinds()) {
    terms.push_back(theta_term(kind));
  }
  for (const auto& make :
       {nope_term, rerope_term, leaky_term, self_extend_term, window_term, lambda_term, alibi_term,
        kerple_log_term, kerple_power_term, sandwich_term, xpos_term, log_n_term, dynamic_term}) {
    terms.push_back(make());
  }
  return terms;
}

template <typename Row>
const Row* find_row(const std::vector<Row>& rows, std::string_view name) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace

const std::vector<SchemeTerm>& scheme_terms() {
  static const std::vector<SchemeTerm> terms = make_terms();
  return terms;
}

const SchemeTerm* find_scheme_term(std::string_view name) { return find_row(scheme_terms(), name); }

const std::vector<LayoutTerm>& layout_terms() {
  static const std::vector<LayoutTerm> terms = {hwfa_term(), hwfa2_term()};
  return terms;
}

const LayoutTerm* find_layout_term(std::string_view name) { return find_row(layout_terms(), name); }

double SchemeBuilder::trained_distances() const {
  return static_cast<double>(scheme.rope_.train_length) * scheme.theta_.reach;
}

void SchemeBuilder::set_branches(const Branch& near, const Branch& far, int64_t split) {
  require(!scheme.far, ErrorKind::bad_option,
          "two terms say how far keys turn: a split (rerope, leaky, selfext) and lambda; "
          "lambda:sinkpos=true leaves it to the split");
  if (scheme.rotates()) {
    scheme.near = near;
    scheme.far = far;
    scheme.split = split;
  }
}

std::string_view group_name(TermGroup group) {
  constexpr std::string_view kNames[] = {"frequency table", "split",  "mask", "bias",
                                         "log n",           "dynamic"};
  return kNames[static_cast<size_t>(group)];
}

rotary::ArgumentSpec token_argument(std::string name, std::string help) {
  return {.name = std::move(name),
          .kind = rotary::ArgumentSpec::Kind::integer,
          .low = 1,
          .high = kMostTokens,
          .help = std::move(help)};
}

void SchemeBuilder::notice(std::string sentence) { scheme.notices_.push_back(std::move(sentence)); }

}  // namespace yonder::lm
