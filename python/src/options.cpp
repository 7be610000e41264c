// SPDX-License-Identifier: Apache-2.0
#include "python/src/options.h"

#include "yonder/base/error.h"

#include <fmt/format.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yonder::python {
namespace {

namespace py = pybind11;

// "max-lag" as Python spells it.
std::string python_name(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

[[noreturn]] void wrong_type(const char* name, const char* expected, const py::handle& found) {
  throw py::type_error(fmt::format("{} must be {}, not {}", python_name(name), expected,
                                   Py_TYPE(found.ptr())->tp_name));
}

bool is_list(const py::handle& value) {
  return PyList_Check(value.ptr()) != 0 || PyTuple_Check(value.ptr()) != 0;
}

class KeywordVisitor final : public OptionVisitor {
 public:
  explicit KeywordVisitor(const py::dict& arguments) : arguments_(arguments) {}

  void flag(const char* name, bool& value, const char*) override {
    if (const auto given = find(name)) {
      py::detail::make_caster<bool> caster;  // without conversion: bool and numpy.bool
      if (!caster.load(*given, false)) {
        wrong_type(name, "bool", *given);
      }
      value = py::detail::cast_op<bool>(caster);
    }
  }
  void integer(const char* name, int64_t& value, int64_t low, int64_t high, const char*) override {
    if (const auto given = find(name)) {
      value = whole(name, *given, 1000, low, high);
    }
  }
  void bytes(const char* name, int64_t& value, int64_t low, int64_t high, const char*) override {
    if (const auto given = find(name)) {
      value = whole(name, *given, 1024, low, high);
    }
  }
  void seed(const char* name, uint64_t& value, const char*) override {
    if (const auto given = find(name)) {
      const py::int_ number = index(name, *given, "int");
      value = PyLong_AsUnsignedLongLong(number.ptr());
      if (PyErr_Occurred() != nullptr) {
        PyErr_Clear();
        fail(ErrorKind::bad_option, "{} is {}; it must lie between 0 and {}", python_name(name),
             std::string(py::str(number)), std::numeric_limits<uint64_t>::max());
      }
    }
  }
  void real(const char* name, double& value, double low, double high, const char*) override {
    if (const auto given = find(name)) {
      if (PyBool_Check(given->ptr()) || PyNumber_Check(given->ptr()) == 0) {
        wrong_type(name, "float", *given);
      }
      value = PyFloat_AsDouble(given->ptr());
      if (PyErr_Occurred() != nullptr) {
        throw py::error_already_set();
      }
      check_range(name, value, low, high);
    }
  }
  void text(const char* name, std::string& value, const char*) override {
    if (const auto given = find(name)) {
      value = string(name, *given);
    }
  }
  void path(const char* name, std::string& value, const char*) override {
    if (const auto given = find(name)) {
      value = file_name(name, *given);
    }
  }
  void choice(const char* name, std::string& value, const std::vector<std::string>& names,
              const char*) override {
    if (const auto given = find(name)) {
      value = string(name, *given);
      check_choice(name, value, names);
    }
  }
  void list(const char* name, std::vector<std::string>& value, const char*) override {
    if (const auto given = find(name)) {
      value.clear();
      if (!is_list(*given)) {
        value.push_back(file_name(name, *given));
        return;
      }
      for (const py::handle item : *given) {
        value.push_back(file_name(name, item));
      }
    }
  }
  void integers(const char* name, std::vector<int64_t>& value, int64_t low, int64_t high,
                const char*) override {
    if (const auto given = find(name)) {
      value.clear();
      if (!is_list(*given)) {
        value.push_back(whole(name, *given, 1000, low, high));
        return;
      }
      for (const py::handle item : *given) {
        value.push_back(whole(name, item, 1000, low, high));
      }
    }
  }

  /// Throws for an argument that no option took.
  void finish(const char* function) const {
    for (const auto& item : arguments_) {
      const std::string name = py::str(item.first);
      if (std::find(names_.begin(), names_.end(), name) == names_.end()) {
        const std::string nearest = nearest_name(name, names_);
        throw py::type_error(fmt::format(
            "{}() got an unexpected keyword argument '{}'{}", function, name,
            nearest.empty() ? "; known are " + fmt::format("{}", fmt::join(names_, ", "))
                            : "; did you mean " + nearest + "?"));
      }
    }
  }

 private:
  std::optional<py::object> find(const char* name) {
    names_.push_back(python_name(name));
    const py::str key(names_.back());
    if (!arguments_.contains(key)) {
      return std::nullopt;
    }
    return py::reinterpret_borrow<py::object>(arguments_[key]);
  }

  // The number as int; bool is none.
  static py::int_ index(const char* name, const py::handle& given, const char* expected) {
    PyObject* number = PyBool_Check(given.ptr()) ? nullptr : PyNumber_Index(given.ptr());
    if (number == nullptr) {
      PyErr_Clear();
      wrong_type(name, expected, given);
    }
    return py::reinterpret_steal<py::int_>(number);
  }

  static int64_t whole(const char* name, const py::handle& given, int64_t unit, int64_t low,
                       int64_t high) {
    if (PyUnicode_Check(given.ptr())) {
      const std::string text = py::cast<std::string>(given);
      const auto value = parse_count(text, unit);
      require(value.has_value(), ErrorKind::bad_option,
              "{} is \"{}\"; it must be a whole number such as 300 or 64k", python_name(name),
              text);
      check_range(name, *value, low, high);
      return *value;
    }
    const py::int_ number = index(name, given, "int or a str such as \"64k\"");
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(number.ptr(), &overflow);
    require(overflow == 0, ErrorKind::bad_option, "{} is {}; it must lie between {} and {}",
            python_name(name), std::string(py::str(number)), low, high);
    check_range(name, int64_t{value}, low, high);
    return value;
  }

  static std::string string(const char* name, const py::handle& given) {
    if (!PyUnicode_Check(given.ptr())) {
      wrong_type(name, "str", given);
    }
    return py::cast<std::string>(given);
  }

  // str, bytes or os.PathLike, as the file system spells it.
  static std::string file_name(const char* name, const py::handle& given) {
    PyObject* bytes = nullptr;
    if (PyUnicode_FSConverter(given.ptr(), &bytes) == 0) {
      PyErr_Clear();
      wrong_type(name, "str or os.PathLike without NUL", given);
    }
    return py::reinterpret_steal<py::bytes>(bytes);
  }

  const py::dict& arguments_;
  std::vector<std::string> names_;
};

class DescribingVisitor final : public OptionVisitor {
 public:
  py::list finish() const { return rows_; }

  void flag(const char* name, bool& value, const char* help) override {
    add(name, "bool", help, "", value ? "True" : "False");
  }
  void integer(const char* name, int64_t& value, int64_t low, int64_t high,
               const char* help) override {
    add(name, "int | str", help, range(low, high), fmt::format("{}", value));
  }
  void bytes(const char* name, int64_t& value, int64_t low, int64_t high,
             const char* help) override {
    add(name, "int | str", help, range(low, high), fmt::format("{}", value));
  }
  void seed(const char* name, uint64_t& value, const char* help) override {
    add(name, "int", help, "", fmt::format("{}", value));
  }
  void real(const char* name, double& value, double low, double high, const char* help) override {
    const bool bounded = high < std::numeric_limits<double>::max();
    add(name, "float", help,
        bounded ? fmt::format("{} to {}", low, high) : fmt::format("{} or more", low),
        fmt::format("{}", value));
  }
  void text(const char* name, std::string& value, const char* help) override {
    add(name, "str", help, "", quoted(value));
  }
  void path(const char* name, std::string& value, const char* help) override {
    add(name, "str | os.PathLike[str]", help, "", quoted(value));
  }
  void choice(const char* name, std::string& value, const std::vector<std::string>& names,
              const char* help) override {
    std::vector<std::string> spelled;
    std::transform(names.begin(), names.end(), std::back_inserter(spelled), quoted);
    add(name, fmt::format("Literal[{}]", fmt::join(spelled, ", ")), help, "", quoted(value));
  }
  void list(const char* name, std::vector<std::string>&, const char* help) override {
    add(name, "str | os.PathLike[str] | Sequence[str | os.PathLike[str]]", help, "", "[]");
  }
  void integers(const char* name, std::vector<int64_t>& value, int64_t low, int64_t high,
                const char* help) override {
    add(name, "int | str | Sequence[int | str]", help, range(low, high),
        fmt::format("[{}]", fmt::join(value, ", ")));
  }

 private:
  static std::string quoted(const std::string& value) { return '"' + value + '"'; }

  static std::string range(int64_t low, int64_t high) {
    constexpr int64_t kFar = int64_t{1} << 40;  // bounds that nobody meets would only clutter
    return high < kFar ? fmt::format("{} to {}", low, high) : fmt::format("{} or more", low);
  }

  void add(const char* name, const std::string& type, const char* help, const std::string& range,
           const std::string& initial) {
    const std::string notes = range.empty() ? "default " + initial : range + "; default " + initial;
    rows_.append(py::make_tuple(python_name(name), type, fmt::format("{} [{}]", help, notes)));
  }

  py::list rows_;
};

class DefaultsVisitor final : public OptionVisitor {
 public:
  py::dict finish() const { return values_; }

  void flag(const char* name, bool& value, const char*) override { add(name, value); }
  void integer(const char* name, int64_t& value, int64_t, int64_t, const char*) override {
    add(name, value);
  }
  void bytes(const char* name, int64_t& value, int64_t, int64_t, const char*) override {
    add(name, value);
  }
  void seed(const char* name, uint64_t& value, const char*) override { add(name, value); }
  void real(const char* name, double& value, double, double, const char*) override {
    add(name, value);
  }
  void text(const char* name, std::string& value, const char*) override { add(name, value); }
  void path(const char* name, std::string& value, const char*) override { add(name, value); }
  void choice(const char* name, std::string& value, const std::vector<std::string>&,
              const char*) override {
    add(name, value);
  }
  void list(const char* name, std::vector<std::string>& value, const char*) override {
    add(name, value);
  }
  void integers(const char* name, std::vector<int64_t>& value, int64_t, int64_t,
                const char*) override {
    add(name, value);
  }

 private:
  template <typename Value>
  void add(const char* name, const Value& value) {
    values_[py::str(python_name(name))] = py::cast(value);
  }

  py::dict values_;
};

}  // namespace

void read_options(const char* function, const py::dict& arguments, const Visit& visit) {
  KeywordVisitor visitor(arguments);
  visit(visitor);
  visitor.finish(function);
}

py::list describe_options(const Visit& visit) {
  DescribingVisitor visitor;
  visit(visitor);
  return visitor.finish();
}

py::dict option_defaults(const Visit& visit) {
  DefaultsVisitor visitor;
  visit(visitor);
  return visitor.finish();
}

}  // namespace yonder::python
