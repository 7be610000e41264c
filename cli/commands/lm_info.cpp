// SPDX-License-Identifier: Apache-2.0
// `yonder lm info` and `yonder lm explain`: what a model is, and what a position scheme does to it.
#include "cli/commands/lm.h"
#include "cli/quantity.h"
#include "yonder/base/json.h"
#include "yonder/lm/position/explain.h"
#include "yonder/lm/position/table.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace yonder::cli {
namespace {

struct Info : Command {
  LanguageModelArgument model;
  std::string scheme;
  int64_t at = 0;
  bool unsafe = false;
  bool json = false;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.text("scheme", scheme, "position scheme; without it what the model's own files ask for");
    v.integer("at", at, 0, int64_t{1} << 40, "tokens to read; 0: the training length");
    v.flag("unsafe", unsafe, "allow scheme arguments that are known to be wrong");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override { model.require_given(); }

  void run(Output& out, Progress& progress) override {
    const lm::Model opened = model.open(progress);
    const int64_t length = at > 0 ? at : opened.config().train_length;
    const lm::SchemeSet set = opened.scheme(scheme, length, unsafe);
    json ? print_json(opened, set, length, out) : print(opened, set, length, out);
  }

 private:
  static int64_t declared_limit(const lm::SchemeSet& set) {
    int64_t limit = lm::kUnlimited;
    for (int64_t layer = 0; layer < set.layers(); ++layer) {
      limit = std::min(limit, set[layer].declared_limit());
    }
    return limit;
  }

  /// What llama.cpp must be told for the same, where all layers are alike and it can.
  static std::vector<std::string> llama_cpp(const lm::Model& opened, const lm::SchemeSet& set,
                                            int64_t length) {
    std::set<std::string> texts;
    for (int64_t layer = 0; layer < set.layers(); ++layer) {
      texts.insert(set[layer].canonical());
    }
    if (texts.size() != 1 || !opened.config().mixers.empty()) {
      return {};
    }
    return lm::explain(set[0], length, 2).llama_cpp.value_or(std::vector<std::string>{});
  }

  static std::string codec_text(const lm::Model& opened) {
    return opened.has_codec() ? fmt::format("{} tokens", tokens_text(opened.codec().vocab_size()))
                              : std::string("none beside the weights; --tokenizer FILE names one");
  }

  static void print(const lm::Model& opened, const lm::SchemeSet& set, int64_t length,
                    Output& out) {
    const lm::ModelConfig& c = opened.config();
    const auto line = [&out](std::string_view name, const std::string& text) {
      out.print("{:<18}{}\n", name, text);
    };
    line("family", c.model_type);
    line("parameters", with_commas(static_cast<uint64_t>(c.parameter_count())));
    line("shape",
         fmt::format("{} layers, width {}, {} heads of {} ({} for keys), inner width {}", c.layers,
                     c.hidden_size, c.heads, c.head_dim, c.kv_heads, c.intermediate_size));
    if (!c.mixers.empty()) {
      line("mixers", fmt::format("{}; {} numbers per channel in state-space layers",
                                 fmt::join(c.mixers, ", "), c.ssm_state));
    }
    line("vocabulary", fmt::format("{}{}", tokens_text(c.vocab_size),
                                   c.tied_embeddings ? ", embedding shared with the output" : ""));
    line("tokenizer", codec_text(opened));
    line("trained at",
         fmt::format("N = {} tokens ({})", tokens_text(c.train_length), c.train_length_source));
    line("rotation", fmt::format("base {:g}", c.rope_base));
    if (c.qk_norm != lm::QkNorm::none) {
      line("norm of q and k", lm::qk_norm_name(c.qk_norm));
    }
    line("own scheme", c.scheme);
    line("scheme", set.canonical());
    const int64_t limit = declared_limit(set);
    line("made for",
         limit == lm::kUnlimited ? "texts of any length" : tokens_text(limit) + " tokens");
    line("cache",
         fmt::format("{} per token; {} for {} tokens",
                     human_quantity(static_cast<double>(opened.cache_bytes_per_token()), "bytes"),
                     human_quantity(static_cast<double>(opened.cache_bytes_per_token()) *
                                        static_cast<double>(length),
                                    "bytes"),
                     tokens_text(length)));
    if (opened.state_bytes() > 0) {
      line("states", human_quantity(static_cast<double>(opened.state_bytes()), "bytes") +
                         " for a text of any length");
    }
    const std::vector<std::string> flags = llama_cpp(opened, set, length);
    if (!flags.empty()) {
      line("in llama.cpp", fmt::format("{}", fmt::join(flags, " ")));
    }
    line("sha256", opened.checksum());
    for (const std::string& notice : set.notices()) {
      line("notice", notice);
    }
  }

