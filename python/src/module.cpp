// SPDX-License-Identifier: Apache-2.0
// The extension module yonder._core: what the Python package in python/yonder is written over.
// Private; its types are in python/yonder/_core.pyi. Tests: python/tests/test_errors.py.
#include "yonder/base/error.h"

#include <pybind11/pybind11.h>

#include <exception>
#include <string>
#include <string_view>

#include "python/src/bindings.h"

namespace yonder::python {
namespace {

namespace py = pybind11;

PyObject* data_error = nullptr;

struct ErrorRow {
  ErrorKind kind;
  PyObject** type;
};

// How an error reaches Python; the sentence stays as it is.
const ErrorRow kErrorTypes[] = {
    {ErrorKind::bad_option, &PyExc_ValueError}, {ErrorKind::bad_data, &data_error},
    {ErrorKind::file, &PyExc_OSError},          {ErrorKind::numerical, &PyExc_ArithmeticError},
    {ErrorKind::memory, &PyExc_MemoryError},    {ErrorKind::cancelled, &PyExc_KeyboardInterrupt},
    {ErrorKind::internal, &PyExc_RuntimeError},
};

void translate(std::exception_ptr thrown) {  // NOLINT(performance-unnecessary-value-param)
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    // A sentence may quote a file's name, which may be any bytes.
    const std::string_view sentence = error.what();
    const auto text = py::reinterpret_steal<py::object>(PyUnicode_DecodeUTF8(
        sentence.data(), static_cast<Py_ssize_t>(sentence.size()), "backslashreplace"));
    for (const ErrorRow& row : kErrorTypes) {
      if (row.kind == error.kind && text) {
        PyErr_SetObject(*row.type, text.ptr());
      }
    }
  }
}

// A library error of the kind named, for the tests of the table above.
void raise_error(const std::string& kind, const std::string& sentence) {
  for (const ErrorRow& row : kErrorTypes) {
    if (to_string(row.kind) == kind) {
      throw Error(row.kind, sentence);
    }
  }
  fail(ErrorKind::bad_option, "there is no kind of error \"{}\"", kind);
}

}  // namespace

PYBIND11_MODULE(_core, m) {
  m.doc() = "The native part of Yonder; use the modules of the package instead.";
  m.attr("__version__") = YONDER_VERSION;
  data_error = PyErr_NewExceptionWithDoc(
      "yonder.DataError", "The content of a file or an argument is not what it must be.",
      PyExc_ValueError, nullptr);
  m.attr("DataError") = py::reinterpret_borrow<py::object>(data_error);
  py::register_exception_translator(translate);
  m.def("raise_error", raise_error, py::arg("kind"), py::arg("sentence"));
  bind_tokenizer(m);
  bind_density(m);
  bind_memory(m);
  m.def("option_tables", [] {
    py::dict tables;
    tables["tokenizer"] = tokenizer_option_tables();
    tables["density"] = density_option_tables();
    tables["memory"] = memory_option_tables();
    return tables;
  });
}

}  // namespace yonder::python
