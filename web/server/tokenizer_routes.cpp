// SPDX-License-Identifier: Apache-2.0
// The tokenizer in the web app: models, segmentations, samples, the lattice, statistics, training.
//
// Every answer carries the command line that gives the same. Limits keep one request short: 256 KiB
// of text to encode or measure, 4 KiB for what looks at the lattice of all segmentations, 100
// listed segmentations. Tests: web_app_test.cpp.
#include "web/server/component.h"
#include "web/server/file_name.h"
#include "web/server/request_options.h"
#include "web/server/shell_text.h"
#include "web/server/tokenizer_models.h"
#include "yonder/base/base64.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/bnlm/trainer.h"
#include "yonder/tokenizer/evaluate.h"
#include "yonder/tokenizer/evaluation_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

namespace yonder::web {
namespace {

using tokenizer::Tokenizer;

constexpr size_t kEncodeBytes = size_t{256} << 10;
constexpr size_t kLatticeBytes = size_t{4} << 10;
constexpr int64_t kMostListed = 100;  // segmentations in one answer
constexpr int64_t kMostDraws = 1000;

/// Options that a client of the web app has no say in: they name files of the server.
constexpr std::string_view kTrainingPaths[] = {"input",       "out",    "tmp",
                                               "from-counts", "resume", "force"};

constexpr double kMostAlpha = 1e6;  // as `yonder tokenizer score` takes it
constexpr const char* kAlphaHelp = "temperature exponent: P(w) ~ exp(alpha * score(w))";

/// Reads the members of a request about a text beside those that say what it is about.
void read_members(const Json& request, const std::function<void(OptionVisitor&)>& visit) {
  web::read_members(request, {"model", "text", "base64", "options"}, visit);
}

/// Bytes as "text", or as "base64" where they are not UTF-8.
void write_bytes(JsonWriter& w, std::string_view bytes) {
  if (utf8_first_error(bytes) == std::string_view::npos) {
    w.key("text").value(bytes);
  } else {
    w.key("base64").value(base64_encode(bytes));
  }
}

void write_piece(JsonWriter& w, const Tokenizer& t, uint32_t id, uint64_t start, uint64_t end) {
  w.begin_object().key("id").value(id);
  write_bytes(w, t.piece(id));
  w.key("start").value(start).key("end").value(end);
  if (const std::optional<double> score = t.piece_score(id)) {
    w.key("score").value(*score);
  }
  w.end_object();
}

/// The pieces of a segmentation of `text`.
void write_pieces(JsonWriter& w, const Tokenizer& t, std::string_view text,
                  std::span<const uint32_t> ids) {
  const std::vector<tokenizer::Offset> spans = t.spans(text, ids);
  w.key("pieces").begin_array();
  for (size_t i = 0; i < ids.size(); ++i) {
    write_piece(w, t, ids[i], spans[i].start, spans[i].end);
  }
  w.end_array();
}

void write_lattice(JsonWriter& w, const tokenizer::LatticeStats& stats) {
  w.key("log_z").value(stats.log_z).key("entropy").value(stats.entropy);
  w.key("expected_tokens").value(stats.expected_tokens);
  w.key("log_segmentations").value(stats.log_segmentations);
  w.key("segmentations_log10").value(stats.log_segmentations / std::log(10.0));
}

/// A request about one text and one model.
struct TextRequest {
  Json json;
  std::shared_ptr<const TokenizerModel> model;
  std::string text;

  const Tokenizer& tokenizer() const { return model->tokenizer; }
  /// "printf %s 'the text' | yonder tokenizer encode -m book.model --sample".
  std::string command(const char* name, const std::vector<std::string>& arguments) const {
    std::vector<std::string> words = {"yonder", "tokenizer", name, "-m", model->command_path};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return shell_print(text) + " | " + shell_command(words);
  }
};

class TokenizerComponent : public Component {
 public:
  TokenizerComponent(Workspace& workspace, Progress* progress) : workspace_(workspace) {
    for (const std::string& path : workspace.options.models) {
      models_.add_file(path, "file", progress);
    }
    open_folder(progress);
  }

