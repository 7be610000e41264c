// SPDX-License-Identifier: Apache-2.0
// Numbers to a density: fit with a certificate, evaluate, invert, draw, find modes, compress.
//
// Build: examples/CMakeLists.txt. Prints: 02_density.expected.
#include "yonder/base/random.h"
#include "yonder/density/entropy_coder.h"
#include "yonder/density/fit.h"

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

using namespace yonder::density;

int main() {
  // The hours of 5,000 events: most around 9, others around 18, some of them after midnight.
  yonder::Rng random(1);
  std::vector<double> hours(5000);
  for (double& hour : hours) {
    const bool morning = random.uniform() < 0.7;
    hour = std::fmod(24 + (morning ? 9 + 1.2 * random.normal() : 18 + 4 * random.normal()), 24);
  }

  // All densities of six frequencies on a circle of 24 hours, and the most likely among them. The
  // gap proves it: no other is better by more, in nats per sample.
  FitReport report;
  const Model model = fit(hours, {}, {.domain = "circular:24", .order = "6"}, &report);
  std::printf("NLL          %.3f nats, proved within 1e-8: %s\n", report.nll,
              report.gap <= 1e-8 ? "yes" : "no");

  // Density, distribution function, quantiles: arrays in, arrays out.
  const std::vector<double> at = {0, 9, 18};
  std::vector<double> out(at.size());
  model.pdf(at, out);
  std::printf("density      %.4f at 0 h, %.4f at 9 h, %.4f at 18 h\n", out[0], out[1], out[2]);
  const std::vector<double> shares = {0.25, 0.5, 0.75};
  model.quantile(shares, out);
  std::printf("quartiles    %.1f, %.1f and %.1f h\n", out[0], out[1], out[2]);

  // Maxima of at least 5 % prominence: the ripples of a fit are no modes.
  for (const Mode& mode : model.modes(0.05)) {
    if (mode.maximum) {
      std::printf("mode         %.1f h, %.0f %% prominent\n", mode.location, 100 * mode.prominence);
    }
  }

  // Exact entropy, without a grid; on a circle also the mean direction.
  std::printf("entropy      %.3f nats\n", model.entropy());
  std::printf("direction    %.1f h\n", model.moments().direction);

  // Draws are numbered: any part of the sequence can be drawn by itself.
  std::vector<double> draws(4);
  std::vector<double> last(2);
  model.sample(7, 0, draws);
  model.sample(7, 2, last);
  std::printf("draws        %s\n", draws[2] == last[0] && draws[3] == last[1] ? "agree" : "differ");

  // Compressed in steps of a minute; the stream needs no model to be read.
  EncodeReport coded;
  const std::string stream = encode(model, hours, {.step = 1.0 / 60}, &coded);
  double worst = 0;
  const std::vector<double> decoded = decode(stream, "example");
  for (size_t i = 0; i < hours.size(); ++i) {
    worst = std::max(worst, std::abs(decoded[i] - hours[i]));
  }
  std::printf("coded        %.2f bits per hour, %.2f promised, error at most %.1f minutes\n",
              coded.bits_per_sample, coded.cross_entropy, 60 * worst);
  return 0;
}
