// SPDX-License-Identifier: Apache-2.0
// The table of position schemes for readers: a page of the reference, and JSON for forms.
// Test: scheme_list_test.cpp.
#pragma once

#include <string>

namespace yonder::lm {

/// Markdown: a table of the terms of each group, and one of every term's arguments.
std::string schemes_to_markdown();

/// {"terms": [{"name", "group", "help", "source", "example", "arguments": [{"name", "kind",
/// "default", "min", "max", "choices", "help"}]}], "layouts": [...]}. "default" is null where the
/// argument must be given, "min" and "max" stand at numbers, "choices" where there are words;
/// "example" is a whole term.
std::string schemes_to_json();

}  // namespace yonder::lm
