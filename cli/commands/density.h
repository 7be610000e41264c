// SPDX-License-Identifier: Apache-2.0
// What the commands of `yonder density` share: columns of data with the checks that name a line,
// models from files, numbers out in every form. Each command is a file of its own,
// density_<command>.cpp; the order in help is that of density.cpp.
#pragma once

#include "cli/command.h"
#include "yonder/base/number_table.h"
#include "yonder/density/domain.h"
#include "yonder/density/model.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::cli {

/// Which columns of a data file are meant, and how it is read.
struct DataArgument {
  std::vector<std::string> column;
  std::string weight_column;
  std::string input_format = "auto";
  std::string header = "auto";
  bool drop_invalid = false;

  /// With the weight, or without where a command has no use for it. Visited before an argument
  /// without a name, so that `--column a FILE` leaves FILE to that.
  void visit(OptionVisitor& v, bool weighted = true);
};

/// Columns of a data file, whole.
struct DataColumns {
  std::vector<std::vector<double>> values;  ///< [columns][rows]
  std::vector<double> weights;              ///< [rows], or empty
};

/// A data file that is read with the checks a density asks for.
class DataReader {
 public:
  /// path "-" is standard input. domain: what values must lie in.
  DataReader(const DataArgument& argument, const std::string& path, const density::Domain& domain);

  /// Names of the columns of values.
  const std::vector<std::string>& names() const { return names_; }
  /// Numbers in a row: the values, and the weight behind them if there is one.
  size_t width() const { return table_->names().size(); }
  /// The next rows, [rows][width()], up to what fits; returns their number, 0 at the end. Throws
  /// Error(bad_data) naming the line of a value outside of the domain and of a weight below 0.
  size_t read(std::span<double> rows);
  /// All rows; reports them, and throws Error(cancelled) when the user asked to stop.
  DataColumns read_all(Progress& progress);
  /// Rows left out so far.
  uint64_t rejected() const { return table_->dropped(); }

 private:
  std::unique_ptr<NumberTable> table_;
  density::Domain domain_;
  std::vector<std::string> names_;
};

/// `files`: a model, and the data behind it where a command reads some.
struct ModelAndData {
  std::vector<std::string> files;
  DataArgument data;

  void visit(OptionVisitor& v, bool weighted = false);
  void validate() const;
  density::Model model() const;
  DataReader open_data(const density::Domain& domain) const;
};

/// One model file as the argument of a command.
struct ModelFile {
  std::string model;

  void visit(OptionVisitor& v);
  density::Model open() const;
};

/// As .json where the path says so, else as .yfd.
void write_model(const density::Model& model, const std::string& path);

/// How numbers are written: lines of numbers, CSV with a header, JSON lines, raw doubles.
std::vector<std::string> number_formats();

/// Rows of numbers in one of number_formats().
class NumberWriter {
 public:
  NumberWriter(Output& out, std::string_view format, std::vector<std::string> names);
  void row(std::span<const double> values);

 private:
  Output& out_;
  std::string_view format_;
  std::vector<std::string> names_;
};

/// A number with the fewest digits that give it back; "inf", "-inf", "nan".
std::string exact_number(double value);
/// A number of a report: `digits` significant ones.
std::string short_number(double value, int digits = 6);
/// A name with a space behind it up to a common width, then the value: a line of a report.
void print_line(Output& out, std::string_view name, std::string_view value);

/// "5%" or "0.05" as a share of 1. Throws Error(bad_option) with the option's name.
double parse_share(const char* name, const std::string& text);
/// "1,2.5,1". Throws Error(bad_option) with the option's name.
std::vector<double> parse_numbers(const char* name, const std::string& text);

CommandRow density_fit_command();
CommandRow density_info_command();
CommandRow density_eval_command();
CommandRow density_sample_command();
CommandRow density_modes_command();
CommandRow density_moments_command();
CommandRow density_entropy_command();
CommandRow density_kl_command();
CommandRow density_test_command();
CommandRow density_plot_command();
CommandRow density_compare_command();
CommandRow density_encode_command();
CommandRow density_decode_command();
CommandRow density_combine_command();
CommandRow density_convert_command();

}  // namespace yonder::cli
