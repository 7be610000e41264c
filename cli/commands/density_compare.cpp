// SPDX-License-Identifier: Apache-2.0
// `yonder density compare`: the Fourier density beside what people use otherwise, on held-out data.
#include "cli/commands/density.h"
#include "yonder/base/json.h"
#include "yonder/density/baselines/table.h"

#include <algorithm>
#include <cmath>

namespace yonder::cli {
namespace {

/// "fbdm:auto,dfp:3,3,3,gmm:5,random,kde": a part that is no method belongs to the arguments of the
/// one before it.
std::vector<std::string> split_methods(const std::string& text) {
  const std::vector<density::BaselineRow>& rows = density::baselines();
  std::vector<std::string> methods;
  for (size_t first = 0; first <= text.size();) {
    const size_t end = std::min(text.find(',', first), text.size());
    const std::string part = text.substr(first, end - first);
    const bool has_arguments = !methods.empty() && methods.back().find(':') != std::string::npos;
    const bool is_method =
        part.find(':') != std::string::npos ||
        std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.name == part; });
    if (has_arguments && !is_method) {
      methods.back() += "," + part;
    } else {
      methods.push_back(part);
    }
    first = end + 1;
  }
  return methods;
}

std::string methods_help() {
  std::string text = "methods, separated by commas:";
  for (const density::BaselineRow& row : density::baselines()) {
    text += fmt::format(" {} ({});", row.name, row.help);
  }
  text.pop_back();
  return text;
}

struct Compare : Command {
  DataArgument data;
  std::string input = "-";
  std::string models = "fbdm:auto,gmm:5,kde,histogram:auto,normal";
  std::string domain = "line";
  std::string test;
  std::string holdout = "0.2";
  density::BaselineFit options;
  std::string format = "text";
  bool json = false;

  void visit(OptionVisitor& v) override {
    data.visit(v, false);
    v.path("input", input, "the data: CSV, NPY, f32 or f64; - is standard input");
    v.text("models", models, methods_help().c_str());
    v.text("domain", domain, "where the values live, as of fit");
    v.path("test", test, "score on this file, read as the data are, instead of holding some out");
    v.text("holdout", holdout, "share of the values that is held out and scored: 0.2 or 20%");
    v.integer("starts", options.starts, 0, 1000, "random starts beside k-means++; the best counts");
    v.seed("seed", options.seed, "of the choice of the held-out values and of all starts");
    v.integer("threads", options.threads, 0, 1024,
              "0 = all cores; the result does not depend on it");
    v.choice("format", format, {"text", "csv", "jsonl"}, "how the table is written");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override {
    const double share = parse_share("holdout", holdout);
    require(share > 0 && share < 1, ErrorKind::bad_option,
            "--holdout is {}; a share between 0 and 1 was expected", holdout);
    density::Domain::parse(domain);
    require(!json || format == "text", ErrorKind::bad_option,
            "--json and --format {} were given; choose one of them", format);
  }

  void run(Output& out, Progress& progress) override {
    options.domain = density::Domain::parse(domain);
    const std::vector<double> values = read(input, progress);
    const std::vector<std::string> methods = split_methods(models);
    const std::vector<density::Comparison> rows =
        test.empty()
            ? density::compare(values, methods, parse_share("holdout", holdout), options, &progress)
            : density::compare(values, read(test, progress), methods, options, &progress);
    if (json) {
      out.write("{\"methods\":[");
    } else if (format == "csv") {
      out.write(
          "method,fitted,test_nll,test_error,train_nll,parameters,modes,fit_seconds,"
          "eval_nanoseconds\n");
    } else if (format == "text") {
      out.print("{:<22}{:>12}{:>10}{:>12}{:>8}{:>7}{:>10}{:>10}\n", "method", "test NLL", "+-",
                "train NLL", "params", "modes", "fit s", "eval ns");
    }
    bool first = true;
    for (const density::Comparison& row : rows) {
      if (json || format == "jsonl") {
        out.write(json ? (first ? "\n" : ",\n") : "");
        out.write(object(row) + (json ? "" : "\n"));
      } else if (format == "csv") {
        out.print("\"{}\",\"{}\",{},{},{},{},{},{},{}\n", row.method, row.text, row.test_nll,
                  row.test_error, row.train_nll, row.parameters, row.modes, row.fit_seconds,
                  row.eval_nanoseconds);
      } else {
        out.print("{:<22}{:>12.6f}{:>10.6f}{:>12.6f}{:>8}{:>7}{:>10.3f}{:>10.1f}\n", row.method,
                  row.test_nll, row.test_error, row.train_nll, row.parameters, row.modes,
                  row.fit_seconds, row.eval_nanoseconds);
      }
      first = false;
    }
    if (json) {
      out.write("\n]}\n");
    }
  }

 private:
  std::vector<double> read(const std::string& path, Progress& progress) const {
    DataReader reader(data, path, options.domain);
    require(reader.names().size() == 1, ErrorKind::bad_option,
            "{} columns were named; methods are compared on one", reader.names().size());
    return std::move(reader.read_all(progress).values[0]);
  }

  static std::string object(const density::Comparison& row) {
    JsonWriter w;
    w.begin_object().key("method").value(row.method).key("fitted").value(row.text);
    const std::pair<const char*, double> numbers[] = {
        {"test_nll", row.test_nll}, {"test_error", row.test_error}, {"train_nll", row.train_nll}};
    for (const auto& [name, value] : numbers) {
      w.key(name);
      if (std::isfinite(value)) {
        w.value(value);
      } else {
        w.value(exact_number(value));
      }
    }
    w.key("parameters").value(row.parameters).key("modes").value(row.modes);
    w.key("fit_seconds").value(row.fit_seconds);
    w.key("eval_nanoseconds").value(row.eval_nanoseconds).end_object();
    return w.str();
  }
};

}  // namespace

CommandRow density_compare_command() {
  return {.name = "compare",
          .summary = "held-out likelihood of several methods, side by side",
          .details =
              "All methods are fitted to the same values and scored on the rest, in nats per "
              "sample, lower is better, with the standard error of the mean; modes are local "
              "maxima of at least 5 % prominence. Mixtures may win on data that truly are a few "
              "bells, histograms on discrete values.",
          .positional = "input",
          .examples = {"yonder density compare hours.csv --column hour --domain reflected:0:24 "
                       "--models fbdm:auto,gmm:3,kde,histogram:24",
                       "yonder density compare hours.csv --column delay --models "
                       "fbdm:6@student,normal --holdout 20% --json"},
          .make = make_command<Compare>};
}

}  // namespace yonder::cli
