// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/reference_import.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/npy.h"
#include "yonder/density/algebra.h"
#include "yonder/density/internal/zip_archive.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <optional>
#include <string>

namespace yonder::density {
namespace {

using internal::ZipEntry;

constexpr uint8_t kLogistic = 1;
constexpr uint64_t kMostFrequencies = 65537;

struct Array {
  std::vector<uint64_t> shape;
  std::vector<double> values;  // C order
};

class ReferenceArrays {
 public:
  ReferenceArrays(std::string_view bytes, std::string_view name)
      : name_(name), entries_(internal::read_zip(bytes, name)) {}

  const std::string& name() const { return name_; }

  std::optional<Array> find(const std::string& array) const {
    const auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const ZipEntry& each) {
      return each.name == array + ".npy";
    });
    if (entry == entries_.end()) {
      return std::nullopt;
    }
    const std::string place = name_ + ": " + entry->name;
    const NpyHeader header = parse_npy_header(entry->content, place);
    require(!header.fortran_order || header.shape.size() <= 1, ErrorKind::bad_data,
            "{}: the array is in Fortran order; save it with numpy.ascontiguousarray()", place);
    Array result = {header.shape, std::vector<double>(header.size())};
    npy_values(header, entry->content, 0, result.values);
    for (size_t i = 0; i < result.values.size(); ++i) {
      require(std::isfinite(result.values[i]), ErrorKind::bad_data,
              "{}: number {} is {}; finite numbers were expected", place, i, result.values[i]);
    }
    return result;
  }

  Array at(const std::string& array) const {
    std::optional<Array> result = find(array);
    require(result.has_value(), ErrorKind::bad_data,
            "{}: there is no array {}; the arrays of a model are real and imag, and scale and "
            "offset (line) or period (circle)",
            name_, array);
    return *std::move(result);
  }

  /// One number per channel, from an array of as many or of one.
  std::vector<double> per_channel(const std::string& array, uint64_t channels) const {
    Array found = at(array);
    require(found.values.size() == channels || found.values.size() == 1, ErrorKind::bad_data,
            "{}: {}.npy has {} numbers; one, or one for each of {} channels, was expected", name_,
            array, found.values.size(), channels);
    found.values.resize(channels, found.values.front());
    return found.values;
  }

 private:
  std::string name_;
  std::vector<ZipEntry> entries_;
};

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

double inverse_softplus(double y) { return y + std::log(-std::expm1(-y)); }

}  // namespace

std::vector<Model> import_reference(const std::filesystem::path& npz) {
  return import_reference(read_file(npz), npz.string());
}

std::vector<Model> import_reference(std::string_view bytes, std::string_view name) {
  const ReferenceArrays arrays(bytes, name);
  const Array real = arrays.at("real");
  const Array imag = arrays.at("imag");
  require(real.shape == imag.shape && (real.shape.size() == 1 || real.shape.size() == 2) &&
              !real.values.empty(),
          ErrorKind::bad_data,
          "{}: real.npy and imag.npy were expected to have one shape [channels, frequencies]",
          name);
  const uint64_t frequencies = real.shape.back();
  const uint64_t channels = real.values.size() / frequencies;
  require(frequencies <= kMostFrequencies, ErrorKind::bad_data,
          "{}: real.npy has {} frequencies; {} are possible", name, frequencies, kMostFrequencies);
  const bool circle = arrays.find("period").has_value();
  require(circle != arrays.find("scale").has_value(), ErrorKind::bad_data,
          "{}: either period (circle) or scale and offset (line) were expected", name);
  const std::vector<double> lengths = arrays.per_channel(circle ? "period" : "scale", channels);
  const std::vector<double> offsets =
      circle ? std::vector<double>(channels) : arrays.per_channel("offset", channels);
  std::vector<Model> models;
  models.reserve(channels);
  for (uint64_t channel = 0; channel < channels; ++channel) {
    std::vector<std::complex<double>> b(frequencies);  // conj(a), a = real - i imag
    for (uint64_t k = 0; k < frequencies; ++k) {
      b[k] = {real.values[channel * frequencies + k], imag.values[channel * frequencies + k]};
    }
    const double length = circle ? lengths[channel] : softplus(lengths[channel]);
    require(length > 0 && std::any_of(b.begin(), b.end(), [](auto each) { return each != 0.0; }),
            ErrorKind::bad_data,
            "{}: channel {}: a length above 0 and coefficients that are not all 0 were expected",
            name, channel);
    if (circle) {
      models.emplace_back(Domain{DomainKind::circular, -length / 2, length}, std::nullopt, b);
    } else {
      models.emplace_back(Domain{}, BaseDistribution(kLogistic, {offsets[channel], length}), b);
    }
  }
  return models;
}

void export_reference(const std::vector<Model>& models, const std::filesystem::path& npz) {
  require(!models.empty(), ErrorKind::bad_option, "there is no model to export");
  const DomainKind kind = models.front().domain().kind;
  const bool circle = kind == DomainKind::circular;
  require(circle || kind == DomainKind::line, ErrorKind::bad_option,
          "the reference code knows circles and the line; the domain is {}",
          models.front().domain().text());
  std::vector<double> real;
  std::vector<double> imag;
  std::vector<double> lengths;
  std::vector<double> offsets;
  for (const Model& model : models) {
    require(model.domain().kind == kind && model.order() == models.front().order(),
            ErrorKind::bad_option,
            "models of one order on circles or on the line go into one file; found order {} on {} "
            "and order {} on {}",
            models.front().order(), models.front().domain().text(), model.order(),
            model.domain().text());
    require(circle || model.base()->family() == kLogistic, ErrorKind::bad_option,
            "the reference code knows the logistic base only; the base is {}",
            circle ? "" : model.base()->text());
    const double length = circle ? model.domain().length : model.base()->scale();
    // Its circle is centred on 0.
    const Model centred = circle && model.domain().origin != -length / 2
                              ? rotate(model, length / 2 + model.domain().origin)
                              : model;
    for (const std::complex<double>& b : centred.coefficients()) {
      real.push_back(b.real());
      imag.push_back(b.imag());
    }
    lengths.push_back(circle ? length : inverse_softplus(length));
    offsets.push_back(circle ? 0 : model.base()->location());
  }
  const uint64_t channels = models.size();
  const uint64_t frequencies = real.size() / channels;
  const auto entry = [](const char* name, std::vector<uint64_t> shape,
                        const std::vector<double>& values) {
    return ZipEntry{std::string(name) + ".npy", npy_header(shape, 8) + npy_data(values, 8)};
  };
  std::vector<ZipEntry> entries = {entry("real", {channels, frequencies}, real),
                                   entry("imag", {channels, frequencies}, imag),
                                   entry(circle ? "period" : "scale", {channels}, lengths)};
  if (!circle) {
    entries.push_back(entry("offset", {channels}, offsets));
  }
  write_file(npz, internal::write_zip(entries));
}

}  // namespace yonder::density
