// SPDX-License-Identifier: Apache-2.0
#include "web/server/number_files.h"

#include "web/server/file_name.h"
#include "web/server/http_message.h"
#include "yonder/base/compressed.h"
#include "yonder/base/csv.h"
#include "yonder/base/mmap.h"
#include "yonder/base/npy.h"
#include "yonder/base/number_table.h"
#include "yonder/memory/wav.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace yonder::web {
namespace {

constexpr size_t kLongestExample = 40;  // bytes of a cell that is shown
constexpr uint64_t kMostListed = 1000;  // columns of an array

std::string extension_of(const std::string& name) {
  return lower_case(std::filesystem::path(name).extension().string());
}

/// The format by the name's ending; everything else is text.
std::string format_of(const std::string& name) {
  static const std::map<std::string, std::string> formats = {
      {".npy", "npy"}, {".f32", "f32"}, {".f64", "f64"}, {".wav", "wav"}};
  const auto found = formats.find(extension_of(name));
  return found == formats.end() ? "csv" : found->second;
}

/// True for what number_table.h reads as a number, a time or a missing one.
bool is_number(std::string_view cell) {
  if (cell.empty() || cell == "NA" || cell == "NaN") {
    return true;
  }
  try {
    parse_time(cell);
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// Names the columns of a CSV file as number_table.h does: after the first record where that has a
/// cell that is no number, else by number.
void name_columns(NumberFile& file, const std::filesystem::path& path) {
  ByteReader bytes(path);
  CsvReader csv([&bytes](std::span<char> room) { return bytes.read(room); }, file.name);
  require(csv.next(), ErrorKind::bad_data, "{}: there is no line in it", file.name);
  for (const std::string_view field : csv.fields()) {
    file.columns.push_back({std::string(field), std::string(field), is_number(field)});
  }
  file.header = std::any_of(file.columns.begin(), file.columns.end(),
                            [](const NumberFile::ColumnName& c) { return !c.number; });
  const bool second = file.header && csv.next();
  for (size_t i = 0; i < file.columns.size(); ++i) {
    NumberFile::ColumnName& column = file.columns[i];
    if (!file.header) {
      column.name = fmt::format("{}", i + 1);
    } else if (second && i < csv.fields().size()) {
      column.example = std::string(csv.fields()[i]);
      column.number = is_number(column.example);
    }
    column.example.resize(std::min(column.example.size(), kLongestExample));
  }
}

/// Numbers the columns of a two-dimensional array.
void number_columns(NumberFile& file, const std::filesystem::path& path) {
  const MappedFile bytes(path);
  const NpyHeader header = parse_npy_header(bytes.view(), file.name);
  for (uint64_t i = 0; header.shape.size() == 2 && i < std::min(header.shape[1], kMostListed);
       ++i) {
    file.columns.push_back({fmt::format("{}", i + 1), "", true});
  }
}

void name_channels(NumberFile& file, const std::filesystem::path& path) {
  try {
    const memory::WavTable wav(path, {});
    for (const std::string& channel : wav.names()) {
      file.columns.push_back({channel, "", true});
    }
  } catch (const Error& error) {
    throw renamed_error(error, path.string(), file.name);
  }
}

/// Puts the last value before it in place of every missing one; says how many there were.
uint64_t hold_over_missing(std::vector<double>& values, const std::string& name) {
  uint64_t missing = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) {
      require(i > 0, ErrorKind::bad_data, "{}: the first value is missing; there is none to hold",
              name);
      values[i] = values[i - 1];
      ++missing;
    }
  }
  return missing;
}

}  // namespace

const std::vector<std::string>& missing_names() {
  static const std::vector<std::string> names = {"refuse", "drop", "hold"};
  return names;
}

