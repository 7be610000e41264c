// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/recorder.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/memory/coefficient_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace yonder::memory {
namespace {

namespace fs = std::filesystem;

constexpr size_t kRowsAtOnce = 4096;

const std::vector<std::string>& gap_names() {
  static const std::vector<std::string> names = {"refuse", "hold", "linear", "split"};
  return names;
}

/// Rows in the order of time, of which each cell is known.
struct Rows {
  std::vector<double> values;     // [rows][C]
  std::vector<double> positions;  // their times, or numbers

  void add(std::span<const double> row, double position) {
    values.insert(values.end(), row.begin(), row.end());
    positions.push_back(position);
  }
  void clear() {
    values.clear();
    positions.clear();
  }
};

bool complete(std::span<const double> row) {
  return std::none_of(row.begin(), row.end(), [](double value) { return std::isnan(value); });
}

/// Fills missing cells; a row waits while one of its cells is not known yet.
class GapFiller {
 public:
  GapFiller(std::vector<std::string> names, bool linear)
      : names_(std::move(names)), linear_(linear), last_(names_.size()) {}

  /// A row that is not to be recorded: what it holds is only remembered as the start of a gap.
  void note(std::span<const double> row, double position) {
    for (size_t c = 0; c < row.size(); ++c) {
      if (!std::isnan(row[c])) {
        last_[c] = {row[c], position};
      }
    }
  }

  /// Appends to `ready` the rows that are complete now. place: of the row, for messages.
  void add(std::span<const double> row, double position, const std::string& place, Rows& ready) {
    if (waiting_.positions.empty() && complete(row)) {
      note(row, position);
      ready.add(row, position);
      return;
    }
    waiting_.add(row, position);
    bool filled = waiting_.positions.size() == 1;
    for (size_t c = 0; c < row.size(); ++c) {
      if (std::isnan(row[c])) {
        require(!std::isnan(last_[c].position), ErrorKind::bad_data,
                "{}: {} is missing, and nothing before it that could be kept or drawn a line from; "
                "cut the rows before its first value, or pass --gap split",
                place, names_[c]);
        if (!linear_) {
          cell(waiting_.positions.size() - 1, c) = last_[c].value;
          filled = true;
        }
      } else {
        filled = fill_line(c, row[c], position) || filled;
        last_[c] = {row[c], position};
      }
    }
    if (!complete(row)) {
      place_ = place;
    }
    if (filled) {
      release(ready);
    }
  }

  /// At the end of the input nothing may wait.
  void finish() const {
    require(
        waiting_.positions.empty(), ErrorKind::bad_data,
        "{}: a cell is missing, and no value comes after it to draw a line to; pass --gap hold, "
        "or cut the rows after the last value",
        place_);
  }

 private:
  struct Known {
    double value = 0;
    double position = std::numeric_limits<double>::quiet_NaN();  // NaN: none yet
  };

  double& cell(size_t row, size_t channel) {
    return waiting_.values[row * names_.size() + channel];
  }

  /// Joins the last known value of a channel to a new one across the rows that wait for it.
  bool fill_line(size_t channel, double value, double position) {
    const Known& from = last_[channel];
    bool filled = false;
    for (size_t row = waiting_.positions.size() - 1; row-- > 0;) {
      double& missing = cell(row, channel);
      if (!std::isnan(missing)) {
        break;
      }
      missing = from.value + (value - from.value) * ((waiting_.positions[row] - from.position) /
                                                     (position - from.position));
      filled = true;
    }
    return filled;
  }

  /// Hands out the rows at the front that wait for nothing.
  void release(Rows& ready) {
    const size_t channels = names_.size();
    size_t count = 0;
    while (count < waiting_.positions.size()) {
      const auto row = std::span(waiting_.values).subspan(count * channels, channels);
      if (!complete(row)) {
        break;
      }
      ready.add(row, waiting_.positions[count]);
      ++count;
    }
    const auto offset = [](size_t n) { return static_cast<std::ptrdiff_t>(n); };
    waiting_.values.erase(waiting_.values.begin(),
                          waiting_.values.begin() + offset(count * channels));
    waiting_.positions.erase(waiting_.positions.begin(),
                             waiting_.positions.begin() + offset(count));
  }

