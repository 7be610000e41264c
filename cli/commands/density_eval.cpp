// SPDX-License-Identifier: Apache-2.0
// `yonder density eval` and `sample`: numbers to numbers, as a stream.
#include "cli/commands/density.h"

#include <algorithm>
#include <array>

namespace yonder::cli {
namespace {

constexpr size_t kPart = 4096;

/// What a density can say about a number.
struct Function {
  const char* name;
  const char* help;
  void (density::Model::*evaluate)(std::span<const double>, std::span<double>) const;
};

constexpr std::array<Function, 7> kFunctions = {{
    {"pdf", "density at each number, per unit", &density::Model::pdf},
    {"logpdf", "its natural logarithm", &density::Model::logpdf},
    {"cdf", "mass up to each number", &density::Model::cdf},
    {"sf", "mass beyond it, without cancellation", &density::Model::sf},
    {"logcdf", "ln cdf, accurate in the lower tail", &density::Model::logcdf},
    {"logsf", "ln sf, accurate in the upper tail", &density::Model::logsf},
    {"quantile", "the number with this mass (0 to 1) up to it", &density::Model::quantile},
}};

constexpr size_t kQuantile = 6;  // its numbers are probabilities

struct Eval : Command {
  ModelAndData input;
  std::array<bool, kFunctions.size()> wanted{};
  std::string format = "numbers";

  void visit(OptionVisitor& v) override {
    input.visit(v);
    for (size_t i = 0; i < kFunctions.size(); ++i) {
      v.flag(kFunctions[i].name, wanted[i], kFunctions[i].help);
    }
    v.choice("format", format, number_formats(),
             "a line per number; with its number and a header (csv); objects (jsonl); raw doubles");
  }

  void validate() const override {
    input.validate();
    require(std::find(wanted.begin(), wanted.end(), true) != wanted.end(), ErrorKind::bad_option,
            "one or several of --pdf, --logpdf, --cdf, --sf, --logcdf, --logsf and --quantile were "
            "expected");
    require(!wanted[kQuantile] || std::count(wanted.begin(), wanted.end(), true) == 1,
            ErrorKind::bad_option,
            "--quantile reads probabilities, the other functions read values; ask for one at a "
            "time");
  }

  void run(Output& out, Progress& /*progress*/) override {
    const density::Model model = input.model();
    // Numbers outside of the model's interval are no error: their density is 0.
    DataReader reader = input.open_data(wanted[kQuantile] ? density::Domain::parse("interval:0:1")
                                                          : density::Domain{});
    // csv and jsonl repeat the number itself.
    const bool repeat = format == "csv" || format == "jsonl";
    std::vector<std::string> names;
    if (repeat) {
      names.emplace_back("value");
    }
    for (size_t i = 0; i < kFunctions.size(); ++i) {
      if (wanted[i]) {
        names.emplace_back(kFunctions[i].name);
      }
    }
    const size_t columns = names.size();
    NumberWriter writer(out, format, std::move(names));
    std::vector<double> values(kPart);
    std::vector<double> results(kPart);
    std::vector<double> table(kPart * columns);
    while (const size_t count = reader.read(values)) {
      size_t column = 0;
      const auto put = [&](const std::vector<double>& from) {
        for (size_t row = 0; row < count; ++row) {
          table[row * columns + column] = from[row];
        }
        ++column;
      };
      if (repeat) {
        put(values);
      }
      for (size_t i = 0; i < kFunctions.size(); ++i) {
        if (wanted[i]) {
          (model.*kFunctions[i].evaluate)(std::span<const double>(values).first(count),
                                          std::span(results).first(count));
          put(results);
        }
      }
      for (size_t row = 0; row < count; ++row) {
        writer.row(std::span<const double>(table).subspan(row * columns, columns));
      }
    }
  }
};

struct Sample : Command {
  ModelFile file;
  int64_t count = 1;
  uint64_t seed = 0;
  int64_t first = 0;
  std::string format = "numbers";

  void visit(OptionVisitor& v) override {
    file.visit(v);
    v.integer("count", count, 0, int64_t{1} << 62, "how many numbers to draw");
    v.seed("seed", seed, "the same seed draws the same numbers");
    v.integer("first", first, 0, int64_t{1} << 62,
              "number of the first draw: parts of a range join to the same numbers");
    v.choice("format", format, number_formats(), "a line per number; raw doubles: f64");
  }

  void run(Output& out, Progress& progress) override {
    const density::Model model = file.open();
    NumberWriter writer(out, format, {"value"});
    const ProgressRef shown(Output::is_terminal() ? nullptr : &progress);
    const auto total = static_cast<uint64_t>(count);
    shown.begin("drawing", total, "numbers");
    std::vector<double> values(kPart);
    for (uint64_t done = 0; done < total;) {
      const size_t part = std::min<uint64_t>(kPart, total - done);
      const std::span<double> drawn = std::span(values).first(part);
      model.sample(seed, static_cast<uint64_t>(first) + done, drawn);
      for (const double& value : drawn) {
        writer.row({&value, 1});
      }
      done += part;
      shown.advance(part);
      shown.stop_if_cancelled("the numbers up to here are complete");
    }
  }
};

}  // namespace

CommandRow density_eval_command() {
  return {.name = "eval",
          .summary = "density, distribution function or quantiles at given numbers",
          .details =
              "Reads numbers from a file or standard input and writes a line for each, in "
              "bounded memory. Several functions give several columns, in the order of the "
              "list below.",
          .positional = "files",
          .examples = {"printf '0\\n6.5\\n23.9\\n' | yonder density eval hours.yfd --pdf",
                       "echo 0.5 | yonder density eval hours.yfd --quantile",
                       "yonder density eval hours.yfd hours.csv --column hour --logpdf --cdf "
                       "--format csv"},
          .make = make_command<Eval>};
}

CommandRow density_sample_command() {
  return {.name = "sample",
          .summary = "draw numbers",
          .details =
              "Inverts the distribution function at counter-based random numbers, so any "
              "part of a sequence can be drawn by itself, anywhere.",
          .positional = "model",
          .examples = {"yonder density sample hours.yfd -n 5 --seed 1",
                       "yonder density sample hours.yfd -n 10k --format f64 > drawn.f64"},
          .make = make_command<Sample>};
}

}  // namespace yonder::cli
