// SPDX-License-Identifier: Apache-2.0
// Any text inside of HTML or SVG.
#pragma once

#include <string>
#include <string_view>

namespace yonder::cli {

/// `text` for element content and quoted attributes; bytes that are not UTF-8 become U+FFFD.
std::string html_escape(std::string_view text);

}  // namespace yonder::cli
