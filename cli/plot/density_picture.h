// SPDX-License-Identifier: Apache-2.0
// What a plot of densities shows: the histogram of the data behind the curves of the models, modes
// marked. Used by `yonder density plot` and the demo.
#pragma once

#include "cli/plot/svg_plot.h"
#include "yonder/density/model.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace yonder::cli {

struct NamedModel {
  std::string name;
  density::Model model;
};

struct DensityPictureOptions {
  bool modes = true;            ///< mark those of the first model
  double min_prominence = .05;  ///< of the modes that are marked
  bool cdf = false;             ///< dashed, scaled to the height of the picture
  bool log_y = false;
  int64_t bins = 0;  ///< 0: Freedman-Diaconis
  std::optional<double> low = std::nullopt;
  std::optional<double> high = std::nullopt;
};

/// models: at least one. values [n], may be empty; weights [n] or empty.
SvgPlot density_picture(std::span<const NamedModel> models, std::span<const double> values,
                        std::span<const double> weights, const DensityPictureOptions& options);

}  // namespace yonder::cli
