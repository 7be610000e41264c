// SPDX-License-Identifier: Apache-2.0
// One function per component; each lies in bind_<component>.cpp and is called by module.cpp.
#pragma once

#include <pybind11/pybind11.h>

namespace yonder::python {

void bind_tokenizer(pybind11::module_& m);

}  // namespace yonder::python
