// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/number_table.h"

#include "yonder/base/compressed.h"
#include "yonder/base/csv.h"
#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/mmap.h"
#include "yonder/base/npy.h"
#include "yonder/base/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>

namespace yonder {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr double kInvalid = std::numeric_limits<double>::infinity();
constexpr size_t kShownText = 40;

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

/// The number, kMissing or kInvalid.
double parse_cell(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text == "NA") {
    return kMissing;
  }
  const char* first = text.data();
  const char* const end = first + text.size();
  first += text.front() == '+' && text.size() > 1 && text[1] != '-' ? 1 : 0;
  double value = 0;
  const auto [stop, code] = std::from_chars(first, end, value);
  if (stop != end || code == std::errc::invalid_argument) {
    return kInvalid;
  }
  if (code == std::errc::result_out_of_range) {
    value = std::strtod(std::string(first, end).c_str(), nullptr);  // 0 or infinity
  }
  if (std::isinf(value)) {
    return kInvalid;
  }
  return value;  // NaN stays: it is how a missing value is written
}

/// Reads digits of a date; the position moves behind them.
std::optional<int> digits(std::string_view text, size_t& i, size_t count) {
  int value = 0;
  for (size_t k = 0; k < count; ++k) {
    if (i + k >= text.size() || text[i + k] < '0' || text[i + k] > '9') {
      return std::nullopt;
    }
    value = 10 * value + (text[i + k] - '0');
  }
  i += count;
  return value;
}

bool accept(std::string_view text, size_t& i, char c) {
  if (i < text.size() && text[i] == c) {
    ++i;
    return true;
  }
  return false;
}

/// Hours and minutes as seconds: "06:00" or "0600" (colon 'optional'), nothing else.
std::optional<int> hours_and_minutes(std::string_view text, size_t& i, bool colon_optional) {
  const std::optional<int> hours = digits(text, i, 2);
  if (!hours || (!accept(text, i, ':') && !colon_optional)) {
    return std::nullopt;
  }
  const std::optional<int> minutes = digits(text, i, 2);
  if (!minutes || *hours > 23 || *minutes > 59) {
    return std::nullopt;
  }
  return (*hours * 60 + *minutes) * 60;
}

/// Seconds since 1970, or nothing if this is no ISO-8601 date.
std::optional<double> parse_iso_time(std::string_view text) {
  size_t i = 0;
  const std::optional<int> year = digits(text, i, 4);
  if (!year || !accept(text, i, '-')) {
    return std::nullopt;
  }
  const std::optional<int> month = digits(text, i, 2);
  if (!month || !accept(text, i, '-')) {
    return std::nullopt;
  }
  const std::optional<int> day = digits(text, i, 2);
  if (!day) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) {
    return std::nullopt;
  }
  auto seconds =
      static_cast<double>(86400 * std::chrono::sys_days(date).time_since_epoch().count());
  if (i == text.size()) {
    return seconds;
  }
  if (!accept(text, i, 'T') && !accept(text, i, ' ')) {
    return std::nullopt;
  }
  const std::optional<int> time = hours_and_minutes(text, i, false);
  if (!time) {
    return std::nullopt;
  }
  seconds += *time;
  if (accept(text, i, ':')) {
    const size_t start = i;
    const std::optional<int> whole = digits(text, i, 2);
    if (!whole || *whole > 60) {  // 60: a leap second
      return std::nullopt;
    }
    if (accept(text, i, '.')) {
      while (i < text.size() && text[i] >= '0' && text[i] <= '9') {
        ++i;
      }
    }
    double value = 0;
    std::from_chars(text.data() + start, text.data() + i, value);
    seconds += value;
  }
  if (accept(text, i, 'Z')) {
    return i == text.size() ? std::optional(seconds) : std::nullopt;
  }
  if (i < text.size()) {
    const bool behind = text[i] == '+';  // clocks that are ahead of UTC
    if (!behind && text[i] != '-') {
      return std::nullopt;
    }
    ++i;
    const std::optional<int> zone = hours_and_minutes(text, i, true);
    if (!zone || i != text.size()) {
      return std::nullopt;
    }
    seconds -= behind ? *zone : -*zone;
  }
  return seconds;
}

