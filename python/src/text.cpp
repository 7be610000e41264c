// SPDX-License-Identifier: Apache-2.0
#include "python/src/text.h"

#include "yonder/base/error.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace yonder::python {
namespace {

constexpr uint32_t kLargestId = std::numeric_limits<uint32_t>::max();
constexpr const char kIdOutOfRange[] = "id {} at position {} is out of range; ids are 0 to {}";
constexpr const char* kTypeOfText = "text must be str or a bytes-like object, not ";

std::string type_name(const py::handle& object) { return Py_TYPE(object.ptr())->tp_name; }

struct CharacterRange {
  Py_UCS4 first;
  Py_UCS4 last;
};

// Only characters with NFC_Quick_Check=Yes and combining class 0, assigned since long ago, so that
// no version of Unicode sees them otherwise; test_compatible.py goes through all of them.
constexpr CharacterRange kUnchangedByNfc[] = {
    {0x0000, 0x02FF},    // Latin
    {0x4E00, 0x9FA5},    // CJK ideographs
    {0xFF01, 0xFF5E},    // fullwidth forms
    {0x3003, 0x3020},    // CJK punctuation
    {0x3001, 0x3002},    //
    {0x2010, 0x2027},    // general punctuation
    {0x3041, 0x3094},    // kana
    {0x30A1, 0x30FA},    //
    {0x0400, 0x0482},    // Cyrillic
    {0xAC00, 0xD7A3},    // Hangul syllables
    {0x2200, 0x22F1},    // mathematical operators
    {0x1F300, 0x1F5FF},  // pictographs
};

bool is_unchanged_by_nfc(Py_UCS4 character) {
  return std::any_of(
      std::begin(kUnchangedByNfc), std::end(kUnchangedByNfc),
      [&](CharacterRange range) { return range.first <= character && character <= range.last; });
}

template <typename Unit>
bool all_unchanged_by_nfc(const void* data, Py_ssize_t length) {
  const auto* units = static_cast<const Unit*>(data);
  return std::all_of(units, units + length, is_unchanged_by_nfc);
}

// One id; `position` stands in messages.
uint32_t id_from(PyObject* number, size_t position) {
  const auto index = py::reinterpret_steal<py::object>(PyNumber_Index(number));
  if (!index) {
    PyErr_Clear();
    throw py::type_error(fmt::format("the id at position {} must be a whole number, not {}",
                                     position, type_name(number)));
  }
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
  require(overflow == 0 && std::in_range<uint32_t>(value), ErrorKind::bad_data, kIdOutOfRange,
          std::string(py::str(index)), position, kLargestId);
  return static_cast<uint32_t>(value);
}

// The ids of a numpy array of T's; false if it is another array or none.
template <typename T>
bool copy_array(const py::handle& ids, std::vector<uint32_t>& out) {
  using Array = py::array_t<T, py::array::c_style>;
  if (!py::isinstance<py::array_t<T>>(ids)) {
    return false;
  }
  const Array array = Array::ensure(ids);
  if (array.ndim() != 1) {
    throw py::type_error(fmt::format("ids must have one dimension, not {}", array.ndim()));
  }
  const std::span<const T> numbers(array.data(), static_cast<size_t>(array.size()));
  out.reserve(numbers.size());
  for (const T number : numbers) {
    require(std::in_range<uint32_t>(number), ErrorKind::bad_data, kIdOutOfRange, number, out.size(),
            kLargestId);
    out.push_back(static_cast<uint32_t>(number));
  }
  return true;
}

}  // namespace

Text::Text(const py::handle& object) : keep_(py::reinterpret_borrow<py::object>(object)) {
  PyObject* const o = object.ptr();
  if (PyUnicode_Check(o)) {
    Py_ssize_t size = 0;
    // Kept inside the str, so that the next call has it for nothing.
    const char* utf8 = PyUnicode_AsUTF8AndSize(o, &size);
    if (utf8 == nullptr) {
      throw py::error_already_set();
    }
    view_ = {utf8, static_cast<size_t>(size)};
    is_str_ = true;
  } else if (PyBytes_Check(o)) {
    view_ = {PyBytes_AS_STRING(o), static_cast<size_t>(PyBytes_GET_SIZE(o))};
  } else if (PyObject_CheckBuffer(o)) {
    if (py::reinterpret_borrow<py::buffer>(object).request().itemsize != 1) {
      throw py::type_error(kTypeOfText + type_name(object) + " of items of several bytes");
    }
    // Its owner may write to it while we read without the GIL.
    const auto bytes = py::reinterpret_steal<py::bytes>(PyBytes_FromObject(o));
    if (!bytes) {
      throw py::error_already_set();
    }
    keep_ = bytes;
    view_ = {PyBytes_AS_STRING(bytes.ptr()), static_cast<size_t>(PyBytes_GET_SIZE(bytes.ptr()))};
  } else {
    throw py::type_error(kTypeOfText + type_name(object));
  }
}

bool is_surely_nfc(PyObject* str) {
  const void* data = PyUnicode_DATA(str);
  const Py_ssize_t length = PyUnicode_GET_LENGTH(str);
  switch (PyUnicode_KIND(str)) {
    case PyUnicode_1BYTE_KIND:
      return true;  // U+0000 to U+00FF
    case PyUnicode_2BYTE_KIND:
      return all_unchanged_by_nfc<Py_UCS2>(data, length);
    default:
      return all_unchanged_by_nfc<Py_UCS4>(data, length);
  }
}

Texts::Texts(const py::handle& iterable) {
  if (PyUnicode_Check(iterable.ptr()) || PyObject_CheckBuffer(iterable.ptr())) {
    throw py::type_error("documents must be a list of texts, not a single " + type_name(iterable));
  }
  for (const py::handle item : py::iter(iterable)) {
    texts_.emplace_back(item);
    views_.push_back(texts_.back().view());
  }
}

std::vector<uint32_t> ids_from(const py::handle& ids) {
  std::vector<uint32_t> out;
  if (copy_array<uint32_t>(ids, out) || copy_array<int64_t>(ids, out) ||
      copy_array<int32_t>(ids, out) || copy_array<uint64_t>(ids, out) ||
      copy_array<uint16_t>(ids, out)) {
    return out;
  }
  const auto sequence = py::reinterpret_steal<py::object>(
      PySequence_Fast(ids.ptr(), "ids must be an array or an iterable of whole numbers"));
  if (!sequence) {
    throw py::error_already_set();
  }
  // The list may be changed by the __index__ of its items, so its size is read anew.
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(sequence.ptr()); ++i) {
    out.push_back(id_from(PySequence_Fast_GET_ITEM(sequence.ptr(), i), static_cast<size_t>(i)));
  }
  return out;
}

}  // namespace yonder::python
