// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/internal/adaptive_panels.h"

#include <algorithm>
#include <cmath>

namespace yonder::density::internal {
namespace {

constexpr size_t kNodes = 15;
constexpr int kMostHalvings = 48;
constexpr size_t kMostPanels = 32768;

// Half of the symmetric nodes, the middle last; every second one is Gauss's.
constexpr std::array<double, 8> kNode = {
    0.991455371120812639206854697526329, 0.949107912342758524526189684047851,
    0.864864423359769072789712788640926, 0.741531185599394439863864773280788,
    0.586087235467691130294144838739013, 0.405845151377397166906606412076961,
    0.207784955007898467600689403773245, 0.000000000000000000000000000000000};
constexpr std::array<double, 8> kKronrod = {
    0.022935322010529224963732008058970, 0.063092092629978553290700663189204,
    0.104790010322250183839876322541518, 0.140653259715525918745189590510238,
    0.169004726639267902826583426598550, 0.190350578064785409913256402421014,
    0.204432940075298892414161999234649, 0.209482141084727828012999174891714};
constexpr std::array<double, 4> kGauss = {
    0.129484966168869693270611432679082, 0.279705391489276667901467771423780,
    0.381830050505118944950369775488975, 0.417959183673469387755102040816327};

struct Open {
  Panel panel;
  int halvings = 0;
};

// Fills integral and error from the values at a panel's nodes.
void measure(Panel& panel, const std::array<const double*, 2>& values) {
  const double half = (panel.high - panel.low) / 2;
  panel.error = 0;
  for (size_t which = 0; which < 2; ++which) {
    double kronrod = 0;
    double gauss = 0;
    for (size_t i = 0; i < kNodes; ++i) {
      const size_t k = std::min(i, kNodes - 1 - i);
      kronrod += kKronrod[k] * values[which][i];
      gauss += k % 2 == 1 ? kGauss[k / 2] * values[which][i] : 0;
    }
    double spread = 0;
    for (size_t i = 0; i < kNodes; ++i) {
      spread += kKronrod[std::min(i, kNodes - 1 - i)] * std::abs(values[which][i] - kronrod / 2);
    }
    const double difference = std::abs(kronrod - gauss);
    const double error =
        spread > 0 ? spread * std::min(1.0, std::pow(200 * difference / spread, 1.5)) : 0;
    panel.integral[which] = kronrod * half;
    panel.error = std::max(panel.error, error * half);
  }
}

}  // namespace

std::vector<Panel> adaptive_panels(const FunctionPair& functions,
                                   std::span<const double> breakpoints, double tolerance) {
  std::vector<Open> open;
  for (size_t i = 0; i + 1 < breakpoints.size(); ++i) {
    open.push_back({{breakpoints[i], breakpoints[i + 1], {}, 0}, 0});
  }
  const size_t most = std::max(kMostPanels, 8 * open.size());
  const double share = tolerance / static_cast<double>(open.size());
  std::vector<Panel> done;
  std::vector<double> x;
  std::vector<double> first;
  std::vector<double> second;
  while (!open.empty()) {
    x.clear();
    for (const Open& each : open) {
      const double middle = each.panel.low + (each.panel.high - each.panel.low) / 2;
      const double half = (each.panel.high - each.panel.low) / 2;
      for (size_t i = 0; i < kNodes; ++i) {
        x.push_back(i < 8 ? middle - half * kNode[i] : middle + half * kNode[kNodes - 1 - i]);
      }
    }
    first.resize(x.size());
    second.resize(x.size());
    functions(x, first, second);
    std::vector<Open> next;
    for (size_t k = 0; k < open.size(); ++k) {
      Open& each = open[k];
      measure(each.panel, {first.data() + k * kNodes, second.data() + k * kNodes});
      const double rounding =
          1e-15 * std::max(std::abs(each.panel.integral[0]), std::abs(each.panel.integral[1]));
      // Halves of a panel may each keep the whole's share of a half to the power 1/2: kinks halve
      // their panel without end, and this series still converges.
      if (each.panel.error <= std::max(share * std::exp2(-0.5 * each.halvings), rounding) ||
          each.halvings == kMostHalvings ||
          done.size() + next.size() + (open.size() - k) + 1 > most) {
        done.push_back(each.panel);
        continue;
      }
      const double middle = each.panel.low + (each.panel.high - each.panel.low) / 2;
      next.push_back({{each.panel.low, middle, {}, 0}, each.halvings + 1});
      next.push_back({{middle, each.panel.high, {}, 0}, each.halvings + 1});
    }
    open = std::move(next);
  }
  std::sort(done.begin(), done.end(), [](const Panel& a, const Panel& b) { return a.low < b.low; });
  return done;
}

}  // namespace yonder::density::internal
