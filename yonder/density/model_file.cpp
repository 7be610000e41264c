// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/model_file.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"
#include "yonder/base/record_file.h"
#include "yonder/density/internal/little_endian.h"

#include <array>
#include <bit>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace yonder::density {
namespace {

using Complex = std::complex<double>;
using internal::put;

/// Takes numbers from the front of a section; every message has the offset in the file.
class SectionReader {
 public:
  SectionReader(const RecordFile& file, std::string_view name)
      : name_(file.name()), bytes_(file.section(name)), offset_(file.section_offset(name)) {}

  uint64_t integer(size_t size, const char* what) {
    require(bytes_.size() - at_ >= size, ErrorKind::bad_data,
            "{}: byte {}: the section \"model\" ends where {} was expected; get or make the file "
            "again",
            name_, place(), what);
    uint64_t value = 0;
    for (size_t k = 0; k < size; ++k) {
      value |= static_cast<uint64_t>(static_cast<unsigned char>(bytes_[at_ + k])) << (8 * k);
    }
    at_ += size;
    return value;
  }
  double real(const char* what) {
    const uint64_t at = place();
    const double value = std::bit_cast<double>(integer(8, what));
    require(std::isfinite(value), ErrorKind::bad_data, "{}: byte {}: {} is {}; it must be finite",
            name_, at, what, value);
    return value;
  }
  uint64_t place() const { return offset_ + at_; }
  size_t left() const { return bytes_.size() - at_; }

 private:
  std::string name_;
  std::string_view bytes_;
  uint64_t offset_;
  size_t at_ = 0;
};

void write_info(JsonWriter& w, const ModelInfo& info) {
  w.begin_object();
  w.key("samples").value(info.samples);
  w.key("nll").value(info.nll);
  w.key("gap").value(info.gap);
  w.key("gamma").value(info.gamma);
  w.key("column").value(info.column);
  w.key("seed").value(info.seed);
  w.key("yonder_version").value(info.yonder_version.empty() ? YONDER_VERSION : info.yonder_version);
  w.end_object();
}

ModelInfo read_info(const Json& json) {
  ModelInfo info;
  info.samples = json.at("samples").unsigned_integer();
  info.nll = json.at("nll").real();
  info.gap = json.at("gap").real();
  info.gamma = json.at("gamma").real();
  info.column = json.at("column").text();
  info.seed = json.at("seed").unsigned_integer();
  info.yonder_version = json.at("yonder_version").text();
  return info;
}

struct NamedKind {
  std::string_view name;
  DomainKind kind;
};
constexpr std::array<NamedKind, 4> kKinds = {{{"circular", DomainKind::circular},
                                              {"interval", DomainKind::interval},
                                              {"reflected", DomainKind::reflected},
                                              {"line", DomainKind::line}}};

}  // namespace

std::string Model::to_bytes() const {
  std::string model;
  put(model, static_cast<uint8_t>(domain_.kind));
  put(model, base_ ? base_->family() : uint8_t{0});
  put(model, domain_.origin);
  put(model, domain_.length);
  put(model, static_cast<uint8_t>(base_ ? base_->parameters().size() : 0));
  if (base_) {
    for (const double value : base_->parameters()) {
      put(model, value);
    }
  }
  put(model, static_cast<uint32_t>(order()));
  for (const Complex& value : b_) {
    put(model, value.real());
    put(model, value.imag());
  }
  JsonWriter info;
  write_info(info, info_);
  const std::array<std::pair<std::string_view, std::string_view>, 2> sections = {
      {{"model", model}, {"info", info.str()}}};
  return record_bytes(kModelKind, kModelVersion, sections);
}

