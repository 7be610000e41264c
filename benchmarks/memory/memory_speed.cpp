// SPDX-License-Identifier: Apache-2.0
// Times exact LegS beside the HiPPO authors' loop in one process and prints one line of JSON per
// measurement. compare.py makes RESULTS.md of it.
//   memory_speed [--quick]
// Programs take turns within a round, so that a slow moment of the machine hits both; figures are
// medians over rounds of CPU seconds (wall seconds where threads count).
#include "yonder/base/json.h"
#include "yonder/base/parallel.h"
#include "yonder/base/random.h"
#include "yonder/memory/merge.h"
#include "yonder/memory/stream.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

#include "benchmarks/memory/peer_hippo.h"

namespace {

using yonder::JsonWriter;
using yonder::benchmark::HippoLegs;
using yonder::memory::Stream;
using yonder::memory::StreamOptions;
using yonder::memory::Summary;

double seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double time_of(const std::function<void()>& work, clockid_t clock = CLOCK_PROCESS_CPUTIME_ID) {
  const double start = seconds(clock);
  work();
  return seconds(clock) - start;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

struct Row {
  std::string name;
  std::function<double()> seconds;  // of one run
  double units;                     // of what a run does
  std::vector<double> runs = {};
};

// The rows in turns; prints nanoseconds per unit and ratios to the first row.
void measure(const char* section, std::vector<Row> rows, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    for (Row& row : rows) {
      row.runs.push_back(row.seconds() / row.units * 1e9);
    }
  }
  for (const Row& row : rows) {
    std::vector<double> ratios;
    for (size_t i = 0; i < row.runs.size(); ++i) {
      ratios.push_back(row.runs[i] / rows[0].runs[i]);
    }
    JsonWriter json;
    json.begin_object().key("section").value(section).key("row").value(row.name);
    json.key("ns")
        .value(median(row.runs))
        .key("best")
        .value(*std::min_element(row.runs.begin(), row.runs.end()));
    json.key("ratio").value(median(ratios)).end_object();
    std::puts(json.str().c_str());
    std::fflush(stdout);
  }
}

// Two tones and 10 % noise, [count][channels].
template <typename Scalar>
std::vector<Scalar> tones(size_t count, size_t channels = 1) {
  yonder::Rng rng(1);
  std::vector<Scalar> u(count * channels);
  for (size_t k = 0; k < count; ++k) {
    const double s = static_cast<double>(k) / static_cast<double>(count);
    for (size_t c = 0; c < channels; ++c) {
      u[k * channels + c] =
          static_cast<Scalar>(std::sin(2 * std::numbers::pi * 3.3 * s) +
                              0.5 * std::sin(2 * std::numbers::pi * 7.1 * s) + 0.1 * rng.normal());
    }
  }
  return u;
}

template <typename Scalar>
const char* scalar_name() {
  return sizeof(Scalar) == 4 ? "f32" : "f64";
}

template <typename Scalar>
Stream new_stream(int64_t order, size_t channels = 1, const std::string& measure = "legs") {
  return Stream({.measure = measure, .order = order, .scalar = scalar_name<Scalar>()},
                std::vector<std::string>(channels, "u"));
}

template <typename Scalar>
double push_seconds(Stream& stream, const std::vector<Scalar>& u, size_t samples_per_push) {
  const size_t step = samples_per_push * stream.names().size();
  return time_of([&] {
    for (size_t first = 0; first < u.size(); first += step) {
      stream.push(std::span<const Scalar>(u).subspan(first, std::min(step, u.size() - first)));
    }
  });
}

template <typename Scalar>
void one_channel(int64_t order, int rounds) {
  const size_t count = 2000000;
  const size_t of_peer = 40000;
  const auto u = tones<Scalar>(count);
  Stream resident = new_stream<Scalar>(order);
  Stream arriving = new_stream<Scalar>(order);
  HippoLegs<Scalar> peer(static_cast<size_t>(order));
  HippoLegs<Scalar> tuned(static_cast<size_t>(order));
  const auto block = static_cast<size_t>(std::max<int64_t>(4 * order, 256));
  const std::string section =
      "one channel, N = " + std::to_string(order) + ", " + scalar_name<Scalar>();
  measure(
      section.c_str(),
      {{"Yonder, input resident", [&] { return push_seconds(resident, u, count); },
        static_cast<double>(count)},
       {"Yonder, block by block", [&] { return push_seconds(arriving, u, block); },
        static_cast<double>(count)},
       {"hippo-code's loop", [&] { return time_of([&] { peer.push(u.data(), of_peer); }); },
        static_cast<double>(of_peer)},
       {"the same, tuned", [&] { return time_of([&] { tuned.push_tuned(u.data(), of_peer); }); },
        static_cast<double>(of_peer)}},
      rounds);
}

template <typename Scalar>
void many_channels(int64_t order, size_t channels, int rounds) {
  const size_t count = 4 * 20000;
  const auto u = tones<Scalar>(count, channels);
  Stream stream = new_stream<Scalar>(order, channels);
  const std::string section = std::to_string(channels) + " channels, N = " + std::to_string(order) +
                              ", " + scalar_name<Scalar>();
  measure(section.c_str(),
          {{"Yonder", [&] { return push_seconds(stream, u, count); },
            static_cast<double>(count * channels)}},
          rounds);
}

void lengths(int rounds) {
  const size_t chunk = 10000;
  const auto u = tones<float>(chunk);
  std::vector<Row> rows;
  for (const int power : {4, 5, 6, 7, 8}) {
    const auto total = static_cast<size_t>(std::pow(10, power));
    // Short streams are repeated, so that every row takes as long.
    const size_t streams = std::max<size_t>(10000000 / total, 1);
    rows.push_back({"10^" + std::to_string(power) + " samples",
                    [&u, total, streams] {
                      double sum = 0;
                      for (size_t i = 0; i < streams; ++i) {
                        Stream stream = new_stream<float>(64);
                        sum += time_of([&] {
                          for (size_t first = 0; first < total; first += chunk) {
                            stream.push(std::span<const float>(u));
                          }
                        });
                      }
                      return sum;
                    },
                    static_cast<double>(streams * total)});
  }
  measure("length of the stream, N = 64, f32", rows, rounds);
}

void kinds_of_input(int rounds) {
  const size_t count = 500000;
  const auto u = tones<float>(count);
  std::vector<double> times(count);
  yonder::Rng rng(2);
  double now = 0;
  for (double& time : times) {
    now += 0.5 + rng.uniform();
    time = now;
  }
  for (const int64_t order : {64, 256}) {
    Stream legs = new_stream<float>(order);
    Stream window = new_stream<float>(order, 1, "window:65536");
    Stream linear({.order = order, .scalar = "f32", .hold = "linear"}, {"u"});
    double offset = 0;
    Stream timed = new_stream<float>(order);
    const auto resident = [&](Stream& stream) {
      return [&] { return push_seconds(stream, u, count); };
    };
    const std::string section = "kinds of input, N = " + std::to_string(order) + ", f32";
    measure(section.c_str(),
            {{"legs", resident(legs), static_cast<double>(count)},
             {"window of 65536", resident(window), static_cast<double>(count)},
             {"legs, joined by lines", resident(linear), static_cast<double>(count)},
             {"legs, with times",
              [&] {
                std::vector<double> shifted(times);
                for (double& time : shifted) {
                  time += offset;
                }
                offset += now;
                return time_of([&] { timed.push(std::span<const float>(u), shifted); });
              },
              static_cast<double>(count)}},
            rounds);
  }
}

void single_operations(int rounds) {
  for (const int64_t order : {64, 256}) {
    const auto size = static_cast<size_t>(order);
    const auto a = tones<double>(size);
    const auto b = tones<double>(size);
    std::vector<double> c(size);
    Stream stream = new_stream<double>(order);
    stream.push(std::span<const double>(tones<double>(1000000)));
    const Summary summary = stream.summary();
    double sink = 0;
    const std::string section = "single operations, N = " + std::to_string(order) + ", f64";
    const auto repeated = [](const std::function<void(int)>& work) {
      return [work] {
        return time_of([&] {
          for (int i = 0; i < 1000; ++i) {
            work(i);
          }
        });
      };
    };
    measure(
        section.c_str(),
        {{"merge, rho = 1/2",
          repeated([&](int) { yonder::memory::merge_coefficients(order, 1, 1, a, b, c); }), 1000},
         {"merge, any rho, matrices included",
          repeated([&](int i) { yonder::memory::merge_coefficients(order, 1, 1.5 + i, a, b, c); }),
          1000},
         {"value at one time", repeated([&](int i) { sink += summary.at(0, 1000.0 * i).estimate; }),
          1000},
         {"integral with its bound",
          repeated([&](int i) { sink += summary.integral(0, 100.0 * i, 500000).bound; }), 1000},
         {"summary of a stream of 10^6", repeated([&](int) { sink += stream.summary().energy(0); }),
          1000}},
        rounds);
    if (sink == 0.123) {
      std::puts("");
    }
  }
}

void snapshots(int rounds) {
  Stream stream = new_stream<float>(64, 10000);
  const auto u = tones<float>(300, 10000);
  for (int i = 0; i < 7; ++i) {
    stream.push(std::span<const float>(u));
  }
  std::string bytes = stream.to_bytes();
  const auto size = static_cast<double>(bytes.size());
  measure("snapshot of 10,000 channels, per byte",
          {{"written", [&] { return time_of([&] { bytes = stream.to_bytes(); }); }, size},
           {"read", [&] { return time_of([&] { Stream::from_bytes(bytes, "bytes"); }); }, size}},
          rounds);
}

void threads(int rounds) {
  const size_t count = 20000000;
  const auto u = tones<float>(count);
  const auto part = [&](size_t first, size_t n) {
    Stream stream({.order = 256, .scalar = "f32", .start = static_cast<double>(first)}, {"u"});
    stream.push(std::span<const float>(u).subspan(first, n));
    return stream;
  };
  measure("one channel on two threads by merge, N = 256, f32, wall time",
          {{"one thread", [&] { return time_of([&] { part(0, count); }, CLOCK_MONOTONIC); },
            static_cast<double>(count)},
           {"two threads",
            [&] {
              return time_of(
                  [&] {
                    std::vector<Stream> halves;
                    halves.push_back(Stream({.order = 256}, {"u"}));
                    halves.push_back(Stream({.order = 256}, {"u"}));
                    yonder::parallel_for(2, 1, 2, [&](size_t first, size_t) {
                      halves[first] = part(first * count / 2, count / 2);
                    });
                    Stream::merge(halves[0], halves[1]);
                  },
                  CLOCK_MONOTONIC);
            },
            static_cast<double>(count)}},
          rounds);
}

// Edge after edge in long double: what both are measured against.
std::vector<double> direct_projection(const std::vector<float>& u, size_t order) {
  std::vector<long double> sums(order);
  std::vector<long double> left(order + 1);
  std::vector<long double> right(order + 1);
  const auto fill = [&](std::vector<long double>& p, long double s) {
    p[0] = 1;
    p[1] = s;
    for (size_t n = 1; n < order; ++n) {
      const auto m = static_cast<long double>(n);
      p[n + 1] = ((2 * m + 1) * s * p[n] - m * p[n - 1]) / (m + 1);
    }
  };
  fill(left, -1);
  for (size_t j = 0; j < u.size(); ++j) {
    fill(right, -1 + 2 * static_cast<long double>(j + 1) / static_cast<long double>(u.size()));
    sums[0] += u[j];
    for (size_t n = 1; n < order; ++n) {
      sums[n] += u[j] * ((right[n + 1] - left[n + 1]) - (right[n - 1] - left[n - 1]));
    }
    std::swap(left, right);
  }
  std::vector<double> c = {static_cast<double>(sums[0] / static_cast<long double>(u.size()))};
  for (size_t n = 1; n < order; ++n) {
    c.push_back(static_cast<double>(sums[n] / 2 / std::sqrt(2 * static_cast<long double>(n) + 1)));
  }
  return c;
}

template <typename Values>
double distance(const Values& c, const std::vector<double>& expected) {
  double difference = 0;
  double norm = 0;
  for (size_t n = 0; n < expected.size(); ++n) {
    const double d = static_cast<double>(c[n]) - expected[n];
    difference += d * d;
    norm += expected[n] * expected[n];
  }
  return std::sqrt(difference / norm);
}

template <typename Scalar>
void accuracy_of(const std::vector<float>& u, size_t order, const std::vector<double>& expected) {
  const std::vector<Scalar> samples(u.begin(), u.end());
  Stream stream = new_stream<Scalar>(static_cast<int64_t>(order));
  stream.push(std::span<const Scalar>(samples));
  const Summary summary = stream.summary();
  HippoLegs<Scalar> peer(order);
  peer.push(samples.data(), samples.size());
  for (const bool ours : {true, false}) {
    JsonWriter json;
    json.begin_object().key("section").value("accuracy after " + std::to_string(u.size()) +
                                             " samples, N = " + std::to_string(order) + ", " +
                                             scalar_name<Scalar>());
    json.key("row").value(ours ? "Yonder" : "hippo-code's loop");
    json.key("error").value(ours ? distance(summary.coefficients(0), expected)
                                 : distance(peer.state(), expected));
    json.end_object();
    std::puts(json.str().c_str());
    std::fflush(stdout);
  }
}

void accuracy(size_t count) {
  const auto u = tones<float>(count);
  for (const size_t order : {64, 256}) {
    const auto expected = direct_projection(u, order);
    accuracy_of<float>(u, order, expected);
    accuracy_of<double>(u, order, expected);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool quick = argc > 1 && std::strcmp(argv[1], "--quick") == 0;
  const int rounds = quick ? 3 : 11;
  one_channel<float>(64, rounds);
  one_channel<double>(64, rounds);
  one_channel<float>(256, rounds);
  one_channel<double>(256, rounds);
  many_channels<float>(64, 64, rounds);
  many_channels<float>(256, 64, rounds);
  many_channels<double>(64, 64, rounds);
  many_channels<double>(256, 64, rounds);
  lengths(quick ? 1 : 5);
  kinds_of_input(rounds);
  single_operations(rounds);
  snapshots(rounds);
  threads(rounds);
  accuracy(quick ? 1000000 : 10000000);
}