  std::vector<Route> routes() override {
    const auto bind = [this](HttpResponse (TokenizerComponent::*handler)(Call&)) {
      return [this, handler](Call& call) { return (this->*handler)(call); };
    };
    using Self = TokenizerComponent;
    return {
        {"GET", "/api/tokenizer/models", BodyKind::none, bind(&Self::list_models)},
        {"POST", "/api/tokenizer/models", BodyKind::model, bind(&Self::open_model)},
        {"DELETE", "/api/tokenizer/models/{model}", BodyKind::none, bind(&Self::close_model)},
        {"GET", "/api/tokenizer/models/{model}/file", BodyKind::none, bind(&Self::model_file)},
        {"POST", "/api/tokenizer/encode", BodyKind::json, bind(&Self::encode)},
        {"POST", "/api/tokenizer/nbest", BodyKind::json, bind(&Self::nbest)},
        {"POST", "/api/tokenizer/sample", BodyKind::json, bind(&Self::sample)},
        {"POST", "/api/tokenizer/lattice", BodyKind::json, bind(&Self::lattice)},
        {"POST", "/api/tokenizer/stats", BodyKind::json, bind(&Self::stats)},
    };
  }

  std::vector<OptionForm> forms() override {
    return {
        {"tokenizer.train",
         [] {
           tokenizer::TrainOptions options;
           return options_to_form(visit_of(options), kTrainingPaths);
         }},
        {"tokenizer.encode",
         [] {
           tokenizer::EncodeOptions options;
           return options_to_form(visit_of(options));
         }},
    };
  }

  std::vector<JobKind> job_kinds() override {
    return {{"tokenizer.train", [this](const Json& request) { return training(request); }}};
  }

 private:
  /// What earlier runs trained into --folder.
  void open_folder(Progress* progress) {
    if (workspace_.options.folder.empty()) {
      return;
    }
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(workspace_.options.folder)) {
      if (entry.is_regular_file() && !entry.path().filename().string().starts_with('.')) {
        found.push_back(entry.path());
      }
    }
    std::sort(found.begin(), found.end());
    for (const std::filesystem::path& path : found) {
      try {
        models_.add_file(path.string(), "trained", progress);
      } catch (const Error& error) {
        ProgressRef(progress).warn(fmt::format("left out: {}", error.what()));
      }
    }
  }

  TextRequest text_request(const Call& call, size_t most_bytes) const {
    TextRequest request;
    request.json = call.json();
    request.model = models_.get(request.json.at("model").text());
    if (const Json* encoded = request.json.find("base64")) {
      std::optional<std::string> bytes = base64_decode(encoded->text());
      require(bytes.has_value(), ErrorKind::bad_data, "\"base64\" holds no base64");
      request.text = std::move(*bytes);
    } else {
      request.text = request.json.at("text").text();
    }
    if (request.text.size() > most_bytes) {
      throw HttpError(413, ErrorKind::bad_data,
                      fmt::format("the text has {} bytes; this takes at most {}; the command line "
                                  "takes any text",
                                  request.text.size(), most_bytes));
    }
    return request;
  }

  static HttpResponse answer(JsonWriter& w, const std::string& command) {
    w.key("command").raw(json_escape_lossy(command)).end_object();
    return json_response(w.str());
  }

  HttpResponse list_models(Call& /*call*/) {
    JsonWriter w;
    w.begin_object().key("models").begin_array();
    for (const std::shared_ptr<const TokenizerModel>& model : models_.all()) {
      write_json(w, *model);
    }
    w.end_array().end_object();
    return json_response(w.str());
  }

  HttpResponse open_model(Call& call) {
    const std::string name = uploaded_name(call.request);
    require(call.request.file != nullptr, ErrorKind::bad_data, "the model file is empty");
    JsonWriter w;
    write_json(w, *models_.add_upload(std::move(call.request.file), name));
    return json_response(w.str(), 201);
  }

  HttpResponse close_model(Call& call) {
    models_.remove(call.ids[0]);
    return json_response("{}");
  }

  HttpResponse model_file(Call& call) {
    const std::shared_ptr<const TokenizerModel> model = models_.get(call.ids[0]);
    return download_response(model->path, model->name);
  }

  HttpResponse encode(Call& call) {
    const TextRequest request = text_request(call, kEncodeBytes);
    const Tokenizer& t = request.tokenizer();
    tokenizer::EncodeOptions options;
    read_members(request.json, [](OptionVisitor&) {});
    read_options(request.json, options);
    options.validate();
    std::vector<uint32_t> ids;
    std::vector<tokenizer::Offset> spans;
    t.encode_with_offsets(request.text, ids, spans, options);
    double score = 0;
    bool scored = true;
    JsonWriter w;
    w.begin_object().key("pieces").begin_array();
    for (size_t i = 0; i < ids.size(); ++i) {
      write_piece(w, t, ids[i], spans[i].start, spans[i].end);
      const std::optional<double> one = t.piece_score(ids[i]);
      scored = scored && (one.has_value() || spans[i].start == spans[i].end);
      score += one.value_or(0);
    }
    uint64_t characters = 0;
    for (size_t i = 0; i < request.text.size(); i += utf8_at(request.text, i).length) {
      ++characters;
    }
    w.end_array().key("bytes").value(static_cast<uint64_t>(request.text.size()));
    w.key("characters").value(characters);
    if (scored) {
      w.key("score").value(score);
    }
    std::vector<std::string> arguments = changed_arguments(options);
    arguments.emplace_back("--pieces");
    return answer(w, request.command("encode", arguments));
  }

