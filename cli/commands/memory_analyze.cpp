// SPDX-License-Identifier: Apache-2.0
// `yonder memory analyze`: poles, the delay that legt is, and the weight of every age.
#include "cli/commands/memory.h"
#include "yonder/memory/analysis.h"

#include <cmath>
#include <complex>

namespace yonder::cli {
namespace {

constexpr double kDelayErrors[] = {0.001, 0.01, 0.1};
constexpr double kDelayFrequencies[] = {0.5, 1, 1.5, 2};  // radians per window, over N

struct Analyze : Command {
  std::string measure;
  int64_t order = 8;
  int64_t ages = 0;
  bool json = false;

  void visit(OptionVisitor& v) override {
    v.text("measure", measure,
           "legs, legt:W, lagt:THETA, fout:W, fous, chebt:W; W may be left out");
    v.integer("order", order, 1, 1024, "N, coefficients");
    v.integer("ages", ages, 0, 1000000,
              "print the memory kernels at so many ages instead, as CSV: a row per age, a column "
              "per coefficient");
    v.flag("json", json, "print one JSON document");
  }

  void validate() const override {
    require_option("measure", measure, "what to look at, e.g. legt");
    require(ages != 1, ErrorKind::bad_option, "--ages is 1; 2 or more were expected");
  }

  void run(Output& out, Progress& /*progress*/) override {
    const memory::Measure parsed = parse_shape(measure);
    if (ages > 0) {
      print_kernels(parsed, out);
      return;
    }
    const std::vector<std::complex<double>> poles = memory::poles(parsed, order);
    const bool delays = parsed.kind == memory::MeasureKind::legt;
    json ? write(parsed, poles, delays, out) : print(poles, delays, out);
  }

 private:
  /// How far legt's answer to a tone is from the delayed tone.
  double delay_error(double frequency) const {
    const std::complex<double> s(0, frequency);
    return std::abs(memory::delay_transfer(order, s) - std::exp(-s));
  }

  void print(const std::vector<std::complex<double>>& poles, bool delays, Output& out) const {
    out.print("{:>16}{:>16}\n", "pole, real", "imaginary");
    for (const std::complex<double>& pole : poles) {
      out.print("{:>16.9g}{:>16.9g}\n", pole.real(), pole.imag());
    }
    if (!delays) {
      return;
    }
    out.print("{:>16}{:>16}\n", "rad per window", "delay error");
    for (const double share : kDelayFrequencies) {
      const double frequency = share * static_cast<double>(order);
      out.print("{:>16.9g}{:>16.3g}\n", frequency, delay_error(frequency));
    }
    out.print("{:>16}{:>16}\n", "delay error", "up to");
    for (const double error : kDelayErrors) {
      out.print("{:>16}{:>16.6g}\n", error, memory::delay_bandwidth(order, error));
    }
  }

  void write(const memory::Measure& parsed, const std::vector<std::complex<double>>& poles,
             bool delays, Output& out) const {
    JsonWriter w(2);
    w.begin_object().key("measure").value(parsed.text()).key("order").value(order);
    w.key("poles").begin_array();
    for (const std::complex<double>& pole : poles) {
      w.begin_array().value(pole.real()).value(pole.imag()).end_array();
    }
    w.end_array();
    if (delays) {
      w.key("delay").begin_array();
      for (const double share : kDelayFrequencies) {
        const double frequency = share * static_cast<double>(order);
        w.begin_object().key("radians_per_window").value(frequency);
        w.key("error").value(delay_error(frequency)).end_object();
      }
      w.end_array().key("bandwidth").begin_array();
      for (const double error : kDelayErrors) {
        w.begin_object().key("error").value(error);
        w.key("radians_per_window").value(memory::delay_bandwidth(order, error)).end_object();
      }
      w.end_array();
    }
    w.end_object();
    out.write(w.str() + "\n");
  }

  /// The oldest age worth looking at: all of the past (at time 1), a little more than the window,
  /// or five times the scale on which the past fades.
  static double oldest(const memory::Measure& parsed) {
    return parsed.kind == memory::MeasureKind::lagt ? 5 * parsed.width
           : parsed.width > 0                       ? 1.2 * parsed.width
                                                    : 1;
  }

  void print_kernels(const memory::Measure& parsed, Output& out) const {
    std::vector<double> moments;
    for (int64_t i = 0; i < ages; ++i) {
      moments.push_back(oldest(parsed) * static_cast<double>(i) / static_cast<double>(ages - 1));
    }
    const memory::Matrix kernels = memory::memory_kernels(parsed, order, moments);
    if (json) {
      JsonWriter w;
      w.begin_object().key("measure").value(parsed.text()).key("order").value(order);
      w.key("ages").begin_array();
      for (const double age : moments) {
        w.value(age);
      }
      w.end_array().key("kernels").begin_array();
      for (int64_t i = 0; i < ages; ++i) {
        w.begin_array();
        for (int64_t n = 0; n < order; ++n) {
          w.value(kernels.at(i, n));
        }
        w.end_array();
      }
      w.end_array().end_object();
      out.write(w.str() + "\n");
      return;
    }
    out.write("age");
    for (int64_t n = 0; n < order; ++n) {
      out.print(",c{}", n);
    }
    out.write("\n");
    for (int64_t i = 0; i < ages; ++i) {
      out.print("{:.9g}", moments[static_cast<size_t>(i)]);
      for (int64_t n = 0; n < order; ++n) {
        out.print(",{:.9g}", kernels.at(i, n));
      }
      out.write("\n");
    }
  }
};

}  // namespace

CommandRow memory_analyze_command() {
  return {
      .name = "analyze",
      .summary = "poles, delay and kernels of a measure",
      .details =
          "Poles in radians per time unit (legs and fous: in the logarithm of time). For legt "
          "also how far it is from the delay that it stands for: the window is cut cleanly up "
          "to about 1.5 N radians per window, and not beyond. --ages prints the weight with "
          "which an input of each age stands in each coefficient.",
      .positional = "measure",
      .examples = {"yonder memory analyze legt -N 8", "yonder memory analyze legs -N 4 --ages 11"},
      .make = make_command<Analyze>};
}

}  // namespace yonder::cli
