// SPDX-License-Identifier: Apache-2.0
// The tokenizer's chapter: train a vocabulary on the text, then measure on the part held out how
// far it compresses, how fast it encodes, and what drawing segmentations exactly costs; show what
// is drawn for one sentence.
#include "cli/demo/table.h"
#include "cli/quantity.h"
#include "yonder/base/compressed.h"
#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/bnlm/trainer.h"
#include "yonder/tokenizer/tokenizer.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>

namespace yonder::cli {
namespace {

using tokenizer::Tokenizer;

constexpr int64_t kVocabularySize = 16000;
constexpr int kTimedRuns = 5;
constexpr int kDraws = 5;
constexpr double kSentenceAlpha = 0.3;
constexpr size_t kLongPiece = 12;  // bytes
constexpr size_t kLongPieces = 28;
constexpr size_t kHistogramBins = 20;
constexpr double kFaintArc = 0.01;  // arcs below this probability are left out of the picture

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string in_bytes(double value) { return human_quantity(value, "bytes"); }

/// How one way of encoding went: the median time over all runs.
struct Speed {
  std::string name;
  std::function<void()> encode;
  std::vector<double> seconds;

  double median() const {
    std::vector<double> sorted = seconds;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
};

/// The first sentence of plain words, 30 to 52 bytes long, that a line of the text begins or that
/// follows the marks of a comment; else the first characters of the text.
std::string pick_sentence(const std::string& text) {
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || c == ' ' || c == ','; };
  for (size_t first = 0; first < text.size(); ++first) {
    if (text[first] < 'A' || text[first] > 'Z' || first == 0 || text[first - 1] != ' ') {
      continue;
    }
    size_t end = first + 1;
    while (end < text.size() && is_word(text[end]) && end - first < 52) {
      ++end;
    }
    if (end < text.size() && text[end] == '.' && end - first >= 30) {
      return text.substr(first, end + 1 - first);
    }
  }
  std::string start = text.substr(0, 48);
  start.resize(start.size() - utf8_incomplete_suffix(start));
  return start;
}

std::vector<std::string> pieces_of(const Tokenizer& t, const std::vector<uint32_t>& ids) {
  std::vector<std::string> pieces;
  pieces.reserve(ids.size());
  for (const uint32_t id : ids) {
    pieces.emplace_back(t.piece(id));
  }
  return pieces;
}

std::string probability_text(double p) {
  return p >= 0.0001 ? fmt::format("{:.4f} %", 100 * p) : fmt::format("{:.3g} %", 100 * p);
}

Tokenizer train(DemoContext& context) {
  const TemporaryFolder folder;
  const std::string text_path = folder.path() / "train.txt";
  write_file(text_path, context.training_text);
  tokenizer::TrainOptions options;
  options.input = {text_path};
  options.out = folder.path() / "demo.model";
  options.vocab_size = {kVocabularySize};
  options.threads = context.threads;
  options.tmp = folder.path() / "work";
  tokenizer::TrainReport trained;
  const double seconds =
      seconds_of([&] { trained = tokenizer::train(options, &context.progress); });
  context.out.print("  trained on {} in {:.1f} s: {} pieces out of {} that the text suggests\n",
                    in_bytes(static_cast<double>(context.training_text.size())), seconds,
                    trained.vocabularies.front().pieces.size(), trained.raw_pieces);
  context.report.figures(
      {{in_bytes(static_cast<double>(context.training_text.size())), "of text to learn from"},
       {fmt::format("{:.1f} s", seconds), fmt::format("to train with {} threads", context.threads)},
       {with_commas(trained.kept_ngrams), "n-grams of up to 6 bytes kept"},
       {with_commas(trained.vocabularies.front().pieces.size()), "pieces in the vocabulary"}});
  tokenizer::LoadOptions load;
  load.cache = "off";
  return Tokenizer::load(options.out, load);
}

void report_compression(DemoContext& context, const Tokenizer& t,
                        const std::vector<uint32_t>& ids) {
  const std::string& text = context.held_out_text;
  const auto bytes = static_cast<double>(text.size());
  const auto tokens = static_cast<double>(ids.size());
  const auto gzip = static_cast<double>(gzip_size(text));
  // The text is cut at newlines and each chunk is scored alone, so the score is a sum.
  const double code = -t.score(text, ids) / std::log(2.0) / 8;
  const double gzip_per_unit = 2 * bytes / gzip;
  ReportTable table{
      "gzip has no tokens: its row counts the 16-bit units of its output, the size of one id; it "
      "may "
      "copy whatever stood in the last 32 KiB, while a token means the same everywhere. The last "
      "row is the size that an ideal code for the pieces' own frequencies would reach.",
      {"held-out text", "tokens", "bytes per token", "stored", "of the text"},
      {}};
  const auto add = [&](const std::string& name, double count, double stored) {
    table.rows.push_back({name, with_commas(static_cast<uint64_t>(count)),
                          fmt::format("{:.2f}", bytes / count), in_bytes(stored),
                          fmt::format("{:.1f} %", 100 * stored / bytes)});
  };
  add("single bytes", bytes, bytes);
  add("gzip -9", gzip / 2, gzip);
  add("BytePiece, 16-bit ids", tokens, 2 * tokens);
  add("BytePiece, ideal code", tokens, code);
  context.out.print("\n  {:<26}{:>10}{:>14}{:>12}{:>9}\n", "held-out text", "tokens", "bytes/token",
                    "stored", "");
  for (const auto& row : table.rows) {
    context.out.print("  {:<26}{:>10}{:>14}{:>12}{:>9}\n", row[0], row[1], row[2], row[3], row[4]);
  }
  context.report.bars({"Bytes of text per token",
                       "On the tenth of the text that training never saw. gzip: per 16 bits of its "
                       "output.",
                       {{"single bytes", 1.0, "1.00", false},
                        {"gzip -9", gzip_per_unit, "", false},
                        {"BytePiece, 16k vocabulary", bytes / tokens, "", true}}});
  context.report.table(table);
}

void report_speed(DemoContext& context, const Tokenizer& t) {
  const std::string& text = context.held_out_text;
  std::vector<uint32_t> ids;
  ids.reserve(text.size());
  std::vector<std::string_view> lines;
  for (size_t first = 0; first < text.size();) {
    const size_t end = std::min(text.find('\n', first), text.size() - 1) + 1;
    lines.push_back(std::string_view(text).substr(first, end - first));
    first = end;
  }
  const auto encode = [&](const tokenizer::EncodeOptions& options) {
    return [&, options] {
      ids.clear();
      t.encode(text, ids, options);
    };
  };
  std::vector<Speed> speeds;
  speeds.push_back({"best segmentation", encode({}), {}});
  for (const double alpha : {0.1, 0.5, 1.0}) {
    speeds.push_back(
        {fmt::format("sampled, alpha {}", alpha), encode({.sample = true, .alpha = alpha}), {}});
  }
  speeds.push_back({"sampled uniformly", encode({.uniform = true}), {}});
  if (context.threads > 1) {
    speeds.push_back({fmt::format("best, {} threads", context.threads),
                      [&] { t.encode_batch(lines, context.threads); },
                      {}});
  }
  context.progress.begin("timing", kTimedRuns * speeds.size(), "runs");
  for (int run = 0; run < kTimedRuns; ++run) {
    for (Speed& speed : speeds) {
      speed.seconds.push_back(seconds_of(speed.encode));
      context.progress.advance(1);
      require(!context.progress.cancelled(), ErrorKind::cancelled, "stopped; no page was written");
    }
  }
  const double best = speeds.front().median();
  const double bytes = static_cast<double>(text.size());
  BarChart chart{"Encoding speed, MB/s",
                 fmt::format("Median of {} runs over the held-out text, one thread where nothing "
                             "else is said. In brackets: time against the best segmentation. Lower "
                             "alpha draws more and shorter tokens.",
                             kTimedRuns),
                 {}};
  context.out.print("\n  {:<34}{:>8}{:>10}\n", "encoding", "MB/s", "time");
  for (const Speed& speed : speeds) {
    const double rate = bytes / speed.median() / 1e6;
    const double ratio = speed.median() / best;
    context.out.print("  {:<34}{:>8.1f}{:>9.2f}x\n", speed.name, rate, ratio);
    chart.bars.push_back({speed.name, rate, fmt::format("{:.1f} ({:.2f}x)", rate, ratio),
                          &speed == &speeds.front()});
  }
  context.report.bars(chart);
}

void report_lengths(DemoContext& context, const Tokenizer& t, const std::vector<uint32_t>& ids) {
  std::vector<double> shares(kHistogramBins, 0.0);
  for (const uint32_t id : ids) {
    shares[std::min(t.piece(id).size(), kHistogramBins) - 1] +=
        1.0 / static_cast<double>(ids.size());
  }
  context.report.histogram({"How long tokens are",
                            "Share of the tokens of the held-out text by their length.",
                            "bytes in the token", 1, shares, true});
  std::vector<tokenizer::CountedPiece> pieces;
  for (const tokenizer::CountedPiece& piece : t.vocabulary().pieces()) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    if (piece.bytes.size() >= kLongPiece &&
        std::any_of(piece.bytes.begin(), piece.bytes.end(), is_letter)) {
      pieces.push_back(piece);
    }
  }
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  pieces.resize(std::min(pieces.size(), kLongPieces));
  Chips chips{"The most frequent long pieces",
              fmt::format("{} bytes or more, with their counts in the training text. Nobody told "
                          "the trainer where words begin.",
                          kLongPiece),
              {}};
  for (const tokenizer::CountedPiece& piece : pieces) {
    chips.chips.push_back({piece.bytes, with_commas(piece.count)});
  }
  context.report.chips(chips);
}

void report_sentence(DemoContext& context, const Tokenizer& t) {
  const std::string sentence = pick_sentence(context.held_out_text);
  const tokenizer::LatticeStats stats = t.lattice(sentence, kSentenceAlpha, true);
  std::vector<uint32_t> best;
  t.encode(sentence, best);
  const auto probability = [&](const std::vector<uint32_t>& ids) {
    return std::exp(t.log_probability(sentence, ids, kSentenceAlpha));
  };
  const std::string segmentations = with_commas(t.count_segmentations(sentence));
  context.out.print("\n  \"{}\"\n  {} segmentations; entropy {:.2f} nats at alpha {}\n",
                    utf8_replace_invalid(sentence), segmentations, stats.entropy, kSentenceAlpha);
  Segmentations picture{
      fmt::format("Five drawn segmentations, alpha {}", kSentenceAlpha),
      fmt::format("\"{}\" has {} segmentations. Each draw has exactly the probability shown, which "
                  "is proportional to exp(alpha * score); the entropy is {:.2f} nats. Seeds 0 to "
                  "{}.",
                  sentence, segmentations, stats.entropy, kDraws - 1),
      {}};
  const auto add = [&](const std::string& name, const std::vector<uint32_t>& ids) {
    const double p = probability(ids);
    picture.rows.push_back(
        {fmt::format("{}: {} tokens, probability {}", name, ids.size(), probability_text(p)),
         pieces_of(t, ids)});
    std::string line;
    for (const std::string& piece : pieces_of(t, ids)) {
      line += (line.empty() ? "" : "|") + utf8_replace_invalid(piece);
    }
    context.out.print("  {:<10}{:>12}  {}\n", name, probability_text(p), line);
  };
  add("best", best);
  for (int draw = 0; draw < kDraws; ++draw) {
    std::vector<uint32_t> ids;
    t.encode(sentence, ids,
             {.sample = true, .alpha = kSentenceAlpha, .seed = static_cast<uint64_t>(draw)});
    add(fmt::format("seed {}", draw), ids);
  }
  context.report.segmentations(picture);

  // Cells are characters; arcs that cut one are left out with the faint ones.
  std::vector<std::string> cells;
  std::vector<int64_t> cell_at(sentence.size() + 1, -1);
  for (size_t i = 0; i < sentence.size();) {
    const uint32_t length = utf8_at(sentence, i).length;
    cell_at[i] = static_cast<int64_t>(cells.size());
    cells.push_back(sentence.substr(i, length));
    i += length;
  }
  cell_at[sentence.size()] = static_cast<int64_t>(cells.size());
  std::vector<std::pair<uint64_t, uint64_t>> best_spans;
  uint64_t position = 0;
  for (const uint32_t id : best) {
    best_spans.emplace_back(position, position + t.piece(id).size());
    position = best_spans.back().second;
  }
  LatticePicture lattice{
      "All segmentations at once",
      fmt::format("An arc is a piece, as strong as the probability that a drawn segmentation "
                  "(alpha {}) contains it; those of the best segmentation are coloured. Arcs below "
                  "{:.0f} % are left out.",
                  kSentenceAlpha, 100 * kFaintArc),
      std::move(cells),
      {}};
  for (const tokenizer::EdgeMarginal& edge : stats.marginals) {
    const bool is_best = std::find(best_spans.begin(), best_spans.end(),
                                   std::pair(edge.start, edge.end)) != best_spans.end();
    if (cell_at[edge.start] < 0 || cell_at[edge.end] < 0 ||
        (edge.probability < kFaintArc && !is_best)) {
      continue;
    }
    lattice.arcs.push_back({static_cast<size_t>(cell_at[edge.start]),
                            static_cast<size_t>(cell_at[edge.end]), edge.probability, is_best,
                            std::string(t.piece(edge.id))});
  }
  context.report.lattice(lattice);
}

}  // namespace

void run_tokenizer_chapter(DemoContext& context) {
  context.report.section("Tokenizer",
                         "A vocabulary of 16,000 byte strings, learned from this text alone "
                         "(BytePiece, kexue.fm 9752), "
                         "and segmentations drawn from it exactly (kexue.fm 9811).");
  const Tokenizer t = train(context);
  std::vector<uint32_t> ids;
  t.encode(context.held_out_text, ids);
  YONDER_CHECK(t.decode(ids) == context.held_out_text);
  report_compression(context, t, ids);
  report_speed(context, t);
  report_sentence(context, t);
  report_lengths(context, t, ids);
  context.report.command(
      "yonder tokenizer train FILE... -o my.model --vocab-size 16k\n"
      "yonder tokenizer encode -m my.model FILE --sample --alpha 0.1 --seed 1\n"
      "yonder tokenizer score -m my.model --text 'A sentence.' --alpha 0.3 --marginals\n"
      "yonder tokenizer bench -m my.model FILE");
}

}  // namespace yonder::cli
