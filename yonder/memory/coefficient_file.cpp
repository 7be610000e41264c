// SPDX-License-Identifier: Apache-2.0
#include "yonder/memory/coefficient_file.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/npy.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>

namespace yonder::memory {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFormat = "yonder.memory.coefficients";
constexpr const char* kLogShape = "checkpoints, channels, order";

/// A convention of another program.
struct Convention {
  std::string name;
  Normalization norm;
  double native_width;  // of the window, in the time unit of its matrices; 0: of the user's choice
};

const std::vector<Convention>& conventions() {
  static const std::vector<Convention> rows = {
      {"hippo", Normalization::hippo, 1},    // hippo-code: A, B as they are
      {"s4-legt", Normalization::hippo, 2},  // state-spaces/s4: A, B halved
      {"lmu", Normalization::lmu, 0},        // theta is a parameter
  };
  return rows;
}

fs::path side_car(const fs::path& path) { return path.string() + ".json"; }

bool is_legendre(const Measure& measure) {
  switch (measure.kind) {
    case MeasureKind::legs:
    case MeasureKind::legs_step:
    case MeasureKind::legt:
    case MeasureKind::window:
      return true;
    default:
      return false;
  }
}

void write_number_or_null(JsonWriter& w, double value) {
  std::isfinite(value) ? w.value(value) : w.null();
}

double number_or_nan(const Json& number) {
  return std::holds_alternative<std::nullptr_t>(number.value())
             ? std::numeric_limits<double>::quiet_NaN()
             : number.real();
}

/// A recurrence on a window remembers no more than the window, and is no exact projection.
void require_possible(const Summary::Parts& parts, const std::string& name) {
  const MeasureRow& row = row_of(parts.measure.kind);
  require(!(parts.exact && row.approximate), ErrorKind::bad_data,
          "{}: exact is true, but {} is an approximation", name, parts.measure.text());
  const double rounding =
      1e-9 * parts.measure.width + 1e-15 * std::max(std::abs(parts.begin), std::abs(parts.end));
  require(!row.approximate || !row.has_width ||
              parts.end - parts.begin <= parts.measure.width + rounding,
          ErrorKind::bad_data, "{}: the interval [{}, {}] is longer than the window of {}", name,
          parts.begin, parts.end, parts.measure.text());
}

/// What both kinds of file say of their numbers.
void write_meaning(JsonWriter& w, const Summary& summary, Normalization norm) {
  w.key("format").value(kFormat).key("format_version").value(1);
  w.key("measure").value(summary.measure().text()).key("order").value(summary.order());
  w.key("channels").begin_array();
  for (const std::string& name : summary.names()) {
    w.value(name);
  }
  w.end_array();
  w.key("normalization").value(normalization_names()[static_cast<size_t>(norm)]);
  w.key("direction")
      .value(!is_legendre(summary.measure()) ? "by age, newest at 0"
             : norm == Normalization::lmu    ? "newest at s = -1"
                                             : "newest at s = 1");
  w.key("exact").value(summary.exact());
}

std::vector<double> all_coefficients(const Summary& summary, Normalization norm) {
  require(norm == Normalization::hippo || is_legendre(summary.measure()), ErrorKind::bad_option,
          "--norm {} is for Legendre measures; {} has one form, called hippo",
          normalization_names()[static_cast<size_t>(norm)], summary.measure().text());
  std::vector<double> all;
  for (int64_t channel = 0; channel < summary.channels(); ++channel) {
    const auto own = summary.coefficients(channel);
    const std::vector<double> converted = norm == Normalization::hippo
                                              ? std::vector<double>(own.begin(), own.end())
                                              : summary.coefficients(channel, norm);
    all.insert(all.end(), converted.begin(), converted.end());
  }
  return all;
}

/// The array of a file, in C order.
std::vector<double> read_values(const std::string& bytes, const std::string& name,
                                std::vector<uint64_t>& shape) {
  const NpyHeader header = parse_npy_header(bytes, name);
  require(!header.fortran_order || header.shape.size() < 2, ErrorKind::bad_data,
          "{}: an array in Fortran order; one in C order was expected (numpy.ascontiguousarray)",
          name);
  shape = header.shape;
  std::vector<double> values(header.size());
  npy_values(header, bytes, 0, values);
  for (size_t i = 0; i < values.size(); ++i) {
    require(std::isfinite(values[i]), ErrorKind::bad_data, "{}: value {} is no finite number", name,
            i);
  }
  return values;
}

}  // namespace