std::shared_ptr<const NumberFile> NumberFiles::add_upload(std::shared_ptr<UploadFile> upload,
                                                          std::string name) {
  NumberFile file;
  file.name = std::move(name);
  file.format = format_of(file.name);
  if (file.format == "csv") {
    name_columns(file, upload->path());
  }
  if (file.format == "npy") {
    number_columns(file, upload->path());
  }
  if (file.format == "wav") {
    name_channels(file, upload->path());
  }
  file.upload = std::move(upload);
  const std::lock_guard lock(mutex_);
  if (files_.size() >= kMost) {
    throw HttpError(507, ErrorKind::memory,
                    fmt::format("{} files are open already; close one first", kMost));
  }
  file.id = fmt::format("n{}", ++added_);
  files_.push_back(std::make_shared<const NumberFile>(std::move(file)));
  return files_.back();
}

std::shared_ptr<const NumberFile> NumberFiles::get(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  for (const std::shared_ptr<const NumberFile>& file : files_) {
    if (file->id == id) {
      return file;
    }
  }
  throw HttpError(404, ErrorKind::file,
                  fmt::format("there is no file {}; it may have been closed: open it again", id));
}

void NumberFiles::remove(std::string_view id) {
  const std::shared_ptr<const NumberFile> file = get(id);
  const std::lock_guard lock(mutex_);
  std::erase(files_, file);
  std::erase_if(kept_, [&](const Kept& kept) { return kept.id == id; });
}

std::vector<std::shared_ptr<const NumberFile>> NumberFiles::all() const {
  const std::lock_guard lock(mutex_);
  return files_;
}

std::shared_ptr<const NumberColumn> NumberFiles::read(const NumberFile& file,
                                                      const ColumnChoice& choice) {
  {
    const std::lock_guard lock(mutex_);
    for (const Kept& kept : kept_) {
      if (kept.id == file.id && kept.choice == choice) {
        return kept.column;
      }
    }
  }
  auto column = std::make_shared<NumberColumn>();
  const std::string path = file.upload->path().string();
  try {
    NumberTableOptions options;
    options.format = file.format;
    if (!choice.column.empty()) {
      options.columns = {choice.column};
    }
    options.time_column = choice.time_column;
    options.drop_invalid = choice.missing == "drop";
    options.missing = choice.missing == "hold" ? MissingCells::keep : MissingCells::refuse;
    std::unique_ptr<NumberTable> table;
    if (file.format == "wav") {
      auto wav = std::make_unique<memory::WavTable>(path, options.columns);
      column->step = 1 / static_cast<double>(wav->format().sample_rate);
      table = std::move(wav);
    } else {
      table = open_number_table(path, options);
    }
    require(table->names().size() == 1, ErrorKind::bad_option, "{} has {} columns; choose one",
            file.name, table->names().size());
    std::vector<double> chunk(size_t{1} << 16);
    while (const size_t rows = table->read(chunk)) {
      if (column->values.size() + rows > kMostValues) {
        throw HttpError(413, ErrorKind::bad_data,
                        fmt::format("{} has more than {} rows; the command line takes any number",
                                    file.name, kMostValues));
      }
      column->values.insert(column->values.end(), chunk.begin(),
                            chunk.begin() + static_cast<ptrdiff_t>(rows));
      column->times.insert(column->times.end(), table->times().begin(), table->times().end());
    }
    column->missing = table->dropped() + hold_over_missing(column->values, file.name);
  } catch (const HttpError&) {
    throw;
  } catch (const Error& error) {
    throw renamed_error(error, path, file.name);
  }
  const std::lock_guard lock(mutex_);
  kept_.push_front({file.id, choice, column});
  if (kept_.size() > kKept) {
    kept_.pop_back();
  }
  return column;
}

void write_json(JsonWriter& w, const NumberFile& file) {
  w.begin_object().key("id").value(file.id).key("name").raw(json_escape_lossy(file.name));
  w.key("format").value(file.format).key("columns").begin_array();
  for (const NumberFile::ColumnName& column : file.columns) {
    w.begin_object().key("name").raw(json_escape_lossy(column.name));
    w.key("example").raw(json_escape_lossy(column.example));
    w.key("number").value(column.number).end_object();
  }
  w.end_array().end_object();
}

}  // namespace yonder::web
