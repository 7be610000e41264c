// SPDX-License-Identifier: Apache-2.0
// Memories for Python: yonder/memory with numpy arrays in and out, the GIL released around all
// work. python/yonder/memory gives the names, types and documentation.
// Tests: python/tests/test_memory.py.
#include "yonder/memory/analysis.h"
#include "yonder/memory/discretization.h"
#include "yonder/memory/measure.h"
#include "yonder/memory/ssm_start.h"
#include "yonder/memory/stream.h"
#include "yonder/memory/summary.h"
#include "yonder/memory/system.h"

#include <pybind11/complex.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <complex>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "python/src/arrays.h"
#include "python/src/bindings.h"
#include "python/src/options.h"
#include "python/src/text.h"

namespace yonder::python {
namespace {

using namespace yonder::memory;  // NOLINT(google-build-using-namespace): all of this file

using Doubles = Numbers<double>;

py::bytes to_bytes(const std::string& bytes) { return {bytes.data(), bytes.size()}; }

py::array to_array(const Matrix& matrix) {
  return yonder::python::to_array<double>(std::vector<double>(matrix.values),
                                          {matrix.rows, matrix.columns});
}

py::array to_array(std::vector<double> values) {
  return yonder::python::to_array<double>(std::move(values));
}

Matrix to_matrix(const Doubles& array) {
  return {array.shape(0), array.shape(1),
          std::vector<double>(array.data(), array.data() + array.size())};
}

// A stream is not thread-safe, so calls from several threads take turns; the lock is taken without
// the GIL, or the two would wait for each other.
class MemoryStream {
 public:
  MemoryStream(std::vector<std::string> names, const py::dict& arguments)
      : stream_(options(arguments), std::move(names)) {}
  explicit MemoryStream(Stream stream) : stream_(std::move(stream)) {}

  template <typename Scalar>
  void push(const Numbers<Scalar>& samples, const std::optional<Doubles>& times) {
    const std::span<const Scalar> values = view(samples);
    const std::span<const double> at = view(times);
    locked([&](Stream& stream) { stream.push(values, at); });
  }
  template <typename Work>
  auto locked(const Work& work) {
    const py::gil_scoped_release release;
    const std::lock_guard lock(mutex_);
    return work(stream_);
  }

 private:
  static StreamOptions options(const py::dict& arguments) {
    StreamOptions options;
    read_options("Stream", arguments, [&](OptionVisitor& v) { options.visit(v); });
    return options;
  }