/// A time in seconds or in its own unit; kMissing or kInvalid.
double parse_time_cell(std::string_view text) {
  const double number = parse_cell(text);
  if (number != kInvalid) {
    return number;
  }
  return parse_iso_time(trimmed(text)).value_or(kInvalid);
}

/// What kinds of files have in common: rows of cells. A cell without a number is kMissing, one that
/// is anything else kInvalid.
class Rows {
 public:
  virtual ~Rows() = default;
  virtual const std::vector<std::string>& columns() const = 0;
  virtual bool next() = 0;
  virtual double cell(size_t column) const = 0;
  virtual double time_cell(size_t column) const { return cell(column); }
  virtual std::string cell_text(size_t column) const = 0;
  /// The row's number among all rows, or its line.
  virtual uint64_t mark() const = 0;
  virtual std::string place(uint64_t mark) const = 0;
};

class CsvRows : public Rows {
 public:
  CsvRows(CsvReader::Source source, const std::string& name, const std::string& header)
      : csv_(std::move(source), name), name_(name) {
    require(csv_.next(), ErrorKind::bad_data, "{}: there is no row in this file", name);
    const std::span<const std::string_view> first = csv_.fields();
    const bool has_header =
        header == "yes" ||
        (header == "auto" && std::any_of(first.begin(), first.end(), [](std::string_view cell) {
           return parse_time_cell(cell) == kInvalid;
         }));
    for (size_t i = 0; i < first.size(); ++i) {
      columns_.push_back(has_header ? utf8_replace_invalid(trimmed(first[i]))
                                    : fmt::format("column {}", i + 1));
    }
    first_row_is_data_ = !has_header;
  }

  const std::vector<std::string>& columns() const override { return columns_; }
  bool next() override {
    if (first_row_is_data_) {
      first_row_is_data_ = false;
      return true;
    }
    if (!csv_.next()) {
      return false;
    }
    require(csv_.fields().size() == columns_.size(), ErrorKind::bad_data,
            "{}: the number of cells is {}, in the first row it is {}", csv_.place(),
            csv_.fields().size(), columns_.size());
    return true;
  }
  double cell(size_t column) const override { return parse_cell(csv_.fields()[column]); }
  double time_cell(size_t column) const override { return parse_time_cell(csv_.fields()[column]); }
  std::string cell_text(size_t column) const override {
    return utf8_replace_invalid(csv_.fields()[column].substr(0, kShownText));
  }
  uint64_t mark() const override { return csv_.line(); }
  std::string place(uint64_t mark) const override { return fmt::format("{}:{}", name_, mark); }

 private:
  CsvReader csv_;
  std::string name_;
  std::vector<std::string> columns_;
  bool first_row_is_data_ = false;
};

/// Rows of files that hold values of one width.
class BinaryRows : public Rows {
 public:
  explicit BinaryRows(std::string name) : name_(std::move(name)) {}

  const std::vector<std::string>& columns() const override { return columns_; }
  std::string cell_text(size_t column) const override { return fmt::format("{}", value(column)); }
  double cell(size_t column) const override {
    const double v = value(column);
    if (std::isinf(v)) {
      return kInvalid;
    }
    return v;
  }
  uint64_t mark() const override { return row_; }
  std::string place(uint64_t mark) const override { return fmt::format("{}: row {}", name_, mark); }

 protected:
  virtual double value(size_t column) const = 0;
  std::string name_;
  std::vector<std::string> columns_;
  uint64_t row_ = 0;  // from 1
};

