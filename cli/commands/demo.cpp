// SPDX-License-Identifier: Apache-2.0
// `yonder demo`: the chapters of demo/table.cpp on one text, printed and written as one page.
#include "cli/demo/demo_text.h"
#include "cli/demo/table.h"
#include "cli/quantity.h"
#include "cli/table.h"
#include "yonder/base/cpu.h"
#include "yonder/base/file.h"
#include "yonder/base/parallel.h"

#include <filesystem>

namespace yonder::cli {
namespace {

/// How to call this program again from here: "build/release/yonder" after `make demo`.
std::string program_path() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    return "yonder";
  }
  const std::string near = program.lexically_relative(std::filesystem::current_path()).string();
  return near.empty() || near.starts_with("..") ? program.string() : near;
}

struct Demo : Command {
  std::string chapter = "all";
  std::vector<std::string> text;
  std::string out_path = "report.html";
  int64_t threads = 0;

  void visit(OptionVisitor& v) override {
    std::vector<std::string> names = {"all"};
    for (const DemoChapter& row : demo_chapters()) {
      names.push_back(row.name);
    }
    v.choice("chapter", chapter, names, "the chapter to run");
    v.list("text", text, "text files to work on; without any, text of this machine");
    v.path("out", out_path, "the page to write");
    v.integer("threads", threads, 0, 1024, "threads; 0 = all cores");
  }

  void run(Output& out, Progress& progress) override {
    const DemoText demo_text = collect_demo_text(text, progress);
    const auto megabytes = [](size_t bytes) {
      return human_quantity(static_cast<double>(bytes), "bytes");
    };
    const std::string source =
        fmt::format("{} of text from {} files: {}",
                    megabytes(demo_text.training.size() + demo_text.held_out.size()),
                    demo_text.files, demo_text.source);
    out.print("{};\n{} of it held out\n", source, megabytes(demo_text.held_out.size()));
    Report report("Yonder on this machine",
                  fmt::format("{}. A tenth of it was held out. {}, {} threads, Yonder {}.", source,
                              cpu_name(), thread_count(threads), YONDER_VERSION));
    DemoContext context{
        demo_text.training, demo_text.held_out, thread_count(threads), out, progress, report};
    for (const DemoChapter& row : demo_chapters()) {
      if (chapter == "all" || chapter == row.name) {
        out.print("\n{}: {}\n", row.name, row.summary);
        out.flush();
        row.run(context);
      }
    }
    write_file(out_path, report.html());
    out.print("\nthe pictures are in {}; in a browser, with your own text:\n{} serve\n", out_path,
              program_path());
  }
};

}  // namespace

std::vector<CommandRow> demo_commands() {
  return {{.name = "",
           .summary = "what Yonder does, on text of this machine, as a table and a page",
           .details =
               "Runs the chapters, one per component, on one text of which a tenth is held out. "
               "Nothing is downloaded. The page is one file that needs nothing else.",
           .positional = "chapter",
           .examples = {"yonder demo", "yonder demo tokenizer --text book.txt --out book.html"},
           .make = make_command<Demo>}};
}

}  // namespace yonder::cli
