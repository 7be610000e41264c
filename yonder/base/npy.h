// SPDX-License-Identifier: Apache-2.0
// NumPy's array files, versions 1 to 3: real and whole numbers of every size and byte order are
// read, little-endian f4 and f8 are written.
//
//   const NpyHeader header = parse_npy_header(bytes, "x.npy");       // {'f', 8, ..., shape {3, 2}}
//   npy_values(header, bytes, first, out);                           // as double, in file order
//   write_npy("y.npy", {3, 2}, values);
//
// Files are checked against their header before anything is read; pickled objects, complex numbers
// and text are refused. Source: numpy.lib.format. Test: npy_test.cpp; any bytes:
// tests/fuzz/fuzz_npy.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder {

struct NpyHeader {
  char kind = 'f';              ///< f real, i whole, u whole without sign
  size_t bytes = 8;             ///< per value: 4 or 8 for f, 1, 2, 4 or 8 for whole numbers
  bool big_endian = false;      ///< most significant byte first
  bool fortran_order = false;   ///< the first index runs fastest
  std::vector<uint64_t> shape;  ///< empty: one value
  size_t data = 0;              ///< offset of the first value
  uint64_t size() const;        ///< values
};

/// True if the bytes begin as an array file does.
bool is_npy(std::string_view bytes);

/// Throws Error(bad_data), with the byte offset where one helps, for anything but a whole file of
/// numbers.
NpyHeader parse_npy_header(std::string_view bytes, std::string_view name);

/// Values first, first + 1, ... of the file, in its own order. Whole numbers beyond 2^53 are
/// rounded. first + out.size() <= header.size().
void npy_values(const NpyHeader& header, std::string_view bytes, uint64_t first,
                std::span<double> out);
double npy_value(const NpyHeader& header, std::string_view bytes, uint64_t index);

/// The header of a little-endian array in C order; bytes_per_value is 4 or 8. A file is this and
/// the values behind it.
std::string npy_header(std::span<const uint64_t> shape, size_t bytes_per_value);
/// Values as such a file holds them; those that a float cannot hold become infinite, as in NumPy.
std::string npy_data(std::span<const double> values, size_t bytes_per_value);

/// Writes a whole array, atomically. The shape's product is values.size().
void write_npy(const std::filesystem::path& path, std::span<const uint64_t> shape,
               std::span<const double> values, size_t bytes_per_value = 8);

}  // namespace yonder
