// SPDX-License-Identifier: Apache-2.0
#include "yonder/nn/ssm/table.h"

#include <algorithm>

namespace yonder::nn {

const std::vector<SsmRow>& ssm_rows() {
  static const std::vector<SsmRow> rows = {
      {"s4d-lin", "poles -1/2 + i pi n: Fourier modes", diagonal_start_values, diagonal_system,
       diagonal_shapes},
      {"s4d-inv", "poles that crowd at low frequencies", diagonal_start_values, diagonal_system,
       diagonal_shapes},
      {"s4d-legs", "poles of the normal part of legs", diagonal_start_values, diagonal_system,
       diagonal_shapes},
      {"s4-legs", "legs: Legendre memory that fades exponentially", low_rank_start_values,
       low_rank_system, low_rank_shapes},
      {"s4-legt", "legt: Legendre memory of a window", low_rank_start_values, low_rank_system,
       low_rank_shapes},
      {"s4-fout", "fout: Fourier memory of a window", low_rank_start_values, low_rank_system,
       low_rank_shapes},
      {"rtf", "rational transfer function, starts as a short filter", rational_start_values,
       rational_system, rational_shapes},
  };
  return rows;
}

const std::vector<std::string>& ssm_start_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const SsmRow& row : ssm_rows()) {
      all.push_back(row.name);
    }
    return all;
  }();
  return names;
}

const SsmRow& ssm_row(std::string_view name) {
  check_choice("ssm-start", std::string(name), ssm_start_names());
  const auto& rows = ssm_rows();
  return *std::find_if(rows.begin(), rows.end(),
                       [&](const SsmRow& row) { return row.name == name; });
}

}  // namespace yonder::nn