/// An array in memory: a mapped file, or one that was read whole.
class NpyRows : public BinaryRows {
 public:
  NpyRows(MappedFile file, std::string content, std::string name)
      : BinaryRows(std::move(name)),
        file_(std::move(file)),
        content_(std::move(content)),
        bytes_(content_.empty() ? file_.view() : content_),
        header_(parse_npy_header(bytes_, name_)) {
    require(header_.shape.size() == 1 || header_.shape.size() == 2, ErrorKind::bad_data,
            "{}: the array's shape is ({}); one dimension (values) or two (rows, columns) are "
            "read: use x.reshape(-1, columns)",
            name_, fmt::join(header_.shape, ", "));
    rows_ = header_.shape[0];
    const uint64_t count = header_.shape.size() == 2 ? header_.shape[1] : 1;
    require(count > 0 && count <= kMostColumns, ErrorKind::bad_data,
            "{}: the array has {} columns; 1 to {} are read", name_, count, kMostColumns);
    for (uint64_t i = 0; i < count; ++i) {
      columns_.push_back(fmt::format("column {}", i + 1));
    }
  }

  bool next() override {
    row_ += row_ < rows_ + 1 ? 1 : 0;
    return row_ <= rows_;
  }

 protected:
  double value(size_t column) const override {
    const uint64_t row = row_ - 1;
    return npy_value(header_, bytes_,
                     header_.fortran_order ? column * rows_ + row : row * columns_.size() + column);
  }

 private:
  static constexpr uint64_t kMostColumns = uint64_t{1} << 20;
  MappedFile file_;
  std::string content_;
  std::string_view bytes_;
  NpyHeader header_;
  uint64_t rows_ = 0;
};

/// Little-endian floats without a header, as a stream.
class RawRows : public BinaryRows {
 public:
  RawRows(CsvReader::Source source, std::string name, size_t bytes)
      : BinaryRows(std::move(name)), source_(std::move(source)), bytes_(bytes), buffer_(kBuffer) {
    columns_.emplace_back("column 1");
  }

  bool next() override {
    if (end_ - begin_ < bytes_) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
      while (end_ < bytes_) {
        const size_t count = source_(std::span(buffer_).subspan(end_));
        end_ += count;
        if (count == 0) {
          require(end_ == 0, ErrorKind::bad_data,
                  "{}: {} bytes are left behind value {}; a value has {}", name_, end_, row_,
                  bytes_);
          return false;
        }
      }
    }
    if (bytes_ == 8) {
      std::memcpy(&value_, buffer_.data() + begin_, 8);
    } else {
      float narrow = 0;
      std::memcpy(&narrow, buffer_.data() + begin_, 4);
      value_ = narrow;
    }
    begin_ += bytes_;
    ++row_;
    return true;
  }

 protected:
  double value(size_t /*column*/) const override { return value_; }

 private:
  static constexpr size_t kBuffer = size_t{64} << 10;
  CsvReader::Source source_;
  size_t bytes_;
  std::vector<char> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  double value_ = 0;
};

/// The place of a column that the user names; by its name first, then by its number.
size_t find_column(const std::vector<std::string>& columns, const std::string& wanted,
                   const std::string& file) {
  const auto found = std::find(columns.begin(), columns.end(), wanted);
  if (found != columns.end()) {
    require(std::find(found + 1, columns.end(), wanted) == columns.end(), ErrorKind::bad_option,
            "{}: several columns are called \"{}\"; name one by its number, 1 to {}", file, wanted,
            columns.size());
    return static_cast<size_t>(found - columns.begin());
  }
  size_t number = 0;
  const auto [end, code] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
  if (code == std::errc() && end == wanted.data() + wanted.size() && number >= 1 &&
      number <= columns.size()) {
    return number - 1;
  }
  const std::string nearest = nearest_name(wanted, columns);
  fail(ErrorKind::bad_option, "{}: there is no column \"{}\"; {}", file, wanted,
       nearest.empty() ? fmt::format("there are {}", describe_columns(columns))
                       : fmt::format("did you mean \"{}\"?", nearest));
}

