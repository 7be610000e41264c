// SPDX-License-Identifier: Apache-2.0
#include "yonder/lm/position/scheme_list.h"

#include "yonder/base/json.h"
#include "yonder/lm/position/table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace yonder::lm {
namespace {

using rotary::ArgumentSpec;

/// What terms and layouts have in common.
struct Entry {
  std::string name, group, help, source, example;
  const std::vector<ArgumentSpec>* arguments;
};

template <typename Row>
Entry entry_of(const Row& row, std::string_view group) {
  const std::string example = row.example.empty() ? row.name : row.name + ":" + row.example;
  return {row.name, std::string(group), row.help, row.source, example, &row.arguments};
}

std::vector<Entry> term_entries() {
  std::vector<Entry> entries;
  for (const SchemeTerm& term : scheme_terms()) {
    entries.push_back(entry_of(term, group_name(term.group)));
  }
  return entries;
}

std::vector<Entry> layout_entries() {
  std::vector<Entry> entries;
  for (const LayoutTerm& term : layout_terms()) {
    entries.push_back(entry_of(term, "layout"));
  }
  return entries;
}

const char* kind_name(ArgumentSpec::Kind kind) {
  constexpr const char* kNames[] = {"integer", "real", "flag", "choice", "numbers"};
  return kNames[static_cast<size_t>(kind)];
}

bool is_number(const ArgumentSpec& spec) {
  return spec.kind != ArgumentSpec::Kind::flag && spec.kind != ArgumentSpec::Kind::choice;
}

void write_argument(JsonWriter& w, const ArgumentSpec& spec) {
  w.begin_object().key("name").value(spec.name).key("kind").value(kind_name(spec.kind));
  w.key("default");
  if (spec.fallback.empty()) {
    w.null();
  } else {
    w.value(spec.fallback);
  }
  if (is_number(spec)) {
    w.key("min").value(spec.low).key("max").value(spec.high);
  }
  if (!spec.choices.empty()) {
    w.key("choices").begin_array();
    for (const std::string& choice : spec.choices) {
      w.value(choice);
    }
    w.end_array();
  }
  w.key("help").value(spec.help).end_object();
}

void write_entries(JsonWriter& w, const std::vector<Entry>& entries) {
  w.begin_array();
  for (const Entry& entry : entries) {
    w.begin_object().key("name").value(entry.name).key("group").value(entry.group);
    w.key("help").value(entry.help).key("source").value(entry.source);
    w.key("example").value(entry.example).key("arguments").begin_array();
    for (const ArgumentSpec& spec : *entry.arguments) {
      write_argument(w, spec);
    }
    w.end_array().end_object();
  }
  w.end_array();
}

/// "w", "tau=32" or "mode: floor, frac": an argument in a cell of a table.
std::string argument_cell(const ArgumentSpec& spec) {
  std::string text = "`" + spec.name + (spec.fallback.empty() ? "" : "=" + spec.fallback) + "`";
  if (spec.kind == ArgumentSpec::Kind::choice) {
    text += fmt::format(" ({})", fmt::join(spec.choices, ", "));
  }
  return text + ": " + spec.help;
}

std::string markdown_rows(const std::vector<Entry>& entries) {
  std::string text = "| term | kind | what it does | arguments | source |\n|---|---|---|---|---|\n";
  for (const Entry& entry : entries) {
    std::vector<std::string> cells;
    for (const ArgumentSpec& spec : *entry.arguments) {
      cells.push_back(argument_cell(spec));
    }
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", entry.example, entry.group, entry.help,
                        fmt::join(cells, "; "), entry.source);
  }
  return text;
}

}  // namespace

std::string schemes_to_markdown() {
  return markdown_rows(term_entries()) + "\nLayouts of layers:\n\n" +
         markdown_rows(layout_entries());
}

std::string schemes_to_json() {
  JsonWriter w;
  w.begin_object().key("terms");
  write_entries(w, term_entries());
  w.key("layouts");
  write_entries(w, layout_entries());
  w.end_object();
  return w.str();
}

}  // namespace yonder::lm
