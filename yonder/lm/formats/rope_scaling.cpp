// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/formats/rope_scaling.h"

#include "yonder/base/error.h"
#include "yonder/lm/formats/config_reader.h"
#include "yonder/rotary/arguments.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

namespace yonder::lm {
namespace {

struct KeyPair {
  const char* key;       // in rope_scaling
  const char* argument;  // of our term
  bool required = false;
  bool is_list = false;
};

struct ScalingRow {
  const char* rope_type;
  const char* term;
  std::vector<KeyPair> keys;
  const char* more;  // further terms: what depends on the length of the text does so by the turn
  bool trained_shorter;  // N is original_max_position_embeddings
};

const std::vector<ScalingRow>& rows() {
  static const std::vector<ScalingRow> kRows = {
      {"default", "rope", {}, "", false},
      {"linear", "pi", {{"factor", "s", true}}, "", false},
      {"dynamic", "ntk-hf-dynamic", {{"factor", "factor", true}}, "+dyn:turn", false},
      {"yarn",
       "yarn",
       {{"factor", "s", true},
        {"beta_fast", "beta_fast"},
        {"beta_slow", "beta_slow"},
        {"truncate", "truncate"},
        {"attention_factor", "attention_factor"}},
       "",
       true},
      {"llama3",
       "llama3",
       {{"factor", "factor", true},
        {"low_freq_factor", "low", true},
        {"high_freq_factor", "high", true},
        {"original_max_position_embeddings", "original", true}},
       "",
       false},
      {"longrope",
       "longrope",
       {{"short_factor", "short", true, true},
        {"long_factor", "long", true, true},
        {"factor", "factor"},
        {"attention_factor", "attention_factor"}},
       "+dyn:turn",
       true},
  };
  return kRows;
}

const ScalingRow& row_of_type(const Json& at, const std::string& rope_type) {
  const auto row = std::find_if(rows().begin(), rows().end(),
                                [&](const ScalingRow& r) { return rope_type == r.rope_type; });
  if (row == rows().end()) {
    std::string known;
    for (const ScalingRow& r : rows()) {
      known += fmt::format("{}{}", known.empty() ? "" : ", ", r.rope_type);
    }
    fail(ErrorKind::bad_data, "{}: rope_type '{}' is not supported; known: {}", at.path(),
         rope_type, known);
  }
  return *row;
}

// A value as the text of an argument: numbers in their shortest form, lists with '/' between.
std::string argument_text(const Json& json) {
  if (const auto* list = std::get_if<Json::Array>(&json.value())) {
    std::string text;
    for (const Json& item : *list) {
      text += fmt::format("{}{}", text.empty() ? "" : "/", item.real());
    }
    return text;
  }
  if (std::holds_alternative<bool>(json.value())) {
    return json.boolean() ? "true" : "false";
  }
  return fmt::format("{}", json.real());
}

// The other way round; nothing for what JSON has no form of (auto, 1/16).
std::optional<std::string> json_text(const KeyPair& pair, const std::string& argument) {
  std::string text = argument;
  if (pair.is_list) {
    std::replace(text.begin(), text.end(), '/', ',');
    return "[" + text + "]";
  }
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  return is_number || text == "true" || text == "false" ? std::optional(text) : std::nullopt;
}

// The row that a scheme of one checkpoint's scaling is of, and its arguments; null for others.
const ScalingRow* row_of_scheme(const std::string& scheme, rotary::TermText& term) {
  for (const ScalingRow& row : rows()) {
    const size_t plus = std::min(scheme.find('+'), scheme.size());
    if (std::string_view(scheme).substr(plus) == row.more) {
      term = rotary::parse_term(std::string_view(scheme).substr(0, plus));
      if (term.name == row.term) {
        return &row;
      }
    }
  }
  return nullptr;
}

}  // namespace

RopeScaling read_rope_scaling(const Json& config, double base, int64_t max_positions) {
  RopeScaling result;
  result.train_length = max_positions;
  result.train_length_source = "max_position_embeddings";
  const Json* scaling = find_set(config, "rope_parameters");
  if (scaling == nullptr) {
    scaling = find_set(config, "rope_scaling");
  }
  const auto either = [&](const char* key) {
    const Json* inner = scaling == nullptr ? nullptr : find_set(*scaling, key);
    return inner != nullptr ? inner : find_set(config, key);
  };
  const Json* theta = either("rope_theta");
  result.base = theta == nullptr ? base : theta->real();
  if (const Json* part = either("partial_rotary_factor"); part != nullptr) {
    require(part->real() == 1, ErrorKind::bad_data,
            "{} is {}; only rotation of whole heads (1) is supported", part->path(), part->real());
  }
  if (scaling == nullptr) {
    return result;
  }
  const Json* type = find_set(*scaling, "rope_type");
  if (type == nullptr) {
    type = find_set(*scaling, "type");
  }
  if (type == nullptr) {
    require(scaling->object().empty() || find_set(*scaling, "rope_theta") != nullptr,
            ErrorKind::bad_data, "{}: there is no rope_type", scaling->path());
    return result;
  }
  const ScalingRow& row = row_of_type(*type, type->text());
  result.scheme = row.term;
  char separator = ':';
  const auto add = [&](const char* argument, const std::string& text) {
    result.scheme += fmt::format("{}{}={}", separator, argument, text);
    separator = ',';
  };
  const Json* original = find_set(config, "original_max_position_embeddings");
  if (original == nullptr) {
    original = find_set(*scaling, "original_max_position_embeddings");
  }
  if (row.trained_shorter && original != nullptr) {
    result.train_length = original->integer();
    result.train_length_source = "original_max_position_embeddings";
  }
  for (const KeyPair& pair : row.keys) {
    const Json* value = find_set(*scaling, pair.key);
    if (value != nullptr) {
      add(pair.argument, argument_text(*value));
    } else if (row.trained_shorter && std::string_view(pair.key) == "factor" &&
               result.train_length < max_positions) {
      // As transformers: what max_position_embeddings was enlarged by.
      add(pair.argument, fmt::format("{}", static_cast<double>(max_positions) /
                                               static_cast<double>(result.train_length)));
    } else {
      require(!pair.required, ErrorKind::bad_data, "{}: rope_type '{}' needs the key \"{}\"",
              scaling->path(), row.rope_type, pair.key);
    }
  }
  result.scheme += row.more;
  return result;
}

void write_rope_scaling(JsonWriter& w, const ModelConfig& config) {
  rotary::TermText term;
  const ScalingRow* row = row_of_scheme(config.scheme, term);
  double positions = static_cast<double>(config.train_length);
  std::vector<std::pair<const char*, std::string>> members;
  for (const auto& [argument, text] : term.given) {
    for (const KeyPair& pair : row == nullptr ? std::vector<KeyPair>{} : row->keys) {
      const auto json = argument == pair.argument ? json_text(pair, text) : std::nullopt;
      if (json) {
        members.emplace_back(pair.key, *json);
        if (row->trained_shorter && std::string_view(pair.key) == "factor") {
          positions = std::round(positions * std::strtod(text.c_str(), nullptr));
        }
      }
    }
  }
  w.key("max_position_embeddings").value(static_cast<int64_t>(positions));
  w.key("rope_theta").value(config.rope_base);
  if (members.empty()) {
    return;
  }
  w.key("rope_scaling").begin_object().key("rope_type").value(row->rope_type);
  for (const auto& [key, json] : members) {
    w.key(key).raw(json);
  }
  if (row->trained_shorter) {
    w.key("original_max_position_embeddings").value(config.train_length);
  }
  w.end_object();
}

}  // namespace yonder::lm