  std::vector<std::string> names_;
  bool linear_;
  std::vector<Known> last_;  // [C]
  Rows waiting_;
  std::string place_;  // of the last row with a missing cell
};

class Recorder {
 public:
  Recorder(const RecordOptions& options, NumberTable& table, fs::path out, Progress* progress)
      : options_(options),
        table_(table),
        out_(std::move(out)),
        progress_(progress),
        filler_(table.names(), options.gap == "linear"),
        skip_(options.skip) {}

  /// For a stretch to begin: with split one per unbroken stretch, else one for all.
  void begin_new(const StreamOptions& options, bool overwrite) {
    fresh_ = options;
    overwrite_ = overwrite;
    require_free(snapshot_path(1), overwrite);
    open_log(options.order, overwrite);
  }

  void go_on(Stream stream, bool overwrite) {
    require(stream.names().size() == table_.names().size(), ErrorKind::bad_option,
            "the snapshot remembers {} columns, the input gives {}; name the same with --column",
            stream.names().size(), table_.names().size());
    const bool log_exists = !options_.emit.empty() && fs::exists(options_.emit);
    open_log(stream.options().order, overwrite || log_exists);
    if (log_exists && !overwrite) {
      log_->go_on(stream);
    }
    report_.files.push_back(out_.string());
    samples_before_ = stream.samples();
    stream_.emplace(std::move(stream));
  }

  RecordReport run() {
    progress_.begin("remembering", 0, "samples");
    const size_t channels = table_.names().size();
    std::vector<double> values(kRowsAtOnce * channels);
    while (const size_t rows = table_.read(values)) {
      for (size_t row = 0; row < rows; ++row) {
        take(std::span(values).subspan(row * channels, channels), row);
      }
      push_ready();
      progress_.advance(rows);
      if (progress_.cancelled() && stream_) {
        save();
        progress_.stop_if_cancelled(fmt::format(
            "{} holds {} samples; go on with yonder memory resume {} INPUT --from-start -o {}",
            report_.files.back(), stream_->samples(), report_.files.back(), report_.files.back()));
      }
    }
    require(skip_ == 0, ErrorKind::bad_data,
            "the input ends {} rows before the place where the snapshot stopped; --from-start "
            "needs the input that the interrupted run was given",
            skip_);
    filler_.finish();
    close();
    require(!report_.files.empty(), ErrorKind::bad_data, "the input holds no samples");
    if (log_) {
      log_->finish();
    }
    return report_;
  }

 private:
  void open_log(int64_t order, bool overwrite) {
    if (!options_.emit.empty()) {
      require_free_coefficients(options_.emit, overwrite);
      log_.emplace(options_.emit, static_cast<int64_t>(table_.names().size()), order);
    }
  }

  fs::path snapshot_path(size_t stretch) const {
    if (options_.gap != "split") {
      return out_;
    }
    fs::path path = out_;
    return path.replace_extension(fmt::format("{}{}", stretch, out_.extension().string()));
  }

  /// `row`: of the last read, for messages and times.
  void take(std::span<const double> values, size_t row) {
    const std::span<const double> times = table_.times();
    const double position = times.empty() ? static_cast<double>(row_) : times[row];
    ++row_;
    has_times_ = !times.empty();
    require(!has_times_ || !(position <= last_time_), ErrorKind::bad_data,
            "{}: time {} does not come after {}, that of the row before; times must increase, so "
            "sort the rows or remove the duplicates",
            table_.place(row), position, last_time_);
    last_time_ = has_times_ ? position : last_time_;
    if (skip_ > 0) {
      --skip_;
      filler_.note(values, position);
      return;
    }
    const bool whole = complete(values);
    if (!whole) {
      refuse_unless_asked(values, row);
      report_.missing += static_cast<uint64_t>(
          std::count_if(values.begin(), values.end(), [](double v) { return std::isnan(v); }));
    }
    if (options_.gap == "split") {
      if (!whole) {
        close();
        return;
      }
      ready_.add(values, position);
    } else {
      filler_.add(values, position, whole ? std::string() : table_.place(row), ready_);
    }
    if (!stream_) {
      open_stretch(position);
    }
  }

