// SPDX-License-Identifier: Apache-2.0
// `yonder tokenizer bench`: how fast a model encodes and samples a text, on one core.
#include "cli/commands/tokenizer.h"
#include "yonder/base/cpu.h"

#include <algorithm>
#include <chrono>

namespace yonder::cli {
namespace {

struct BenchRow {
  std::string name;
  tokenizer::EncodeOptions options;
  uint64_t tokens = 0;
  std::vector<double> seconds;

  double median() const {
    std::vector<double> sorted = seconds;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
};

struct Bench : Command {
  ModelArgument model;
  std::vector<std::string> input;
  int64_t runs = 5;
  bool json = false;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.list("input", input, "text files; standard input without any");
    v.integer("runs", runs, 1, 1000, "runs of each row, of which the median counts");
    v.flag("json", json, "print one JSON document");
  }

  void run(Output& out, Progress& progress) override {
    const tokenizer::Tokenizer t = model.open(progress);
    const std::string text = read_text("", input);
    require(!text.empty(), ErrorKind::bad_data, "the text is empty; some bytes are needed to time");
    std::vector<BenchRow> rows;
    rows.push_back({"best", {}, 0, {}});
    for (const double alpha : {0.1, 0.5, 1.0}) {
      rows.push_back(
          {fmt::format("sampled, alpha {}", alpha), {.sample = true, .alpha = alpha}, 0, {}});
    }
    rows.push_back({"uniform", {.uniform = true}, 0, {}});
    progress.begin("timing", static_cast<uint64_t>(runs) * rows.size(), "runs");
    std::vector<uint32_t> ids;
    ids.reserve(text.size() + 2);
    // Round by round, so that a slow moment of the machine does not fall on one row alone.
    for (int64_t i = 0; i < runs; ++i) {
      for (BenchRow& row : rows) {
        ids.clear();
        const auto start = std::chrono::steady_clock::now();
        t.encode(text, ids, row.options);
        row.seconds.push_back(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        row.tokens = ids.size();
        progress.advance(1);
        require(!progress.cancelled(), ErrorKind::cancelled, "stopped; nothing was written");
      }
    }
    report(rows, static_cast<double>(text.size()), out);
  }

  void report(const std::vector<BenchRow>& rows, double bytes, Output& out) const {
    const double first = rows.front().median();
    if (json) {
      JsonWriter w(2);
      w.begin_object().key("cpu").value(cpu_name()).key("threads").value(1);
      w.key("bytes").value(static_cast<uint64_t>(bytes)).key("runs").value(runs);
      w.key("rows").begin_array();
      for (const BenchRow& row : rows) {
        w.begin_object().key("name").value(row.name).key("seconds").value(row.median());
        w.key("megabytes_per_second").value(bytes / row.median() / 1e6);
        w.key("tokens").value(row.tokens).key("time_ratio").value(row.median() / first);
        w.end_object();
      }
      w.end_array().end_object();
      out.write(w.str() + "\n");
      return;
    }
    out.print("{} bytes, one thread of {}, median of {} runs\n", static_cast<uint64_t>(bytes),
              cpu_name(), runs);
    out.print("{:<22}{:>10}{:>12}{:>14}{:>8}\n", "", "MB/s", "tokens", "bytes/token", "time");
    for (const BenchRow& row : rows) {
      out.print("{:<22}{:>10.2f}{:>12}{:>14.3f}{:>7.2f}x\n", row.name, bytes / row.median() / 1e6,
                row.tokens, bytes / static_cast<double>(row.tokens), row.median() / first);
    }
  }
};

}  // namespace

CommandRow tokenizer_bench_command() {
  return {.name = "bench",
          .summary = "speed of a model on a text",
          .details = "",
          .positional = "input",
          .examples = {"yonder tokenizer bench -m book.model book.txt --runs 3"},
          .make = make_command<Bench>};
}

}  // namespace yonder::cli
