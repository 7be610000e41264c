// SPDX-License-Identifier: Apache-2.0
// `yonder density encode` and `decode`: numbers to a compressed stream and back.
#include "cli/commands/density.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/npy.h"
#include "yonder/density/entropy_coder.h"

#include <filesystem>
#include <iostream>
#include <iterator>

namespace yonder::cli {
namespace {

struct Encode : Command {
  ModelAndData input;
  density::EncodeOptions options;
  std::string out_path;
  bool force = false;
  bool json = false;

  void visit(OptionVisitor& v) override {
    input.visit(v);
    options.visit(v);
    v.path("out", out_path, "stream to write (.yec)");
    v.flag("force", force, "overwrite the output");
    v.flag("json", json, "print the report as one JSON document");
  }

  void validate() const override {
    input.validate();
    require_option("out", out_path, "the stream to write, e.g. -o s.yec");
    options.validate();
  }

  void run(Output& out, Progress& progress) override {
    require_free(out_path, force);
    const density::Model model = input.model();
    // Outside of an interval there is no value; on the line and on circles each finite number can
    // be coded, those beyond the table as escapes.
    const DataColumns data = input.open_data(model.domain()).read_all(progress);
    density::EncodeReport report;
    const std::string bytes = density::encode(model, data.values[0], options, &report, &progress);
    write_file(out_path, bytes);
    const double ratio = 64 / report.bits_per_sample;
    if (json) {
      JsonWriter w(2);
      w.begin_object().key("samples").value(report.samples).key("escapes").value(report.escapes);
      w.key("payload_bytes").value(report.bytes);
      w.key("file_bytes").value(static_cast<uint64_t>(bytes.size()));
      w.key("bits_per_sample").value(report.bits_per_sample);
      w.key("cross_entropy").value(report.cross_entropy).key("out").value(out_path).end_object();
      out.write(w.str() + "\n");
      return;
    }
    print_line(out, "samples", fmt::format("{} ({} escaped)", report.samples, report.escapes));
    print_line(out, "cross-entropy", fmt::format("{:.6f} bits per sample", report.cross_entropy));
    print_line(out, "coded",
               fmt::format("{:.6f} bits per sample, {:.1f} times smaller than doubles",
                           report.bits_per_sample, ratio));
    print_line(
        out, "written",
        fmt::format("{}: {} bytes, {} of them payload", out_path, bytes.size(), report.bytes));
  }
};

struct Decode : Command {
  std::string input = "-";
  std::string format = "numbers";
  std::string out_path;
  bool force = false;

  void visit(OptionVisitor& v) override {
    v.path("input", input, "the stream (.yec); - is standard input");
    v.choice("format", format, number_formats(), "how numbers are printed where --out is missing");
    v.path("out", out_path, "file to write: .f64, .npy, or .csv");
    v.flag("force", force, "overwrite the output");
  }

  void validate() const override {
    if (!out_path.empty()) {
      check_choice("out", extension(), {".f64", ".npy", ".csv"});
    }
  }

  void run(Output& out, Progress& progress) override {
    if (!out_path.empty()) {
      require_free(out_path, force);
    }
    const std::string bytes =
        input == "-" ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : read_file(input);
    const std::vector<double> values =
        density::decode(bytes, input == "-" ? "standard input" : input, &progress);
    if (out_path.empty()) {
      NumberWriter writer(out, format, {"value"});
      for (const double& value : values) {
        writer.row({&value, 1});
      }
    } else if (extension() == ".npy") {
      const std::array<uint64_t, 1> shape = {values.size()};
      write_npy(out_path, shape, values);
    } else {
      AtomicFile file(out_path);
      if (extension() == ".f64") {
        file.write(npy_data(values, 8));
      } else {
        file.write("value\n");
        for (const double value : values) {
          file.write(exact_number(value) + "\n");
        }
      }
      file.commit();
    }
  }

 private:
  std::string extension() const { return std::filesystem::path(out_path).extension().string(); }
};

}  // namespace

CommandRow density_encode_command() {
  return {
      .name = "encode",
      .summary = "compress numbers with a density as the model",
      .details =
          "Values are rounded to multiples of --step (plus --offset) and coded at the rate of "
          "the model. The stream carries its own table, so decoding needs no model, no floating "
          "point before the last step, and gives the same numbers on every machine.",
      .positional = "files",
      .examples = {"yonder density encode hours.yfd hours.csv --column hour --step 0.01 -o "
                   "hours.yec"},
      .make = make_command<Encode>};
}

CommandRow density_decode_command() {
  return {.name = "decode",
          .summary = "the numbers of a compressed stream",
          .details = "",
          .positional = "input",
          .examples = {"yonder density decode hours.yec -o decoded.npy",
                       "yonder density decode hours.yec > decoded.txt"},
          .make = make_command<Decode>};
}

}  // namespace yonder::cli
