// SPDX-License-Identifier: Apache-2.0
// CRC-32 (IEEE 802.3, as in zlib), for detecting damage in files; no protection against intent.
// Test: crc32_test.cpp ("123456789" -> 0xCBF43926).
#pragma once

#include <cstdint>
#include <string_view>

namespace yonder {

/// Continues `crc` (0 at the start) over `bytes`.
uint32_t crc32(std::string_view bytes, uint32_t crc = 0);

}  // namespace yonder
