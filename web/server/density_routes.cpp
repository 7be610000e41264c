// SPDX-License-Identifier: Apache-2.0
// Density in the web app: fits that follow a slider, modes, quantiles, samples, files; long fits
// and comparisons as jobs.
//
// No state: the page holds the model as the text of its JSON file and hands it back with each
// question, so nothing is lost when the program is started again and nothing need be bounded.
// A fit that a slider asks for takes at most 20,000 values (a seeded sample of longer columns,
// which the answer says) and 10 s; jobs take all values. Tests: density_routes_test.cpp.
#include "web/server/component.h"
#include "web/server/density_picture.h"
#include "web/server/file_name.h"
#include "web/server/request_options.h"
#include "web/server/series.h"
#include "web/server/shell_text.h"
#include "web/server/time_limit.h"
#include "yonder/base/file.h"
#include "yonder/density/baselines/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace yonder::web {
namespace {

using density::FitOptions;
using density::FitReport;
using density::Model;

constexpr size_t kLiveValues = 20'000;
constexpr std::chrono::seconds kLiveTime{10};
constexpr size_t kMostEvaluated = 1000;
constexpr int64_t kMostSamples = 100'000;
constexpr size_t kMostMethods = 12;
constexpr size_t kComparisonPoints = 301;

/// The threads are the server's; the rest is the client's to choose.
constexpr std::string_view kServerOptions[] = {"threads"};
constexpr double kTableShares[] = {0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999};
constexpr const char* kModelFile = "model.yfd";

std::string answer_of(JsonWriter& w, const std::string& command) {
  w.key("command").raw(json_escape_lossy(command)).end_object();
  return w.str();
}

HttpResponse answer(JsonWriter& w, const std::string& command) {
  return json_response(answer_of(w, command));
}

Model model_of(const Json& request) {
  return Model::from_json(request.at("model").text(), "the model");
}

/// The values of "data", where the request has it.
std::vector<double> values_of(const Json& request, Workspace& workspace) {
  if (request.find("data") == nullptr) {
    return {};
  }
  return subsample(read_series(request, workspace).values(), kLiveValues, 0);
}

FitOptions fit_options(const Json& request) {
  FitOptions options;
  read_options(request, options, kServerOptions);
  options.validate();
  return options;
}

std::string fit_command(const Series& series, const FitOptions& options, const std::string& out) {
  std::vector<std::string> arguments = changed_arguments(options);
  arguments.insert(arguments.end(), {"-o", out});
  return series.command({"yonder", "density", "fit"}, arguments);
}

struct Evaluation {
  const char* name;
  void (Model::*function)(std::span<const double>, std::span<double>) const;
};
constexpr Evaluation kEvaluations[] = {
    {"pdf", &Model::pdf},           {"logpdf", &Model::logpdf},
    {"cdf", &Model::cdf},           {"sf", &Model::sf},
    {"logcdf", &Model::logcdf},     {"logsf", &Model::logsf},
    {"quantile", &Model::quantile},
};

/// P(from <= Y <= to), from the side that does not cancel; on a circle the way up from `from`,
/// which is all of it where it is as long.
double probability(const Model& model, double from, double to) {
  const density::Domain& domain = model.domain();
  if (domain.kind == density::DomainKind::circular) {
    if (to - from >= domain.length) {
      return 1;
    }
    const double low = domain.from_point(domain.to_point(from));
    const double high = domain.from_point(domain.to_point(to));
    if (low > high) {  // across the origin: up to its end, and on from its beginning
      const double ends[] = {low, high};
      double above[1];
      double below[1];
      model.sf({&ends[0], 1}, above);
      model.cdf({&ends[1], 1}, below);
      return above[0] + below[0];
    }
    from = low;
    to = high;
  }
  require(from <= to, ErrorKind::bad_option,
          "the interval goes from {} to {}; its lower end must come first", from, to);
  const double ends[] = {from, to};
  double below[2];
  double above[2];
  model.cdf(ends, below);
  model.sf(ends, above);
  return below[0] < 0.5 ? below[1] - below[0] : above[0] - above[1];
}

class DensityComponent : public Component {
 public:
  explicit DensityComponent(Workspace& workspace) : workspace_(workspace) {}

