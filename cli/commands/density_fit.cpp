// SPDX-License-Identifier: Apache-2.0
// `yonder density fit`: columns of numbers to models, each with its certificate.
#include "cli/commands/density.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/random.h"
#include "yonder/density/fit.h"
#include "yonder/density/stream_fitter.h"

#include <algorithm>
#include <bit>
#include <filesystem>
#include <limits>
#include <numbers>
#include <optional>

namespace yonder::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kStreamRows = size_t{1} << 18;  // per part of --stream

/// Rows from everywhere in a file. Each row has a level, a random number of the row's position that
/// is k with probability 2^-(k+1); the sample is the rows of at least some level, the lowest at
/// which they are no more than kStreamRows. So a second pass can tell which rows are in it.
struct RowSample {
  int level = 0;
  std::vector<double> rows;  ///< [rows][width]

  static int level_of(uint64_t row) { return std::countl_zero(Rng(0, row).next()); }
};

/// One pass over the table; empty where there is no row.
RowSample sample_rows(DataReader& reader, Progress& progress) {
  const size_t width = reader.width();
  const ProgressRef shown(&progress);
  shown.begin("looking for the base", 0, "rows");
  RowSample sample;
  std::vector<int> levels;
  std::vector<double> part(kStreamRows * width);
  uint64_t seen = 0;
  while (const size_t rows = reader.read(part)) {
    for (size_t row = 0; row < rows; ++row) {
      const int level = RowSample::level_of(seen++);
      if (level < sample.level) {
        continue;
      }
      levels.push_back(level);
      sample.rows.insert(sample.rows.end(), &part[row * width], &part[row * width] + width);
      while (levels.size() > kStreamRows) {
        ++sample.level;
        size_t kept = 0;
        for (size_t i = 0; i < levels.size(); ++i) {
          if (levels[i] >= sample.level) {
            levels[kept] = levels[i];
            for (size_t column = 0; column < width; ++column) {
              sample.rows[kept * width + column] = sample.rows[i * width + column];
            }
            ++kept;
          }
        }
        levels.resize(kept);
        sample.rows.resize(kept * width);
      }
    }
    shown.advance(rows);
    shown.stop_if_cancelled("nothing was written");
  }
  return sample;
}

/// "weather.yfd" and the column "temp_f": "weather-temp_f.yfd". What does not belong into the name
/// of a file becomes "_".
fs::path path_of_column(const fs::path& path, const std::string& column) {
  std::string name = path.stem().string() + "-";
  for (const char c : column) {
    const auto byte = static_cast<unsigned char>(c);
    const bool kept = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                      (byte >= 'a' && byte <= 'z') || byte >= 0x80 || c == '.' || c == '-';
    name += kept ? c : '_';
  }
  return path.parent_path() / (name + path.extension().string());
}

struct Fit : Command {
  DataArgument data;
  std::string input = "-";
  density::FitOptions options;
  bool stream = false;
  std::string out_path;
  bool force = false;
  bool json = false;

  void visit(OptionVisitor& v) override {
    data.visit(v);
    v.path("input", input, "the data: CSV, NPY, f32 or f64; - is standard input");
    options.visit(v);
    v.flag("stream", stream,
           "read the file in parts, in memory that does not grow with it; needs a number for N; on "
           "the "
           "line in two passes, the first for a sample for the base");
    v.path("out", out_path, "model to write: .yfd, or .json for its JSON form");
    v.flag("force", force, "overwrite the output");
    v.flag("json", json, "print the report as one JSON document");
  }

  void validate() const override {
    options.validate();
    if (!out_path.empty()) {
      check_choice("out", fs::path(out_path).extension().string(), {".yfd", ".json"});
    }
  }

  void run(Output& out, Progress& progress) override {
    DataReader reader(data, input, density::Domain::parse(options.domain));
    const std::vector<std::string>& names = reader.names();
    const std::vector<fs::path> paths = free_paths(names);
    std::vector<density::FitReport> reports;
    const std::vector<density::Model> models =
        stream ? fit_stream(reader, reports, progress) : fit_all(reader, reports, progress);
    for (density::FitReport& report : reports) {
      report.rejected = reader.rejected();
    }
    for (size_t i = 0; i < paths.size(); ++i) {
      write_model(models[i].with_info(info_of(models[i], names[i])), paths[i].string());
    }
    if (json) {
      print_json(out, names, models, reports, paths);
      return;
    }
    for (size_t i = 0; i < models.size(); ++i) {
      out.write(i == 0 ? "" : "\n");
      print_report(out, names[i], models[i], reports[i]);
      if (!paths.empty()) {
        print_line(out, "written", paths[i].string());
      }
    }
  }

