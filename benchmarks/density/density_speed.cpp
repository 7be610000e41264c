// SPDX-License-Identifier: Apache-2.0
// The worker of compare.py: says {"ready": true}, then answers each line of standard input with one
// line of JSON. Numbers come and go as files of little-endian float64. Times are seconds of the
// process's CPU clock and of the wall.
//   data PATH DOMAIN            the numbers to fit, evaluate or code
//   fit ORDER THREADS GAP       fits the density that the commands below use
//   stream ORDER CHUNK GAP      the same by StreamFitter
//   coefficients                b, as pairs of numbers
//   logpdf [PATH]               of the data; writes the values where a path is given
//   pdf                         the density without its logarithm at the same points
//   sample COUNT                draws
//   encode STEP                 the data; `decode` then decodes them and compares
//   decode
#include "yonder/density/entropy_coder.h"
#include "yonder/density/fit.h"
#include "yonder/density/stream_fitter.h"

#include <fmt/core.h>

#include <cmath>
#include <ctime>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using yonder::density::FitOptions;
using yonder::density::FitReport;
using yonder::density::Model;

double seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Both clocks from construction on, as the opening of a JSON object.
class Clock {
 public:
  std::string json() const {
    return fmt::format("{{\"cpu\": {:.9f}, \"wall\": {:.9f}",
                       seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_, seconds(CLOCK_MONOTONIC) - wall_);
  }

 private:
  double cpu_ = seconds(CLOCK_PROCESS_CPUTIME_ID);
  double wall_ = seconds(CLOCK_MONOTONIC);
};

std::vector<double> read_numbers(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) {
    throw std::runtime_error(path + ": cannot be read");
  }
  std::vector<double> numbers(static_cast<size_t>(in.tellg()) / sizeof(double));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(numbers.data()),
          static_cast<std::streamsize>(numbers.size() * sizeof(double)));
  return numbers;
}

class Worker {
 public:
  std::string answer(const std::string& line) {
    std::istringstream in(line);
    std::string command;
    in >> command;
    if (command == "data") {
      std::string path;
      in >> path >> domain_;
      values_ = read_numbers(path);
      return fmt::format("{{\"count\": {}}}", values_.size());
    }
    if (command == "fit") {
      return fit(in);
    }
    if (command == "stream") {
      return stream(in);
    }
    if (command == "coefficients") {
      std::string list;
      for (const std::complex<double>& b : model_->coefficients()) {
        list += fmt::format("{}{}, {}", list.empty() ? "" : ", ", b.real(), b.imag());
      }
      return "{\"b\": [" + list + "]}";
    }
    if (command == "logpdf") {
      return logpdf(in);
    }
    if (command == "pdf") {
      std::vector<double> out(values_.size());
      const Clock clock;
      model_->pdf(values_, out);
      return clock.json() + fmt::format(", \"count\": {}}}", out.size());
    }
    if (command == "sample") {
      size_t count = 0;
      in >> count;
      std::vector<double> out(count);
      const Clock clock;
      model_->sample(1, 0, out);
      return clock.json() + fmt::format(", \"count\": {}}}", count);
    }
    if (command == "encode") {
      yonder::density::EncodeOptions options;
      in >> options.step;
      yonder::density::EncodeReport report;
      const Clock clock;
      stream_ = yonder::density::encode(*model_, values_, options, &report);
      step_ = options.step;
      return clock.json() + fmt::format(", \"count\": {}, \"bits\": {}, \"entropy\": {}}}",
                                        report.samples, report.bits_per_sample,
                                        report.cross_entropy);
    }
    if (command == "decode") {
      const Clock clock;
      const std::vector<double> decoded = yonder::density::decode(stream_, "stream");
      const std::string json = clock.json();
      bool equal = decoded.size() == values_.size();
      for (size_t i = 0; equal && i < decoded.size(); ++i) {
        equal = std::abs(decoded[i] - values_[i]) <= 0.5001 * step_;
      }
      return json + fmt::format(", \"count\": {}, \"equal\": {}}}", decoded.size(), equal);
    }
    throw std::runtime_error("no such command: " + command);
  }

 private:
  FitOptions options(int64_t order, int64_t threads, double gap) const {
    FitOptions options;
    options.domain = domain_;
    options.order = std::to_string(order);
    options.threads = threads;
    options.gap_tolerance = gap;
    return options;
  }

  static std::string report_json(const Clock& clock, const FitReport& report) {
    return clock.json() + fmt::format(", \"nll\": {}, \"gap\": {}, \"lbfgs\": {}, \"newton\": {}}}",
                                      report.nll, report.gap, report.lbfgs_steps,
                                      report.newton_steps);
  }

  std::string fit(std::istringstream& in) {
    int64_t order = 0, threads = 0;
    double gap = 0;
    in >> order >> threads >> gap;
    FitReport report;
    const Clock clock;
    model_ = yonder::density::fit(values_, {}, options(order, threads, gap), &report);
    return report_json(clock, report);
  }

  std::string stream(std::istringstream& in) {
    int64_t order = 0;
    size_t chunk = 0;
    double gap = 0;
    in >> order >> chunk >> gap;
    FitReport report;
    const Clock clock;
    yonder::density::StreamFitter fitter(options(order, 0, gap));
    for (size_t first = 0; first < values_.size(); first += chunk) {
      fitter.push({values_.data() + first, std::min(chunk, values_.size() - first)});
    }
    model_ = fitter.finish(&report);
    return report_json(clock, report);
  }

  std::string logpdf(std::istringstream& in) const {
    std::vector<double> out(values_.size());
    const Clock clock;
    model_->logpdf(values_, out);
    const std::string json = clock.json();
    std::string path;
    if (in >> path) {
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<const char*>(out.data()),
                 static_cast<std::streamsize>(out.size() * sizeof(double)));
    }
    return json + fmt::format(", \"count\": {}}}", out.size());
  }

  std::string domain_;
  std::vector<double> values_;
  std::optional<Model> model_;
  std::string stream_;
  double step_ = 0;
};

}  // namespace

int main() {
  Worker worker;
  std::cout << "{\"ready\": true}" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    try {
      std::cout << worker.answer(line) << std::endl;
    } catch (const std::exception& error) {
      std::cerr << line << ": " << error.what() << std::endl;
      return 1;
    }
  }
}
