// SPDX-License-Identifier: Apache-2.0
// Fourier densities for Python: yonder/density with numpy arrays in and out, the GIL released
// around all work. python/yonder/density gives the names, types and documentation.
// Tests: python/tests/test_density.py.
#include "yonder/density/algebra.h"
#include "yonder/density/baselines/table.h"
#include "yonder/density/entropy_coder.h"
#include "yonder/density/fit.h"
#include "yonder/density/goodness_of_fit.h"
#include "yonder/density/model.h"
#include "yonder/density/reference_import.h"
#include "yonder/density/stream_fitter.h"

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
#include "python/src/background.h"
#include "python/src/bindings.h"
#include "python/src/options.h"
#include "python/src/text.h"

namespace yonder::python {
namespace {

using namespace yonder::density;  // NOLINT(google-build-using-namespace): all of this file

using Doubles = Numbers<double>;
using Weights = std::optional<Doubles>;
using Complexes = Numbers<std::complex<double>>;

template <typename Options>
Options read(const char* function, const py::dict& arguments) {
  Options options;
  read_options(function, arguments, [&](OptionVisitor& v) { options.visit(v); });
  options.validate();
  return options;
}

py::bytes to_bytes(const std::string& bytes) { return {bytes.data(), bytes.size()}; }

// (nll, gap, penalty, L-BFGS steps, Newton steps, seconds, samples, [(order, nll, score, error)],
// warnings)
py::tuple report_row(const FitReport& report) {
  py::list orders;
  for (const OrderScore& row : report.orders) {
    orders.append(py::make_tuple(row.order, row.nll, row.score, row.standard_error));
  }
  return py::make_tuple(report.nll, report.gap, report.penalty, report.lbfgs_steps,
                        report.newton_steps, report.seconds, report.samples, orders,
                        report.warnings);
}

py::tuple fit_values(const Doubles& values, const Weights& weights, const py::object& progress,
                     const py::dict& arguments) {
  const auto options = read<FitOptions>("FourierDensity", arguments);
  FitReport report;
  std::optional<Model> model;
  run_in_background(progress, [&](Progress& p) {
    model = fit(view(values), view(weights), options, &report, &p);
  });
  return py::make_tuple(std::move(*model), report_row(report));
}

py::list fit_each_column(const Doubles& rows, const Weights& weights, const py::object& progress,
                         const py::dict& arguments) {
  const auto options = read<FitOptions>("fit_columns", arguments);
  const auto count = static_cast<size_t>(rows.shape(0));
  const auto width = static_cast<size_t>(rows.shape(1));
  std::vector<std::vector<double>> columns(width, std::vector<double>(count));
  for (size_t i = 0; i < count; ++i) {
    for (size_t c = 0; c < width; ++c) {
      columns[c][i] = rows.data()[i * width + c];
    }
  }
  std::vector<FitReport> reports;
  std::vector<Model> models;
  run_in_background(progress, [&](Progress& p) {
    models = fit_columns(columns, view(weights), options, &reports, &p);
  });
  py::list result;
  for (size_t c = 0; c < models.size(); ++c) {
    result.append(py::make_tuple(std::move(models[c]), report_row(reports[c])));
  }
  return result;
}

py::tuple moment_row(const Moment& moment) {
  return py::make_tuple(moment.value, moment.error, moment.exists);
}

py::tuple moments_row(const Model& model) {
  Moments m = released([&] { return model.moments(); });
  return py::make_tuple(moment_row(m.mean), moment_row(m.variance), moment_row(m.skewness),
                        moment_row(m.kurtosis), to_array(std::move(m.circular)), m.direction,
                        m.resultant_length);
}

py::list mode_rows(const Model& model, double min_prominence) {
  py::list rows;
  for (const Mode& mode : released([&] { return model.modes(min_prominence); })) {
    rows.append(
        py::make_tuple(mode.maximum, mode.location, mode.density, mode.prominence, mode.curvature));
  }
  return rows;
}

py::tuple info_row(const Model& model) {
  const ModelInfo& info = model.info();
  return py::make_tuple(info.samples, info.nll, info.gap, info.gamma, info.column, info.seed);
}

py::array to_array_of(std::span<const std::complex<double>> values) {
  return to_array(std::vector<std::complex<double>>(values.begin(), values.end()));
}

py::tuple encode_values(const Model& model, const Doubles& values, const py::object& progress,
                        const py::dict& arguments) {
  const auto options = read<EncodeOptions>("encode", arguments);
  EncodeReport report;
  std::string bytes;
  run_in_background(
      progress, [&](Progress& p) { bytes = encode(model, view(values), options, &report, &p); });
  return py::make_tuple(to_bytes(bytes), report.samples, report.escapes, report.bytes,
                        report.table_bytes, report.bits_per_sample, report.cross_entropy);
}

py::array decode_values(const py::object& bytes, const std::string& name,
                        const py::object& progress) {
  const Text text(bytes);
  std::vector<double> values;
  run_in_background(progress, [&](Progress& p) { values = decode(text.view(), name, &p); });
  return to_array(std::move(values));
}

py::tuple goodness_row(const Model& model, const Doubles& values, const Weights& weights,
                       int64_t bins) {
  GoodnessOfFit g =
      released([&] { return goodness_of_fit(model, view(values), view(weights), bins); });
  return py::make_tuple(g.samples, g.nll, g.nll_error, g.bits, g.ks, g.ks_p_value,
                        to_array(std::move(g.pit)));
}

py::list compare_methods(const Doubles& values, const std::vector<std::string>& methods,
                         double holdout, const std::string& domain, uint64_t seed, int64_t starts,
                         int64_t threads, const py::object& progress) {
  BaselineFit options;
  options.domain = Domain::parse(domain);
  options.seed = seed;
  options.starts = starts;
  options.threads = threads;
  std::vector<Comparison> result;
  run_in_background(progress, [&](Progress& p) {
    result = compare(view(values), methods, holdout, options, &p);
  });
  py::list rows;
  for (const Comparison& row : result) {
    rows.append(py::make_tuple(row.method, row.text, row.test_nll, row.test_error, row.train_nll,
                               row.parameters, row.modes, row.fit_seconds, row.eval_nanoseconds));
  }
  return rows;
}

// Calls from several threads take turns; the lock is taken without the GIL.
class DensityStream {
 public:
  explicit DensityStream(const py::dict& arguments)
      : fitter_(read<FitOptions>("StreamFitter", arguments)) {}

