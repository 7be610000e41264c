// SPDX-License-Identifier: Apache-2.0
// Keyword arguments as one more reader of the option structs (yonder/base/options.h): names,
// defaults and ranges are those of visit(), with "_" for "-". Nothing is listed twice.
//
//   EncodeOptions options;
//   read_options("encode_batch", kwargs, [&](OptionVisitor& v) { options.visit(v); });
//
// Tests: python/tests/test_options.py.
#pragma once

#include "yonder/base/options.h"

#include <pybind11/pybind11.h>

#include <functional>

namespace yonder::python {

using Visit = std::function<void(OptionVisitor&)>;

/// Fills the fields of a visit from keyword arguments. Throws TypeError for an unknown name, naming
/// the nearest, and for a value of the wrong type; ValueError with the library's own sentence for a
/// value out of its range.
void read_options(const char* function, const pybind11::dict& arguments, const Visit& visit);

/// The options of a visit as a list of (name, Python type, help with range and default): what
/// python/make_options.py writes as types for editors and checkers.
pybind11::list describe_options(const Visit& visit);

/// The defaults of a visit by name, as Python values.
pybind11::dict option_defaults(const Visit& visit);

}  // namespace yonder::python
