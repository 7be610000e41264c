// SPDX-License-Identifier: Apache-2.0
// `yonder lm generate`: prompts continued.
#include "cli/commands/lm.h"
#include "yonder/base/json.h"
#include "yonder/lm/generator.h"

#include <algorithm>

namespace yonder::cli {
namespace {

struct Generate : Command {
  LanguageModelArgument model;
  std::vector<std::string> prompts;
  std::string file;
  std::string scheme;
  bool echo = false;
  lm::GenerateOptions options;
  int64_t together = 8;
  lm::SessionOptions session;
  bool bytes = false;
  bool unsafe = false;
  bool json = false;

  void visit(OptionVisitor& v) override {
    model.visit(v);
    v.list("prompt", prompts, "text to continue; several are read together");
    v.path("file", file, "text to continue, from a file (plain, gzip, zstd; - is standard input)");
    v.text("scheme", scheme, "position scheme, e.g. rerope:w=512; without it the model's own");
    v.flag("echo", echo, "print the prompt before its continuation");
    options.visit(v);
    v.integer("together", together, 1, 1 << 16, "prompts under way at a time");
    session.visit(v);
    v.flag("bytes", bytes, "take prompts that are not UTF-8");
    v.flag("unsafe", unsafe, "allow scheme arguments that are known to be wrong");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override {
    model.require_given();
    require(prompts.empty() || file.empty(), ErrorKind::bad_option,
            "--prompt and --file together; give the text one way");
    options.validate();
  }

  void run(Output& out, Progress& progress) override {
    std::vector<std::string> texts = prompts;
    if (!file.empty()) {
      texts = {read_text(file, bytes)};
    }
    if (texts.empty()) {
      texts = {""};  // the model begins a text
    }
    for (const std::string& text : texts) {
      require_utf8(text, "the prompt", bytes);
    }
    const lm::Model opened = model.open(progress);
    std::vector<lm::GenerationRequest> requests;
    int64_t longest = 0;
    for (const std::string& text : texts) {
      requests.push_back({opened.codec().encode(text, true), requests.size(), {}});
      longest = std::max(longest, static_cast<int64_t>(requests.back().prompt.size()));
    }
    const lm::SchemeSet set = opened.scheme(scheme, longest + options.max_tokens, unsafe);
    for (const std::string& notice : set.notices()) {
      progress.warn(notice);
    }
    const bool stream = texts.size() == 1 && !json;
    if (stream) {
      if (echo) {
        out.write(texts.front());
        out.flush();
      }
      // A full disk must not cost the text: Output reports it after all has been tried.
      requests.front().sink = [&out](std::string_view text) {
        out.write(text);
        out.flush();
        return true;
      };
    }
    progress.begin("writing", 0, "tokens");
    const std::vector<lm::Generated> results =
        lm::generate_many(opened, set, requests, options, together, session, &progress);
    if (json) {
      print_json(out, texts, results, set.canonical());
    } else if (stream) {
      out.write("\n");
    } else {
      print(out, texts, results);
    }
    out.flush();
    const bool cancelled = std::ranges::any_of(results, [](const lm::Generated& result) {
      return result.finish == lm::Finish::cancelled;
    });
    require(!cancelled, ErrorKind::cancelled, "stopped; what was written until then is above");
  }

 private:
  void print(Output& out, const std::vector<std::string>& texts,
             const std::vector<lm::Generated>& results) const {
    for (size_t i = 0; i < results.size(); ++i) {
      out.print("{}--- {} ---\n{}{}\n", i == 0 ? "" : "\n", i + 1, echo ? texts[i] : "",
                results[i].text);
    }
  }

  static void print_json(Output& out, const std::vector<std::string>& texts,
                         const std::vector<lm::Generated>& results, const std::string& canonical) {
    JsonWriter w(2);
    w.begin_object().key("scheme").value(canonical).key("results").begin_array();
    for (size_t i = 0; i < results.size(); ++i) {
      const lm::Generated& result = results[i];
      w.begin_object();
      w.key("prompt").bytes(texts[i]);
      w.key("text").bytes(result.text);
      w.key("finish").value(lm::finish_name(result.finish));
      w.key("prompt_tokens").value(result.prompt_tokens);
      w.key("tokens").value(static_cast<uint64_t>(result.ids.size()));
      w.key("prefill_seconds").value(result.prefill_seconds);
      w.key("decode_seconds").value(result.decode_seconds);
      w.key("ids").begin_array();
      for (const uint32_t id : result.ids) {
        w.value(id);
      }
      w.end_array().key("log_probability").begin_array();
      for (const float value : result.log_probability) {
        w.value(static_cast<double>(value));
      }
      w.end_array().end_object();
    }
    w.end_array().end_object();
    out.write(w.str() + "\n");
  }
};

}  // namespace

CommandRow lm_generate_command() {
  return {
      .name = "generate",
      .summary = "continue a text",
      .details =
          "Prints the continuation as it is written. Without a prompt the model begins a text of "
          "its own. It takes the most probable token each time; with --temperature it draws, and "
          "draws depend on --seed alone. Several prompts give the texts that each would give "
          "alone.\n"
          "With --scheme a model reads and writes past its training length; `yonder lm explain` "
          "lists the schemes. s=auto stretches to the prompt and the tokens asked for.",
      .positional = "model",
      .examples = {"yonder lm generate story-model -p \"Once upon a time\"",
                   "yonder lm generate story-model -p \"Once upon a time\" -n 400 --scheme "
                   "rerope:w=32+logn:clip",
                   "yonder lm generate story-model -p Tom -p Anna --temperature 0.8 --top-p 0.9 "
                   "--seed 7 --json"},
      .make = make_command<Generate>};
}

}  // namespace yonder::cli
