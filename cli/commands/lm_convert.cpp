// SPDX-License-Identifier: Apache-2.0
// `yonder lm convert`: a model in another format or type of numbers.
#include "cli/commands/lm.h"
#include "cli/quantity.h"
#include "yonder/base/file.h"
#include "yonder/lm/model.h"

#include <filesystem>

namespace yonder::cli {
namespace {

struct Convert : Command {
  LanguageModelArgument model;
  std::string out_path;
  std::string format = "huggingface";
  std::string as = "f32";
  bool force = false;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.path("out", out_path, "folder or file to write");
    v.choice("to", format, lm::Model::format_names(), "format");
    v.choice("as", as, {"f32", "bf16", "f16"}, "type of the numbers written");
    v.flag("force", force, "overwrite the output");
  }

  void validate() const override {
    model.require_given();
    require_option("out", out_path, "what to write, e.g. -o model-bf16");
  }

  void run(Output& out, Progress& progress) override {
    require_free(out_path, force);
    const lm::Model opened = model.open(progress);
    opened.save(out_path, format, as);
    out.print("{}: {}, {} parameters, {}\n", out_path, format,
              with_commas(static_cast<uint64_t>(opened.config().parameter_count())), as);
  }
};

}  // namespace

CommandRow lm_convert_command() {
  return {.name = "convert",
          .summary = "write a model in another format or type of numbers",
          .details =
              "The tokenizer's file goes with it. llama2c is what llama2.c's run reads, "
              "llama2c-v1 its newer form; both are f32.",
          .positional = "model",
          .examples = {"yonder lm convert story-model -o story-model-bf16 --as bf16",
                       "yonder lm convert story-model -o story-model.bin --to llama2c"},
          .make = make_command<Convert>};
}

}  // namespace yonder::cli