Model Model::from_bytes(std::string_view bytes, std::string_view name) {
  const RecordFile file(bytes, std::string(name), kModelKind, kModelVersion);
  SectionReader in(file, "model");
  Domain domain;
  uint64_t at = in.place();
  const uint64_t kind = in.integer(1, "the domain");
  require(kind <= static_cast<uint64_t>(DomainKind::line), ErrorKind::bad_data,
          "{}: byte {}: the domain is {}; 0 to 3 were expected", name, at, kind);
  domain.kind = static_cast<DomainKind>(kind);
  at = in.place();
  const uint64_t family = in.integer(1, "the base");
  domain.origin = in.real("the origin");
  domain.length = in.real("the length");
  std::vector<double> parameters(in.integer(1, "the number of base parameters"));
  for (double& value : parameters) {
    value = in.real("a base parameter");
  }
  const uint64_t order_at = in.place();
  const uint64_t order = in.integer(4, "the order");
  require(in.left() == 16 * (order + 1), ErrorKind::bad_data,
          "{}: byte {}: order {} needs {} bytes of coefficients, the section has {}; get or make "
          "the file again",
          name, order_at, order, 16 * (order + 1), in.left());
  std::vector<Complex> b(order + 1);
  for (Complex& value : b) {
    const double real = in.real("a coefficient");
    value = Complex(real, in.real("a coefficient"));
  }
  ModelInfo info = read_info(parse_json(file.section("info"), std::string(name) + ": info"));
  try {
    std::optional<BaseDistribution> base;
    if (family != 0 || !parameters.empty()) {
      base.emplace(static_cast<uint8_t>(family), std::move(parameters));
    }
    return Model(domain, std::move(base), b, std::move(info));
  } catch (const Error& error) {
    fail(error.kind, "{}: byte {}: {}", name, at, error.what());
  }
}

std::string Model::to_json() const {
  JsonWriter w(2);
  w.begin_object();
  w.key("format").value(kModelFormat);
  w.key("domain").begin_object();
  w.key("kind").value(kKinds[static_cast<size_t>(domain_.kind)].name);
  w.key("origin").value(domain_.origin);
  w.key("length").value(domain_.length);
  w.end_object();
  w.key("base");
  if (base_) {
    w.begin_object();
    w.key("family").value(base_->name());
    w.key("parameters").begin_array();
    for (const double value : base_->parameters()) {
      w.value(value);
    }
    w.end_array().end_object();
  } else {
    w.null();
  }
  w.key("order").value(order());
  w.key("coefficients").begin_array();  // real and imaginary part of b_0, b_1, ...
  for (const Complex& value : b_) {
    w.begin_array().value(value.real()).value(value.imag()).end_array();
  }
  w.end_array();
  w.key("info");
  write_info(w, info_);
  w.end_object();
  return w.str() + "\n";
}

Model Model::from_json(std::string_view text, std::string_view name) {
  const Json json = parse_json(text, name);
  const Json& format = json.at("format");
  require(format.text() == kModelFormat, ErrorKind::bad_data,
          "{}: {} was found, \"{}\" was expected", format.path(), json_escape_lossy(format.text()),
          kModelFormat);
  Domain domain;
  const Json& kind = json.at("domain").at("kind");
  bool known = false;
  for (const NamedKind& row : kKinds) {
    if (row.name == kind.text()) {
      domain.kind = row.kind;
      known = true;
    }
  }
  require(known, ErrorKind::bad_data,
          "{}: {} is unknown; circular, interval, reflected or line was expected", kind.path(),
          json_escape_lossy(kind.text()));
  domain.origin = json.at("domain").at("origin").real();
  domain.length = json.at("domain").at("length").real();
  std::vector<Complex> b;
  for (const Json& pair : json.at("coefficients").array()) {
    require(pair.array().size() == 2, ErrorKind::bad_data,
            "{}: {} numbers were found; the real and the imaginary part were expected", pair.path(),
            pair.array().size());
    b.emplace_back(pair.array()[0].real(), pair.array()[1].real());
  }
  const Json& order = json.at("order");
  require(order.integer() == static_cast<int64_t>(b.size()) - 1, ErrorKind::bad_data,
          "{}: the order is {}, and there are {} coefficients; order + 1 were expected",
          order.path(), order.integer(), b.size());
  try {
    std::optional<BaseDistribution> base;
    if (const Json& object = json.at("base");
        !std::holds_alternative<std::nullptr_t>(object.value())) {
      std::vector<double> parameters;
      for (const Json& value : object.at("parameters").array()) {
        parameters.push_back(value.real());
      }
      base = BaseDistribution::named(object.at("family").text(), std::move(parameters));
    }
    return Model(domain, std::move(base), b, read_info(json.at("info")));
  } catch (const Error& error) {
    const std::string_view message = error.what();
    if (message.starts_with(name)) {
      throw;
    }
    fail(error.kind, "{}: {}", name, message);
  }
}

void Model::save(const std::filesystem::path& path) const { write_file(path, to_bytes()); }

Model Model::load(const std::filesystem::path& path) {
  const std::string content = read_file(path);
  const size_t first = content.find_first_not_of(" \t\r\n");
  return first != std::string::npos && content[first] == '{' ? from_json(content, path.string())
                                                             : from_bytes(content, path.string());
}

}  // namespace yonder::density
