// SPDX-License-Identifier: Apache-2.0
// `yonder memory choose`: how many coefficients a signal needs.
#include "cli/commands/memory.h"
#include "yonder/memory/analysis.h"

#include <cmath>

namespace yonder::cli {
namespace {

/// What may stand behind a number, and what it multiplies it by.
struct Unit {
  const char* name;
  double factor;
};
constexpr Unit kFrequencyUnits[] = {{"kHz", 1e3}, {"MHz", 1e6},        {"mHz", 1e-3},
                                    {"Hz", 1},    {"/d", 1.0 / 86400}, {"/h", 1.0 / 3600}};
constexpr Unit kTimeUnits[] = {{"ms", 1e-3}, {"us", 1e-6}, {"s", 1},    {"min", 60},
                               {"m", 60},    {"h", 3600},  {"d", 86400}};
constexpr Unit kShareUnits[] = {{"%", 0.01}};

template <size_t kCount>
double parse_quantity(const char* option, const std::string& text, const Unit (&units)[kCount]) {
  for (const Unit& unit : units) {
    if (text.size() > std::string_view(unit.name).size() && text.ends_with(unit.name)) {
      return unit.factor *
             parse_real_option(option,
                               text.substr(0, text.size() - std::string_view(unit.name).size()));
    }
  }
  return parse_real_option(option, text);
}

struct Choose : Command {
  std::string frequency;
  std::string window;
  std::string error = "1%";
  bool json = false;

  void visit(OptionVisitor& v) override {
    v.text("freq", frequency,
           "the highest frequency to keep: 3Hz, 2kHz, 1/h, 1/d, or per time unit");
    v.text("window", window, "how far back: 60s, 90m, 12h, 30d, or in time units");
    v.text("error", error, "relative rms error of a tone of that frequency: 1%, or 0.01");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override {
    require_option("freq", frequency, "the highest frequency to keep, e.g. --freq 3Hz");
    require_option("window", window, "how far back to remember, e.g. --window 60s");
  }

  void run(Output& out, Progress& /*progress*/) override {
    const double seconds = parse_quantity("window", window, kTimeUnits);
    const memory::Advice advice =
        memory::choose(parse_quantity("freq", frequency, kFrequencyUnits), seconds,
                       parse_quantity("error", error, kShareUnits));
    if (json) {
      JsonWriter w(2);
      w.begin_object().key("cycles").value(advice.cycles).key("order").value(advice.order);
      w.key("error").value(advice.error).key("legt_order");
      advice.legt_order > 0 ? w.value(advice.legt_order) : w.null();
      w.key("samples_per_cycle").value(advice.samples_per_cycle).end_object();
      out.write(w.str() + "\n");
      return;
    }
    out.print("cycles over the window   {:.6g}\n", advice.cycles);
    out.print("window:{:<8.6g} -N       {} (tone error {:.2g} %)\n", seconds, advice.order,
              100 * advice.error);
    out.print("legs, over as long -N    {}\n", advice.order);
    if (advice.legt_order > 0) {
      out.print("legt:{:<8.6g} -N         {}\n", seconds, advice.legt_order);
    } else {
      out.print("legt:{:<8.6g} -N         above 4096\n", seconds);
    }
    out.print("samples per cycle        {:.4g} or more\n", advice.samples_per_cycle);
  }
};

}  // namespace

CommandRow memory_choose_command() {
  return {
      .name = "choose",
      .summary = "how many coefficients a signal needs",
      .details =
          "A tone with f cycles over the window needs about pi f coefficients and a few more; "
          "everything slower then comes with less error. legt has to delay the tone as well and "
          "needs more. Held samples have steps, which only more samples per cycle make smaller.",
      .positional = "",
      .examples = {"yonder memory choose --freq 3Hz --window 60s --error 1%",
                   "yonder memory choose --freq 1/d --window 30d --error 5% --json"},
      .make = make_command<Choose>};
}

}  // namespace yonder::cli