  void refuse_unless_asked(std::span<const double> values, size_t row) const {
    const auto missing =
        std::find_if(values.begin(), values.end(), [](double v) { return std::isnan(v); });
    require(options_.gap != "refuse", ErrorKind::bad_data,
            "{}: {} is missing; say what missing cells are: --gap hold, linear or split",
            table_.place(row), table_.names()[static_cast<size_t>(missing - values.begin())]);
  }

  void open_stretch(double position) {
    StreamOptions options = fresh_;
    if (!has_times_) {
      options.start += position * options.step;
    }
    const fs::path path = snapshot_path(report_.files.size() + 1);
    require_free(path, overwrite_);
    report_.files.push_back(path.string());
    stream_.emplace(options, table_.names());
    samples_before_ = 0;
    saved_at_ = 0;
  }

  /// Gives the rows that are ready to the stream, up to one checkpoint after the other.
  void push_ready() {
    const size_t channels = table_.names().size();
    const auto every = static_cast<uint64_t>(options_.every);
    const std::span<const double> values = ready_.values;
    const std::span<const double> times = ready_.positions;
    for (size_t first = 0; first < times.size();) {
      uint64_t count = times.size() - first;
      if (every > 0) {
        count = std::min(count, every - stream_->samples() % every);
      }
      const auto rows = static_cast<size_t>(count);
      stream_->push(values.subspan(first * channels, rows * channels),
                    has_times_ ? times.subspan(first, rows) : std::span<const double>());
      first += rows;
      if (every > 0 && stream_->samples() % every == 0) {
        checkpoint();
      }
    }
    ready_.clear();
  }

  void checkpoint() {
    save();
    // With times, one sample alone covers no interval yet.
    if (log_ && !(has_times_ && stream_->samples() < 2)) {
      log_->add(stream_->summary(), stream_->samples());
    }
  }

  void save() {
    if (stream_->samples() != saved_at_) {
      stream_->save(report_.files.back());
      saved_at_ = stream_->samples();
    }
  }

  /// Ends a stretch.
  void close() {
    if (stream_) {
      push_ready();
      save();
      report_.samples += stream_->samples() - samples_before_;
      stream_.reset();
    }
  }

  const RecordOptions& options_;
  NumberTable& table_;
  fs::path out_;
  ProgressRef progress_;
  GapFiller filler_;
  uint64_t skip_;
  StreamOptions fresh_;
  bool overwrite_ = false;
  std::optional<Stream> stream_;
  std::optional<CoefficientLog> log_;
  Rows ready_;
  bool has_times_ = false;
  double last_time_ = std::numeric_limits<double>::quiet_NaN();
  uint64_t row_ = 0;
  uint64_t samples_before_ = 0;
  uint64_t saved_at_ = std::numeric_limits<uint64_t>::max();  // nothing of a resumed stream
  RecordReport report_;
};

}  // namespace

void RecordOptions::visit(OptionVisitor& v) {
  v.choice("gap", gap, gap_names(),
           "missing cells: an error, the last value, a line to the next one, or a new snapshot "
           "after each gap");
  v.integer("every", every, 0, std::numeric_limits<int64_t>::max(),
            "samples between checkpoints of the snapshot; 0 = only at the end");
  v.path("emit", emit, "with --every: an .npy of the coefficients at the checkpoints");
}

void RecordOptions::validate() const {
  validate_options([copy = *this](OptionVisitor& v) mutable { copy.visit(v); });
  require(emit.empty() || every > 0, ErrorKind::bad_option,
          "--emit writes the coefficients at checkpoints; say how often with --every");
  require(emit.empty() || gap != "split", ErrorKind::bad_option,
          "--emit follows one summary, --gap split makes several; leave out one of them");
}

RecordReport record(const StreamOptions& options, NumberTable& table, const RecordOptions& record,
                    const fs::path& out, bool overwrite, Progress* progress) {
  options.validate();
  record.validate();
  Recorder recorder(record, table, out, progress);
  recorder.begin_new(options, overwrite);
  return recorder.run();
}

RecordReport record(Stream stream, NumberTable& table, const RecordOptions& record,
                    const fs::path& out, bool overwrite, Progress* progress) {
  record.validate();
  require(record.gap != "split", ErrorKind::bad_option,
          "--gap split begins a new snapshot after each gap, which is for run, not for going on");
  Recorder recorder(record, table, out, progress);
  recorder.go_on(std::move(stream), overwrite);
  return recorder.run();
}

}  // namespace yonder::memory