class Table : public NumberTable {
 public:
  Table(std::unique_ptr<Rows> rows, const NumberTableOptions& options, const std::string& file)
      : rows_(std::move(rows)), options_(options) {
    const std::vector<std::string>& columns = rows_->columns();
    if (!options.time_column.empty()) {
      time_ = find_column(columns, options.time_column, file);
    }
    for (const std::string& wanted : options.columns) {
      chosen_.push_back(find_column(columns, wanted, file));
    }
    if (options.columns.empty()) {
      for (size_t i = 0; i < columns.size(); ++i) {
        if (time_ != i) {
          chosen_.push_back(i);
        }
      }
      require(chosen_.size() == 1, ErrorKind::bad_option,
              "{}: which column? Name one of {}, or several", file, describe_columns(columns));
    }
    for (const size_t column : chosen_) {
      names_.push_back(columns[column]);
    }
  }

  const std::vector<std::string>& names() const override { return names_; }

  size_t read(std::span<double> values) override {
    const size_t most = values.size() / chosen_.size();
    YONDER_CHECK(most > 0);
    marks_.clear();
    times_.clear();
    while (marks_.size() < most && rows_->next()) {
      if (read_row(values.data() + marks_.size() * chosen_.size())) {
        marks_.push_back(rows_->mark());
      } else {
        ++dropped_;
      }
    }
    return marks_.size();
  }

  std::span<const double> times() const override { return times_; }
  std::string place(size_t row) const override { return rows_->place(marks_.at(row)); }
  uint64_t dropped() const override { return dropped_; }

 private:
  /// False if the row is left out.
  bool read_row(double* out) {
    for (const size_t column : chosen_) {
      const double value = rows_->cell(column);
      if (!std::isfinite(value) && !accept_cell(column, value, options_.missing)) {
        return false;
      }
      *out++ = value;
    }
    if (time_) {
      const double time = rows_->time_cell(*time_);
      if (!std::isfinite(time) &&
          !accept_cell(
              *time_, time,
              options_.missing == MissingCells::keep ? MissingCells::refuse : options_.missing)) {
        return false;
      }
      times_.push_back(time);
    }
    return true;
  }

  /// What happens to a cell without a finite number: kept (true), dropped with its row (false), or
  /// refused.
  bool accept_cell(size_t column, double value, MissingCells missing_cells) const {
    if (options_.drop_invalid) {
      return false;
    }
    const bool missing = std::isnan(value);
    if (missing && missing_cells != MissingCells::refuse) {
      return missing_cells == MissingCells::keep;
    }
    const std::string text = rows_->cell_text(column);
    const std::string& name = rows_->columns()[column];
    const std::string place = rows_->place(rows_->mark());
    if (missing && trimmed(text).empty()) {
      fail(ErrorKind::bad_data, "{}: no value in column \"{}\"", place, name);
    }
    fail(ErrorKind::bad_data, "{}: \"{}\" in column \"{}\" is no {}", place, text, name,
         time_ == column ? "time; a number or ISO-8601 (2013-01-01T06:00:00Z) was expected"
                         : "finite number");
  }

  std::unique_ptr<Rows> rows_;
  NumberTableOptions options_;
  std::vector<size_t> chosen_;
  std::optional<size_t> time_;
  std::vector<std::string> names_;
  std::vector<uint64_t> marks_;  // of the rows of the last read()
  std::vector<double> times_;
  uint64_t dropped_ = 0;
};

CsvReader::Source stream_source(std::istream& stream) {
  return [&stream](std::span<char> out) {
    stream.read(out.data(), static_cast<std::streamsize>(out.size()));
    return static_cast<size_t>(stream.gcount());
  };
}

