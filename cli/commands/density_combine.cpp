// SPDX-License-Identifier: Apache-2.0
// `yonder density combine` and `convert`: models of models, and models in other files.
#include "cli/commands/density.h"
#include "yonder/base/file.h"
#include "yonder/density/algebra.h"
#include "yonder/density/reference_import.h"

#include <filesystem>

namespace yonder::cli {
namespace {

namespace fs = std::filesystem;

struct Combine : Command {
  std::vector<std::string> models;
  std::string operation = "mixture";
  std::string weights;
  double shift = 0;
  double deviation = 0;
  int64_t order = 0;
  std::string out_path;
  bool force = false;

  /// An operation: how many models it takes, and what it makes of them.
  struct Operation {
    const char* name;
    size_t least;
    size_t most;
    density::Model (*apply)(const Combine&, const std::vector<density::Model>&);
  };
  static const std::vector<Operation>& operations() {
    static const std::vector<Operation> rows = {
        {"mixture", 1, SIZE_MAX,
         [](const Combine& c, const std::vector<density::Model>& models) {
           const std::vector<double> weights = c.weights.empty()
                                                   ? std::vector<double>(models.size(), 1.0)
                                                   : parse_numbers("weights", c.weights);
           require(weights.size() == models.size(), ErrorKind::bad_option,
                   "--weights has {} numbers for {} models", weights.size(), models.size());
           return density::mixture(models, weights);
         }},
        {"product", 2, 2,
         [](const Combine& /*c*/, const std::vector<density::Model>& models) {
           return density::product(models[0], models[1]);
         }},
        {"rotate", 1, 1,
         [](const Combine& c, const std::vector<density::Model>& models) {
           return density::rotate(models[0], c.shift);
         }},
        {"reflect", 1, 1,
         [](const Combine& /*c*/, const std::vector<density::Model>& models) {
           return density::reflect(models[0]);
         }},
        {"smooth", 1, 1,
         [](const Combine& c, const std::vector<density::Model>& models) {
           const density::Model& model = models[0];
           return density::convolve(
               model, density::wrapped_normal_moments(model.domain(), c.deviation, model.order()));
         }},
        {"pad", 1, 1,
         [](const Combine& c, const std::vector<density::Model>& models) {
           return density::pad(models[0], c.order);
         }},
    };
    return rows;
  }

  const Operation& chosen() const {
    for (const Operation& row : operations()) {
      if (row.name == operation) {
        return row;
      }
    }
    fail(ErrorKind::internal, "the operation was checked before");
  }

  void visit(OptionVisitor& v) override {
    std::vector<std::string> names;
    for (const Operation& row : operations()) {
      names.emplace_back(row.name);
    }
    v.list("models", models, "the models: .yfd or JSON");
    v.choice("operation", operation, names, "what is made of them");
    v.text("weights", weights, "of a mixture, one for each model: 1,2.5; without: equal");
    v.real("shift", shift, -1e300, 1e300, "of rotate, in units of the data");
    v.real("deviation", deviation, 0, 1e300,
           "of smooth: that of the normal noise that is added, in units of the data");
    v.integer("order", order, 0, 65536, "of pad: the new N, not below the old one");
    v.path("out", out_path, "model to write: .yfd or .json");
    v.flag("force", force, "overwrite the output");
  }

  void validate() const override {
    require_option("out", out_path, "the model to write, e.g. -o mixed.yfd");
    check_choice("out", fs::path(out_path).extension().string(), {".yfd", ".json"});
    const Operation& row = chosen();
    // Options of one operation: whether they are given, and whether it does nothing without.
    struct Own {
      const char* name;
      const char* operation;
      bool given;
      bool needed;
    };
    for (const Own& own :
         {Own{"weights", "mixture", !weights.empty(), false},
          Own{"shift", "rotate", shift != 0, true}, Own{"deviation", "smooth", deviation > 0, true},
          Own{"order", "pad", order > 0, false}}) {
      const bool read = operation == own.operation;
      require(read || !own.given, ErrorKind::bad_option, "--{} is of the operation {}, not of {}",
              own.name, own.operation, operation);
      require(!read || own.given || !own.needed, ErrorKind::bad_option,
              "--{} is missing: {} changes nothing without", own.name, operation);
    }
    require(models.size() >= row.least && models.size() <= row.most, ErrorKind::bad_option,
            "{} models were given; {} takes {}", models.size(), operation,
            row.most == SIZE_MAX ? "one or more"
            : row.most == 1      ? "one"
                                 : "two");
  }

