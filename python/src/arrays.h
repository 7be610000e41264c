// SPDX-License-Identifier: Apache-2.0
// Numbers in numpy arrays: read where they lie, results in arrays of the shape of what they are
// computed from. The package hands over C-contiguous arrays (python/yonder/arrays.py), so nothing
// is copied here. Tests: python/tests/test_density.py, python/tests/test_memory.py.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace yonder::python {

namespace py = pybind11;

template <typename Scalar>
using Numbers = py::array_t<Scalar, py::array::c_style>;

/// Good as long as the array lives.
template <typename Scalar>
std::span<const Scalar> view(const Numbers<Scalar>& array) {
  return {array.data(), static_cast<size_t>(array.size())};
}

/// Empty for None.
inline std::span<const double> view(const std::optional<Numbers<double>>& array) {
  return array ? view(*array) : std::span<const double>();
}

/// work(in, out) for an output of the same shape, without the GIL.
template <typename Work>
Numbers<double> mapped(const Numbers<double>& in, const Work& work) {
  Numbers<double> out(std::vector<py::ssize_t>(in.shape(), in.shape() + in.ndim()));
  const std::span<const double> from = view(in);
  const std::span<double> to(out.mutable_data(), static_cast<size_t>(out.size()));
  const py::gil_scoped_release release;
  work(from, to);
  return out;
}

/// The result of work(), done without the GIL.
template <typename Work>
auto released(const Work& work) {
  const py::gil_scoped_release release;
  return work();
}

}  // namespace yonder::python