 private:
  std::vector<fs::path> free_paths(const std::vector<std::string>& names) const {
    std::vector<fs::path> paths;
    if (out_path.empty()) {
      return paths;
    }
    for (const std::string& name : names) {
      fs::path path = names.size() == 1 ? fs::path(out_path) : path_of_column(out_path, name);
      require(std::find(paths.begin(), paths.end(), path) == paths.end(), ErrorKind::bad_option,
              "two columns would be written to {}; fit them one by one", path.string());
      require_free(path, force);
      paths.push_back(std::move(path));
    }
    return paths;
  }

  static density::ModelInfo info_of(const density::Model& model, const std::string& column) {
    density::ModelInfo info = model.info();
    info.column = column;
    return info;
  }

  std::vector<density::Model> fit_all(DataReader& reader, std::vector<density::FitReport>& reports,
                                      Progress& progress) const {
    const DataColumns columns = reader.read_all(progress);
    if (columns.values.size() == 1) {
      reports.resize(1);
      return {density::fit(columns.values[0], columns.weights, options, reports.data(), &progress)};
    }
    std::vector<density::Model> models =
        density::fit_columns(columns.values, columns.weights, options, &reports, &progress);
    // A single fit warns by itself; here it is said which column is meant.
    for (size_t i = 0; i < reports.size(); ++i) {
      for (const std::string& warning : reports[i].warnings) {
        progress.warn(fmt::format("{}: {}", reader.names()[i], warning));
      }
    }
    return models;
  }

  std::vector<density::Model> fit_stream(DataReader& reader,
                                         std::vector<density::FitReport>& reports,
                                         Progress& progress) const {
    const size_t count = reader.names().size();
    const size_t width = reader.width();
    std::vector<density::StreamFitter> fitters;
    for (size_t i = 0; i < count; ++i) {
      fitters.emplace_back(options);
    }
    std::vector<double> values;
    std::vector<double> weights;
    const auto push = [&](std::span<const double> rows) {
      const auto pick = [&](size_t column, std::vector<double>& to) {
        to.clear();
        for (size_t at = column; at < rows.size(); at += width) {
          to.push_back(rows[at]);
        }
      };
      if (width > count) {
        pick(count, weights);
      }
      for (size_t i = 0; i < count; ++i) {
        pick(i, values);
        fitters[i].push(values, weights);
      }
    };
    // The base of the line is fitted to what is pushed first. A file is read twice, so that this
    // is a sample of all of it; the second pass takes the other rows.
    const bool fits_base =
        density::Domain::parse(options.domain).kind == density::DomainKind::line &&
        (options.location == "data" || options.scale == "data" || options.base == "student");
    const bool twice = fits_base && fs::is_regular_file(input);
    int sampled = std::numeric_limits<int>::max();  // rows of at least this level were pushed
    if (twice) {
      const RowSample sample = sample_rows(reader, progress);
      push(sample.rows);
      sampled = sample.level;
    }
    std::optional<DataReader> again;
    if (twice && sampled > 0) {
      again.emplace(data, input, density::Domain::parse(options.domain));
    }
    DataReader& rest = again ? *again : reader;
    const ProgressRef shown(&progress);
    shown.begin("reading", 0, "rows");
    std::vector<double> part(kStreamRows * width);
    uint64_t seen = 0;
    while (const size_t rows = rest.read(part)) {
      if (fits_base && !twice && seen == kStreamRows) {
        progress.warn(fmt::format(
            "the base is fitted to the first {} rows only, since {} can be read once; if later "
            "rows lie elsewhere, give --location and --scale, or a file",
            kStreamRows, input == "-" ? "standard input" : input));
      }
      size_t kept = 0;
      for (size_t row = 0; row < rows; ++row) {
        if (RowSample::level_of(seen + row) < sampled) {
          for (size_t column = 0; column < width; ++column) {
            part[kept * width + column] = part[row * width + column];
          }
          ++kept;
        }
      }
      push(std::span<const double>(part).first(kept * width));
      seen += rows;
      shown.advance(rows);
      shown.stop_if_cancelled("nothing was written");
    }
    std::vector<density::Model> models;
    reports.resize(count);
    for (size_t i = 0; i < count; ++i) {
      models.push_back(fitters[i].finish(&reports[i], &progress));
    }
    return models;
  }

