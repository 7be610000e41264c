// SPDX-License-Identifier: Apache-2.0
#include "yonder/tokenizer/rules/metaspace.h"

#include "yonder/base/error.h"
#include "yonder/base/utf8.h"
#include "yonder/tokenizer/rules/json_step.h"

namespace yonder::tokenizer {

namespace {

using Prepend = MetaspaceOptions::Prepend;

Prepend prepend_scheme(const Json& json) {
  const std::string& name = json.text();
  require(name == "always" || name == "first" || name == "never", ErrorKind::bad_data,
          "{}: \"{}\" is not supported here; supported: always, first, never", json.path(), name);
  return name == "always" ? Prepend::always : name == "first" ? Prepend::first : Prepend::never;
}

}  // namespace

MetaspaceOptions metaspace_options(const Json& json) {
  // "str_rep" repeats the replacement; tokenizers ignores it, too.
  check_keys(json, {"replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep"});
  MetaspaceOptions options;
  const Json& replacement = json.at("replacement");
  options.replacement = replacement.text();
  require(!options.replacement.empty() &&
              utf8_at(options.replacement, 0).length == options.replacement.size(),
          ErrorKind::bad_data, "{}: one character was expected, found \"{}\"", replacement.path(),
          options.replacement);
  if (const Json* scheme = json.find("prepend_scheme")) {
    options.prepend = prepend_scheme(*scheme);
  }
  if (!flag_or(json, "add_prefix_space", true)) {
    require(json.find("prepend_scheme") == nullptr || options.prepend == Prepend::never,
            ErrorKind::bad_data, "{}: \"add_prefix_space\" and \"prepend_scheme\" contradict",
            json.path());
    options.prepend = Prepend::never;
  }
  options.split = flag_or(json, "split", true);
  return options;
}

}  // namespace yonder::tokenizer
