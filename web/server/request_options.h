// SPDX-License-Identifier: Apache-2.0
// Option structs in requests and answers: read from a request's "options", shown as a form, written
// as the arguments of the equal command line. Test: web_app_test.cpp.
#pragma once

#include "yonder/base/json.h"
#include "yonder/base/options.h"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yonder::web {

/// An option struct's visit, for the readers of options.
template <typename Options>
std::function<void(OptionVisitor&)> visit_of(Options& options) {
  return [&options](OptionVisitor& v) { options.visit(v); };
}

/// The options of a request, where it has some.
template <typename Options>
void read_options(const Json& request, Options& options,
                  std::span<const std::string_view> leave_out = {}) {
  if (const Json* given = request.find("options")) {
    options_from_json(*given, visit_of(options), leave_out);
  }
}

/// The arguments that set what is not as it is by default.
template <typename Options>
std::vector<std::string> changed_arguments(Options options) {
  Options defaults;
  return options_to_arguments(visit_of(options), visit_of(defaults));
}

/// Reads the members of a request but those named in `besides`; an unknown one is an error.
inline void read_members(const Json& request, std::initializer_list<std::string_view> besides,
                         const std::function<void(OptionVisitor&)>& visit) {
  Json::Object members;
  for (const auto& [key, value] : request.object()) {
    if (std::find(besides.begin(), besides.end(), key) == besides.end()) {
      members.emplace_back(key, value);
    }
  }
  options_from_json(Json(std::move(members), "the request"), visit);
}

}  // namespace yonder::web