  void print_report(Output& out, const std::string& column, const density::Model& model,
                    const density::FitReport& report) const {
    print_line(out, "column", column);
    print_line(out, "samples",
               report.rejected == 0
                   ? fmt::format("{}", report.samples)
                   : fmt::format("{} (rows left out: {})", report.samples, report.rejected));
    print_line(out, "domain", model.domain().text());
    if (model.base()) {
      print_line(out, "base", model.base()->text());
    }
    print_line(out, "order N",
               fmt::format("{} ({} parameters)", model.order(), model.parameter_count()));
    print_line(out, "NLL",
               fmt::format("{:.6f} nats per sample ({:.6f} bits)", report.nll,
                           report.nll / std::numbers::ln2));
    if (options.gamma > 0) {
      print_line(out, "penalty", fmt::format("{:.6f} nats", report.penalty));
    }
    print_line(
        out, "gap",
        report.gap < 0
            ? "n/a (certificates are for fits without a penalty)"
            : fmt::format("{:.1e} nats: no density of this order{} is better by more", report.gap,
                          !model.base()       ? ""
                          : options.learn_map ? " and base, given the learned map,"
                                              : " and base"));
    print_line(out, "steps",
               fmt::format("{} L-BFGS, {} Newton; {:.3f} s", report.lbfgs_steps,
                           report.newton_steps, report.seconds));
    if (!report.orders.empty()) {
      out.print("orders tried, by {}:\n{:>6}{:>14}{:>14}{:>12}\n", options.criterion, "N", "NLL",
                "score", "+-");
      for (const density::OrderScore& score : report.orders) {
        out.print("{:>6}{:>14.6f}{:>14.6f}{:>12}{}\n", score.order, score.nll, score.score,
                  score.standard_error > 0 ? fmt::format("{:.6f}", score.standard_error) : "",
                  score.order == model.order() ? "  chosen" : "");
      }
    }
  }

  void print_json(Output& out, const std::vector<std::string>& names,
                  const std::vector<density::Model>& models,
                  const std::vector<density::FitReport>& reports,
                  const std::vector<fs::path>& paths) const {
    JsonWriter w(2);
    w.begin_object().key("models").begin_array();
    for (size_t i = 0; i < models.size(); ++i) {
      const density::Model& model = models[i];
      const density::FitReport& report = reports[i];
      w.begin_object().key("column").value(names[i]);
      w.key("samples").value(report.samples).key("rejected").value(report.rejected);
      w.key("domain").value(model.domain().text());
      w.key("base");
      if (model.base()) {
        w.value(model.base()->text());
      } else {
        w.null();
      }
      w.key("order").value(model.order()).key("parameters").value(model.parameter_count());
      w.key("nll").value(report.nll).key("bits").value(report.nll / std::numbers::ln2);
      w.key("gamma").value(options.gamma).key("penalty").value(report.penalty).key("gap");
      if (report.gap < 0) {
        w.null();
      } else {
        w.value(report.gap);
      }
      w.key("lbfgs_steps").value(report.lbfgs_steps);
      w.key("newton_steps").value(report.newton_steps).key("seconds").value(report.seconds);
      w.key("orders").begin_array();
      for (const density::OrderScore& score : report.orders) {
        w.begin_object().key("order").value(score.order).key("nll").value(score.nll);
        w.key("score").value(score.score).key("standard_error").value(score.standard_error);
        w.end_object();
      }
      w.end_array().key("warnings").begin_array();
      for (const std::string& warning : report.warnings) {
        w.value(warning);
      }
      w.end_array().key("out");
      if (paths.empty()) {
        w.null();
      } else {
        w.value(paths[i].string());
      }
      w.end_object();
    }
    w.end_array().end_object();
    out.write(w.str() + "\n");
  }
};

}  // namespace

CommandRow density_fit_command() {
  return {
      .name = "fit",
      .summary = "fit a density to a column of numbers",
      .details =
          "Maximum likelihood over all densities of N frequencies (on the line of one base, which "
          "is "
          "fitted first), with a certificate: the gap is an upper bound, in nats per sample, on "
          "how much better any of them could be. With "
          "--order auto the order is chosen by cross-validation.\n"
          "Several --column are fitted at once, a model each: -o m.yfd becomes m-COLUMN.yfd. "
          "Without --out only the report is printed.",
      .positional = "input",
      .examples = {"yonder density fit hours.csv --column hour --domain circular:24 -o hours.yfd",
                   "yonder density fit hours.csv --column hour --domain circular:24 -N 3 -o "
                   "rough.yfd",
                   "yonder density fit hours.csv --column delay --base student -N 6 -o delay.yfd",
                   "yonder density fit hours.csv --column hour --domain reflected:0:24 -N 12 "
                   "--gamma 0.001 --json"},
      .make = make_command<Fit>};
}

}  // namespace yonder::cli
