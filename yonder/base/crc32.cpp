// SPDX-License-Identifier: Apache-2.0
// zlib's CRC-32, which takes the processor's or a table's way as it finds best.
#include "yonder/base/crc32.h"

#include <zlib.h>

namespace yonder {

uint32_t crc32(std::string_view bytes, uint32_t crc) {
  return static_cast<uint32_t>(
      ::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace yonder
