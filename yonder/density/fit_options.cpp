// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/error.h"
#include "yonder/density/fit.h"
#include "yonder/density/internal/order_choice.h"

#include <limits>
#include <optional>
#include <tuple>

namespace yonder::density {
namespace {

const std::vector<std::string>& criterion_names() {
  static const std::vector<std::string> names = {"kfold", "holdout", "aic", "bic"};
  return names;
}

const std::vector<std::string>& optimizer_names() {
  static const std::vector<std::string> names = {"newton", "adam"};
  return names;
}

}  // namespace

void FitOptions::visit(OptionVisitor& v) {
  v.text(
      "domain", domain,
      "where the values live: line; circular:PERIOD (also PERIOD@LOWER, degrees, radians, hours); "
      "interval:LOW:HIGH; reflected:LOW:HIGH (no equal ends)");
  v.text("order", order, "N, number of frequencies: a number, auto or auto:LOW-HIGH");
  v.choice("criterion", criterion, criterion_names(),
           "how auto chooses: kfold (the smallest order that the best one does not clearly beat), "
           "holdout, aic, bic");
  v.integer("folds", folds, 2, 100, "parts of kfold");
  v.real("gamma", gamma, 0, std::numeric_limits<double>::max(),
         "penalty on the roughness, the integral of p'(x)^2 of the normalised density on [-1, 1]");
  v.text("base", base,
         "base distribution of the line, whose tails the fit inherits: logistic, normal, laplace, "
         "student (or student:NU), cauchy, mixture:K");
  v.text("location", location, "of the base: data (fitted) or a number");
  v.text("scale", scale, "of the base: data (fitted) or a number > 0");
  v.flag("learn-map", learn_map,
         "fit location and scale of the base jointly with the coefficients");
  v.choice("optimizer", optimizer, optimizer_names(),
           "newton: all data at every step, with a certificate; adam: mini-batches");
  v.integer("batch", batch, 1, int64_t{1} << 30, "values per step of adam");
  v.real("learning-rate", learning_rate, 0, 1, "of adam");
  v.real("gap-tolerance", gap_tolerance, 0, 1,
         "nats: how far the result may be from the best possible likelihood");
  v.integer("max-steps", max_steps, 1, int64_t{1} << 30, "steps of each optimiser; epochs of adam");
  v.seed("seed", seed, "of the folds and the mini-batches");
  v.integer("threads", threads, 0, 1024, "0 = all cores; the result does not depend on it");
}

void FitOptions::validate() const {
  validate_options([copy = *this](OptionVisitor& v) mutable { copy.visit(v); });
  const Domain parsed = Domain::parse(domain);
  require(parsed.kind == DomainKind::line || !learn_map, ErrorKind::bad_option,
          "--learn-map moves the base of the line; the domain is {}", domain);
  const FitOptions defaults;
  for (const auto& [name, value, unset] : {std::tuple("base", &base, &defaults.base),
                                           std::tuple("location", &location, &defaults.location),
                                           std::tuple("scale", &scale, &defaults.scale)}) {
    require(parsed.kind == DomainKind::line || *value == *unset, ErrorKind::bad_option,
            "--{} is {}, of the base of the line; the domain is {}", name, *value, domain);
  }
  require(!(learn_map && optimizer == "adam"), ErrorKind::bad_option,
          "--learn-map needs --optimizer newton");
  internal::parse_order(order);
  internal::parse_number_or_data("location", location);
  const std::optional<double> scale_given = internal::parse_number_or_data("scale", scale);
  require(!scale_given || *scale_given > 0, ErrorKind::bad_option,
          "--scale is {}; it must be greater than 0", scale);
}

}  // namespace yonder::density
