// SPDX-License-Identifier: Apache-2.0
// The chapter of lm, the main one: the shipped model, trained at 256 tokens, reads 8 and 16 times
// that under six position schemes, on books that it was not trained on.
#include "cli/demo/table.h"
#include "cli/quantity.h"
#include "cli/shipped_model.h"
#include "yonder/base/compressed.h"
#include "yonder/base/error.h"
#include "yonder/lm/evaluator.h"
#include "yonder/lm/generator.h"
#include "yonder/lm/model.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

namespace yonder::cli {
namespace {

using lm::EvalRow;
using lm::Model;

constexpr int64_t kSamples = 6;
constexpr int64_t kBins = 16;
constexpr int64_t kRepeatedReach = 8;  // times the training length
constexpr size_t kShownText = 600;     // bytes of the generated text on the page

struct DemoScheme {
  std::string label;  ///< as the posts call it
  std::string text;
};

/// N: the training length.
std::vector<DemoScheme> demo_schemes(int64_t train_length) {
  return {{"plain rope", "rope"},
          {"PI", "pi:s=auto"},
          {"NTK", "ntk:s=auto"},
          {"YaRN", "yarn:s=auto,ramp=auto"},
          {"ReRoPE", fmt::format("rerope:w={}+logn:clip", train_length / 4)},
          {"window", fmt::format("window:w={}", train_length)}};
}

struct Reading {
  std::string label;
  std::vector<EvalRow> rows;  ///< one per length, the same last targets
  EvalRow repeated;           ///< passages said again and again, 8 times the training length
};

Reading read_under(const Model& model, const std::string& text, const DemoScheme& scheme,
                   const std::vector<int64_t>& lengths, Progress& progress) {
  lm::EvalOptions options;
  options.schemes = {scheme.text};
  options.lengths = lengths;
  options.last = model.config().train_length;
  options.samples = kSamples;
  Reading reading{scheme.label, lm::evaluate(model, text, options, {}, &progress), {}};
  options.last = 0;
  options.lengths = {kRepeatedReach * model.config().train_length};
  options.protocol = "whole";
  options.set = "repeat";
  reading.repeated = lm::evaluate(model, text, options, {}, &progress).front();
  return reading;
}

/// Mean loss by position over the longest text.
PlotSeries curve_of(const Model& model, const std::string& text, const DemoScheme& scheme,
                    int64_t length, Progress& progress) {
  lm::EvalOptions options;
  options.schemes = {scheme.text};
  options.lengths = {length};
  options.protocol = "whole";
  options.by_position = length / kBins;
  options.samples = kSamples;
  PlotSeries series{.name = scheme.label, .kind = PlotKind::line, .x = {}, .y = {}};
  for (const EvalRow& row : lm::evaluate(model, text, options, {}, &progress)) {
    for (const lm::PositionBin& bin : row.by_position) {
      series.x.push_back(static_cast<double>(bin.first) +
                         static_cast<double>(options.by_position) / 2);
      series.y.push_back(-bin.log_probability / static_cast<double>(bin.targets));
    }
  }
  return series;
}

void report_table(DemoContext& context, const std::vector<Reading>& readings,
                  const std::vector<int64_t>& lengths, int64_t train_length) {
  ReportTable table{
      fmt::format(
          "Loss (nats per token) and next-token accuracy on the same last {} tokens of {} "
          "held-out passages, read with more and more text before them. What grows was not "
          "trained for; what stays or falls reads on. Last column: accuracy over whole texts of {} "
          "tokens in which a passage of at least {} is said again and again: only who sees "
          "far back can know what comes.",
          train_length, kSamples, kRepeatedReach * train_length, train_length),
      {"scheme"},
      {}};
  context.out.print("\n  {:<12}", "scheme");
  for (const int64_t length : lengths) {
    const std::string head = fmt::format("{}x ({})", length / train_length, length);
    context.out.print("{:>22}", head);
    table.head.push_back(head + " loss");
    table.head.push_back("accuracy");
  }
  context.out.print("{:>18}\n", "repeated, 8x");
  table.head.emplace_back("repeated, 8x");
  for (const Reading& reading : readings) {
    context.out.print("  {:<12}", reading.label);
    std::vector<std::string> cells = {reading.label};
    for (const EvalRow& row : reading.rows) {
      cells.push_back(fmt::format("{:.3f}", row.loss));
      cells.push_back(fmt::format("{:.1f} %", 100 * row.accuracy));
      context.out.print("{:>13.3f}{:>7.1f} %", row.loss, 100 * row.accuracy);
    }
    cells.push_back(fmt::format("{:.1f} %", 100 * reading.repeated.accuracy));
    context.out.print("{:>16.1f} %\n", 100 * reading.repeated.accuracy);
    table.rows.push_back(std::move(cells));
  }
  context.report.table(table);
}

std::string continue_text(const Model& model, const std::string& text, int64_t length) {
  std::vector<uint32_t> ids = model.codec().encode(text, /*bos=*/true);
  ids.resize(std::min(ids.size(), static_cast<size_t>(length)));
  const int64_t window = model.config().train_length / 4;
  lm::Session session(model, model.scheme(fmt::format("rerope:w={}+logn:clip", window)));
  lm::GenerateOptions options;
  options.max_tokens = 120;
  options.sampling.temperature = 0.8;
  options.sampling.top_p = 0.9;
  std::string out = lm::generate(session, model.codec(), ids, options).text;
  out.resize(std::min(out.size(), kShownText));
  return out;
}

}  // namespace

void run_lm_chapter(DemoContext& context) {
  lm::LoadOptions load;
  load.threads = context.threads;
  const Model model = Model::load(shipped_model_folder(), load);
  const std::string text = read_compressed(shipped_model_folder() / "held_out.txt.zst");
  const int64_t train_length = model.config().train_length;
  const std::vector<int64_t> lengths = {train_length, 8 * train_length, 16 * train_length};
  context.report.section(
      "Language models",
      fmt::format("A model of {} parameters, trained by this program at {} tokens, reads {} and {} "
                  "times as many without any further training: the position scheme is changed, "
                  "nothing else (kexue.fm 9675, 9706, 9708; arXiv 2309.00071). The text is from "
                  "books it has never seen.",
                  with_commas(static_cast<uint64_t>(model.config().parameter_count())),
                  train_length, 8, 16));
  const std::vector<DemoScheme> schemes = demo_schemes(train_length);
  std::vector<Reading> readings;
  SvgPlot plot{.title = fmt::format("Loss by position, trained at {} tokens", train_length),
               .x_label = "position, tokens",
               .y_label = "nats per token"};
  for (const DemoScheme& scheme : schemes) {
    readings.push_back(read_under(model, text, scheme, lengths, context.progress));
    plot.series.push_back(curve_of(model, text, scheme, lengths.back(), context.progress));
    require(!context.progress.cancelled(), ErrorKind::cancelled, "stopped; no page was written");
  }
  plot.rules.push_back({static_cast<double>(train_length), "trained"});
  report_table(context, readings, lengths, train_length);
  context.report.plot(
      {std::move(plot),
       "Each point is the mean over a sixteenth of the text. Left of the rule every scheme reads "
       "what it was trained on; PI, NTK and YaRN pay there for the stretch to the whole length."});
  const std::string continued = continue_text(model, text, 8 * train_length);
  context.out.print("\n  after {} tokens under ReRoPE it goes on:\n  {}\n", 8 * train_length,
                    continued);
  context.report.segmentations(
      {"What it writes after " + std::to_string(8 * train_length) + " tokens of a book, ReRoPE",
       "Drawn at temperature 0.8.",
       {{"text", {continued}}}});
  context.report.command(
      "yonder lm eval models/books-7m --data BOOK.txt --scheme rope,rerope:w=64,yarn:s=auto "
      "--lengths 256,2048,4096 --last 256\n"
      "yonder lm explain --scheme rerope:w=64 --d 64 --train 256 --at 4096\n"
      "yonder lm generate models/books-7m -f BOOK.txt -n 200 --temperature 0.8 --scheme "
      "rerope:w=64+logn:clip\n"
      "yonder serve --lm models/books-7m");
}

}  // namespace yonder::cli