  HttpResponse nbest(Call& call) {
    const TextRequest request = text_request(call, kLatticeBytes);
    const Tokenizer& t = request.tokenizer();
    int64_t k = 10;
    double alpha = 1;
    read_members(request.json, [&](OptionVisitor& v) {
      v.integer("k", k, 1, kMostListed, "how many segmentations");
      v.real("alpha", alpha, 0, kMostAlpha, kAlphaHelp);
    });
    const tokenizer::LatticeStats stats = t.lattice(request.text, alpha);
    JsonWriter w;
    w.begin_object().key("segmentations").begin_array();
    for (const tokenizer::Scored& one : t.nbest(request.text, static_cast<size_t>(k))) {
      w.begin_object();
      write_pieces(w, t, request.text, one.ids);
      w.key("score").value(one.score);
      w.key("log_probability").value(alpha * one.score - stats.log_z).end_object();
    }
    w.end_array();
    write_lattice(w, stats);
    return answer(w, request.command("encode", {"--nbest", fmt::format("{}", k), "--pieces"}));
  }

  HttpResponse sample(Call& call) {
    const TextRequest request = text_request(call, kLatticeBytes);
    const Tokenizer& t = request.tokenizer();
    tokenizer::EncodeOptions options;
    options.sample = true;
    int64_t n = 100;
    read_members(request.json, [&](OptionVisitor& v) {
      v.integer("n", n, 1, kMostDraws, "how many draws");
      v.real("alpha", options.alpha, 0, kMostAlpha, kAlphaHelp);
      v.seed("seed", options.seed, "selects the draws");
    });
    const tokenizer::LatticeStats stats = t.lattice(request.text, options.alpha);
    std::map<std::vector<uint32_t>, int64_t> drawn;
    std::vector<uint32_t> ids;
    for (int64_t draw = 0; draw < n; ++draw) {
      options.epoch = static_cast<uint64_t>(draw);  // each epoch draws anew
      ids.clear();
      t.encode(request.text, ids, options);
      ++drawn[ids];
    }
    // Most frequent first; equally frequent ones in the order of their ids.
    std::vector<std::pair<int64_t, const std::vector<uint32_t>*>> order;
    order.reserve(drawn.size());
    for (const auto& [segmentation, times] : drawn) {
      order.emplace_back(-times, &segmentation);
    }
    std::stable_sort(order.begin(), order.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    const size_t listed = std::min(order.size(), static_cast<size_t>(kMostListed));
    JsonWriter w;
    w.begin_object().key("distinct").value(static_cast<uint64_t>(order.size()));
    w.key("segmentations").begin_array();
    for (size_t i = 0; i < listed; ++i) {
      const double score = t.score(request.text, *order[i].second);
      w.begin_object();
      write_pieces(w, t, request.text, *order[i].second);
      w.key("score").value(score);
      w.key("log_probability").value(options.alpha * score - stats.log_z);
      w.key("times").value(-order[i].first).end_object();
    }
    w.end_array();
    write_lattice(w, stats);
    options.epoch = 0;
    std::vector<std::string> arguments = changed_arguments(options);
    arguments.emplace_back("--pieces");
    return answer(w, fmt::format("for epoch in $(seq 0 {}); do {} --epoch $epoch; done", n - 1,
                                 request.command("encode", arguments)));
  }

  HttpResponse lattice(Call& call) {
    const TextRequest request = text_request(call, kLatticeBytes);
    const Tokenizer& t = request.tokenizer();
    double alpha = 1;
    read_members(request.json,
                 [&](OptionVisitor& v) { v.real("alpha", alpha, 0, kMostAlpha, kAlphaHelp); });
    const tokenizer::LatticeStats stats = t.lattice(request.text, alpha, true);
    JsonWriter w;
    w.begin_object().key("edges").begin_array();
    for (const tokenizer::EdgeMarginal& edge : stats.marginals) {
      w.begin_object().key("start").value(edge.start).key("end").value(edge.end);
      w.key("id").value(edge.id);
      write_bytes(w, t.piece(edge.id));
      if (const std::optional<double> score = t.piece_score(edge.id)) {
        w.key("score").value(*score);
      }
      w.key("probability").value(edge.probability).end_object();
    }
    w.end_array();
    write_lattice(w, stats);
    return answer(w,
                  request.command("score", {"--alpha", fmt::format("{}", alpha), "--marginals"}));
  }

  HttpResponse stats(Call& call) {
    const TextRequest request = text_request(call, kEncodeBytes);
    UploadFile file(workspace_.temporary.path());
    file.write(request.text);
    tokenizer::EncodeOptions options;
    read_members(request.json, [](OptionVisitor&) {});
    read_options(request.json, options);
    options.validate();
    std::vector<tokenizer::Evaluation> evaluations =
        tokenizer::evaluate(request.tokenizer(), {file.path().string()}, options, 1, nullptr);
    evaluations.front().text = "-";
    JsonWriter w;
    w.begin_object().key("models").begin_array();
    tokenizer::write_json(w, request.model->command_path, request.tokenizer(), evaluations, 0);
    w.end_array();
    std::vector<std::string> arguments = changed_arguments(options);
    arguments.insert(arguments.end(), {"--json", "-"});
    return answer(w, request.command("stats", arguments));
  }

  /// Reads a request for a training job.
  JobWork training(const Json& request) {
    tokenizer::TrainOptions options;
    read_options(request, options, kTrainingPaths);
    const std::string name = request.at("name").text();
    require_file_name(name);
    std::vector<std::shared_ptr<const Text>> texts;
    std::vector<std::string> shown;
    for (const Json& id : request.at("texts").array()) {
      texts.push_back(workspace_.texts.get(id.text()));
      options.input.push_back(texts.back()->input);
      shown.push_back(texts.back()->upload == nullptr ? texts.back()->input : texts.back()->name);
    }
    require(!texts.empty(), ErrorKind::bad_option, "no text was chosen to learn from");
    const bool kept = !workspace_.options.folder.empty();
    options.out =
        ((kept ? std::filesystem::path(workspace_.options.folder) : workspace_.temporary.path()) /
         name)
            .string();
    options.validate();
    if (kept && std::filesystem::exists(options.out)) {
      throw HttpError(409, ErrorKind::file,
                      fmt::format("{} exists; choose another name", options.out));
    }
    tokenizer::TrainOptions shown_options = options;
    shown_options.input = shown;
    shown_options.out = kept ? options.out : name;
    std::vector<std::string> words = {"yonder", "tokenizer", "train"};
    for (std::string& argument : changed_arguments(shown_options)) {
      words.push_back(std::move(argument));
    }
    JobWork work;
    work.kind = "tokenizer.train";
    work.name = name;
    work.command = shell_command(words);
    work.run = [this, options, texts, kept](Progress& progress) {
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

  std::string train(tokenizer::TrainOptions options, bool kept, Progress& progress) {
    // The trainer's state is of no use later, and without --folder neither is the place of the
    // model.
    const auto place = std::make_shared<const TemporaryFolder>(workspace_.temporary.path());
    const TemporaryFolder state(workspace_.temporary.path());
    options.tmp = state.path().string();
    if (options.threads == 0) {
      options.threads = workspace_.threads;
    }
    if (!kept) {
      options.out = (place->path() / std::filesystem::path(options.out).filename()).string();
    }
    const tokenizer::TrainReport report = tokenizer::train(options, &progress);
    std::vector<std::string> ids;
    for (const tokenizer::TrainedVocabulary& vocabulary : report.vocabularies) {
      const std::filesystem::path path = vocabulary.path;
      const auto model = kept ? models_.add_file(path.string(), "trained", &progress)
                              : models_.add_trained(path, place);
      ids.push_back(model->id);
    }
    JsonWriter w;
    w.begin_object().key("model").value(ids.front()).key("models").begin_array();
    for (const std::string& id : ids) {
      w.value(id);
    }
    w.end_array().key("text_bytes").value(report.text_bytes);
    w.key("kept_ngrams").value(report.kept_ngrams).key("raw_pieces").value(report.raw_pieces);
    w.end_object();
    return w.str();
  }

  Workspace& workspace_;
  TokenizerModels models_;
};

}  // namespace

std::unique_ptr<Component> make_tokenizer_component(Workspace& workspace, Progress* progress) {
  return std::make_unique<TokenizerComponent>(workspace, progress);
}

}  // namespace yonder::web
