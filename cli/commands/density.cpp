// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/density.h"

#include "cli/table.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <iostream>

namespace yonder::cli {

std::vector<CommandRow> density_commands() {
  return {density_fit_command(),     density_info_command(),    density_eval_command(),
          density_sample_command(),  density_modes_command(),   density_moments_command(),
          density_entropy_command(), density_plot_command(),    density_test_command(),
          density_compare_command(), density_kl_command(),      density_encode_command(),
          density_decode_command(),  density_combine_command(), density_convert_command()};
}

void DataArgument::visit(OptionVisitor& v, bool weighted) {
  v.list("column", column, "column by name or number; may be left out where there is one only");
  if (weighted) {
    v.text("weight-column", weight_column, "column with the weight of each row, >= 0");
  }
  v.choice("input-format", input_format, number_table_formats(),
           "auto: by the file's name and first bytes");
  v.choice("header", header, {"auto", "yes", "no"},
           "of CSV; auto: where the first row has a cell that is no number");
  v.flag("drop-invalid", drop_invalid,
         "leave out rows with a cell that is missing or no finite number, and count them");
}

DataReader::DataReader(const DataArgument& argument, const std::string& path,
                       const density::Domain& domain)
    : domain_(domain) {
  const bool weighted = !argument.weight_column.empty();
  require(!weighted || !argument.column.empty(), ErrorKind::bad_option,
          "--column is missing: beside --weight-column the column of the values must be named");
  NumberTableOptions options;
  options.format = argument.input_format;
  options.header = argument.header;
  options.columns = argument.column;
  options.drop_invalid = argument.drop_invalid;
  if (weighted) {
    options.columns.push_back(argument.weight_column);
  }
  table_ = open_number_table(path, options, &std::cin);
  names_ = table_->names();
  names_.resize(names_.size() - (weighted ? 1 : 0));
}

size_t DataReader::read(std::span<double> rows) {
  const size_t count = table_->read(rows);
  const bool bounded = domain_.kind == density::DomainKind::interval ||
                       domain_.kind == density::DomainKind::reflected;
  for (size_t i = 0; i < count * width(); ++i) {
    const size_t column = i % width();
    const bool weight = column == names_.size();
    const double value = rows[i];
    if (weight ? value < 0 : bounded && !(value >= domain_.origin && value <= domain_.upper())) {
      fail(ErrorKind::bad_data, "{}: {} {} in column \"{}\" {}", table_->place(i / width()),
           weight ? "weight" : "value", value, table_->names()[column],
           weight ? "is below 0" : fmt::format("lies outside of the domain {}", domain_.text()));
    }
  }
  return count;
}

DataColumns DataReader::read_all(Progress& progress) {
  constexpr size_t kPartRows = size_t{1} << 14;
  const ProgressRef shown(&progress);
  shown.begin("reading", 0, "rows");
  std::vector<double> part(kPartRows * width());
  std::vector<std::vector<double>> columns(width());
  while (const size_t count = read(part)) {
    for (size_t i = 0; i < count * width(); ++i) {
      columns[i % width()].push_back(part[i]);
    }
    shown.advance(count);
    shown.stop_if_cancelled("nothing was written");
  }
  DataColumns result;
  if (columns.size() > names_.size()) {
    result.weights = std::move(columns.back());
    columns.pop_back();
  }
  result.values = std::move(columns);
  return result;
}

void ModelAndData::visit(OptionVisitor& v, bool weighted) {
  v.list("files", files,
         "the model (.yfd or JSON), then the data: CSV, NPY, f32 or f64; standard input without");
  data.visit(v, weighted);
}

void ModelAndData::validate() const {
  require(!files.empty(), ErrorKind::bad_option, "the model is missing: name its file, e.g. m.yfd");
  require(files.size() <= 2, ErrorKind::bad_option,
          "{} files were given; a model and one file of data were expected", files.size());
}

density::Model ModelAndData::model() const { return density::Model::load(files.front()); }

DataReader ModelAndData::open_data(const density::Domain& domain) const {
  require(data.column.size() <= 1, ErrorKind::bad_option,
          "{} columns were named; the model is of one", data.column.size());
  return {data, files.size() > 1 ? files[1] : "-", domain};
}

void ModelFile::visit(OptionVisitor& v) { v.path("model", model, "a model: .yfd or JSON"); }

density::Model ModelFile::open() const {
  require_option("model", model, "the density, e.g. m.yfd");
  return density::Model::load(model);
}

void write_model(const density::Model& model, const std::string& path) {
  if (path.ends_with(".json")) {
    write_file(path, model.to_json() + "\n");
  } else {
    model.save(path);
  }
}

std::vector<std::string> number_formats() { return {"numbers", "csv", "jsonl", "f64"}; }

NumberWriter::NumberWriter(Output& out, std::string_view format, std::vector<std::string> names)
    : out_(out), format_(format), names_(std::move(names)) {
  if (format_ == "csv") {
    out_.print("{}\n", fmt::join(names_, ","));
  }
}

void NumberWriter::row(std::span<const double> values) {
  if (format_ == "f64") {
    out_.write(std::string_view(reinterpret_cast<const char*>(values.data()), values.size_bytes()));
    return;
  }
  if (format_ == "jsonl") {
    JsonWriter w;
    w.begin_object();
    for (size_t i = 0; i < values.size(); ++i) {
      w.key(names_[i]);
      if (std::isfinite(values[i])) {
        w.value(values[i]);
      } else {
        w.value(exact_number(values[i]));
      }
    }
    w.end_object();
    out_.write(w.str() + "\n");
    return;
  }
  const char separator = format_ == "csv" ? ',' : ' ';
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) {
      out_.write(std::string_view(&separator, 1));
    }
    out_.write(exact_number(values[i]));
  }
  out_.write("\n");
}

std::string exact_number(double value) { return fmt::format("{}", value); }

std::string short_number(double value, int digits) {
  return fmt::format("{:.{}g}", value == 0 ? 0.0 : value, digits);
}

void print_line(Output& out, std::string_view name, std::string_view value) {
  out.print("{:<17}{}\n", name, value);
}

double parse_share(const char* name, const std::string& text) {
  const bool percent = text.ends_with('%');
  const double value = parse_real_option(name, percent ? text.substr(0, text.size() - 1) : text) /
                       (percent ? 100 : 1);
  require(value >= 0 && value <= 1, ErrorKind::bad_option,
          "--{} is {}; it must lie between 0 and 1, or 0% and 100%", name, text);
  return value;
}

std::vector<double> parse_numbers(const char* name, const std::string& text) {
  std::vector<double> values;
  for (size_t first = 0; first <= text.size();) {
    const size_t end = std::min(text.find(',', first), text.size());
    values.push_back(parse_real_option(name, text.substr(first, end - first)));
    first = end + 1;
  }
  return values;
}

}  // namespace yonder::cli
