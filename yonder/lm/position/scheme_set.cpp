// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/position/scheme_set.h"

#include "yonder/base/error.h"
#include "yonder/lm/position/table.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace yonder::lm {
namespace {

constexpr std::string_view kLayers = "layers:";

using Texts = std::vector<std::string>;

Texts split(std::string_view text, char separator) {
  Texts parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::optional<int64_t> parse_layer(std::string_view text) {
  int64_t layer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), layer);
  if (error != std::errc() || end != text.data() + text.size() || layer < 0) {
    return std::nullopt;
  }
  return layer;
}

/// "3" or "0-7": first and last layer.
std::pair<int64_t, int64_t> parse_range(std::string_view text, int64_t layers) {
  const size_t dash = text.find('-');
  const auto first = parse_layer(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_layer(text.substr(dash + 1));
  require(first && last && *first <= *last, ErrorKind::bad_option,
          "layers: '{}' is no layer or range of layers; write 3 or 0-7, or else for the rest",
          text);
  require(*last < layers, ErrorKind::bad_option,
          "layers: {} is outside the model, whose layers are 0 to {}", text, layers - 1);
  return {*first, *last};
}

/// `A-B=scheme;C=scheme;else=scheme` as one text per layer.
Texts read_layers(std::string_view text, int64_t layers) {
  std::vector<std::optional<std::string>> by_layer(static_cast<size_t>(layers));
  std::optional<std::string> rest;
  for (const std::string& entry : split(text, ';')) {
    const size_t equals = entry.find('=');
    require(equals != std::string::npos, ErrorKind::bad_option,
            "layers: '{}' names no scheme; write 0-7=rerope:w=128", entry);
    const std::string range = entry.substr(0, equals);
    const std::string scheme = entry.substr(equals + 1);
    if (range == "else") {
      require(!rest, ErrorKind::bad_option, "layers: else is given twice");
      rest = scheme;
      continue;
    }
    const auto [first, last] = parse_range(range, layers);
    for (int64_t layer = first; layer <= last; ++layer) {
      auto& place = by_layer[static_cast<size_t>(layer)];
      require(!place, ErrorKind::bad_option, "layers: layer {} is named twice", layer);
      place = scheme;
    }
  }
  Texts texts;
  for (const auto& scheme : by_layer) {
    texts.push_back(scheme ? *scheme : rest.value_or("rope"));
  }
  return texts;
}

/// A layout's term among the terms of a scheme as one text per layer; nothing if there is none.
std::optional<Texts> read_layout(std::string_view text, const RopeSpec& rope, int64_t layers,
                                 Texts& notices) {
  std::optional<Texts> laid_out;
  std::string common;
  for (const std::string& part : split(text, '+')) {
    const rotary::TermText term = rotary::parse_term(part);
    const LayoutTerm* row = find_layout_term(term.name);
    if (row == nullptr) {
      common += (common.empty() ? "" : "+") + part;
      continue;
    }
    require(!laid_out, ErrorKind::bad_option, "'{}' has two layouts of layers; take one", text);
    const rotary::Arguments arguments(row->name, row->arguments, term.given);
    laid_out = row->lay_out(arguments, rope, layers, notices);
  }
  if (laid_out) {
    for (std::string& own : *laid_out) {
      own += own.empty() || common.empty() ? "" : "+";
      own += common;
      own = own.empty() ? "rope" : own;
    }
  }
  return laid_out;
}

}  // namespace

Texts layer_texts(std::string_view text, const RopeSpec& rope, int64_t layers, Texts& notices) {
  YONDER_CHECK(layers >= 1);
  if (text.starts_with(kLayers)) {
    return read_layers(text.substr(kLayers.size()), layers);
  }
  return read_layout(text, rope, layers, notices)
      .value_or(Texts(static_cast<size_t>(layers), std::string(text)));
}

SchemeSet SchemeSet::parse(std::string_view text, const RopeSpec& rope, int64_t layers,
                           int64_t target, bool unsafe) {
  Texts notices;
  std::vector<PositionScheme> schemes;
  for (const std::string& of_layer : layer_texts(text, rope, layers, notices)) {
    schemes.push_back(PositionScheme::parse(of_layer, rope, target, unsafe));
  }
  return SchemeSet(std::move(schemes), std::move(notices));
}

SchemeSet::SchemeSet(PositionScheme all, int64_t layers)
    : by_layer_(static_cast<size_t>(layers),
                std::make_shared<const PositionScheme>(std::move(all))) {
  YONDER_CHECK(layers >= 1);
}

SchemeSet::SchemeSet(std::vector<PositionScheme> by_layer, Texts notices)
    : layout_notices_(std::move(notices)) {
  YONDER_CHECK(!by_layer.empty());
  for (PositionScheme& scheme : by_layer) {
    by_layer_.push_back(std::make_shared<const PositionScheme>(std::move(scheme)));
  }
}

SchemeSet SchemeSet::with_target(int64_t target) const {
  std::vector<PositionScheme> schemes;
  for (const auto& scheme : by_layer_) {
    schemes.push_back(scheme->with_target(target));
  }
  return SchemeSet(std::move(schemes), layout_notices_);
}

const PositionScheme& SchemeSet::operator[](int64_t layer) const {
  return *by_layer_.at(static_cast<size_t>(layer));
}

int64_t SchemeSet::layers() const { return static_cast<int64_t>(by_layer_.size()); }

std::string SchemeSet::canonical() const {
  std::string text;
  size_t runs = 0;
  for (size_t first = 0; first < by_layer_.size(); ++runs) {
    const std::string& scheme = by_layer_[first]->canonical();
    size_t end = first + 1;
    while (end < by_layer_.size() && by_layer_[end]->canonical() == scheme) {
      ++end;
    }
    text += runs == 0 ? "" : ";";
    text += end == first + 1 ? fmt::format("{}={}", first, scheme)
                             : fmt::format("{}-{}={}", first, end - 1, scheme);
    first = end;
  }
  return runs == 1 ? by_layer_[0]->canonical() : std::string(kLayers) + text;
}

std::vector<std::string> SchemeSet::notices() const {
  std::vector<std::string> all = layout_notices_;
  for (const auto& scheme : by_layer_) {
    for (const std::string& notice : scheme->notices()) {
      if (std::find(all.begin(), all.end(), notice) == all.end()) {
        all.push_back(notice);
      }
    }
  }
  return all;
}

}  // namespace yonder::lm