const std::vector<std::string>& convention_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Convention& row : conventions()) {
      all.push_back(row.name);
    }
    return all;
  }();
  return names;
}

void write_coefficients(const fs::path& path, const Summary& summary, Normalization norm) {
  const std::vector<double> values = all_coefficients(summary, norm);
  JsonWriter w(2);
  w.begin_object();
  write_meaning(w, summary, norm);
  w.key("shape").value("channels, order");
  w.key("begin").value(summary.parts().begin).key("end").value(summary.end());
  if (summary.begin() > summary.parts().begin) {
    w.key("known_from").value(summary.begin());
  }
  w.key("rounding").value(summary.parts().rounding);
  w.key("energy").begin_array();
  for (int64_t channel = 0; channel < summary.channels(); ++channel) {
    write_number_or_null(w, summary.energy(channel));
  }
  w.end_array().end_object();
  write_file(side_car(path), w.str() + "\n");
  const std::array<uint64_t, 2> shape = {static_cast<uint64_t>(summary.channels()),
                                         static_cast<uint64_t>(summary.order())};
  write_npy(path, shape, values);
}

void require_free_coefficients(const fs::path& path, bool overwrite) {
  require_free(path, overwrite);
  require_free(side_car(path), overwrite);
}

Summary read_coefficients(const fs::path& path) {
  const std::string name = path.string();
  const fs::path car = side_car(path);
  require(fs::exists(car), ErrorKind::bad_data,
          "{}: there is no {} that says what its numbers mean; for a state from elsewhere: yonder "
          "memory convert {} --convention NAME",
          name, car.string(), name);
  const Json meaning = parse_json(read_file(car), car.string());
  require(meaning.at("format").text() == kFormat && meaning.at("format_version").integer() == 1,
          ErrorKind::bad_data, "{}: not {} of version 1", car.string(), kFormat);
  require(meaning.at("shape").text() == "channels, order", ErrorKind::bad_data,
          "{}: a log of checkpoints; a single summary was expected", name);
  Summary::Parts parts;
  parts.measure = Measure::parse(meaning.at("measure").text());
  parts.order = meaning.at("order").integer();
  for (const Json& channel : meaning.at("channels").array()) {
    parts.names.push_back(channel.text());
  }
  parts.begin = meaning.at("begin").real();
  parts.end = meaning.at("end").real();
  if (const Json* known_from = meaning.find("known_from")) {
    parts.known_from = known_from->real();
  }
  parts.exact = meaning.at("exact").boolean();
  parts.rounding = meaning.at("rounding").real();
  require(parts.rounding > 0, ErrorKind::bad_data,
          "{}: rounding is {}; a number above 0 was expected", car.string(), parts.rounding);
  require_possible(parts, car.string());
  for (const Json& energy : meaning.at("energy").array()) {
    parts.energy.push_back(number_or_nan(energy));
    require(!(parts.energy.back() < 0), ErrorKind::bad_data,
            "{}: an energy is {}; 0 or more was expected", car.string(), parts.energy.back());
  }
  const Normalization norm = parse_normalization(meaning.at("normalization").text());
  std::vector<uint64_t> shape;
  const std::string bytes = read_file(path);
  const std::vector<double> values = read_values(bytes, name, shape);
  require(parts.order >= 1 && shape.size() == 2 && shape[0] == parts.names.size() &&
              shape[1] == static_cast<uint64_t>(parts.order) &&
              parts.energy.size() == parts.names.size() && parts.begin < parts.end,
          ErrorKind::bad_data, "{} and {} do not belong together", name, car.string());
  for (size_t channel = 0; channel < parts.names.size(); ++channel) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(channel * shape[1]);
    std::vector<double> own(first, first + static_cast<std::ptrdiff_t>(shape[1]));
    if (norm != Normalization::hippo) {
      own = convert(own, norm, Normalization::hippo);
    }
    parts.coefficients.insert(parts.coefficients.end(), own.begin(), own.end());
  }
  return Summary(std::move(parts));
}

