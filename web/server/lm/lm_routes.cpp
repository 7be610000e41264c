// SPDX-License-Identifier: Apache-2.0
// Language models in the web app: which there are, what a position scheme does to one (explain),
// how many tokens a text has, evaluation and training as jobs; and OpenAI's interface under /v1
// (openai_routes.h), by which the page itself writes text.
//
// Every answer carries the command line that gives the same. Limits: 256 KiB of text to count, 512
// MiB to evaluate, matrices of 128 by 128. Test: lm_routes_test.cpp.
#include "web/server/component.h"
#include "web/server/file_name.h"
#include "web/server/lm/lm_models.h"
#include "web/server/lm/openai_routes.h"
#include "web/server/request_options.h"
#include "web/server/shell_text.h"
#include "yonder/base/compressed.h"
#include "yonder/lm/chat_form.h"
#include "yonder/lm/evaluator.h"
#include "yonder/lm/position/explain.h"
#include "yonder/lm/position/table.h"
#include "yonder/lm/trainer.h"

#include <fmt/format.h>

#include <algorithm>

namespace yonder::web {
namespace {

constexpr size_t kCountedBytes = size_t{256} << 10;
constexpr uint64_t kEvaluatedBytes = uint64_t{512} << 20;
constexpr int64_t kMostCells = 128;

/// Options that a client of the web app has no say in: they name files and devices of the server.
constexpr std::string_view kTrainingPlaces[] = {"data",   "valid",  "tokenizer",   "init",
                                                "out",    "resume", "force",       "threads",
                                                "device", "keep",   "peer-timeout"};

HttpResponse answer(JsonWriter& w, const std::string& command) {
  w.key("command").raw(json_escape_lossy(command)).end_object();
  return json_response(w.str());
}

const char* kind_name(rotary::ArgumentSpec::Kind kind) {
  constexpr const char* kNames[] = {"integer", "real", "flag", "choice", "numbers"};
  return kNames[static_cast<size_t>(kind)];
}

void write_arguments(JsonWriter& w, const std::vector<rotary::ArgumentSpec>& arguments) {
  w.key("arguments").begin_array();
  for (const rotary::ArgumentSpec& argument : arguments) {
    w.begin_object().key("name").value(argument.name).key("kind").value(kind_name(argument.kind));
    w.key("default").value(argument.fallback).key("help").value(argument.help);
    w.key("choices").begin_array();
    for (const std::string& choice : argument.choices) {
      w.value(choice);
    }
    w.end_array().end_object();
  }
  w.end_array();
}

class LmComponent : public Component {
 public:
  LmComponent(Workspace& workspace, Progress* progress)
      : workspace_(workspace), models_(workspace.threads), openai_(models_, workspace.options.lm) {
    for (const std::string& path : workspace.options.lm.models) {
      models_.add(path, "file", progress);
    }
    open_folder(progress);
    if (!workspace.options.lm.scheme.empty()) {
      for (const std::shared_ptr<const LmModel>& entry : models_.all()) {
        entry->model.scheme(workspace.options.lm.scheme, entry->model.config().train_length);
      }
    }
  }

  std::vector<Route> routes() override {
    const auto bind = [this](HttpResponse (LmComponent::*handler)(Call&)) {
      return [this, handler](Call& call) { return (this->*handler)(call); };
    };
    using Self = LmComponent;
    std::vector<Route> routes = {
        {"GET", "/api/lm/models", BodyKind::none, bind(&Self::list_models)},
        {"DELETE", "/api/lm/models/{model}", BodyKind::none, bind(&Self::close_model)},
        {"GET", "/api/lm/schemes", BodyKind::none, bind(&Self::list_schemes)},
        {"POST", "/api/lm/explain", BodyKind::json, bind(&Self::explain)},
        {"POST", "/api/lm/count", BodyKind::json, bind(&Self::count)},
    };
    std::vector<Route> more = openai_.routes();
    routes.insert(routes.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
    return routes;
  }

  std::vector<OptionForm> forms() override {
    return {
        {"lm.train",
         [] {
           lm::TrainOptions options;
           return options_to_form(visit_of(options), kTrainingPlaces);
         }},
        {"lm.evaluate",
         [] {
           lm::EvalOptions options;
           return options_to_form(visit_of(options));
         }},
        {"lm.generate",
         [] {
           lm::GenerateOptions options;
           return options_to_form(visit_of(options));
         }},
    };
  }

  std::vector<JobKind> job_kinds() override {
    return {{"lm.train", [this](const Json& request) { return training(request); }},
            {"lm.evaluate", [this](const Json& request) { return evaluation(request); }}};
  }

 private:
  /// What earlier runs trained into --folder.
  void open_folder(Progress* progress) {
    if (workspace_.options.folder.empty()) {
      return;
    }
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(workspace_.options.folder)) {
      if (entry.is_directory() && looks_like_lm_model(entry.path())) {
        found.push_back(entry.path());
      }
    }
    std::sort(found.begin(), found.end());
    for (const std::filesystem::path& path : found) {
      try {
        models_.add(path, "trained", progress);
      } catch (const Error& error) {
        ProgressRef(progress).warn(fmt::format("left out: {}", error.what()));
      }
    }
  }

