// SPDX-License-Identifier: Apache-2.0
// `yonder density test`: does a model describe data, perhaps data that it has not seen?
#include "cli/commands/density.h"
#include "yonder/base/json.h"
#include "yonder/density/goodness_of_fit.h"

#include <cmath>
#include <string>

namespace yonder::cli {
namespace {

struct Goodness : Command {
  ModelAndData input;
  int64_t bins = 20;
  bool json = false;

  void visit(OptionVisitor& v) override {
    input.visit(v, true);
    v.integer("bins", bins, 1, 100000, "of the probability integral transform");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override { input.validate(); }

  void run(Output& out, Progress& progress) override {
    const density::Model model = input.model();
    DataReader reader = input.open_data(model.domain());
    const DataColumns data = reader.read_all(progress);
    require(!data.values[0].empty(), ErrorKind::bad_data,
            "there is no value to test the model with");
    const density::GoodnessOfFit fit =
        density::goodness_of_fit(model, data.values[0], data.weights, bins);
    const double crps = density::crps(model, data.values[0]);
    if (json) {
      JsonWriter w(2);
      w.begin_object().key("samples").value(fit.samples).key("rejected").value(reader.rejected());
      w.key("nll").value(fit.nll).key("nll_error").value(fit.nll_error).key("bits").value(fit.bits);
      w.key("entropy").value(model.entropy()).key("ks").value(fit.ks);
      w.key("ks_p_value").value(fit.ks_p_value).key("crps").value(crps).key("pit").begin_array();
      for (const double share : fit.pit) {
        w.value(share);
      }
      w.end_array().end_object();
      out.write(w.str() + "\n");
      return;
    }
    print_line(out, "samples",
               reader.rejected() == 0
                   ? fmt::format("{}", fit.samples)
                   : fmt::format("{} (rows left out: {})", fit.samples, reader.rejected()));
    print_line(out, "NLL",
               fmt::format("{:.6f} +- {:.6f} nats per sample ({:.6f} bits)", fit.nll, fit.nll_error,
                           fit.bits));
    print_line(out, "model's entropy", fmt::format("{:.6f} nats", model.entropy()));
    print_line(out, "Kolmogorov", fmt::format("{:.6f}, p = {:.3g}", fit.ks, fit.ks_p_value));
    print_line(out, "CRPS", short_number(crps));
    out.write("cdf of the data, equal shares if the model is right:\n");
    constexpr double kBar = 20;  // characters of a bar of the expected height
    const auto count = static_cast<double>(fit.pit.size());
    for (size_t i = 0; i < fit.pit.size(); ++i) {
      const auto length =
          static_cast<size_t>(std::lround(std::min(3.0, fit.pit[i] * count) * kBar));
      out.print("{:>6.3f}  {:6.2f} %  {}\n", static_cast<double>(i) / count, 100 * fit.pit[i],
                std::string(length, '#'));
    }
  }
};

}  // namespace

CommandRow density_test_command() {
  return {
      .name = "test",
      .summary = "goodness of fit on data, best on data held out from the fit",
      .details =
          "Where the model is right the cdf of the data is uniform: the table shows it in equal "
          "bins, the Kolmogorov-Smirnov distance is small and its p-value is not. (On the data "
          "of the fit itself that p-value is too large.) A model that is right has an NLL near "
          "its own entropy.",
      .positional = "files",
      .examples = {"yonder density test hours.yfd hours.csv --column hour",
                   "yonder density sample hours.yfd -n 2000 | yonder density test hours.yfd "
                   "--bins 10 --json"},
      .make = make_command<Goodness>};
}

}  // namespace yonder::cli
