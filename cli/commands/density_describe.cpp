// SPDX-License-Identifier: Apache-2.0
// `yonder density info`, `moments`, `entropy` and `kl`: what can be said about models without data.
#include "cli/commands/density.h"
#include "yonder/base/json.h"
#include "yonder/density/goodness_of_fit.h"

#include <cmath>
#include <numbers>

namespace yonder::cli {
namespace {

// A resultant length up to this is rounding: such a density points nowhere.
constexpr double kNoDirection = 1e-14;

struct Info : Command {
  ModelFile file;
  bool json = false;

  void visit(OptionVisitor& v) override {
    file.visit(v);
    v.flag("json", json, "print one JSON document");
  }

  void run(Output& out, Progress& /*progress*/) override {
    const density::Model model = file.open();
    const density::ModelInfo& info = model.info();
    if (json) {
      JsonWriter w(2);
      w.begin_object().key("domain").value(model.domain().text()).key("base");
      if (model.base()) {
        w.value(model.base()->text());
      } else {
        w.null();
      }
      w.key("order").value(model.order()).key("parameters").value(model.parameter_count());
      w.key("column").value(info.column).key("samples").value(info.samples);
      w.key("nll").value(info.nll).key("gap");
      if (info.gap < 0) {
        w.null();
      } else {
        w.value(info.gap);
      }
      w.key("gamma").value(info.gamma).key("seed").value(info.seed).end_object();
      out.write(w.str() + "\n");
      return;
    }
    print_line(out, "domain", model.domain().text());
    if (model.base()) {
      print_line(out, "base", model.base()->text());
    }
    print_line(out, "order N",
               fmt::format("{} ({} parameters)", model.order(), model.parameter_count()));
    if (info.samples == 0) {
      return;  // it is not from a fit
    }
    print_line(out, "column", info.column);
    print_line(out, "samples", fmt::format("{}", info.samples));
    print_line(out, "NLL", fmt::format("{:.6f} nats per sample", info.nll));
    print_line(out, "gap", info.gap < 0 ? "n/a" : fmt::format("{:.1e} nats", info.gap));
    if (info.gamma > 0) {
      print_line(out, "gamma", exact_number(info.gamma));
    }
    print_line(out, "seed", fmt::format("{}", info.seed));
  }
};

struct MomentsCommand : Command {
  ModelFile file;
  bool json = false;

  void visit(OptionVisitor& v) override {
    file.visit(v);
    v.flag("json", json, "print one JSON document");
  }

  void run(Output& out, Progress& /*progress*/) override {
    const density::Model model = file.open();
    const density::Moments moments = model.moments();
    const bool circle = model.domain().kind == density::DomainKind::circular;
    const std::pair<const char*, const density::Moment*> rows[] = {{"mean", &moments.mean},
                                                                   {"variance", &moments.variance},
                                                                   {"skewness", &moments.skewness},
                                                                   {"kurtosis", &moments.kurtosis}};
    if (json) {
      JsonWriter w(2);
      w.begin_object();
      for (const auto& [name, moment] : rows) {
        w.key(name);
        if (!moment->exists) {
          w.null();
          continue;
        }
        w.begin_object().key("value").value(moment->value).key("error").value(moment->error);
        w.end_object();
      }
      if (circle) {
        w.key("direction");
        if (moments.resultant_length > kNoDirection) {
          w.value(moments.direction);
        } else {
          w.null();
        }
        w.key("resultant_length").value(moments.resultant_length).key("circular").begin_array();
        for (const std::complex<double>& moment : moments.circular) {
          w.begin_array().value(moment.real()).value(moment.imag()).end_array();
        }
        w.end_array();
      }
      w.end_object();
      out.write(w.str() + "\n");
      return;
    }
    if (circle) {
      print_line(
          out, "direction",
          moments.resultant_length > kNoDirection ? short_number(moments.direction, 9) : "-");
      print_line(out, "resultant length", short_number(moments.resultant_length, 9));
    }
    for (const auto& [name, moment] : rows) {
      std::string value = "does not exist: the base's tails are too heavy";
      if (moment->exists) {
        value = short_number(moment->value, 9);
        if (moment->error > 1e-12 * std::abs(moment->value)) {
          value += fmt::format(" +- {:.1e}", moment->error);
        }
      }
      print_line(out, name, value);
    }
    if (moments.mean.exists && moments.variance.exists) {
      print_line(out, "deviation", short_number(std::sqrt(moments.variance.value), 9));
    }
  }
};

struct Entropy : Command {
  ModelFile file;
  bool json = false;