  HttpResponse list_models(Call& /*call*/) {
    const LmServeOptions& options = workspace_.options.lm;
    JsonWriter w;
    w.begin_object().key("models").begin_array();
    for (const std::shared_ptr<const LmModel>& entry : models_.all()) {
      write_json(w, *entry);
    }
    w.end_array().key("context").value(options.context);
    w.key("scheme").value(options.scheme).end_object();
    return json_response(w.str());
  }

  HttpResponse close_model(Call& call) {
    models_.remove(call.ids[0]);
    return json_response("{}");
  }

  HttpResponse list_schemes(Call& /*call*/) {
    JsonWriter w;
    w.begin_object().key("terms").begin_array();
    for (const lm::SchemeTerm& term : lm::scheme_terms()) {
      w.begin_object().key("name").value(term.name).key("group").value(group_name(term.group));
      w.key("help").value(term.help).key("source").value(term.source);
      w.key("example").value(term.example);
      write_arguments(w, term.arguments);
      w.end_object();
    }
    for (const lm::LayoutTerm& term : lm::layout_terms()) {
      w.begin_object().key("name").value(term.name).key("group").value("layout");
      w.key("help").value(term.help).key("source").value(term.source);
      w.key("example").value(term.example);
      write_arguments(w, term.arguments);
      w.end_object();
    }
    w.end_array().end_object();
    return json_response(w.str());
  }

  /// With "model", the numbers of that model; else those of the request.
  HttpResponse explain(Call& call) {
    const Json request = call.json();
    lm::ExplainOptions options;
    read_members(request, {"model"}, visit_of(options));
    std::shared_ptr<const LmModel> entry;
    if (const Json* name = request.find("model")) {
      entry = models_.get(name->text());
      const lm::ModelConfig& config = entry->model.config();
      options.dims = config.head_dim;
      options.base = config.rope_base;
      options.train = config.train_length;
      options.layers = config.layers;
    }
    options.cells = std::min(options.cells, kMostCells);
    options.validate();
    const int64_t at = options.at > 0 ? options.at : 4 * options.train;
    const lm::Explanation explanation =
        entry == nullptr
            ? lm::explain(options)
            : lm::explain(entry->model.scheme(options.scheme, at, options.unsafe)[options.layer],
                          at, options.cells);
    // One layer's scheme in full says the same without the model.
    options.scheme = explanation.scheme;
    options.layers = 1;
    options.layer = 0;
    JsonWriter w;
    w.begin_object().key("explanation").raw(explanation.to_json());
    std::vector<std::string> words = {"yonder", "lm", "explain"};
    for (std::string& argument : changed_arguments(options)) {
      words.push_back(std::move(argument));
    }
    return answer(w, shell_command(words));
  }

  /// How many tokens a text or a conversation is, and how far a scheme is made for.
  HttpResponse count(Call& call) {
    const Json request = call.json();
    std::string name;
    std::string text;
    std::string scheme = workspace_.options.lm.scheme;
    int64_t more = 0;
    read_members(request, {"messages"}, [&](OptionVisitor& v) {
      v.text("model", name, "which one");
      v.text("text", text, "what is counted, unless there are messages");
      v.text("scheme", scheme, "whose limit is told");
      v.integer("more", more, 0, int64_t{1} << 40, "tokens to be written after it");
    });
    const std::shared_ptr<const LmModel> entry = models_.get(name);
    const lm::TextCodec& codec = entry->model.codec();
    size_t bytes = text.size();
    std::vector<lm::ChatMessage> messages;
    if (const Json* list = request.find("messages")) {
      for (const Json& message : list->array()) {
        messages.push_back({message.at("role").text(), message.at("content").text()});
        bytes += messages.back().content.size();
      }
    }
    if (bytes > kCountedBytes) {
      throw HttpError(
          413, ErrorKind::bad_data,
          fmt::format("the text has {} bytes; this counts at most {}", bytes, kCountedBytes));
    }
    const size_t tokens = messages.empty() ? codec.encode(text, true).size()
                                           : lm::chat_prompt(codec, messages).ids.size();
    const lm::SchemeSet set = entry->model.scheme(scheme, static_cast<int64_t>(tokens) + more);
    const int64_t limit = declared_limit(set);
    JsonWriter w;
    w.begin_object().key("tokens").value(static_cast<uint64_t>(tokens));
    w.key("scheme").value(set.canonical()).key("declared_limit");
    if (limit == lm::kUnlimited) {
      w.null();
    } else {
      w.value(limit);
    }
    w.key("notices").begin_array();
    for (const std::string& notice : set.notices()) {
      w.raw(json_escape_lossy(notice));
    }
    w.end_array().key("chat_form").value(lm::chat_form(codec).name).end_object();
    return json_response(w.str());
  }

  /// A text as one whole file.
  std::shared_ptr<const Text> text_file(const Json& id) const {
    std::shared_ptr<const Text> text = workspace_.texts.get(id.text());
    require(std::filesystem::is_regular_file(text->input), ErrorKind::bad_option,
            "{} is read in parts (FILE:lines, FILE.jsonl:FIELD); language models read whole files: "
            "offer the file itself",
            text->name);
    return text;
  }

