// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/formats/protobuf.h"

#include "yonder/base/error.h"

#include <bit>
#include <cstring>

namespace yonder::tokenizer {
namespace {

// Wire types (protobuf.dev, "Message Structure"); 3 and 4, groups, are long deprecated.
enum Wire : uint64_t { wire_varint = 0, wire_fixed64 = 1, wire_bytes = 2, wire_fixed32 = 5 };

const char* kind_name(ProtobufField::Kind kind) {
  switch (kind) {
    case ProtobufField::Kind::varint:
      return "an integer";
    case ProtobufField::Kind::fixed64:
      return "a 64-bit word";
    case ProtobufField::Kind::bytes:
      return "a byte string";
    case ProtobufField::Kind::fixed32:
      return "a 32-bit word";
  }
  return "";
}

void require_kind(const ProtobufField& field, ProtobufField::Kind kind) {
  require(field.kind == kind, ErrorKind::bad_data,
          "byte {} of a message: field {} is {}; {} was expected", field.offset, field.number,
          kind_name(field.kind), kind_name(kind));
}

}  // namespace

int64_t ProtobufField::as_integer() const {
  require_kind(*this, Kind::varint);
  return static_cast<int64_t>(integer);
}

float ProtobufField::as_float() const {
  require_kind(*this, Kind::fixed32);
  return std::bit_cast<float>(static_cast<uint32_t>(integer));
}

std::string_view ProtobufField::as_bytes() const {
  require_kind(*this, Kind::bytes);
  return bytes;
}

std::optional<ProtobufField> ProtobufReader::next() {
  if (at_ == message_.size()) {
    return std::nullopt;
  }
  ProtobufField field;
  field.offset = at_;
  const uint64_t tag = varint("a field's tag");
  require(tag >> 3 > 0 && tag >> 3 < (uint64_t{1} << 29), ErrorKind::bad_data,
          "{}: byte {}: {} is no field number; the file is damaged or no protocol buffer", name_,
          field.offset, tag >> 3);
  field.number = static_cast<uint32_t>(tag >> 3);
  switch (tag & 7) {
    case wire_varint:
      field.integer = varint("an integer");
      break;
    case wire_fixed64:
      field.kind = ProtobufField::Kind::fixed64;
      std::memcpy(&field.integer, take(8, "a 64-bit word").data(), 8);
      break;
    case wire_bytes:
      field.kind = ProtobufField::Kind::bytes;
      field.bytes = take(varint("a length"), "a byte string");
      break;
    case wire_fixed32:
      field.kind = ProtobufField::Kind::fixed32;
      std::memcpy(&field.integer, take(4, "a 32-bit word").data(), 4);
      break;
    default:
      fail(ErrorKind::bad_data, "{}: byte {}: wire type {} is not in use; the file is damaged",
           name_, field.offset, tag & 7);
  }
  return field;
}

uint64_t ProtobufReader::varint(const char* what) {
  const size_t start = at_;
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    require(at_ < message_.size(), ErrorKind::bad_data, "{}: byte {}: {} is cut short", name_,
            start, what);
    const auto byte = static_cast<uint8_t>(message_[at_++]);
    value |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) {
      return value;
    }
  }
  fail(ErrorKind::bad_data, "{}: byte {}: {} has more than ten bytes", name_, start, what);
}

std::string_view ProtobufReader::take(uint64_t size, const char* what) {
  require(size <= message_.size() - at_, ErrorKind::bad_data,
          "{}: byte {}: {} of {} bytes reaches past the end, where {} are left", name_, at_, what,
          size, message_.size() - at_);
  const std::string_view taken = message_.substr(at_, size);
  at_ += size;
  return taken;
}

void ProtobufWriter::varint(uint64_t value) {
  for (; value >= 0x80; value >>= 7) {
    out_ += static_cast<char>(value | 0x80);
  }
  out_ += static_cast<char>(value);
}

void ProtobufWriter::integer(uint32_t number, int64_t value) {
  varint(uint64_t{number} << 3 | wire_varint);
  varint(static_cast<uint64_t>(value));
}

void ProtobufWriter::real(uint32_t number, float value) {
  varint(uint64_t{number} << 3 | wire_fixed32);
  const auto bits = std::bit_cast<uint32_t>(value);
  out_.append(reinterpret_cast<const char*>(&bits), sizeof bits);
}

void ProtobufWriter::bytes(uint32_t number, std::string_view value) {
  varint(uint64_t{number} << 3 | wire_bytes);
  varint(value.size());
  out_ += value;
}

}  // namespace yonder::tokenizer
