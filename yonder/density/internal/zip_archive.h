// SPDX-License-Identifier: Apache-2.0
// ZIP archives as NumPy writes them (.npz): entries stored or deflated, sizes below 4 GiB. Sizes
// are checked against the archive's before anything is allocated, and every entry against its
// CRC-32. Source: PKWARE, APPNOTE 6.3. Test: zip_archive_test.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::density::internal {

struct ZipEntry {
  std::string name;
  std::string content;
};

/// All entries in the directory's order. `name` stands in messages. Throws Error(bad_data).
std::vector<ZipEntry> read_zip(std::string_view bytes, std::string_view name);
/// An archive of stored entries.
std::string write_zip(std::span<const ZipEntry> entries);

}  // namespace yonder::density::internal