/// What was read already, and then the rest.
CsvReader::Source with_start(std::string start, CsvReader::Source rest) {
  return [start = std::move(start), given = size_t{0},
          rest = std::move(rest)](std::span<char> out) mutable -> size_t {
    if (given < start.size()) {
      const size_t count = std::min(out.size(), start.size() - given);
      std::memcpy(out.data(), start.data() + given, count);
      given += count;
      return count;
    }
    return rest(out);
  };
}

std::string read_all(const CsvReader::Source& source) {
  std::string content;
  std::vector<char> part(size_t{1} << 20);
  while (const size_t count = source(part)) {
    content.append(part.data(), count);
  }
  return content;
}

/// By the name, without the ending of a compressed file.
std::string format_by_name(std::filesystem::path path) {
  if (path.extension() == ".gz" || path.extension() == ".zst") {
    path = path.stem();
  }
  const std::string extension = path.extension().string();
  return extension == ".f32" || extension == ".f64" || extension == ".npy" ? extension.substr(1)
                                                                           : "csv";
}

}  // namespace

std::string describe_columns(const std::vector<std::string>& names) {
  constexpr size_t kShown = 12;
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kShown); ++i) {
    text += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", names[i]);
  }
  return names.size() > kShown ? fmt::format("{} and {} more", text, names.size() - kShown) : text;
}

std::unique_ptr<NumberTable> open_number_table(const std::filesystem::path& path,
                                               const NumberTableOptions& options,
                                               std::istream* standard_input) {
  check_choice("input-format", options.format, number_table_formats());
  check_choice("header", options.header, {"auto", "yes", "no"});
  const bool piped = path == "-";
  require(!piped || standard_input != nullptr, ErrorKind::bad_option,
          "\"-\" stands for standard input, which cannot be read here; name a file");
  const std::string name = piped ? "standard input" : path.string();
  CsvReader::Source source;
  if (piped) {
    source = stream_source(*standard_input);
  } else {
    auto reader = std::make_shared<ByteReader>(path);
    source = [reader](std::span<char> out) { return reader->read(out); };
  }
  std::string start(6, '\0');
  start.resize(source(start));
  const std::string format = options.format != "auto" ? options.format
                             : is_npy(start)          ? "npy"
                             : piped                  ? "csv"
                                                      : format_by_name(path);
  source = with_start(std::move(start), std::move(source));
  std::unique_ptr<Rows> rows;
  if (format == "csv") {
    rows = std::make_unique<CsvRows>(std::move(source), name, options.header);
  } else if (format == "npy") {
    MappedFile file;
    std::string content;
    if (!piped) {
      std::error_code error;
      if (std::filesystem::is_regular_file(path, error)) {
        file = MappedFile(path);
      }
    }
    if (!is_npy(file.view())) {  // a pipe, or compressed
      content = read_all(source);
    }
    rows = std::make_unique<NpyRows>(std::move(file), std::move(content), name);
  } else {
    rows = std::make_unique<RawRows>(std::move(source), name, format == "f32" ? 4 : 8);
  }
  return std::make_unique<Table>(std::move(rows), options, name);
}

const std::vector<std::string>& number_table_formats() {
  static const std::vector<std::string> names = {"auto", "csv", "npy", "f32", "f64"};
  return names;
}

std::vector<std::vector<double>> read_columns(NumberTable& table) {
  const size_t count = table.names().size();
  std::vector<std::vector<double>> columns(count);
  std::vector<double> part(std::max<size_t>(1, (size_t{1} << 16) / count) * count);
  while (const size_t rows = table.read(part)) {
    for (size_t c = 0; c < count; ++c) {
      for (size_t row = 0; row < rows; ++row) {
        columns[c].push_back(part[row * count + c]);
      }
    }
  }
  return columns;
}

double parse_time(std::string_view text) {
  const double time = parse_time_cell(text);
  require(std::isfinite(time), ErrorKind::bad_data,
          "\"{}\" is no time; a number or ISO-8601 (2013-01-01T06:00:00Z) was expected",
          utf8_replace_invalid(text.substr(0, kShownText)));
  return time;
}

}  // namespace yonder
