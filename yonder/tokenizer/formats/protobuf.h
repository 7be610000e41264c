// SPDX-License-Identifier: Apache-2.0
// The wire format of Protocol Buffers, as far as a SentencePiece model uses it: fields of varints,
// 32-bit words and byte strings, walked in order. No schema, no generated code: the file has three
// small messages (formats/sentencepiece.h).
//
//   for (ProtobufReader fields(bytes, "m.model"); const auto field = fields.next();) { ... }
//
// Source: "Encoding", protobuf.dev. Test: protobuf_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yonder::tokenizer {

/// One field of a message; its kind says which value is there.
struct ProtobufField {
  enum class Kind : uint8_t { varint, fixed64, bytes, fixed32 };
  uint32_t number = 0;
  Kind kind = Kind::varint;
  uint64_t integer = 0;    // varint, fixed64, fixed32
  std::string_view bytes;  // bytes: a string or a message inside
  size_t offset = 0;       // of the field, in the message

  /// The value as its schema type. Throws Error(bad_data) where the kind is another.
  int64_t as_integer() const;
  bool as_flag() const { return as_integer() != 0; }
  float as_float() const;
  std::string_view as_bytes() const;
};

class ProtobufReader {
 public:
  /// `name` stands in messages and must outlive the reader, as must `message`.
  ProtobufReader(std::string_view message, std::string_view name)
      : message_(message), name_(name) {}

  /// The next field; empty at the end. Throws Error(bad_data) with the byte offset of what is cut
  /// short or malformed.
  std::optional<ProtobufField> next();

 private:
  uint64_t varint(const char* what);
  std::string_view take(uint64_t size, const char* what);

  std::string_view message_;
  std::string_view name_;
  size_t at_ = 0;
};

class ProtobufWriter {
 public:
  void integer(uint32_t number, int64_t value);
  void flag(uint32_t number, bool value) { integer(number, value ? 1 : 0); }
  void real(uint32_t number, float value);
  void bytes(uint32_t number, std::string_view value);
  const std::string& str() const { return out_; }

 private:
  void varint(uint64_t value);
  std::string out_;
};

}  // namespace yonder::tokenizer