void ForeignState::visit(OptionVisitor& v) {
  constexpr double kMax = std::numeric_limits<double>::max();
  std::vector<std::string> names = {""};
  names.insert(names.end(), convention_names().begin(), convention_names().end());
  v.choice("convention", convention, names,
           "an .npy from elsewhere is the state of a sliding Legendre layer of hippo-code (hippo), "
           "state-spaces/s4 (s4-legt) or an LMU (lmu)");
  v.real(
      "dt", dt, 0, kMax,
      "with --convention: the layer's step per sample; its window has 1/dt samples (hippo), 2/dt "
      "(s4-legt)");
  v.real("width", width, 0, kMax, "with --convention: the window, instead of --dt");
  v.real("end", end, -kMax, kMax, "with --convention: the time at which the newest sample ends");
}

void ForeignState::validate() const {
  require(!convention.empty() || (width == 0 && dt == 0 && end == 0), ErrorKind::bad_option,
          "--dt, --width and --end belong to --convention, which says what the array is");
  if (convention.empty()) {
    return;
  }
  require((width > 0) != (dt > 0), ErrorKind::bad_option,
          "the window of the state must be known: pass one of --width and --dt");
  require(width > 0 || convention != "lmu", ErrorKind::bad_option,
          "an LMU's window is its theta, not a consequence of --dt; pass it as --width");
}

Summary import_state(const fs::path& path, const ForeignState& state) {
  state.validate();
  check_choice("convention", state.convention, convention_names());
  const Convention* convention = conventions().data();
  while (convention->name != state.convention) {
    ++convention;
  }
  const std::string name = path.string();
  const std::string bytes = read_file(path);
  std::vector<uint64_t> shape;
  const std::vector<double> values = read_values(bytes, name, shape);
  require((shape.size() == 1 || shape.size() == 2) && !values.empty(), ErrorKind::bad_data,
          "{}: an array of {} dimensions with {} values; a state [N] or [channels][N] was expected",
          name, shape.size(), values.size());
  const uint64_t channels = shape.size() == 2 ? shape[0] : 1;
  const uint64_t order = shape.back();
  Summary::Parts parts;
  parts.measure.kind = MeasureKind::legt;
  parts.measure.width = state.width > 0 ? state.width : convention->native_width / state.dt;
  parts.order = static_cast<int64_t>(order);
  parts.begin = state.end - parts.measure.width;
  parts.end = state.end;
  for (uint64_t channel = 0; channel < channels; ++channel) {
    parts.names.push_back(fmt::format("channel {}", channel + 1));
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(channel * order);
    const std::vector<double> own = convert({first, first + static_cast<std::ptrdiff_t>(order)},
                                            convention->norm, Normalization::hippo);
    parts.coefficients.insert(parts.coefficients.end(), own.begin(), own.end());
    parts.energy.push_back(std::numeric_limits<double>::quiet_NaN());
  }
  return Summary(std::move(parts));
}

bool is_coefficient_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    fail_errno(path.string(), "cannot be read", errno);
  }
  std::array<char, 8> bytes{};
  file.read(bytes.data(), bytes.size());
  return is_npy({bytes.data(), static_cast<size_t>(file.gcount())});
}

Summary open_summary(const fs::path& path) {
  return is_coefficient_file(path) ? read_coefficients(path) : Stream::load(path).summary();
}

struct CoefficientLog::Impl {
  explicit Impl(const fs::path& path) : file(path) {}

  AtomicFile file;
  uint64_t channels = 0;
  uint64_t order = 0;
  uint64_t checkpoints = 0;
  size_t header_bytes = 0;
  std::optional<Summary> last;
  std::vector<double> begins, ends;
  std::vector<uint64_t> samples;
  std::vector<double> energies;  // [checkpoints][C]

  std::string header(uint64_t count) const {
    const std::array<uint64_t, 3> shape = {count, channels, order};
    return npy_header(shape, sizeof(double));
  }
};

