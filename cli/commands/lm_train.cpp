// SPDX-License-Identifier: Apache-2.0
// `yonder lm train`: a small decoder from text, on one process or several.
#include "cli/commands/lm.h"
#include "cli/quantity.h"
#include "yonder/base/json.h"
#include "yonder/lm/trainer.h"
#include "yonder/nn/launch.h"
#include "yonder/nn/process_place.h"

namespace yonder::cli {
namespace {

struct Train : Command {
  lm::TrainOptions options;
  int64_t processes = 1;
  bool json = false;

  void visit(OptionVisitor& v) override {
    options.visit(v);
    v.integer("procs", processes, 1, 1024,
              "processes of this machine that share the work; each takes its own micro-batches");
    v.flag("json", json, "print the report as one JSON document");
  }

  void validate() const override { options.validate(); }

  void run(Output& out, Progress& progress) override {
    options.loop.place = nn::process_place_from_environment();
    if (processes > 1 && options.loop.place.size == 1) {
      nn::launch_processes(nn::own_command_line(), processes, options.loop.peer_timeout, &progress);
      return;
    }
    const lm::TrainReport report = lm::train(options, &progress);
    if (options.loop.place.rank == 0) {
      json ? print_json(report, out) : print(report, out);
    }
  }

 private:
  static void print(const lm::TrainReport& report, Output& out) {
    out.print("model            {}\n", report.folder);
    out.print("parameters       {}\n", with_commas(static_cast<uint64_t>(report.parameters)));
    out.print("steps            {}\n", with_commas(static_cast<uint64_t>(report.steps)));
    out.print("tokens           {}\n", with_commas(static_cast<uint64_t>(report.tokens)));
    out.print("time             {}\n", human_duration(report.seconds));
    out.print("training loss    {:.4f} nats per token\n", report.loss);
    for (const auto& [name, value] : report.validation) {
      std::string words = name;
      std::replace(words.begin(), words.end(), '_', ' ');
      out.print("{:<17}{:.4f}\n", words, value);
    }
  }

  static void print_json(const lm::TrainReport& report, Output& out) {
    JsonWriter w(2);
    w.begin_object().key("model").value(report.folder);
    w.key("parameters").value(report.parameters).key("steps").value(report.steps);
    w.key("tokens").value(report.tokens).key("seconds").value(report.seconds);
    w.key("loss").value(report.loss).key("validation").begin_object();
    for (const auto& [name, value] : report.validation) {
      w.key(name).value(value);
    }
    w.end_object().end_object();
    out.write(w.str() + "\n");
  }
};

}  // namespace

CommandRow lm_train_command() {
  return {
      .name = "train",
      .summary = "train a small decoder on text",
      .details =
          "Writes a folder that Hugging Face's programs can load where only standard parts are "
          "used. Some sequences carry an internal repeat (--repeat-part), without which small "
          "models form no copying heads; the report's copy score says whether they did.\n"
          "Ctrl-C saves a checkpoint and ends; --resume goes on as if nothing had happened. "
          "--procs N starts N processes of this machine; under torchrun's environment variables "
          "each process takes the place they give it.",
      .positional = "",
      .examples = {"yonder lm train --data book.txt --layers 2 --hidden 64 --heads 2 --context 64 "
                   "--steps 30 --warmup 5 -o story-model",
                   "yonder lm train --task copy --layers 1 --hidden 16 --heads 1 --context 33 "
                   "--steps 20 -o copy-model"},
      .make = make_command<Train>};
}

}  // namespace yonder::cli
