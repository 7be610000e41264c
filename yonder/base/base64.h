// SPDX-License-Identifier: Apache-2.0
// Standard base64 with padding (RFC 4648 section 4). Test: base64_test.cpp (vectors of section 10).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace yonder {

/// `bytes` as text, 4 letters for every 3 bytes begun.
std::string base64_encode(std::string_view bytes);
/// Empty when `text` is not canonical base64 (wrong length, alphabet, padding or spare bits set).
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace yonder