  std::vector<Route> routes() override {
    const auto bind = [this](HttpResponse (DensityComponent::*handler)(Call&)) {
      return [this, handler](Call& call) { return (this->*handler)(call); };
    };
    using Self = DensityComponent;
    return {
        {"POST", "/api/density/fit", BodyKind::json, bind(&Self::fit)},
        {"POST", "/api/density/describe", BodyKind::json, bind(&Self::describe)},
        {"POST", "/api/density/modes", BodyKind::json, bind(&Self::modes)},
        {"POST", "/api/density/quantiles", BodyKind::json, bind(&Self::quantiles)},
        {"POST", "/api/density/evaluate", BodyKind::json, bind(&Self::evaluate)},
        {"POST", "/api/density/sample", BodyKind::json, bind(&Self::sample)},
        {"POST", "/api/density/models", BodyKind::model, bind(&Self::open_model)},
        {"POST", "/api/density/file", BodyKind::json, bind(&Self::model_file)},
    };
  }

  std::vector<OptionForm> forms() override {
    return {{"density.fit", [] {
               FitOptions options;
               return options_to_form(visit_of(options), kServerOptions);
             }}};
  }

  std::vector<JobKind> job_kinds() override {
    return {
        {"density.fit", [this](const Json& request) { return fit_job(request); }},
        {"density.compare", [this](const Json& request) { return compare_job(request); }},
    };
  }

 private:
  HttpResponse fit(Call& call) {
    const Json request = call.json();
    read_members(request, {"data", "options"}, [](OptionVisitor&) {});
    FitOptions options = fit_options(request);
    const Series series = read_series(request, workspace_);
    const std::string command = fit_command(series, options, kModelFile);
    const std::vector<double> values = subsample(series.values(), kLiveValues, options.seed);
    options.threads = workspace_.threads;
    FitReport report;
    const Model model = within(
        kLiveTime, "start it as a job, which may take as long as it likes",
        [&](Progress* progress) { return density::fit(values, {}, options, &report, progress); });
    JsonWriter w;
    w.begin_object().key("used").value(static_cast<uint64_t>(values.size()));
    w.key("values").value(static_cast<uint64_t>(series.values().size()));
    w.key("missing").value(series.column->missing);
    write_report(w, report);
    write_model(w, model);
    write_picture(w, model, values);
    return answer(w, command);
  }

  HttpResponse describe(Call& call) {
    const Json request = call.json();
    read_members(request, {"data", "model"}, [](OptionVisitor&) {});
    const Model model = model_of(request);
    JsonWriter w;
    w.begin_object();
    write_model(w, model);
    write_picture(w, model, values_of(request, workspace_));
    return answer(w, shell_command({"yonder", "density", "info", kModelFile}));
  }

  HttpResponse modes(Call& call) {
    const Json request = call.json();
    double prominence = 0;
    read_members(request, {"model"}, [&](OptionVisitor& v) {
      v.real("prominence", prominence, 0, 1,
             "share of the highest peak that a mode must stand out");
    });
    JsonWriter w;
    w.begin_object().key("modes").begin_array();
    for (const density::Mode& mode : model_of(request).modes(prominence)) {
      w.begin_object().key("maximum").value(mode.maximum);
      write_number(w, "location", mode.location);
      write_number(w, "density", mode.density);
      write_number(w, "prominence", mode.prominence);
      write_number(w, "curvature", mode.curvature);
      w.end_object();
    }
    w.end_array();
    std::vector<std::string> words = {"yonder", "density", "modes", kModelFile, "--antimodes"};
    if (prominence > 0) {
      words.insert(words.end(), {"--min-prominence", fmt::format("{}", prominence)});
    }
    return answer(w, shell_command(words));
  }

