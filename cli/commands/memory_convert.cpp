// SPDX-License-Identifier: Apache-2.0
// `yonder memory convert`: coefficients for other programs, and states from them.
#include "cli/commands/memory.h"
#include "yonder/memory/coefficient_file.h"

namespace yonder::cli {
namespace {

struct Convert : Command {
  std::string in_path;
  std::string out_path;
  std::string norm = "hippo";
  memory::ForeignState foreign;
  bool force = false;

  void visit(OptionVisitor& v) override {
    v.path("summary", in_path, "a snapshot (.yms), or an .npy of coefficients");
    v.path("out", out_path, "the .npy to write; its side-car is called OUT.json");
    v.choice("norm", norm, memory::normalization_names(), "how the coefficients are scaled");
    foreign.visit(v);
    v.flag("force", force, "overwrite what exists");
  }

  void validate() const override {
    require_option("summary", in_path, "what to convert, e.g. ecg.yms");
    require_option("out", out_path, "the array to write, e.g. -o ecg.npy");
    foreign.validate();
  }

  void run(Output& out, Progress& /*progress*/) override {
    memory::require_free_coefficients(out_path, force);
    const memory::Summary summary = foreign.convention.empty()
                                        ? memory::open_summary(in_path)
                                        : memory::import_state(in_path, foreign);
    memory::write_coefficients(out_path, summary, memory::parse_normalization(norm));
    out.print("{}: [{}, {}], {}, {} to {}, {} normalisation\n", out_path, summary.channels(),
              summary.order(), summary.measure().text(), time_text(summary.begin()),
              time_text(summary.end()), norm);
  }
};

}  // namespace

CommandRow memory_convert_command() {
  return {.name = "convert",
          .summary = "coefficients for other programs, and states from them",
          .details =
              "Writes an array [channels, N] beside a JSON side-car that says what it is; both "
              "together are read wherever a snapshot is. Normalisations: hippo (c_0 is the mean, "
              "the sum of squares the mean square), orthonormal (hippo times sqrt 2), value (the "
              "stream is the sum of c_n P_n), lmu (value with time reversed).\nA state from "
              "elsewhere is only read under its --convention, since arrays do not say which one is "
              "theirs.",
          .positional = "summary",
          .examples = {"yonder memory convert ecg.yms --norm value -o ecg.npy",
                       "yonder memory convert state.npy --convention s4-legt --dt 0.01 --end 500 "
                       "-o window.npy"},
          .make = make_command<Convert>};
}

}  // namespace yonder::cli