  static std::string shown(const Text& text) {
    return text.upload == nullptr ? text.input : text.name;
  }

  /// {"model","text","options"}: each finished (scheme, length) is a row of the job.
  JobWork evaluation(const Json& request) {
    const std::shared_ptr<const LmModel> entry = models_.get(request.at("model").text());
    const std::shared_ptr<const Text> text = text_file(request.at("text"));
    require(text->bytes <= kEvaluatedBytes, ErrorKind::bad_option,
            "{} has {} bytes; a page evaluates at most {}", text->name, text->bytes,
            kEvaluatedBytes);
    lm::EvalOptions options;
    read_options(request, options);
    options.validate();
    for (const std::string& scheme : lm::listed_schemes(options.schemes)) {
      entry->model.scheme(scheme, entry->model.config().train_length, options.unsafe);
    }
    std::vector<std::string> words = {"yonder", "lm",        "eval", entry->command_path,
                                      "--data", shown(*text)};
    for (std::string& argument : changed_arguments(options)) {
      words.push_back(std::move(argument));
    }
    JobWork work;
    work.kind = "lm.evaluate";
    work.name = fmt::format("{} on {}", entry->id, text->name);
    work.command = shell_command(words);
    work.run = [entry, text, options](JobProgress& progress) {
      try {
        const std::string content = read_compressed(text->input);
        lm::evaluate(
            entry->model, content, options,
            [&](const lm::EvalRow& row) { progress.row(row.to_json()); }, &progress);
      } catch (const Error& error) {
        throw renamed_error(error, text->input, text->name);
      }
      return std::string("null");
    };
    return work;
  }

  /// {"name","text","valid","tokenizer","init","options"}: a model that is then open.
  JobWork training(const Json& request) {
    lm::TrainOptions options;
    read_options(request, options, kTrainingPlaces);
    const std::string name = request.at("name").text();
    require_file_name(name);
    lm::TrainOptions shown_options = options;
    std::vector<std::shared_ptr<const Text>> texts = {text_file(request.at("text"))};
    options.data = texts[0]->input;
    shown_options.data = shown(*texts[0]);
    if (const Json* valid = request.find("valid")) {
      texts.push_back(text_file(*valid));
      options.valid = texts[1]->input;
      shown_options.valid = shown(*texts[1]);
    }
    std::shared_ptr<const LmModel> init;
    if (const Json* first = request.find("init")) {
      init = models_.get(first->text());
      options.init = init->path.string();
      shown_options.init = init->command_path;
    }
    const bool kept = !workspace_.options.folder.empty();
    const std::filesystem::path place =
        kept ? std::filesystem::path(workspace_.options.folder) : workspace_.temporary.path();
    options.loop.out = (place / name).string();
    options.loop.keep = 1;
    shown_options.loop.out = kept ? options.loop.out : name;
    options.validate();
    if (kept && std::filesystem::exists(options.loop.out)) {
      throw HttpError(409, ErrorKind::file,
                      fmt::format("{} exists; choose another name", options.loop.out));
    }
    if (options.threads == 0) {
      options.threads = workspace_.threads;
    }
    std::vector<std::string> words = {"yonder", "lm", "train"};
    for (std::string& argument : changed_arguments(shown_options)) {
      words.push_back(std::move(argument));
    }
    JobWork work;
    work.kind = "lm.train";
    work.name = name;
    work.command = shell_command(words);
    work.run = [this, options, texts, init, kept](JobProgress& progress) {
      try {
        return train(options, kept, progress);
      } catch (const Error& error) {
        Error renamed = error;
        for (const std::shared_ptr<const Text>& text : texts) {
          renamed = renamed_error(renamed, text->input, text->name);
        }
        throw Error(renamed);
      }
    };
    return work;
  }

  std::string train(lm::TrainOptions options, bool kept, Progress& progress) {
    std::shared_ptr<const TemporaryFolder> place;
    if (!kept) {
      place = std::make_shared<const TemporaryFolder>(workspace_.temporary.path());
      options.loop.out =
          (place->path() / std::filesystem::path(options.loop.out).filename()).string();
    }
    const lm::TrainReport report = lm::train(options, &progress);
    const auto entry = models_.add(report.folder, "trained", &progress, place);
    JsonWriter w;
    w.begin_object().key("model").raw(json_escape_lossy(entry->id));
    w.key("parameters").value(report.parameters).key("steps").value(report.steps);
    w.key("tokens").value(report.tokens).key("seconds").value(report.seconds);
    w.key("loss").value(report.loss).key("validation").begin_object();
    for (const auto& [name, value] : report.validation) {
      w.key(name).value(value);
    }
    w.end_object().end_object();
    return w.str();
  }

  Workspace& workspace_;
  LmModels models_;
  OpenAiRoutes openai_;
};

}  // namespace

std::unique_ptr<Component> make_lm_component(Workspace& workspace, Progress* progress) {
  return std::make_unique<LmComponent>(workspace, progress);
}

}  // namespace yonder::web