  HttpResponse quantiles(Call& call) {
    const Json request = call.json();
    read_members(request, {"data", "model"}, [](OptionVisitor&) {});
    const Model model = model_of(request);
    std::vector<double> quantiles(std::size(kTableShares));
    model.quantile(kTableShares, quantiles);
    const std::vector<double> sorted = sorted_on(model.domain(), values_of(request, workspace_));
    JsonWriter w;
    w.begin_object().key("rows").begin_array();
    std::vector<std::string> words = {"printf", "%s\\n"};
    for (size_t i = 0; i < quantiles.size(); ++i) {
      w.begin_object().key("share").value(kTableShares[i]);
      write_number(w, "quantile", quantiles[i]);
      // The smallest value that at least this share of the values does not exceed.
      const auto n = static_cast<double>(sorted.size());
      const auto rank = static_cast<size_t>(std::max(1.0, std::ceil(kTableShares[i] * n)));
      write_number(w, "empirical", sorted.empty() ? NAN : sorted[rank - 1]);
      w.end_object();
      words.push_back(fmt::format("{}", kTableShares[i]));
    }
    w.end_array();
    return answer(w, shell_command(words) + " | " +
                         shell_command({"yonder", "density", "eval", kModelFile, "--quantile"}));
  }

  HttpResponse evaluate(Call& call) {
    const Json request = call.json();
    std::string function;
    std::vector<std::string> names = {"probability"};
    for (const Evaluation& row : kEvaluations) {
      names.emplace_back(row.name);
    }
    read_members(request, {"model", "at"}, [&](OptionVisitor& v) {
      v.choice("function", function, names, "what to evaluate");
    });
    check_choice("function", function, names);
    const Model model = model_of(request);
    std::vector<double> at;
    std::vector<std::string> words = {"printf", "%s\\n"};
    for (const Json& value : request.at("at").array()) {
      at.push_back(value.real());
      words.push_back(fmt::format("{}", at.back()));
    }
    if (at.size() > kMostEvaluated) {
      throw HttpError(
          413, ErrorKind::bad_data,
          fmt::format("{} values were given; this takes at most {}", at.size(), kMostEvaluated));
    }
    std::vector<double> values(at.size());
    std::string option = "cdf";
    if (function == "probability") {
      require(at.size() == 2, ErrorKind::bad_option,
              "a probability needs the two ends of an interval; there are {}", at.size());
      values = {probability(model, at[0], at[1])};
    } else {
      for (const Evaluation& row : kEvaluations) {
        if (function == row.name) {
          (model.*row.function)(at, values);
        }
      }
      option = function;
    }
    JsonWriter w;
    w.begin_object();
    write_numbers(w, "values", values, 12);
    return answer(w, shell_command(words) + " | " +
                         shell_command({"yonder", "density", "eval", kModelFile, "--" + option}));
  }

  HttpResponse sample(Call& call) {
    const Json request = call.json();
    int64_t n = 1000;
    uint64_t seed = 0;
    read_members(request, {"model"}, [&](OptionVisitor& v) {
      v.integer("n", n, 1, kMostSamples, "how many draws");
      v.seed("seed", seed, "selects the draws");
    });
    const Model model = model_of(request);
    std::vector<double> drawn(static_cast<size_t>(n));
    model.sample(seed, 0, drawn);
    JsonWriter w;
    w.begin_object();
    write_numbers(w, "values", drawn, 17);
    const std::vector<double> sorted = sorted_on(model.domain(), drawn);
    const PlotRange range = plot_range(model, sorted);
    const std::vector<double> x = range.grid(kComparisonPoints);
    std::vector<double> y(x.size());
    model.pdf(x, y);
    write_numbers(w, "x", x, 9);
    write_numbers(w, "pdf", y);
    write_histogram(w, range, sorted);
    return answer(w, shell_command({"yonder", "density", "sample", kModelFile, "-n",
                                    fmt::format("{}", n), "--seed", fmt::format("{}", seed)}));
  }

  HttpResponse open_model(Call& call) {
    const std::string name = uploaded_name(call.request);
    require(call.request.file != nullptr, ErrorKind::bad_data, "the model file is empty");
    const std::string bytes = read_file(call.request.file->path());
    const Model model =
        bytes.starts_with('{') ? Model::from_json(bytes, name) : Model::from_bytes(bytes, name);
    JsonWriter w;
    w.begin_object();
    write_model(w, model);
    return answer(w, shell_command({"yonder", "density", "info", name}));
  }

  HttpResponse model_file(Call& call) {
    const Json request = call.json();
    read_members(request, {"model"}, [](OptionVisitor&) {});
    HttpResponse response;
    response.content_type = "application/octet-stream";
    response.body = model_of(request).to_bytes();
    return response;
  }