  void push(const Doubles& values, const Weights& weights) {
    const std::span<const double> v = view(values);
    const std::span<const double> w = view(weights);
    const py::gil_scoped_release release;
    const std::lock_guard lock(mutex_);
    fitter_.push(v, w);
  }
  py::tuple finish(const py::object& progress) {
    FitReport report;
    std::optional<Model> model;
    run_in_background(progress, [&](Progress& p) {
      const std::lock_guard lock(mutex_);
      model = fitter_.finish(&report, &p);
    });
    return py::make_tuple(std::move(*model), report_row(report));
  }

 private:
  std::mutex mutex_;
  StreamFitter fitter_;
};

using Evaluation = void (Model::*)(std::span<const double>, std::span<double>) const;

void bind_model(py::module_& m) {
  py::class_<Model> model(m, "Density");
  const std::pair<const char*, Evaluation> evaluations[] = {
      {"pdf", &Model::pdf},          {"logpdf", &Model::logpdf},
      {"cdf", &Model::cdf},          {"sf", &Model::sf},
      {"logcdf", &Model::logcdf},    {"logsf", &Model::logsf},
      {"quantile", &Model::quantile}};
  for (const auto& [name, evaluate] : evaluations) {
    model.def(name, [evaluate = evaluate](const Model& self, const Doubles& y) {
      return mapped(y, [&](auto in, auto out) { (self.*evaluate)(in, out); });
    });
  }
  model
      .def("log_bin_probability",
           [](const Model& self, const Doubles& y, double step, double temperature) {
             return mapped(y, [&](auto in, auto out) {
               log_bin_probability(self, in, step, temperature, out);
             });
           })
      .def("sample",
           [](const Model& self, uint64_t seed, uint64_t first, size_t count) {
             return to_array(released([&] {
               std::vector<double> out(count);
               self.sample(seed, first, out);
               return out;
             }));
           })
      .def("modes", mode_rows)
      .def("moments", moments_row)
      .def("entropy", &Model::entropy, py::call_guard<py::gil_scoped_release>())
      .def("kl", &Model::kl, py::call_guard<py::gil_scoped_release>())
      .def("cross_entropy", &Model::cross_entropy, py::call_guard<py::gil_scoped_release>())
      .def("optimality_gap",
           [](const Model& self, const Doubles& values, const Weights& weights) {
             return released([&] { return optimality_gap(self, view(values), view(weights)); });
           })
      .def("goodness_of_fit", goodness_row)
      .def("distances",
           [](const Model& self, const Model& other) {
             const Distances d = released([&] { return distances(self, other); });
             return py::make_tuple(d.wasserstein, d.total_variation, d.error);
           })
      .def("crps",
           [](const Model& self, const Doubles& values) {
             return released([&] { return crps(self, view(values)); });
           })
      .def("encode", encode_values)
      .def_property_readonly("domain", [](const Model& self) { return self.domain().text(); })
      .def_property_readonly("base",
                             [](const Model& self) -> std::optional<std::string> {
                               if (!self.base()) {
                                 return std::nullopt;
                               }
                               return self.base()->text();
                             })
      .def_property_readonly("order", &Model::order)
      .def_property_readonly("parameter_count", &Model::parameter_count)
      .def_property_readonly("text", &Model::text)
      .def_property_readonly("coefficients",
                             [](const Model& self) { return to_array_of(self.coefficients()); })
      .def_property_readonly("autocorrelation",
                             [](const Model& self) { return to_array_of(self.autocorrelation()); })
      .def_property_readonly("info", info_row);
}

void bind_making(py::module_& m) {
  auto model = m.attr("Density").cast<py::class_<Model>>();
  model.def_static("fit", fit_values)
      .def_static("fit_columns", fit_each_column)
      .def_static("from_coefficients",
                  [](const std::string& domain, const Complexes& b,
                     const std::optional<std::pair<std::string, std::vector<double>>>& base) {
                    std::optional<BaseDistribution> on_line;
                    if (base) {
                      on_line = BaseDistribution::named(base->first, base->second);
                    }
                    return Model(Domain::parse(domain), on_line, view(b));
                  })
      .def("rotate", [](const Model& self, double shift) { return rotate(self, shift); })
      .def("reflect", [](const Model& self) { return reflect(self); })
      .def("convolve",
           [](const Model& self, const Complexes& kernel) { return convolve(self, view(kernel)); })
      .def("blur",
           [](const Model& self, double deviation) {
             const auto kernel = wrapped_normal_moments(self.domain(), deviation, self.order());
             return convolve(self, kernel);
           })
      .def("product", [](const Model& self, const Model& other) { return product(self, other); })
      .def("pad", [](const Model& self, int64_t order) { return pad(self, order); })
      .def_static("mixture",
                  [](const std::vector<Model>& models, const Doubles& weights) {
                    return released([&] { return mixture(models, view(weights)); });
                  })
      .def(
          "save", [](const Model& self, const std::filesystem::path& path) { self.save(path); },
          py::call_guard<py::gil_scoped_release>())
      .def_static(
          "load", [](const std::filesystem::path& path) { return Model::load(path); },
          py::call_guard<py::gil_scoped_release>())
      .def("to_json", &Model::to_json)
      .def_static("from_json", [](const std::string& text,
                                  const std::string& name) { return Model::from_json(text, name); })
      .def("to_bytes", [](const Model& self) { return to_bytes(self.to_bytes()); })
      .def_static("from_bytes", [](const py::object& bytes, const std::string& name) {
        return Model::from_bytes(Text(bytes).view(), name);
      });
  m.def(
      "import_reference", [](const std::filesystem::path& npz) { return import_reference(npz); },
      py::call_guard<py::gil_scoped_release>());
  m.def(
      "export_reference",
      [](const std::vector<Model>& models, const std::filesystem::path& npz) {
        export_reference(models, npz);
      },
      py::call_guard<py::gil_scoped_release>());
}

}  // namespace

py::dict density_option_tables() {
  FitOptions fit;
  EncodeOptions encode;
  py::dict tables;
  tables["FitOptions"] = describe_options([&](OptionVisitor& v) { fit.visit(v); });
  tables["EncodeOptions"] = describe_options([&](OptionVisitor& v) { encode.visit(v); });
  return tables;
}

void bind_density(py::module_& m) {
  bind_model(m);
  bind_making(m);
  py::class_<DensityStream>(m, "DensityStream")
      .def(py::init<const py::dict&>())
      .def("push", &DensityStream::push)
      .def("finish", &DensityStream::finish);
  m.def("decode_density_stream", decode_values);
  m.def("density_stream_info", [](const py::object& bytes, const std::string& name) {
    const StreamInfo info = stream_info(Text(bytes).view(), name);
    return py::make_tuple(info.step, info.offset, info.precision, info.low, info.high,
                          info.samples);
  });
  m.def("compare_densities", compare_methods);
  m.def("fit_defaults", [] {
    FitOptions options;
    return option_defaults([&](OptionVisitor& v) { options.visit(v); });
  });
  m.def("check_fit_options", [](const char* function, const py::dict& arguments) {
    read<FitOptions>(function, arguments);
  });
}

}  // namespace yonder::python