  void run(Output& out, Progress& /*progress*/) override {
    require_free(out_path, force);
    std::vector<density::Model> opened;
    opened.reserve(models.size());
    for (const std::string& path : models) {
      opened.push_back(density::Model::load(path));
    }
    const density::Model result = chosen().apply(*this, opened);
    write_model(result, out_path);
    print_line(out, "domain", result.domain().text());
    print_line(out, "order N", fmt::format("{}", result.order()));
    print_line(out, "written", out_path);
  }
};

struct Convert : Command {
  std::vector<std::string> input;
  std::string out_path;
  bool force = false;

  void visit(OptionVisitor& v) override {
    v.list("input", input, "models: .yfd, JSON, or an .npz of the reference code");
    v.path("out", out_path, "file to write: .yfd, .json, or .npz for the reference code");
    v.flag("force", force, "overwrite the output");
  }

  void validate() const override {
    require_option("input", input, "the model to convert");
    require_option("out", out_path, "the file to write; its ending says what: .yfd, .json or .npz");
    check_choice("out", fs::path(out_path).extension().string(), {".yfd", ".json", ".npz"});
  }

  void run(Output& out, Progress& /*progress*/) override {
    std::vector<density::Model> models;
    for (const fs::path path : input) {
      if (path.extension() == ".npz") {
        for (density::Model& model : density::import_reference(path)) {
          models.push_back(std::move(model));
        }
      } else {
        models.push_back(density::Model::load(path));
      }
    }
    const fs::path to = out_path;
    std::vector<fs::path> paths = {to};
    const bool many = models.size() > 1 && to.extension() != ".npz";
    if (many) {
      paths.clear();
      for (size_t i = 0; i < models.size(); ++i) {
        paths.push_back(to.parent_path() /
                        fmt::format("{}-{}{}", to.stem().string(), i, to.extension().string()));
      }
    }
    for (const fs::path& path : paths) {
      require_free(path, force);
    }
    if (to.extension() == ".npz") {
      density::export_reference(models, to);
    } else {
      for (size_t i = 0; i < models.size(); ++i) {
        write_model(models[i], paths[i].string());
      }
    }
    for (const fs::path& path : paths) {
      print_line(out, "written", path.string());
    }
  }
};

}  // namespace

CommandRow density_combine_command() {
  return {.name = "combine",
          .summary = "a density made of others: mixture, product, rotation, noise",
          .details =
              "mixture: weighted sum; product: the normalised product, N adds up; rotate: the "
              "values move around a circle; reflect: mirrored about the middle; smooth: normal "
              "noise is added on a circle; pad: the same density with a larger N. The result is "
              "factored again, exactly.",
          .positional = "models",
          .examples = {"yonder density combine hours.yfd rough.yfd --weights 3,1 -o mixed.yfd",
                       "yonder density combine hours.yfd --operation rotate --shift 2 -o later.yfd",
                       "yonder density combine hours.yfd --operation smooth --deviation 0.5 -o "
                       "smooth.yfd"},
          .make = make_command<Combine>};
}

CommandRow density_convert_command() {
  return {.name = "convert",
          .summary = "models between .yfd, JSON and the reference code's .npz",
          .details =
              "The ending of --out says what is written. A file with several models gives "
              "OUT-0, OUT-1 and so on; several models of one kind go into one .npz.",
          .positional = "input",
          .examples = {"yonder density convert hours.yfd -o hours.json",
                       "yonder density convert hours.json -o again.yfd"},
          .make = make_command<Convert>};
}

}  // namespace yonder::cli