  void visit(OptionVisitor& v) override {
    file.visit(v);
    v.flag("json", json, "print one JSON document");
  }

  void run(Output& out, Progress& /*progress*/) override {
    const double entropy = file.open().entropy();
    if (json) {
      JsonWriter w(2);
      w.begin_object().key("entropy").value(entropy).key("bits").value(entropy / std::numbers::ln2);
      w.end_object();
      out.write(w.str() + "\n");
      return;
    }
    print_line(out, "entropy",
               fmt::format("{:.9f} nats ({:.9f} bits)", entropy, entropy / std::numbers::ln2));
  }
};

struct Kl : Command {
  std::vector<std::string> models;
  bool json = false;

  void visit(OptionVisitor& v) override {
    v.list("models", models, "two models: the true one p, then q");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override {
    require(models.size() == 2, ErrorKind::bad_option, "two models were expected, {} given",
            models.size());
  }

  void run(Output& out, Progress& /*progress*/) override {
    const density::Model p = density::Model::load(models[0]);
    const density::Model q = density::Model::load(models[1]);
    const density::Distances distances = density::distances(p, q);
    const std::pair<const char*, double> rows[] = {{"kl", p.kl(q)},
                                                   {"kl_reverse", q.kl(p)},
                                                   {"cross_entropy", p.cross_entropy(q)},
                                                   {"wasserstein", distances.wasserstein},
                                                   {"total_variation", distances.total_variation},
                                                   {"error", distances.error}};
    if (json) {
      JsonWriter w(2);
      w.begin_object();
      for (const auto& [name, value] : rows) {
        w.key(name);
        if (std::isfinite(value)) {
          w.value(value);
        } else {
          w.value(exact_number(value));
        }
      }
      w.end_object();
      out.write(w.str() + "\n");
      return;
    }
    print_line(out, "KL(p, q)", fmt::format("{:.9f} nats", rows[0].second));
    print_line(out, "KL(q, p)", fmt::format("{:.9f} nats", rows[1].second));
    print_line(out, "cross-entropy", fmt::format("{:.9f} nats", rows[2].second));
    print_line(out, "Wasserstein 1", short_number(distances.wasserstein, 9));
    print_line(out, "total variation", fmt::format("{:.9f}", distances.total_variation));
    print_line(out, "quadrature error", fmt::format("{:.1e}", distances.error));
  }
};

}  // namespace

CommandRow density_info_command() {
  return {.name = "info",
          .summary = "domain, order and origin of a model",
          .details = "",
          .positional = "model",
          .examples = {"yonder density info hours.yfd", "yonder density info hours.yfd --json"},
          .make = make_command<Info>};
}

CommandRow density_moments_command() {
  return {.name = "moments",
          .summary = "mean, variance, skewness, kurtosis; on a circle direction and concentration",
          .details =
              "Exact sums on circles and intervals; on the line quadrature with an estimate "
              "of its error, or the word that a moment does not exist because the base's "
              "tails are too heavy. The kurtosis of a normal distribution is 3.",
          .positional = "model",
          .examples = {"yonder density moments hours.yfd", "yonder density moments delay.yfd"},
          .make = make_command<MomentsCommand>};
}

CommandRow density_entropy_command() {
  return {.name = "entropy",
          .summary = "differential entropy, exact",
          .details =
              "From the coefficients of ln |A|^2, without a grid; on the line the base's "
              "part is a quadrature.",
          .positional = "model",
          .examples = {"yonder density entropy hours.yfd"},
          .make = make_command<Entropy>};
}

CommandRow density_kl_command() {
  return {.name = "kl",
          .summary = "how far two models are apart",
          .details =
              "Kullback-Leibler divergence both ways (exact where domain and base agree), "
              "cross-entropy, Wasserstein distance in units of the data (around the circle "
              "on a circle), total variation.",
          .positional = "models",
          .examples = {"yonder density kl hours.yfd rough.yfd"},
          .make = make_command<Kl>};
}

}  // namespace yonder::cli
