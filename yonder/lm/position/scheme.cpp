// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/position/scheme.h"

#include "yonder/base/error.h"
#include "yonder/base/options.h"
#include "yonder/lm/position/table.h"
#include "yonder/rotary/temperature.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace yonder::lm {

/// A kind of table with its arguments: makes the table of any stretch.
struct ThetaMaker {
  const rotary::ThetaKind* kind;
  rotary::Arguments arguments;
};

namespace {

constexpr size_t kGroups = static_cast<size_t>(TermGroup::dynamic) + 1;

/// A term of a text, found in the table, its arguments checked.
struct ReadTerm {
  const SchemeTerm* row;
  rotary::Arguments arguments;
};

/// The terms of a text by group: at most one each.
using ReadTerms = std::array<std::optional<ReadTerm>, kGroups>;

const SchemeTerm& scheme_term(const std::string& name, std::string_view text) {
  if (const SchemeTerm* row = find_scheme_term(name)) {
    return *row;
  }
  require(find_layout_term(name) == nullptr, ErrorKind::bad_option,
          "'{}': {} lays out all layers of a model and cannot be the scheme of one", text, name);
  std::vector<std::string> names;
  for (const SchemeTerm& row : scheme_terms()) {
    names.push_back(row.name);
  }
  const std::string nearest = nearest_name(name, names);
  fail(ErrorKind::bad_option, "'{}': there is no position scheme '{}'{}", text, name,
       nearest.empty() ? "; `yonder lm explain` lists them"
                       : fmt::format("; did you mean '{}'?", nearest));
}

ReadTerms read_terms(std::string_view text, bool unsafe) {
  ReadTerms terms;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find('+', begin), text.size());
    rotary::TermText term = rotary::parse_term(text.substr(begin, end - begin));
    const SchemeTerm& row = scheme_term(term.name, text);
    auto& place = terms[static_cast<size_t>(row.group)];
    require(!place, ErrorKind::bad_option, "'{}': {} and {} are both of the kind '{}'; take one",
            text, place ? place->row->name : "", row.name, group_name(row.group));
    place = {&row, rotary::Arguments(row.name, row.arguments, term.given, unsafe)};
    begin = end + 1;
  }
  return terms;
}

/// Replaces s=auto by what it stands for and returns s; under `dyn` the text keeps `auto`.
double settle_stretch(ReadTerm& theta, bool dynamic, bool turn, const RopeSpec& rope,
                      int64_t target) {
  const std::string& name = theta.row->name;
  if (!theta.row->theta->takes_stretch) {
    require(!dynamic, ErrorKind::bad_option,
            "dyn changes s, and {} takes none; add a table that does, e.g. yarn or ntk", name);
    return 1;
  }
  const double fitting =
      std::max(1.0, static_cast<double>(target) / static_cast<double>(rope.train_length));
  if (dynamic) {
    require(theta.arguments.is_word("s"), ErrorKind::bad_option,
            "dyn sets s from the length of the text, and {} has s={}; leave s or dyn out", name,
            theta.arguments.text("s"));
    return turn ? fitting : 1;
  }
  if (theta.arguments.is_word("s")) {
    require(target > 0, ErrorKind::bad_option,
            "{}: s=auto is target / N, and no target length is known here; write {}:s=4 for 4 "
            "times the training length",
            name, name);
    theta.arguments.replace("s", fitting);
  }
  return theta.arguments.real("s");
}

std::string canonical_text(const ReadTerms& terms) {
  std::string text;
  for (const auto& term : terms) {
    if (term && term->arguments.canonical() != "rope") {
      text += (text.empty() ? "" : "+") + term->arguments.canonical();
    }
  }
  return text.empty() ? "rope" : text;
}

/// What the terms together make doubtful.
void note_composition(const ReadTerms& terms, double stretch, SchemeBuilder& builder) {
  const PositionScheme& scheme = builder.scheme;
  const auto& split = terms[static_cast<size_t>(TermGroup::split)];
  const auto& bias = terms[static_cast<size_t>(TermGroup::bias)];
  const double trained = builder.trained_distances();
  if (stretch < 1) {
    builder.notice(
        fmt::format("s={} is below 1: positions stand further apart than in training", stretch));
  }
  if (!scheme.rotates() && split) {
    builder.notice(fmt::format("nope turns nothing, so {} has no effect", split->row->name));
  }
  const bool far_is_seen = scheme.visible.window > scheme.split || scheme.visible.sinks > 0;
  if (scheme.far && far_is_seen && static_cast<double>(scheme.split) >= trained) {
    builder.notice(fmt::format(
        "far distances begin at {}, where the trained ones (0 .. {:.0f}) have ended; take w below "
        "{:.0f}",
        scheme.split, trained - 1, trained));
  }
  if (!scheme.far && scheme.rotates() && scheme.visible.window != kUnlimited &&
      static_cast<double>(scheme.visible.window) > trained) {
    builder.notice(
        fmt::format("the window of {} keys is longer than the trained distances (0 .. {:.0f})",
                    scheme.visible.window, trained - 1));
  }
  if (scheme.scale.log_n != LogN::off && terms[0]->row->name == "yarn") {
    builder.notice(
        "yarn's factor on the logits and logn are both there to sharpen attention over more keys, "
        "and here they multiply");
  }
  if (bias && scheme.rotates() && scheme.bias) {
    builder.notice(fmt::format("{} was published without rotation; nope+{} is that form",
                               bias->row->name, bias->row->name));
  }
}

}  // namespace

