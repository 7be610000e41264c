// SPDX-License-Identifier: Apache-2.0
// What crosses the border: Python's text, bytes and ids become views, results become numpy arrays
// that own the vector they came from, without a copy.
//
// A view stays good while the object it was made from lives, also without the GIL: str and bytes
// never change, and whatever could change is copied first. Tests: python/tests/test_tokenizer.py.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::python {

namespace py = pybind11;

/// The bytes of a str (its UTF-8), of bytes, or of another object with a buffer (copied).
class Text {
 public:
  /// Throws TypeError for any other object, UnicodeEncodeError for a str with lone surrogates.
  explicit Text(const py::handle& object);
  std::string_view view() const { return view_; }
  /// The str it was made from, null for bytes.
  PyObject* str() const { return is_str_ ? keep_.ptr() : nullptr; }

 private:
  py::object keep_;
  std::string_view view_;
  bool is_str_ = false;
};

/// Many texts at once; they stay alive and unchanged as long as this object.
class Texts {
 public:
  /// Any iterable of what Text takes. Throws TypeError for a single str or bytes, whose items would
  /// be characters or numbers.
  explicit Texts(const py::handle& iterable);
  std::span<const std::string_view> views() const { return views_; }

 private:
  std::vector<Text> texts_;
  std::vector<std::string_view> views_;
};

/// True if a str is in normalization form C because all its characters are of scripts in which NFC
/// changes, moves and joins nothing: most text is, and to see it costs far less than to normalise.
/// False says nothing. Source: UAX #15, NFC_Quick_Check and stability of composition.
bool is_surely_nfc(PyObject* str);

/// Token ids: a numpy array of whole numbers in one dimension, or any iterable of int.
/// Throws DataError naming the position of a number that is no uint32, TypeError for no number.
std::vector<uint32_t> ids_from(const py::handle& ids);

/// A numpy array of the given shape over the elements of `values`, which it owns. Element is the
/// vector's own type or what it consists of.
template <typename Element, typename Stored>
py::array_t<Element> to_array(std::vector<Stored>&& values, std::vector<py::ssize_t> shape) {
  auto owner = std::make_unique<std::vector<Stored>>(std::move(values));
  const auto* data = reinterpret_cast<const Element*>(owner->data());
  py::capsule free(owner.release(), [](void* p) { delete static_cast<std::vector<Stored>*>(p); });
  return py::array_t<Element>(std::move(shape), data, free);
}

/// The same in one dimension.
template <typename Element>
py::array_t<Element> to_array(std::vector<Element>&& values) {
  const auto size = static_cast<py::ssize_t>(values.size());
  return to_array<Element, Element>(std::move(values), {size});
}

}  // namespace yonder::python