  std::mutex mutex_;
  Stream stream_;
};

// (measure, order, scalar, rule, alpha, hold, start, step, block, allow_unstable)
py::tuple options_row(const StreamOptions& o) {
  return py::make_tuple(o.measure, o.order, o.scalar, o.rule, o.alpha, o.hold, o.start, o.step,
                        o.block, o.allow_unstable);
}

void bind_stream(py::module_& m) {
  py::class_<MemoryStream>(m, "MemoryStream")
      .def(py::init<std::vector<std::string>, const py::dict&>())
      .def("push_float", &MemoryStream::push<float>)
      .def("push_double", &MemoryStream::push<double>)
      .def("summary",
           [](MemoryStream& self) {
             return self.locked([](Stream& stream) { return stream.summary(); });
           })
      .def("save",
           [](MemoryStream& self, const std::filesystem::path& path) {
             self.locked([&](Stream& stream) { stream.save(path); });
           })
      .def_static(
          "load",
          [](const std::filesystem::path& path) {
            return std::make_unique<MemoryStream>(released([&] { return Stream::load(path); }));
          })
      .def("to_bytes",
           [](MemoryStream& self) {
             return to_bytes(self.locked([](Stream& stream) { return stream.to_bytes(); }));
           })
      .def_static("from_bytes",
                  [](const py::object& bytes, const std::string& name) {
                    const Text text(bytes);
                    return std::make_unique<MemoryStream>(
                        released([&] { return Stream::from_bytes(text.view(), name); }));
                  })
      .def("merged",
           [](MemoryStream& older, MemoryStream& newer) {
             // One lock at a time: two threads may merge the same two in either order.
             const std::string first =
                 older.locked([](Stream& stream) { return stream.to_bytes(); });
             return std::make_unique<MemoryStream>(newer.locked([&](Stream& stream) {
               return Stream::merge(Stream::from_bytes(first, "the older stream"), stream);
             }));
           })
      .def_property_readonly(
          "options",
          [](MemoryStream& self) {
            return options_row(self.locked([](Stream& stream) { return stream.options(); }));
          })
      .def_property_readonly("names",
                             [](MemoryStream& self) {
                               return self.locked([](Stream& stream) { return stream.names(); });
                             })
      .def_property_readonly("samples",
                             [](MemoryStream& self) {
                               return self.locked([](Stream& stream) { return stream.samples(); });
                             })
      .def_property_readonly("state_bytes", [](MemoryStream& self) {
        return self.locked([](Stream& stream) { return stream.state_bytes(); });
      });
}

using Reading = Value (Summary::*)(int64_t, double) const;
using Span = Value (Summary::*)(int64_t, double, double) const;

// What read(i) gives for each of `count` places, in three arrays of the shape of `like`.
template <typename Read>
py::tuple values(const Doubles& like, const Read& read) {
  const std::vector<py::ssize_t> shape(like.shape(), like.shape() + like.ndim());
  Doubles estimate(shape);
  Doubles error(shape);
  Doubles bound(shape);
  double* const out[] = {estimate.mutable_data(), error.mutable_data(), bound.mutable_data()};
  const auto count = static_cast<size_t>(like.size());
  released([&] {
    for (size_t i = 0; i < count; ++i) {
      const Value value = read(i);
      out[0][i] = value.estimate;
      out[1][i] = value.rms_error;
      out[2][i] = value.bound;
    }
  });
  return py::make_tuple(estimate, error, bound);
}

void bind_summary(py::module_& m) {
  py::class_<Summary> summary(m, "MemorySummary");
  for (const auto& [name, read] : {std::pair<const char*, Reading>{"at", &Summary::at},
                                   {"derivative", &Summary::derivative}}) {
    summary.def(name, [read = read](const Summary& self, int64_t channel, const Doubles& t) {
      const std::span<const double> times = view(t);
      return values(t, [&](size_t i) { return (self.*read)(channel, times[i]); });
    });
  }
  for (const auto& [name, read] :
       {std::pair<const char*, Span>{"integral", &Summary::integral}, {"mean", &Summary::mean}}) {
    summary.def(name, [read = read](const Summary& self, int64_t channel, const Doubles& from,
                                    const Doubles& to) {
      const std::span<const double> t1 = view(from);
      const std::span<const double> t2 = view(to);
      return values(from, [&](size_t i) { return (self.*read)(channel, t1[i], t2[i]); });
    });
  }
  summary
      .def("grid",
           [](const Summary& self, int64_t channel, double t1, double t2, size_t count) {
             return to_array(released([&] {
               std::vector<double> out(count);
               self.grid(channel, t1, t2, out);
               return out;
             }));
           })
      .def("coefficients",
           [](const Summary& self, int64_t channel, const std::string& norm) {
             return to_array(self.coefficients(channel, parse_normalization(norm)));
           })
      .def("energy", &Summary::energy)
      .def("rms_residual", &Summary::rms_residual)
      .def("clamped", &Summary::clamped)
      .def("local_error_estimate", &Summary::local_error_estimate)
      .def_static("merge",
                  [](const Summary& older, const Summary& newer) {
                    return released([&] { return Summary::merge(older, newer); });
                  })
      .def("restrict", &Summary::restrict, py::call_guard<py::gil_scoped_release>())
      .def_property_readonly("measure", [](const Summary& self) { return self.measure().text(); })
      .def_property_readonly("order", &Summary::order)
      .def_property_readonly("names", &Summary::names)
      .def_property_readonly("begin", &Summary::begin)
      .def_property_readonly("end", &Summary::end)
      .def_property_readonly("exact", &Summary::exact)
      .def("parts",
           [](const Summary& self) {
             const Summary::Parts& p = self.parts();
             return py::make_tuple(p.measure.text(), p.order, p.names, p.begin, p.known_from, p.end,
                                   to_array(p.coefficients), to_array(p.energy), p.exact,
                                   p.rounding);
           })
      .def_static("from_parts", [](const std::string& measure, int64_t order,
                                   std::vector<std::string> names, double begin, double known_from,
                                   double end, const Doubles& coefficients, const Doubles& energy,
                                   bool exact, double rounding) {
        Summary::Parts parts;
        parts.measure = Measure::parse(measure);
        parts.order = order;
        parts.names = std::move(names);
        parts.begin = begin;
        parts.known_from = known_from;
        parts.end = end;
        parts.coefficients.assign(coefficients.data(), coefficients.data() + coefficients.size());
        parts.energy.assign(energy.data(), energy.data() + energy.size());
        parts.exact = exact;
        parts.rounding = rounding;
        return Summary(std::move(parts));
      });
}

System to_system(const Doubles& a, const Doubles& b, bool time_varying) {
  return {to_matrix(a), std::vector<double>(b.data(), b.data() + b.size()), time_varying};
}

// (A, B, what the next sample brings, or None)
py::tuple discrete_row(Discrete d) {
  py::object next = py::none();
  if (!d.b_next.empty()) {
    next = to_array(std::move(d.b_next));
  }
  return py::make_tuple(to_array(d.a), to_array(std::move(d.b)), next);
}

void bind_systems(py::module_& m) {
  m.def("memory_system", [](const std::string& measure, int64_t order, const std::string& norm) {
    System s = system(Measure::parse(measure), order, parse_normalization(norm));
    return py::make_tuple(to_array(s.a), to_array(std::move(s.b)), s.time_varying);
  });
  m.def("discretise", [](const Doubles& a, const Doubles& b, const std::string& rule, double step,
                         double alpha, bool unsafe) {
    const System s = to_system(a, b, false);
    return discrete_row(
        released([&] { return discretise(s, parse_rule(rule), step, alpha, unsafe); }));
  });
  m.def("legs_step", [](const Doubles& a, const Doubles& b, const std::string& rule, int64_t k,
                        double alpha, bool unsafe) {
    const System s = to_system(a, b, true);
    return discrete_row(released([&] { return legs_step(s, parse_rule(rule), k, alpha, unsafe); }));
  });
  m.def("memory_basis",
        [](const std::string& measure, int64_t order, const Doubles& ages, double length) {
          const Measure parsed = Measure::parse(measure);
          const auto n = static_cast<size_t>(order);
          std::vector<double> out(static_cast<size_t>(ages.size()) * n);
          for (size_t i = 0; i < static_cast<size_t>(ages.size()); ++i) {
            basis(parsed, ages.data()[i], length, std::span(out).subspan(i * n, n));
          }
          return yonder::python::to_array<double>(std::move(out), {ages.size(), order});
        });
  m.def("convert_coefficients",
        [](const Doubles& c, const std::string& from, const std::string& to) {
          return to_array(convert({c.data(), c.data() + c.size()}, parse_normalization(from),
                                  parse_normalization(to)));
        });
}

void bind_analysis(py::module_& m) {
  m.def("memory_poles", [](const std::string& measure, int64_t order) {
    const Measure parsed = Measure::parse(measure);
    return yonder::python::to_array(released([&] { return poles(parsed, order); }));
  });
  m.def("delay_transfer", delay_transfer);
  m.def("delay_bandwidth", delay_bandwidth);
  m.def("tone_error", tone_error);
  m.def("memory_kernels", [](const std::string& measure, int64_t order, const Doubles& ages) {
    const Measure parsed = Measure::parse(measure);
    const std::span<const double> at = view(ages);
    return to_array(released([&] { return memory_kernels(parsed, order, at); }));
  });
  m.def("choose_memory", [](double frequency, double window, double error) {
    const Advice a = choose(frequency, window, error);
    return py::make_tuple(a.cycles, a.order, a.error, a.legt_order, a.samples_per_cycle);
  });
  m.def("diagonal_start", [](const std::string& start, int64_t state) {
    return yonder::python::to_array(diagonal_start(parse_diagonal_start(start), state));
  });
}

}  // namespace

py::dict memory_option_tables() {
  StreamOptions stream;
  py::dict tables;
  tables["StreamOptions"] = describe_options([&](OptionVisitor& v) { stream.visit(v); });
  return tables;
}

void bind_memory(py::module_& m) {
  bind_stream(m);
  bind_summary(m);
  bind_systems(m);
  bind_analysis(m);
  m.def("measures", [] {
    py::list rows;
    for (const MeasureRow& row : measures()) {
      rows.append(
          py::make_tuple(row.name, row.help, row.has_width, row.mergeable, row.approximate));
    }
    return rows;
  });
}

}  // namespace yonder::python
