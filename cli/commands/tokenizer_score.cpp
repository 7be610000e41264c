// SPDX-License-Identifier: Apache-2.0
// `yonder tokenizer score`: what the lattice of all segmentations of a text holds.
#include "cli/commands/tokenizer.h"

#include <cmath>

namespace yonder::cli {
namespace {

/// Counting segmentations exactly takes big integers, quadratic in the text.
constexpr size_t kExactCountBytes = 20000;

struct Score : Command {
  ModelArgument model;
  std::vector<std::string> input;
  std::string text;
  double alpha = 1;
  std::string ids;
  bool marginals = false;
  bool json = false;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.list("input", input, "text files; standard input without any");
    v.text("text", text, "the text itself");
    v.real("alpha", alpha, 0, 1e6, "temperature exponent: P(w) ~ exp(alpha * score)");
    v.text("ids", ids, "a segmentation whose probability is wanted, as ids");
    v.flag("marginals", marginals, "also the posterior probability of each token");
    v.flag("json", json, "print one JSON document");
  }

  void run(Output& out, Progress& progress) override {
    const tokenizer::Tokenizer t = model.open(progress);
    const std::string bytes = read_text(text, input);
    const tokenizer::LatticeStats stats = t.lattice(bytes, alpha, marginals);
    std::vector<uint32_t> best;
    t.encode(bytes, best);
    const double best_score = t.score(bytes, best);
    const auto probability = [&](const std::vector<uint32_t>& tokens) {
      return std::exp(t.log_probability(bytes, tokens, alpha));
    };
    std::vector<uint32_t> given;
    double given_score = 0;
    if (!ids.empty()) {
      given = parse_ids(ids, t.vocab_size(), "--ids");
      given_score = t.score(bytes, given);
    }
    const std::string count = bytes.size() <= kExactCountBytes
                                  ? t.count_segmentations(bytes)
                                  : fmt::format("exp({:.6f})", stats.log_segmentations);
    if (json) {
      JsonWriter w(2);
      w.begin_object().key("bytes").value(static_cast<uint64_t>(bytes.size()));
      w.key("alpha").value(alpha).key("log_z").value(stats.log_z);
      w.key("entropy").value(stats.entropy).key("expected_tokens").value(stats.expected_tokens);
      w.key("expected_score").value(stats.expected_score);
      w.key("segmentations").value(count).key("log_segmentations").value(stats.log_segmentations);
      w.key("best").begin_object().key("ids");
      write_ids(w, best);
      w.key("score").value(best_score).key("probability").value(probability(best));
      w.end_object();
      if (!ids.empty()) {
        w.key("given").begin_object().key("ids");
        write_ids(w, given);
        w.key("score").value(given_score).key("probability").value(probability(given));
        w.end_object();
      }
      if (marginals) {
        w.key("marginals").begin_array();
        for (const tokenizer::EdgeMarginal& edge : stats.marginals) {
          w.begin_object().key("start").value(edge.start).key("end").value(edge.end);
          w.key("id").value(edge.id).key("piece");
          write_piece(w, t.piece(edge.id));
          w.key("probability").value(edge.probability).end_object();
        }
        w.end_array();
      }
      w.end_object();
      out.write(w.str() + "\n");
      return;
    }
    out.print("bytes             {}\n", bytes.size());
    out.print("segmentations     {}\n", count);
    out.print("alpha             {}\n", alpha);
    out.print("log Z             {:.9f} nats\n", stats.log_z);
    out.print("entropy           {:.9f} nats\n", stats.entropy);
    out.print("expected tokens   {:.9f}\n", stats.expected_tokens);
    out.write("best              ");
    write_ids(out, best);
    out.print("\n  score           {:.9f} nats\n  probability     {:.9f}\n", best_score,
              probability(best));
    if (!ids.empty()) {
      out.write("given             ");
      write_ids(out, given);
      out.print("\n  score           {:.9f} nats\n  probability     {:.9f}\n", given_score,
                probability(given));
    }
    for (const tokenizer::EdgeMarginal& edge : stats.marginals) {
      out.print("{}\t{}\t{}\t{:.9f}\t{}\n", edge.start, edge.end, edge.id, edge.probability,
                printable_piece(t.piece(edge.id)));
    }
  }
};

}  // namespace

CommandRow tokenizer_score_command() {
  return {.name = "score",
          .summary = "log Z, entropy, and probabilities of segmentations",
          .details =
              "Over all segmentations w of the text into pieces, P(w) is proportional to "
              "exp(alpha * s(w)), s being the sum of log p of the pieces. Lines of --marginals: "
              "first byte, byte after the last, id, probability, piece.",
          .positional = "input",
          .examples = {"yonder tokenizer score -m book.model --text 'the cat'",
                       "yonder tokenizer score -m book.model --text 'the cat' --alpha 0.1 "
                       "--marginals --json"},
          .make = make_command<Score>};
}

}  // namespace yonder::cli