double AxisMap::operator()(int64_t position) const {
  const int64_t x = std::min(position, ceiling);
  if (group > 0) {
    const int64_t whole = x / group;
    return static_cast<double>(whole) + t;
  }
  return a * static_cast<double>(x) + t;
}

double LogitScale::operator()(int64_t i) const {
  if (log_n == LogN::off) {
    return 1;
  }
  const int64_t n = std::min(i + 1, window);
  return log_n == LogN::clip ? rotary::clipped_log_n_factor(n, train_length)
                             : rotary::log_n_factor(n, train_length);
}

PositionScheme::PositionScheme(RopeSpec rope) : rope_(rope) {
  const rotary::ThetaKind& kind = rotary::theta_kind("rope");
  maker_ = std::make_shared<ThetaMaker>(
      ThetaMaker{&kind, rotary::Arguments(kind.name, kind.arguments, {})});
  theta_ = theta_for_stretch(1);
}

PositionScheme PositionScheme::parse(std::string_view text, const RopeSpec& rope, int64_t target,
                                     bool unsafe) {
  ReadTerms terms = read_terms(text, unsafe);
  auto& theta = terms[static_cast<size_t>(TermGroup::theta)];
  if (!theta) {
    theta = {find_scheme_term("rope"), rotary::Arguments("rope", {}, {})};
  }
  const auto& dynamic = terms[static_cast<size_t>(TermGroup::dynamic)];
  const bool turn = dynamic && dynamic->arguments.flag("turn");

  SchemeBuilder builder(rope, target);
  PositionScheme& scheme = builder.scheme;
  scheme.text_ = text;
  scheme.unsafe_ = unsafe;
  scheme.stretch_ = settle_stretch(*theta, dynamic.has_value(), turn, rope, target);
  scheme.canonical_ = canonical_text(terms);
  scheme.maker_ = std::make_shared<ThetaMaker>(ThetaMaker{theta->row->theta, theta->arguments});
  scheme.theta_ = scheme.theta_for_stretch(scheme.stretch_);
  scheme.notices_ = scheme.theta_.notices;
  for (const auto& term : terms) {
    if (term && term->row->apply != nullptr) {
      term->row->apply(builder, term->arguments);
    }
  }
  note_composition(terms, scheme.stretch_, builder);
  return std::move(builder.scheme);
}

PositionScheme PositionScheme::with_target(int64_t target) const {
  return parse(text_, rope_, target, unsafe_);
}

double PositionScheme::relative(int64_t i, int64_t j) const {
  const Branch& branch = far && i - j >= split ? *far : near;
  return branch.q(i) - branch.k(j);
}

ThetaTable PositionScheme::theta_at(int64_t i) const {
  const double stretch = stretch_at(i);
  return stretch == stretch_ ? theta_ : theta_for_stretch(stretch);
}

ThetaTable PositionScheme::theta_for_stretch(double stretch) const {
  return rotary::make_theta(*maker_->kind, rope_, maker_->arguments, stretch);
}

const rotary::ThetaKind& PositionScheme::theta_kind() const { return *maker_->kind; }

const rotary::Arguments& PositionScheme::theta_arguments() const { return maker_->arguments; }

double PositionScheme::stretch_at(int64_t i) const {
  if (dynamic.mode != Dynamic::Mode::step) {
    return stretch_;
  }
  const int64_t block_end = (i / dynamic.block + 1) * dynamic.block;
  return std::max(1.0, static_cast<double>(block_end) / static_cast<double>(rope_.train_length));
}

double PositionScheme::logit_factor(int64_t i) const {
  const double table_factor =
      dynamic.mode == Dynamic::Mode::step ? theta_at(i).logit_factor : theta_.logit_factor;
  return scale(i) * table_factor;
}

bool PositionScheme::rotates() const { return theta_.theta[0] > 0; }

int64_t PositionScheme::declared_limit() const {
  if (!rotates() || dynamic.mode == Dynamic::Mode::step) {
    return kUnlimited;
  }
  const double last = static_cast<double>(rope_.train_length) * theta_.reach - 1;
  // The largest distance of query i is that of the first visible key of a branch.
  const auto fits = [&](int64_t i) {
    const int64_t first = visible.sinks > 0 || visible.window > i ? 0 : i - (visible.window - 1);
    const int64_t first_near = split > i ? 0 : i - (split - 1);
    const int64_t first_in_window = visible.window > i ? 0 : i - (visible.window - 1);
    return relative(i, first) <= last && relative(i, std::max(first_near, first_in_window)) <= last;
  };
  // It never falls with i, so the first query beyond `last` is found by halving.
  int64_t good = 0;
  int64_t bad = int64_t{1} << 53;
  if (fits(bad)) {
    return kUnlimited;
  }
  while (bad - good > 1) {
    const int64_t middle = good + (bad - good) / 2;
    (fits(middle) ? good : bad) = middle;
  }
  return bad;
}

}  // namespace yonder::lm
