// SPDX-License-Identifier: Apache-2.0
#include "yonder/base/safetensors.h"

#include "yonder/base/error.h"
#include "yonder/base/file.h"
#include "yonder/base/json.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace yonder {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors data are little-endian");

constexpr uint64_t kMostHeaderBytes = 100'000'000;  // as in the reference implementation
constexpr std::array<std::pair<std::string_view, uint64_t>, 15> kItemSizes = {{
    {"BOOL", 1},
    {"U8", 1},
    {"I8", 1},
    {"F8_E4M3", 1},
    {"F8_E5M2", 1},
    {"U16", 2},
    {"I16", 2},
    {"F16", 2},
    {"BF16", 2},
    {"U32", 4},
    {"I32", 4},
    {"F32", 4},
    {"U64", 8},
    {"I64", 8},
    {"F64", 8},
}};

/// Elements of a shape; throws where the product leaves what a file can hold.
uint64_t count_elements(const std::string& place, const std::vector<int64_t>& shape) {
  uint64_t count = 1;
  for (const int64_t size : shape) {
    require(size >= 0, ErrorKind::bad_data, "{}: a dimension is {}; it must not be negative", place,
            size);
    require(!__builtin_mul_overflow(count, static_cast<uint64_t>(size), &count) &&
                count <= (uint64_t{1} << 60),
            ErrorKind::bad_data, "{}: the shape has more elements than a file can hold", place);
  }
  return count;
}

TensorEntry read_entry(const std::string& name, const Json& json, uint64_t data_bytes) {
  TensorEntry entry;
  entry.name = name;
  entry.dtype = json.at("dtype").text();
  for (const Json& size : json.at("shape").array()) {
    entry.shape.push_back(size.integer());
  }
  const Json::Array& offsets = json.at("data_offsets").array();
  require(offsets.size() == 2, ErrorKind::bad_data, "{}: data_offsets has {} numbers; it has two",
          json.path(), offsets.size());
  entry.begin = offsets[0].unsigned_integer();
  entry.end = offsets[1].unsigned_integer();
  require(entry.begin <= entry.end && entry.end <= data_bytes, ErrorKind::bad_data,
          "{}: data_offsets are {} and {}, but the file holds {} bytes of data", json.path(),
          entry.begin, entry.end, data_bytes);
  const uint64_t item = safetensors_item_size(entry.dtype);
  require(item != 0, ErrorKind::bad_data, "{}: dtype is \"{}\", which is not known", json.path(),
          entry.dtype);
  const uint64_t elements = count_elements(json.path(), entry.shape);
  require(entry.end - entry.begin == elements * item, ErrorKind::bad_data,
          "{}: {} bytes of data for {} elements of {}, which take {}", json.path(),
          entry.end - entry.begin, elements, entry.dtype, elements * item);
  return entry;
}

/// The data part is covered exactly once.
void check_cover(const std::string& place, std::vector<TensorEntry> entries, uint64_t data_bytes) {
  std::sort(entries.begin(), entries.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t at = 0;
  for (const TensorEntry& entry : entries) {
    require(entry.begin == at, ErrorKind::bad_data,
            "{}: tensor {} begins at byte {} of the data, {} was expected: {}", place, entry.name,
            entry.begin, at,
            entry.begin < at ? "it overlaps another" : "there is a hole before it");
    at = entry.end;
  }
  require(at == data_bytes, ErrorKind::bad_data,
          "{}: the tensors end at byte {} of the data, the file at {}", place, at, data_bytes);
}

}  // namespace

int64_t TensorEntry::elements() const {
  int64_t count = 1;
  for (const int64_t size : shape) {
    count *= size;
  }
  return count;
}

uint64_t safetensors_item_size(std::string_view dtype) {
  const auto row = std::find_if(kItemSizes.begin(), kItemSizes.end(),
                                [&](const auto& r) { return r.first == dtype; });
  return row == kItemSizes.end() ? 0 : row->second;
}

