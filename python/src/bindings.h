// SPDX-License-Identifier: Apache-2.0
// Two functions per component; they lie in bind_<component>.cpp and are called by module.cpp. The
// second gives the component's option structs by the names of the types that
// python/make_options.py writes.
//
// lm is a module of its own, yonder._lm (bind_lm.cpp); its schemes are bound in bind_schemes.cpp.
#pragma once

#include <pybind11/pybind11.h>

namespace yonder::python {

void bind_tokenizer(pybind11::module_& m);
pybind11::dict tokenizer_option_tables();

void bind_density(pybind11::module_& m);
pybind11::dict density_option_tables();

void bind_memory(pybind11::module_& m);
pybind11::dict memory_option_tables();

void bind_schemes(pybind11::module_& m);

}  // namespace yonder::python
