// SPDX-License-Identifier: Apache-2.0
// `yonder density modes`: where a density is locally highest.
#include "cli/commands/density.h"
#include "yonder/base/json.h"

namespace yonder::cli {
namespace {

struct Modes : Command {
  ModelFile file;
  std::string min_prominence = "0";
  bool antimodes = false;
  std::string format = "text";
  bool json = false;

  void visit(OptionVisitor& v) override {
    file.visit(v);
    v.text("min-prominence", min_prominence,
           "leave out maxima less prominent than this share of the highest peak: 0.05 or 5%");
    v.flag("antimodes", antimodes, "also the minima between them");
    v.choice("format", format, {"text", "csv", "jsonl"}, "how the table is written");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override { parse_share("min-prominence", min_prominence); }

  void run(Output& out, Progress& /*progress*/) override {
    const density::Model model = file.open();
    std::vector<density::Mode> modes = model.modes(parse_share("min-prominence", min_prominence));
    if (!antimodes) {
      std::erase_if(modes, [](const density::Mode& mode) { return !mode.maximum; });
    }
    if (json) {
      out.write("{\"modes\":[");
    } else if (format == "csv") {
      out.write("kind,location,density,prominence,curvature\n");
    } else if (format == "text") {
      out.print("{:<9}{:>16}{:>14}{:>12}{:>14}\n", "", "location", "density", "prominence",
                "curvature");
    }
    bool first = true;
    for (const density::Mode& mode : modes) {
      const char* kind = mode.maximum ? "mode" : "antimode";
      if (json || format == "jsonl") {
        JsonWriter w;
        w.begin_object().key("kind").value(kind).key("location").value(mode.location);
        w.key("density").value(mode.density).key("prominence");
        if (mode.maximum) {
          w.value(mode.prominence);
        } else {
          w.null();
        }
        w.key("curvature").value(mode.curvature).end_object();
        out.write(json ? (first ? "\n" : ",\n") : "");
        out.write(w.str() + (json ? "" : "\n"));
      } else if (format == "csv") {
        out.print("{},{},{},{},{}\n", kind, mode.location, mode.density,
                  mode.maximum ? exact_number(mode.prominence) : "", mode.curvature);
      } else {
        out.print("{:<9}{:>16}{:>14}{:>12}{:>14}\n", kind, short_number(mode.location, 9),
                  short_number(mode.density),
                  mode.maximum ? fmt::format("{:.2f} %", 100 * mode.prominence) : "",
                  short_number(mode.curvature));
      }
      first = false;
    }
    if (json) {
      out.write("\n]}\n");
    }
  }
};

}  // namespace

CommandRow density_modes_command() {
  return {.name = "modes",
          .summary = "all maxima, with their prominence",
          .details =
              "All of them, from the roots of a polynomial, in order; none is missed between the "
              "cells of a grid. The prominence of a peak is its height above the higher of the two "
              "saddles that part it from higher ground, as a share of the highest peak: small "
              "ripples that a fit leaves in empty regions have little of it, and "
              "--min-prominence 5% is a good choice against them.",
          .positional = "model",
          .examples = {"yonder density modes hours.yfd",
                       "yonder density modes hours.yfd --min-prominence 5% --antimodes --json"},
          .make = make_command<Modes>};
}

}  // namespace yonder::cli