SafetensorsHeader parse_safetensors_header(std::string_view file, const std::string& name) {
  require(file.size() >= 8, ErrorKind::bad_data,
          "{}: {} bytes; a safetensors file begins with 8 bytes of header length", name,
          file.size());
  uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, file.data(), 8);
  require(
      header_bytes > 0 && header_bytes <= kMostHeaderBytes && header_bytes <= file.size() - 8,
      ErrorKind::bad_data,
      "{}: a header of {} bytes in a file of {}; this is no safetensors file, or it was cut off",
      name, header_bytes, file.size());
  const std::string_view text = file.substr(8, header_bytes);
  require(text.front() == '{', ErrorKind::bad_data,
          "{}: the header does not begin with '{{'; this is no safetensors file", name);
  SafetensorsHeader header;
  header.data_begin = 8 + header_bytes;
  const uint64_t data_bytes = file.size() - header.data_begin;
  const Json json = parse_json(text, name);
  for (const auto& [key, value] : json.object()) {
    if (key == "__metadata__") {
      for (const auto& [field, note] : value.object()) {
        header.metadata[field] = note.text();
      }
      continue;
    }
    header.entries.push_back(read_entry(key, value, data_bytes));
  }
  check_cover(name, header.entries, data_bytes);
  std::sort(header.entries.begin(), header.entries.end(),
            [](const TensorEntry& a, const TensorEntry& b) { return a.name < b.name; });
  return header;
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : path_(path), file_(path), header_(parse_safetensors_header(file_.view(), path.string())) {}

const TensorEntry* SafetensorsFile::find(std::string_view name) const {
  const auto entry =
      std::lower_bound(entries().begin(), entries().end(), name,
                       [](const TensorEntry& e, std::string_view n) { return e.name < n; });
  return entry == entries().end() || entry->name != name ? nullptr : &*entry;
}

const TensorEntry& SafetensorsFile::at(std::string_view name) const {
  const TensorEntry* entry = find(name);
  require(entry != nullptr, ErrorKind::bad_data, "{}: there is no tensor {}", path_.string(), name);
  return *entry;
}

std::string_view SafetensorsFile::bytes(const TensorEntry& entry) const {
  return file_.view().substr(header_.data_begin + entry.begin, entry.end - entry.begin);
}

void write_safetensors(const std::filesystem::path& path, std::vector<TensorBytes> tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::sort(tensors.begin(), tensors.end(),
            [](const TensorBytes& a, const TensorBytes& b) { return a.name < b.name; });
  JsonWriter w;
  w.begin_object().key("__metadata__").begin_object().key("format").value("pt");
  YONDER_CHECK(metadata.count("format") == 0);
  for (const auto& [key, text] : metadata) {
    w.key(key).value(text);
  }
  w.end_object();
  uint64_t at = 0;
  for (const TensorBytes& tensor : tensors) {
    YONDER_CHECK(&tensor == tensors.data() || (&tensor - 1)->name != tensor.name);
    w.key(tensor.name).begin_object().key("dtype").value(tensor.dtype).key("shape").begin_array();
    uint64_t elements = 1;
    for (const int64_t size : tensor.shape) {
      w.value(size);
      elements *= static_cast<uint64_t>(size);
    }
    YONDER_CHECK(elements * safetensors_item_size(tensor.dtype) == tensor.bytes.size());
    w.end_array().key("data_offsets").begin_array();
    w.value(at).value(at + tensor.bytes.size()).end_array().end_object();
    at += tensor.bytes.size();
  }
  w.end_object();
  std::string header = w.str();
  header.append((8 - header.size() % 8) % 8, ' ');
  const uint64_t header_bytes = header.size();
  AtomicFile file(path);
  file.write({reinterpret_cast<const char*>(&header_bytes), 8});
  file.write(header);
  for (const TensorBytes& tensor : tensors) {
    file.write(tensor.bytes);
  }
  file.commit();
}

}  // namespace yonder
