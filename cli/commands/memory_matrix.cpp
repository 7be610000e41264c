// SPDX-License-Identifier: Apache-2.0
// `yonder memory matrix`: the matrices A and B of a measure, as they are or discretised.
#include "cli/commands/memory.h"
#include "yonder/memory/discretization.h"
#include "yonder/memory/system.h"

#include <limits>
#include <span>

namespace yonder::cli {
namespace {

struct MatrixCommand : Command {
  std::string measure;
  int64_t order = 8;
  std::string norm = "hippo";
  std::string rule;
  double dt = 0;
  int64_t sample = 0;
  double alpha = 0.5;
  bool allow_unstable = false;
  bool json = false;

  void visit(OptionVisitor& v) override {
    std::vector<std::string> rules = {""};
    rules.insert(rules.end(), memory::rule_names().begin(), memory::rule_names().end());
    v.text("measure", measure,
           "legs, legt:W, lagt:THETA, fout:W, fous, chebt:W; W may be left out");
    v.integer("order", order, 1, 4096, "N, coefficients");
    v.choice("norm", norm, memory::normalization_names(),
             "scale of the coefficients (Legendre measures)");
    v.choice("rule", rule, rules, "print the matrices of one step instead");
    v.real("dt", dt, 0, std::numeric_limits<double>::max(),
           "with --rule: the step, in the unit of W");
    v.integer("sample", sample, 0, int64_t{1} << 40,
              "with --rule, for legs and fous: the step from sample K to K + 1");
    v.real("alpha", alpha, 0, 1, "of gbt: 0 forward, 0.5 bilinear, 1 backward");
    v.flag("unsafe", allow_unstable, "allow forward Euler beyond its stability limit");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override {
    require_option("measure", measure, "whose matrices, e.g. legs or legt:1");
    require(!rule.empty() || (dt == 0 && sample == 0), ErrorKind::bad_option,
            "--dt and --sample belong to --rule, which says how to discretise");
    require(rule == "gbt" || alpha == MatrixCommand().alpha, ErrorKind::bad_option,
            "--alpha belongs to --rule gbt");
  }

  void run(Output& out, Progress& /*progress*/) override {
    const memory::Measure parsed = parse_shape(measure);
    const memory::System system = memory::system(parsed, order, memory::parse_normalization(norm));
    if (rule.empty()) {
      print(parsed, system.a, {{"B", &system.b}}, out);
      return;
    }
    require(system.time_varying ? sample >= 1 && dt == 0 : dt > 0 && sample == 0,
            ErrorKind::bad_option, "{} {}", measure,
            system.time_varying
                ? "changes with time: say which step with --sample K, K >= 1, and leave out --dt"
                : "needs the step, --dt, and no --sample");
    const memory::Rule parsed_rule = memory::parse_rule(rule);
    const memory::Discrete step =
        system.time_varying ? memory::legs_step(system, parsed_rule, sample, alpha, allow_unstable)
                            : memory::discretise(system, parsed_rule, dt, alpha, allow_unstable);
    std::vector<NamedVector> vectors = {{"B", &step.b}};
    if (!step.b_next.empty()) {
      vectors.push_back({"B_next", &step.b_next});
    }
    print(parsed, step.a, vectors, out);
  }

 private:
  struct NamedVector {
    std::string name;
    const std::vector<double>* values;
  };

  void print(const memory::Measure& parsed, const memory::Matrix& a,
             const std::vector<NamedVector>& vectors, Output& out) const {
    if (json) {
      JsonWriter w;
      w.begin_object().key("measure").value(parsed.text()).key("order").value(order);
      w.key("normalization").value(norm).key("A").begin_array();
      for (int64_t i = 0; i < a.rows; ++i) {
        write_row(w, row_of(a, i));
      }
      w.end_array();
      for (const auto& [name, values] : vectors) {
        write_row(w.key(name), *values);
      }
      w.end_object();
      out.write(w.str() + "\n");
      return;
    }
    out.write("A\n");
    for (int64_t i = 0; i < a.rows; ++i) {
      print_row(row_of(a, i), out);
    }
    for (const auto& [name, values] : vectors) {
      out.print("{}\n", name);
      print_row(*values, out);
    }
  }

  static std::span<const double> row_of(const memory::Matrix& matrix, int64_t i) {
    const auto columns = static_cast<size_t>(matrix.columns);
    return std::span(matrix.values).subspan(static_cast<size_t>(i) * columns, columns);
  }

  static void write_row(JsonWriter& w, std::span<const double> values) {
    w.begin_array();
    for (const double value : values) {
      w.value(value);
    }
    w.end_array();
  }

  static void print_row(std::span<const double> values, Output& out) {
    for (const double value : values) {
      out.print("{:>14.9g}", value);
    }
    out.write("\n");
  }
};

}  // namespace

CommandRow memory_matrix_command() {
  return {.name = "matrix",
          .summary = "the matrices A and B of a measure, continuous or discretised",
          .details =
              "x' = A x + B u (legs and fous: divided by t). With --rule: x <- A x + B u of one "
              "step. Normalisations and directions of time as in convert.",
          .positional = "measure",
          .examples = {"yonder memory matrix legs -N 4",
                       "yonder memory matrix legt -N 3 --norm lmu --rule bilinear --dt 0.1",
                       "yonder memory matrix legs -N 4 --rule zoh --sample 1 --json"},
          .make = make_command<MatrixCommand>};
}

}  // namespace yonder::cli
