// SPDX-License-Identifier: Apache-2.0
// `yonder lm bench`: reading and writing speed of schemes, side by side.
#include "cli/commands/lm.h"
#include "cli/quantity.h"
#include "yonder/base/cpu.h"
#include "yonder/base/json.h"
#include "yonder/base/parallel.h"
#include "yonder/base/random.h"
#include "yonder/lm/evaluation_loop.h"

#include <algorithm>
#include <chrono>
#include <memory>

namespace yonder::cli {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// One scheme at one length.
struct BenchRow {
  std::string scheme;  ///< canonical
  int64_t length = 0;
  std::vector<double> prefill;  ///< seconds of each repetition
  std::vector<double> decode;   ///< seconds per token of each repetition
  uint64_t cache_bytes = 0;
};

struct Bench : Command {
  LanguageModelArgument model;
  std::vector<std::string> schemes = {"rope"};
  std::vector<int64_t> lengths;
  int64_t tokens = 16;
  int64_t repetitions = 5;
  lm::SessionOptions session;
  bool unsafe = false;
  bool json = false;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.list("scheme", schemes, "position schemes, apart by commas; ratios are to the first");
    v.integers("lengths", lengths, 1, int64_t{1} << 40,
               "tokens read; without it N and 4N, N being the training length");
    v.integer("tokens", tokens, 1, 1 << 20, "tokens written after them");
    v.integer("repetitions", repetitions, 1, 1000, "of every scheme in turn; medians are shown");
    session.visit(v);
    v.flag("unsafe", unsafe, "allow scheme arguments that are known to be wrong");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override { model.require_given(); }

  void run(Output& out, Progress& progress) override {
    const lm::Model opened = model.open(progress);
    const int64_t trained = opened.config().train_length;
    if (lengths.empty()) {
      lengths = {trained, 4 * trained};
    }
    lengths = lm::evaluation_lengths(lengths, trained);
    const std::vector<std::string> texts = lm::listed_schemes(schemes);
    progress.begin("measuring", lengths.size() * static_cast<uint64_t>(repetitions) * texts.size(),
                   "runs");
    std::vector<BenchRow> rows;
    for (const int64_t length : lengths) {
      for (BenchRow& row : measure(opened, texts, length, progress)) {
        rows.push_back(std::move(row));
      }
    }
    json ? print_json(rows, texts.size(), out) : print(rows, texts.size(), out);
  }

 private:
  std::vector<BenchRow> measure(const lm::Model& opened, const std::vector<std::string>& texts,
                                int64_t length, Progress& progress) const {
    std::vector<uint32_t> ids;
    Rng rng(0);
    for (int64_t i = 0; i < length; ++i) {
      ids.push_back(
          static_cast<uint32_t>(rng.below(static_cast<uint64_t>(opened.config().vocab_size))));
    }
    std::vector<BenchRow> rows;
    for (const std::string& text : texts) {
      rows.push_back({opened.scheme(text, length + tokens, unsafe).canonical(), length, {}, {}, 0});
    }
    // Round -1 warms caches and is not counted; schemes take turns, so that a change of the
    // machine's speed meets all of them.
    for (int64_t round = -1; round < repetitions; ++round) {
      for (size_t s = 0; s < texts.size(); ++s) {
        require(!progress.cancelled(), ErrorKind::cancelled, "stopped; nothing was measured");
        lm::Session reader(opened, opened.scheme(texts[s], length + tokens, unsafe), session);
        const Clock::time_point began = Clock::now();
        reader.feed(ids);
        const double prefill = seconds_since(began);
        const Clock::time_point decode_began = Clock::now();
        for (int64_t t = 0; t < tokens; ++t) {
          reader.feed(std::span(ids).first(1));
        }
        const double decode = seconds_since(decode_began) / static_cast<double>(tokens);
        if (round >= 0) {
          rows[s].prefill.push_back(prefill);
          rows[s].decode.push_back(decode);
          rows[s].cache_bytes = reader.cache_bytes();
          progress.advance(1);
        }
      }
    }
    return rows;
  }

  void print(const std::vector<BenchRow>& rows, size_t schemes, Output& out) const {
    out.print("{}, {} threads; medians\n\n", cpu_name(), thread_count(model.load.threads));
    out.print("{:<32}{:>9}{:>14}{:>8}{:>14}{:>8}{:>12}\n", "scheme", "tokens", "read tok/s", "time",
              "write ms/tok", "time", "cache");
    for (size_t i = 0; i < rows.size(); ++i) {
      const BenchRow& row = rows[i];
      const BenchRow& base = rows[i - i % schemes];
      const double prefill = median(row.prefill);
      const double decode = median(row.decode);
      out.print("{:<32}{:>9}{:>14.0f}{:>8}{:>14.3f}{:>8}{:>12}\n", row.scheme,
                tokens_text(row.length), static_cast<double>(row.length) / prefill,
                fmt::format("{:.2f}x", prefill / median(base.prefill)), 1000 * decode,
                fmt::format("{:.2f}x", decode / median(base.decode)),
                human_quantity(static_cast<double>(row.cache_bytes), "bytes"));
    }
  }

  void print_json(const std::vector<BenchRow>& rows, size_t schemes, Output& out) const {
    JsonWriter w(2);
    w.begin_object().key("cpu").value(cpu_name());
    w.key("threads").value(thread_count(model.load.threads));
    w.key("rows").begin_array();
    for (size_t i = 0; i < rows.size(); ++i) {
      const BenchRow& row = rows[i];
      const BenchRow& base = rows[i - i % schemes];
      w.begin_object().key("scheme").value(row.scheme).key("length").value(row.length);
      w.key("prefill_seconds").value(median(row.prefill));
      w.key("prefill_ratio").value(median(row.prefill) / median(base.prefill));
      w.key("decode_seconds_per_token").value(median(row.decode));
      w.key("decode_ratio").value(median(row.decode) / median(base.decode));
      w.key("cache_bytes").value(row.cache_bytes).end_object();
    }
    w.end_array().key("peak_memory").value(peak_memory()).end_object();
    out.write(w.str() + "\n");
  }
};

}  // namespace

CommandRow lm_bench_command() {
  return {.name = "bench",
          .summary = "how fast a model reads and writes under position schemes",
          .details =
              "Random tokens are read, then some written, by each scheme in turn, several "
              "times; the times of a scheme stand beside those of the first.",
          .positional = "model",
          .examples = {"yonder lm bench story-model --scheme rope,rerope:w=16 --lengths 64,256 "
                       "--repetitions 2"},
          .make = make_command<Bench>};
}

}  // namespace yonder::cli