CoefficientLog::CoefficientLog(const fs::path& path, int64_t channels, int64_t order)
    : impl_(std::make_unique<Impl>(path)) {
  impl_->channels = static_cast<uint64_t>(channels);
  impl_->order = static_cast<uint64_t>(order);
  const std::string header = impl_->header(0);
  impl_->header_bytes = header.size();
  impl_->file.write(header);
}

CoefficientLog::~CoefficientLog() = default;
CoefficientLog::CoefficientLog(CoefficientLog&&) noexcept = default;

void CoefficientLog::go_on(const Stream& stream) {
  const fs::path path = impl_->file.path();
  const std::string name = path.string();
  const auto require_log = [&](bool fits) {
    require(fits, ErrorKind::bad_data,
            "{}: no log of the checkpoints of this stream up to its {} samples; pass --force to "
            "begin a new one, or choose another name",
            name, stream.samples());
  };
  require_log(fs::exists(side_car(path)));
  const Json meaning = parse_json(read_file(side_car(path)), side_car(path).string());
  const Json* const format = meaning.find("format");
  require_log(format != nullptr && format->text() == kFormat &&
              meaning.at("format_version").integer() == 1 &&
              meaning.at("shape").text() == kLogShape);
  std::vector<std::string> names;
  for (const Json& channel : meaning.at("channels").array()) {
    names.push_back(channel.text());
  }
  for (const Json& samples : meaning.at("samples").array()) {
    impl_->samples.push_back(static_cast<uint64_t>(samples.integer()));
  }
  for (const auto& [key, numbers] :
       {std::pair{"begin", &impl_->begins}, {"end", &impl_->ends}, {"energy", &impl_->energies}}) {
    for (const Json& number : meaning.at(key).array()) {
      numbers->push_back(number_or_nan(number));
    }
  }
  std::vector<uint64_t> shape;
  const std::vector<double> values = read_values(read_file(path), name, shape);
  const uint64_t checkpoints = impl_->samples.size();
  require_log(meaning.at("measure").text() == Measure::parse(stream.options().measure).text() &&
              names == stream.names() && checkpoints > 0 &&
              shape == std::vector<uint64_t>{checkpoints, impl_->channels, impl_->order} &&
              impl_->begins.size() == checkpoints && impl_->ends.size() == checkpoints &&
              impl_->energies.size() == checkpoints * impl_->channels &&
              impl_->samples.back() <= stream.samples() &&
              impl_->ends.back() <= stream.summary().end());
  impl_->checkpoints = checkpoints;
  impl_->file.write(npy_data(values, sizeof(double)));
  impl_->last = stream.summary();
}

void CoefficientLog::add(const Summary& summary, uint64_t samples) {
  ++impl_->checkpoints;
  impl_->file.write(npy_data(all_coefficients(summary, Normalization::hippo), sizeof(double)));
  impl_->begins.push_back(summary.parts().begin);
  impl_->ends.push_back(summary.end());
  impl_->samples.push_back(samples);
  for (int64_t channel = 0; channel < summary.channels(); ++channel) {
    impl_->energies.push_back(summary.energy(channel));
  }
  impl_->last = summary;
}

void CoefficientLog::finish() {
  const std::string header = impl_->header(impl_->checkpoints);
  YONDER_CHECK(header.size() == impl_->header_bytes);
  impl_->file.write_at(0, header);
  JsonWriter w(2);
  w.begin_object();
  if (impl_->last) {
    write_meaning(w, *impl_->last, Normalization::hippo);
  }
  w.key("shape").value(kLogShape);
  w.key("samples").begin_array();
  for (const uint64_t samples : impl_->samples) {
    w.value(samples);
  }
  w.end_array();
  for (const auto& [key, values] :
       {std::pair{"begin", &impl_->begins}, {"end", &impl_->ends}, {"energy", &impl_->energies}}) {
    w.key(key).begin_array();
    for (const double value : *values) {
      write_number_or_null(w, value);
    }
    w.end_array();
  }
  w.end_object();
  write_file(side_car(impl_->file.path()), w.str() + "\n");
  impl_->file.commit();
}

}  // namespace yonder::memory