  static void print_json(const lm::Model& opened, const lm::SchemeSet& set, int64_t length,
                         Output& out) {
    const lm::ModelConfig& c = opened.config();
    JsonWriter w(2);
    w.begin_object().key("family").value(c.model_type);
    for (const auto& [name, value] : {std::pair{"parameters", c.parameter_count()},
                                      {"layers", c.layers},
                                      {"hidden", c.hidden_size},
                                      {"heads", c.heads},
                                      {"kv_heads", c.kv_heads},
                                      {"head_dim", c.head_dim},
                                      {"intermediate", c.intermediate_size},
                                      {"vocab_size", c.vocab_size},
                                      {"train_length", c.train_length}}) {
      w.key(name).value(value);
    }
    w.key("train_length_source").value(c.train_length_source);
    w.key("rope_base").value(c.rope_base).key("qk_norm").value(lm::qk_norm_name(c.qk_norm));
    w.key("has_tokenizer").value(opened.has_codec()).key("own_scheme").value(c.scheme);
    w.key("scheme").value(set.canonical()).key("at").value(length).key("declared_limit");
    const int64_t limit = declared_limit(set);
    limit == lm::kUnlimited ? w.null() : w.value(limit);
    w.key("cache_bytes_per_token").value(opened.cache_bytes_per_token());
    w.key("state_bytes").value(opened.state_bytes());
    w.key("sha256").value(opened.checksum());
    for (const auto& [name, texts] :
         {std::pair{"mixers", c.mixers}, std::pair{"llama_cpp", llama_cpp(opened, set, length)},
          std::pair{"notices", set.notices()}}) {
      w.key(name).begin_array();
      for (const std::string& text : texts) {
        w.value(text);
      }
      w.end_array();
    }
    w.end_object();
    out.write(w.str() + "\n");
  }
};

/// The terms of schemes, one paragraph each.
std::string list_of_schemes() {
  std::string text =
      "Needs no model. A scheme is terms joined by +, at most one of a kind, each "
      "name:key=value,key=value. The terms:";
  for (const lm::SchemeTerm& term : lm::scheme_terms()) {
    const std::string example = term.example.empty() ? term.name : term.name + ":" + term.example;
    text += fmt::format("\n{}: {} ({}; {})", example, term.help, lm::group_name(term.group),
                        term.source);
  }
  text += "\nLayers may differ: layers:0-3=window:w=64;else=rerope:w=128. Layouts of layers:";
  for (const lm::LayoutTerm& term : lm::layout_terms()) {
    text += fmt::format("\n{}:{}: {} ({})", term.name, term.example, term.help, term.source);
  }
  return text;
}

struct Explain : Command {
  lm::ExplainOptions options;
  bool json = false;

  void visit(OptionVisitor& v) override {
    options.visit(v);
    v.flag("json", json, "print one JSON document");
  }
  void validate() const override { options.validate(); }
  void run(Output& out, Progress& /*progress*/) override {
    const lm::Explanation explanation = lm::explain(options);
    out.write(json ? explanation.to_json() + "\n" : explanation.to_text());
  }
};

}  // namespace

CommandRow lm_info_command() {
  return {.name = "info",
          .summary = "what a model is: shape, training length, scheme, memory",
          .details =
              "N, the training length, is what every scheme is measured by; the line says which "
              "field of the model's files it comes from. With --scheme also what that scheme is "
              "made for, what is doubtful about it, and the options with which llama.cpp does the "
              "same, where it can.",
          .positional = "model",
          .examples = {"yonder lm info story-model",
                       "yonder lm info story-model --scheme yarn:s=auto --at 512 --json"},
          .make = make_command<Info>};
}

CommandRow lm_explain_command() {
  return {.name = "explain",
          .summary = "what a position scheme does: distances, frequencies, factors, keys in sight",
          .details = list_of_schemes(),
          .positional = "",
          .examples = {"yonder lm explain --scheme rerope:w=512 --d 64 --train 2048 --at 8192",
                       "yonder lm explain --scheme yarn:s=4+logn:clip --train 2048 --json"},
          .make = make_command<Explain>};
}

}  // namespace yonder::cli
