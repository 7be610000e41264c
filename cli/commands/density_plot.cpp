// SPDX-License-Identifier: Apache-2.0
// `yonder density plot`: a picture of one model or several, over the data.
#include "cli/commands/density.h"
#include "cli/plot/density_picture.h"
#include "yonder/base/file.h"

#include <cmath>

namespace yonder::cli {
namespace {

struct Plot : Command {
  ModelAndData input;
  std::vector<std::string> with;
  DensityPictureOptions picture;
  std::string low = "auto";
  std::string high = "auto";
  std::string min_prominence = "5%";
  std::string title;
  std::string out_path;
  bool force = false;

  void visit(OptionVisitor& v) override {
    input.visit(v, true);
    v.list("with", with, "further models to draw into the same picture");
    v.flag("modes", picture.modes, "mark the modes of the first model");
    v.text("min-prominence", min_prominence, "of the modes that are marked, as of `modes`");
    v.flag("cdf", picture.cdf,
           "also the distribution function, drawn to the height of the picture");
    v.flag("log-y", picture.log_y, "logarithmic density, for tails");
    v.integer("bins", picture.bins, 0, 100000, "of the histogram; 0: by Freedman and Diaconis");
    v.text("low", low, "left end of the picture: a number or auto");
    v.text("high", high, "right end");
    v.text("title", title, "above the picture");
    v.path("out", out_path, "SVG file to write; without it the picture goes to standard output");
    v.flag("force", force, "overwrite the output");
  }

  void validate() const override {
    input.validate();
    parse_share("min-prominence", min_prominence);
    const bool bounded = low != "auto" && high != "auto";
    require(!bounded || parse_real_option("low", low) < parse_real_option("high", high),
            ErrorKind::bad_option, "--low is {} and --high {}; the picture would be empty", low,
            high);
  }

  void run(Output& out, Progress& progress) override {
    if (!out_path.empty()) {
      require_free(out_path, force);
    }
    std::vector<NamedModel> models;
    models.push_back(named(input.files[0]));
    for (const std::string& path : with) {
      models.push_back(named(path));
    }
    DataColumns data;
    // Data are drawn where they are named; nothing is awaited from standard input.
    if (input.files.size() > 1) {
      data = input.open_data(models[0].model.domain()).read_all(progress);
    }
    picture.min_prominence = parse_share("min-prominence", min_prominence);
    if (low != "auto") {
      picture.low = parse_real_option("low", low);
    }
    if (high != "auto") {
      picture.high = parse_real_option("high", high);
    }
    SvgPlot plot =
        density_picture(models, data.values.empty() ? std::span<const double>() : data.values[0],
                        data.weights, picture);
    plot.title = title;
    const std::string svg = svg_text(plot);
    if (out_path.empty()) {
      out.write(svg);
    } else {
      write_file(out_path, svg);
    }
  }

 private:
  NamedModel named(const std::string& path) const {
    density::Model model = density::Model::load(path);
    std::string name = fmt::format("N = {}", model.order());
    if (!with.empty()) {
      name = fmt::format("{} ({})", std::filesystem::path(path).stem().string(), name);
    }
    return {std::move(name), std::move(model)};
  }
};

}  // namespace

CommandRow density_plot_command() {
  return {.name = "plot",
          .summary = "an SVG picture: histogram of the data, density, modes",
          .details =
              "On the line the picture shows the middle 99.6 % of the model unless --low and "
              "--high say otherwise. The file adapts to light and dark paper.",
          .positional = "files",
          .examples = {"yonder density plot hours.yfd hours.csv --column hour -o hours.svg",
                       "yonder density plot delay.yfd --log-y --low -40 --high 40 > delay.svg",
                       "yonder density plot hours.yfd --with rough.yfd --cdf --no-modes > two.svg"},
          .make = make_command<Plot>};
}

}  // namespace yonder::cli