  JobWork fit_job(const Json& request) {
    read_members(request, {"kind", "name", "data", "options"}, [](OptionVisitor&) {});
    FitOptions options = fit_options(request);
    const Series series = read_series(request, workspace_);
    JobWork work;
    work.kind = "density.fit";
    work.name = request.at("name").text();
    require_file_name(work.name);
    work.command = fit_command(series, options, work.name);
    options.threads = workspace_.threads;
    work.run = [series, options](Progress& progress) {
      FitReport report;
      density::ModelInfo info;
      Model model = density::fit(series.values(), {}, options, &report, &progress);
      info = model.info();
      info.column = series.name;
      model = model.with_info(info);
      for (const std::string& warning : report.warnings) {
        progress.warn(warning);
      }
      JsonWriter w;
      w.begin_object().key("fitted").begin_object();
      write_report(w, report);
      write_model(w, model);
      w.end_object().end_object();
      return w.str();
    };
    return work;
  }

  JobWork compare_job(const Json& request) {
    std::vector<std::string> methods;
    double holdout = 0.2;
    density::BaselineFit options;
    std::string domain = "line";
    read_members(request, {"kind", "name", "data"}, [&](OptionVisitor& v) {
      v.list("methods", methods, "what to compare");
      v.real("holdout", holdout, 0.01, 0.9, "share of the values to test on");
      v.text("domain", domain, "where the values live");
      v.seed("seed", options.seed, "of the division and of random starts");
    });
    require(!methods.empty() && methods.size() <= kMostMethods, ErrorKind::bad_option,
            "choose 1 to {} methods", kMostMethods);
    options.domain = density::Domain::parse(domain);
    options.threads = workspace_.threads;
    const Series series = read_series(request, workspace_);
    std::vector<std::string> arguments = {"--models", fmt::format("{}", fmt::join(methods, ",")),
                                          "--holdout", fmt::format("{}", holdout)};
    if (domain != "line") {
      arguments.insert(arguments.end(), {"--domain", domain});
    }
    JobWork work;
    work.kind = "density.compare";
    work.name = series.name;
    work.command = series.command({"yonder", "density", "compare"}, arguments);
    work.run = [series, methods, holdout, options](Progress& progress) {
      return comparison(series.values(), methods, holdout, options, progress);
    };
    return work;
  }

  /// The rows of the comparison, and the methods' curves, fitted to at most kLiveValues values.
  static std::string comparison(std::span<const double> values,
                                const std::vector<std::string>& methods, double holdout,
                                const density::BaselineFit& options, Progress& progress) {
    JsonWriter w;
    w.begin_object().key("comparison").begin_array();
    for (const density::Comparison& row :
         density::compare(values, methods, holdout, options, &progress)) {
      w.begin_object().key("method").value(row.method).key("text").value(row.text);
      write_number(w, "test_nll", row.test_nll);
      write_number(w, "test_error", row.test_error);
      write_number(w, "train_nll", row.train_nll);
      w.key("parameters").value(row.parameters).key("modes").value(row.modes);
      write_number(w, "fit_seconds", row.fit_seconds);
      write_number(w, "eval_nanoseconds", row.eval_nanoseconds);
      w.end_object();
    }
    w.end_array();
    const std::vector<double> some = subsample(values, kLiveValues, options.seed);
    const std::vector<double> sorted = sorted_on(options.domain, some);
    const PlotRange range = plot_range(options.domain, sorted);
    const std::vector<double> x = range.grid(kComparisonPoints);
    write_numbers(w, "x", x, 9);
    write_histogram(w, range, sorted);
    w.key("curves").begin_array();
    for (const std::string& method : methods) {
      const auto estimator = density::fit_baseline(method, some, {}, options, &progress);
      std::vector<double> y(x.size());
      estimator->logpdf(x, y);
      std::transform(y.begin(), y.end(), y.begin(), [](double log) { return std::exp(log); });
      w.begin_object().key("method").value(method);
      write_numbers(w, "pdf", y);
      w.end_object();
    }
    w.end_array().end_object();
    return w.str();
  }

  Workspace& workspace_;
};

}  // namespace

std::unique_ptr<Component> make_density_component(Workspace& workspace, Progress* /*progress*/) {
  return std::make_unique<DensityComponent>(workspace);
}

}  // namespace yonder::web
