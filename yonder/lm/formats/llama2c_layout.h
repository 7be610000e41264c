// SPDX-License-Identifier: Apache-2.0
// Where the tensors of a llama2.c .bin file lie: header and offsets, no tensors.
//
//   v0 (legacy, what run.c reads)  7 int32: dim, hidden, layers, heads, kv heads, vocab (negative:
//       a classifier of its own), length; then float32 embedding, norms and matrices kind by kind,
//       length * d cosines and sines that are not needed, the classifier
//   v1  magic "ak42", version 1, the 7 numbers, a byte "shared classifier", zeros to 256; float32
//       norms, embedding, matrices, classifier
//   v2  the same with version 2 and an int32 group size after that byte; norms in float32, each
//       matrix as int8 values and then float32 scales, one for each group (Q8_0)
//
// A file is of version 0 when it has no magic; its size must be exactly what the header says.
// Source: llama2.c's export.py and run.c. Format: docs/formats/llama2c.md. Test:
// llama2c_layout_test.cpp; fuzz_llama2c.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::lm {

struct Llama2cTensor {
  std::string name;            ///< that of Hugging Face
  std::vector<int64_t> shape;  ///< rows of q and k lie in pairs (row_order.h)
  uint64_t offset = 0;         ///< of the values, bytes
  uint64_t scales = 0;         ///< v2: offset of the scales of int8 values; 0: float32 values
};

struct Llama2cHeader {
  int64_t version = 0;
  int64_t dim = 0, hidden = 0, layers = 0, heads = 0, kv_heads = 0, vocab = 0, length = 0;
  bool shared_classifier = true;
  int64_t group_size = 0;  ///< v2
};

struct Llama2cLayout {
  Llama2cHeader header;
  std::vector<Llama2cTensor> tensors;  ///< in the order of the file
  uint64_t rope_tables = 0;            ///< v0: offset of the cosines and sines
  uint64_t size = 0;                   ///< of the file
};

/// The first bytes could be those of such a file.
bool looks_like_llama2c(std::string_view bytes);

/// The layout that a header asks for. name: the file, for messages. Throws Error(bad_data) for
/// numbers that no model has.
Llama2cLayout llama2c_layout(const Llama2cHeader& header, const std::string& name);

/// Reads the header and checks the size. Throws Error(bad_data) naming file, field, found,
/// expected.
Llama2cLayout parse_llama2c(std::string_view bytes, const std::string& name);

/// The bytes before the first tensor; version 0 or 1.
std::string llama2c_header_bytes(const Llama2cHeader& header);

}  // namespace yonder::lm
