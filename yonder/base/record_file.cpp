// SPDX-License-Identifier: Apache-2.0
// Writer and reader of the container; the byte table is docs/formats/record_file.md. Numbers are
// put together byte by byte, so the same code is right on any byte order and any alignment.
#include "yonder/base/record_file.h"

#include "yonder/base/crc32.h"
#include "yonder/base/error.h"
#include "yonder/base/json.h"

#include <algorithm>
#include <set>
#include <utility>

namespace yonder {

namespace {

constexpr std::string_view kMagic = "YNDR";
constexpr size_t kHeaderSize = 64;
constexpr size_t kHeaderCrcAt = 60;
constexpr size_t kEntrySize = 40;
constexpr size_t kNameSize = 16;
constexpr uint64_t kAlignment = 64;

template <typename Integer>
void put(std::string& out, Integer value) {
  for (size_t k = 0; k < sizeof(value); ++k) {
    out += static_cast<char>(value >> (8 * k) & 0xFF);
  }
}

template <typename Integer>
Integer get(std::string_view bytes, size_t at) {
  Integer value = 0;
  for (size_t k = 0; k < sizeof(value); ++k) {
    value |= static_cast<Integer>(static_cast<unsigned char>(bytes[at + k])) << (8 * k);
  }
  return value;
}

void put_row(std::string& table, std::string_view name, uint64_t offset, uint64_t size,
             uint32_t crc) {
  table += name;
  table.append(kNameSize - name.size(), '\0');
  put(table, offset);
  put(table, size);
  put(table, crc);
  put(table, uint32_t{0});
}

// Of a file that ends with `table`, which begins at `table_offset`.
std::string header_bytes(std::string_view kind, uint32_t version, std::string_view table,
                         uint64_t table_offset) {
  std::string header(kMagic);
  header += kind;
  put(header, version);
  put(header, static_cast<uint32_t>(table.size() / kEntrySize));
  put(header, table_offset);
  put(header, table_offset + table.size());
  put(header, crc32(table));
  header.append(kHeaderCrcAt - header.size(), '\0');
  put(header, crc32(header));
  return header;
}

}  // namespace

RecordWriter::RecordWriter(const std::filesystem::path& path, std::string_view kind,
                           uint32_t version)
    : file_(path), kind_(kind), version_(version) {
  YONDER_CHECK(kind.size() == 4 && version >= 1);
  file_.write(std::string(kHeaderSize, '\0'));
}

void RecordWriter::add(std::string_view name, std::string_view bytes) {
  begin(name);
  append(bytes);
  end();
}

void RecordWriter::begin(std::string_view name) {
  YONDER_CHECK(!open_ && !name.empty() && name.size() <= kNameSize &&
               name.find('\0') == std::string_view::npos);
  for (const Section& section : sections_) {
    YONDER_CHECK(section.name != name);
  }
  pad_to_alignment();
  Section section;
  section.name = name;
  section.offset = file_.size();
  sections_.push_back(std::move(section));
  open_ = true;
}

void RecordWriter::append(std::string_view bytes) {
  YONDER_CHECK(open_);
  file_.write(bytes);
  sections_.back().crc = crc32(bytes, sections_.back().crc);
}

void RecordWriter::end() {
  YONDER_CHECK(open_);
  sections_.back().size = file_.size() - sections_.back().offset;
  open_ = false;
}

void RecordWriter::commit() {
  YONDER_CHECK(!open_);
  pad_to_alignment();
  const uint64_t table_offset = file_.size();
  std::string table;
  for (const Section& section : sections_) {
    put_row(table, section.name, section.offset, section.size, section.crc);
  }
  file_.write(table);
  file_.write_at(0, header_bytes(kind_, version_, table, table_offset));
  file_.commit();
}

void RecordWriter::pad_to_alignment() {
  const uint64_t beyond = file_.size() % kAlignment;
  if (beyond != 0) {
    file_.write(std::string(kAlignment - beyond, '\0'));
  }
}

RecordFile::RecordFile(const std::filesystem::path& path, std::string_view kind,
                       uint32_t newest_version)
    : mapped_(path), bytes_(mapped_.view()), name_(path.string()) {
  parse(kind, newest_version);
}

RecordFile::RecordFile(std::string_view bytes, std::string name, std::string_view kind,
                       uint32_t newest_version)
    : bytes_(bytes), name_(std::move(name)) {
  parse(kind, newest_version);
}

void RecordFile::parse(std::string_view kind, uint32_t newest_version) {
  YONDER_CHECK(kind.size() == 4);
  const size_t compared = std::min(bytes_.size(), kMagic.size());
  require(bytes_.substr(0, compared) == kMagic.substr(0, compared), ErrorKind::bad_data,
          "{}: byte 0: {} was found, \"YNDR\" was expected; this is no file of yonder's own format",
          name_, json_escape_lossy(bytes_.substr(0, compared)));
  require(bytes_.size() >= kHeaderSize, ErrorKind::bad_data,
          "{}: the file is truncated: it has {} bytes and its header alone has {}; get or make it "
          "again",
          name_, bytes_.size(), kHeaderSize);
  const std::string_view header = bytes_.substr(0, kHeaderSize);
  require(get<uint32_t>(header, kHeaderCrcAt) == crc32(header.substr(0, kHeaderCrcAt)),
          ErrorKind::bad_data,
          "{}: the file is damaged: the header, bytes 0 to {}, does not match its checksum; get or "
          "make it again",
          name_, kHeaderSize - 1);
  require(header.substr(4, 4) == kind, ErrorKind::bad_data,
          "{}: byte 4: the file is of the kind {}, {} was expected; pass a file of that kind",
          name_, json_escape_lossy(header.substr(4, 4)), json_escape_lossy(kind));
  version_ = get<uint32_t>(header, 8);
  require(version_ <= newest_version, ErrorKind::bad_data,
          "{}: byte 8: the file has version {}, this program reads up to {}; use a newer yonder",
          name_, version_, newest_version);
  const uint32_t count = get<uint32_t>(header, 12);
  const uint64_t table_offset = get<uint64_t>(header, 16);
  const uint64_t file_size = get<uint64_t>(header, 24);
  require(bytes_.size() >= file_size, ErrorKind::bad_data,
          "{}: the file is truncated: it has {} bytes and should have {}; get or make it again",
          name_, bytes_.size(), file_size);
  require(bytes_.size() <= file_size, ErrorKind::bad_data,
          "{}: byte {}: {} bytes follow the end of the file; get or make it again", name_,
          file_size, bytes_.size() - file_size);
  require(version_ >= 1 && table_offset >= kHeaderSize && table_offset <= file_size &&
              (file_size - table_offset) % kEntrySize == 0 &&
              (file_size - table_offset) / kEntrySize == count,
          ErrorKind::bad_data,
          "{}: byte 12: the header places {} sections' table at byte {} of {}, which cannot be; "
          "get or make the file again",
          name_, count, table_offset, file_size);
  const std::string_view table = bytes_.substr(table_offset);
  require(get<uint32_t>(header, 32) == crc32(table), ErrorKind::bad_data,
          "{}: the file is damaged: the section table from byte {} on does not match its checksum; "
          "get or make it again",
          name_, table_offset);
  uint64_t data_end = kHeaderSize;
  std::set<std::string_view> names;
  for (size_t at = 0; at < table.size(); at += kEntrySize) {
    const std::string_view padded = table.substr(at, kNameSize);
    Section section;
    section.name = padded.substr(0, padded.find('\0'));
    section.offset = get<uint64_t>(table, at + 16);
    section.size = get<uint64_t>(table, at + 24);
    section.crc = get<uint32_t>(table, at + 32);
    const bool name_ok =
        !section.name.empty() &&
        padded.find_first_not_of('\0', section.name.size()) == std::string_view::npos &&
        names.insert(padded).second;
    require(name_ok && section.offset % kAlignment == 0 && section.offset >= data_end &&
                section.offset <= table_offset && section.size <= table_offset - section.offset,
            ErrorKind::bad_data,
            "{}: byte {}: the section {} of {} bytes at byte {} has no place in the file; get or "
            "make it again",
            name_, table_offset + at, json_escape_lossy(section.name), section.size,
            section.offset);
    data_end = section.offset + section.size;
    sections_.push_back(std::move(section));
  }
  checked_ = std::make_unique<std::atomic<bool>[]>(sections_.size());
}

const RecordFile::Section* RecordFile::find(std::string_view name) const {
  for (const Section& section : sections_) {
    if (section.name == name) {
      return &section;
    }
  }
  return nullptr;
}

std::string_view RecordFile::section(std::string_view name) const {
  const std::string_view bytes = section_unchecked(name);
  check(*find(name));
  return bytes;
}

std::string_view RecordFile::section_unchecked(std::string_view name) const {
  const uint64_t offset = section_offset(name);
  return bytes_.substr(offset, find(name)->size);
}

uint64_t RecordFile::section_offset(std::string_view name) const {
  const Section* section = find(name);
  require(section != nullptr, ErrorKind::bad_data,
          "{}: the section \"{}\" is missing; get or make the file again", name_, name);
  return section->offset;
}

void RecordFile::check(const Section& section) const {
  std::atomic<bool>& checked = checked_[static_cast<size_t>(&section - sections_.data())];
  if (checked.load()) {
    return;
  }
  require(crc32(bytes_.substr(section.offset, section.size)) == section.crc, ErrorKind::bad_data,
          "{}: the file is damaged: the section \"{}\", {} bytes from byte {} on, does not match "
          "its checksum; get or make it again",
          name_, section.name, section.size, section.offset);
  checked.store(true);
}

bool RecordFile::has(std::string_view name) const { return find(name) != nullptr; }

void RecordFile::verify() const {
  for (const Section& section : sections_) {
    check(section);
  }
}

std::string record_bytes(std::string_view kind, uint32_t version,
                         std::span<const std::pair<std::string_view, std::string_view>> sections) {
  YONDER_CHECK(kind.size() == 4 && version >= 1);
  const auto align = [](std::string& bytes) {
    bytes.append((kAlignment - bytes.size() % kAlignment) % kAlignment, '\0');
  };
  std::string bytes(kHeaderSize, '\0');
  std::string table;
  for (const auto& [name, content] : sections) {
    YONDER_CHECK(!name.empty() && name.size() <= kNameSize &&
                 name.find('\0') == std::string_view::npos);
    align(bytes);
    put_row(table, name, bytes.size(), content.size(), crc32(content));
    bytes += content;
  }
  align(bytes);
  bytes.replace(0, kHeaderSize, header_bytes(kind, version, table, bytes.size()));
  return bytes + table;
}

bool is_record_file(std::string_view bytes, std::string_view kind) {
  return bytes.substr(0, kMagic.size()) == kMagic && bytes.size() >= 8 &&
         bytes.substr(4, 4) == kind;
}

}  // namespace yonder
