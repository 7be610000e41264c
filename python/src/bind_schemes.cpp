// SPDX-License-Identifier: Apache-2.0
// Position schemes for Python: the tables of yonder/lm/position and yonder/rotary as rows, a scheme
// as a value, what it does as arrays. python/yonder/lm gives the names, types and documentation.
// Tests: python/tests/test_schemes.py.
#include "yonder/base/error.h"
#include "yonder/lm/position/explain.h"
#include "yonder/lm/position/scheme_set.h"
#include "yonder/lm/position/table.h"
#include "yonder/rotary/table.h"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "python/src/arrays.h"
#include "python/src/bindings.h"
#include "python/src/options.h"
#include "python/src/text.h"

namespace yonder::python {
namespace {

using namespace yonder::lm;  // NOLINT(google-build-using-namespace): all of this file
using rotary::ArgumentSpec;

constexpr double kNotVisible = std::numeric_limits<double>::quiet_NaN();

const char* kind_name(ArgumentSpec::Kind kind) {
  switch (kind) {
    case ArgumentSpec::Kind::integer:
      return "integer";
    case ArgumentSpec::Kind::real:
      return "real";
    case ArgumentSpec::Kind::flag:
      return "flag";
    case ArgumentSpec::Kind::choice:
      return "choice";
    case ArgumentSpec::Kind::numbers:
      return "numbers";
  }
  YONDER_CHECK(false);
  return "";
}

// [(name, kind, default, low, high, choices, help)]
py::list argument_rows(const std::vector<ArgumentSpec>& specs) {
  py::list rows;
  for (const ArgumentSpec& spec : specs) {
    rows.append(py::make_tuple(spec.name, kind_name(spec.kind), spec.fallback, spec.low, spec.high,
                               spec.choices, spec.help));
  }
  return rows;
}

// [(name, group, help, source, example, neutral, arguments)]
py::list scheme_rows() {
  py::list rows;
  for (const SchemeTerm& term : scheme_terms()) {
    rows.append(py::make_tuple(term.name, std::string(group_name(term.group)), term.help,
                               term.source, term.example, term.neutral,
                               argument_rows(term.arguments)));
  }
  for (const LayoutTerm& term : layout_terms()) {
    rows.append(py::make_tuple(term.name, "layout", term.help, term.source, term.example, "",
                               argument_rows(term.arguments)));
  }
  return rows;
}

// (theta, logit factor, reach, notices)
py::tuple theta_row(const ThetaTable& table) {
  return py::make_tuple(to_array(std::vector<double>(table.theta)), table.logit_factor, table.reach,
                        table.notices);
}

py::tuple theta_of_kind(const std::string& kind, int64_t dims, double base, int64_t train_length,
                        double stretch) {
  const rotary::TermText term = rotary::parse_term(kind);
  const rotary::ThetaKind& row = rotary::theta_kind(term.name);
  return theta_row(rotary::make_theta(row, {dims, base, train_length},
                                      rotary::Arguments(term.name, row.arguments, term.given),
                                      stretch));
}

// Columns of a table of structs.
template <typename Row, typename Value>
py::array column(const std::vector<Row>& rows, Value Row::*member) {
  py::array_t<Value> out(static_cast<py::ssize_t>(rows.size()));
  for (size_t i = 0; i < rows.size(); ++i) {
    out.mutable_data()[i] = rows[i].*member;
  }
  return out;
}

// (scheme, tokens, declared limit, first outside, largest distance, visible keys, outside keys,
// runs of visible keys, positions, matrix, channels, factors, llama.cpp options, notices, text)
py::tuple explanation_row(const Explanation& e) {
  py::list visible;
  for (const KeyRange& run : e.visible) {
    visible.append(py::make_tuple(run.first, run.last));
  }
  std::vector<double> matrix;
  for (const std::optional<double>& distance : e.matrix) {
    matrix.push_back(distance.value_or(kNotVisible));
  }
  const auto cells = static_cast<py::ssize_t>(e.positions.size());
  using Channel = ExplainedChannel;
  const auto channels =
      py::make_tuple(column(e.channels, &Channel::theta), column(e.channels, &Channel::slower),
                     column(e.channels, &Channel::trained_turns),
                     column(e.channels, &Channel::turns), column(e.channels, &Channel::new_angles));
  using Factor = ExplainedFactor;
  const auto factors =
      py::make_tuple(column(e.factors, &Factor::tokens), column(e.factors, &Factor::stretch),
                     column(e.factors, &Factor::factor));
  return py::make_tuple(e.scheme, e.at, e.declared_limit, e.first_outside, e.largest_distance,
                        e.visible_keys, e.outside_keys, visible,
                        to_array(std::vector<int64_t>(e.positions)),
                        to_array<double>(std::move(matrix), {cells, cells}), channels, factors,
                        e.llama_cpp, e.notices, e.to_text());
}

const PositionScheme& layer_of(const SchemeSet& set, int64_t layer) {
  require(layer >= 0 && layer < set.layers(), ErrorKind::bad_option,
          "layer is {}; the scheme has the layers 0 to {}", layer, set.layers() - 1);
  return set[layer];
}

void check_position(int64_t position) {
  require(position >= 0, ErrorKind::bad_option, "a position is {}; the first is 0", position);
}

py::array relative(const SchemeSet& set, int64_t layer, const Numbers<int64_t>& queries,
                   const Numbers<int64_t>& keys) {
  const PositionScheme& scheme = layer_of(set, layer);
  for (const Numbers<int64_t>* positions : {&queries, &keys}) {
    for (const int64_t position : view(*positions)) {
      check_position(position);
    }
  }
  std::vector<double> out;
  for (const int64_t i : view(queries)) {
    for (const int64_t j : view(keys)) {
      out.push_back(scheme.visible.sees(i, j) ? scheme.relative(i, j) : kNotVisible);
    }
  }
  return to_array<double>(std::move(out), {queries.size(), keys.size()});
}

py::array logit_factors(const SchemeSet& set, int64_t layer, const Numbers<int64_t>& queries) {
  const PositionScheme& scheme = layer_of(set, layer);
  std::vector<double> out;
  for (const int64_t i : view(queries)) {
    check_position(i);
    out.push_back(scheme.logit_factor(i));
  }
  return to_array(std::move(out));
}

}  // namespace

void bind_schemes(py::module_& m) {
  py::class_<SchemeSet>(m, "Scheme")
      .def_static(
          "parse",
          [](const std::string& text, int64_t dims, double base, int64_t train_length,
             int64_t layers, int64_t target, bool unsafe) {
            return SchemeSet::parse(text, {dims, base, train_length}, layers, target, unsafe);
          })
      .def_property_readonly("text", &SchemeSet::canonical)
      .def_property_readonly("layers", &SchemeSet::layers)
      .def_property_readonly("notices", &SchemeSet::notices)
      .def("layer_text",
           [](const SchemeSet& self, int64_t layer) { return layer_of(self, layer).canonical(); })
      .def("relative", relative)
      .def("logit_factors", logit_factors)
      .def("theta_at",
           [](const SchemeSet& self, int64_t layer, int64_t query) {
             check_position(query);
             return theta_row(layer_of(self, layer).theta_at(query));
           })
      .def("explain", [](const SchemeSet& self, int64_t layer, int64_t at, int64_t cells) {
        return explanation_row(explain(layer_of(self, layer), at, cells));
      });
  m.def("schemes", scheme_rows);
  m.def("theta", theta_of_kind);
  m.def("explain", [](const py::dict& arguments) {
    ExplainOptions options;
    read_options("explain", arguments, [&](OptionVisitor& v) { options.visit(v); });
    return explanation_row(explain(options));
  });
}

}  // namespace yonder::python
