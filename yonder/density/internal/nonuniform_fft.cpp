// SPDX-License-Identifier: Apache-2.0
// With h = floor(N / 2), A(x) = z^h B(x), and B has the frequencies -h..N - h. The factor z^h never
// has to be computed: |A|^2 = |B|^2, and in the sums it cancels,
//   sum_j w_j z_j^k / A_j = sum_j (w_j / B_j) z_j^(k - h),
//   sum_j w_j z_j^n / A_j^2 = sum_j (w_j / B_j^2) z_j^(n - 2 h).
// So every transform has frequencies of at most N + 1 in size, and one grid of M >= 2 (2 N + 3)
// points serves all. The 16 kernel values of a point are polynomials in its offset from the grid;
// they are computed once and used for the interpolation of B and for spreading up to three sums.
#include "yonder/density/internal/nonuniform_fft.h"

#include "yonder/density/internal/circle_grid.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "yonder/density/internal/nonuniform_fft.cpp"
// The order of these is part of Highway's mechanism.
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include "yonder/density/internal/vector_math-inl.h"
// clang-format on

#ifndef YONDER_DENSITY_NONUNIFORM_FFT_SHARED
#define YONDER_DENSITY_NONUNIFORM_FFT_SHARED
namespace yonder::density::internal {

constexpr size_t kWidth = 16;   // grid points under the kernel
constexpr size_t kDegree = 17;  // of the kernel's pieces
constexpr size_t kBlock = 32;   // points at a time

// kernel value i = sum_d pieces[d][i] u^d, u = 2 * offset - 1.
using KernelPieces = std::array<std::array<double, kWidth>, kDegree + 1>;

// A periodic complex function on a grid of `size` points, padded by the kernel's width so that no
// point's neighbours wrap around: entry i stands for grid point i - (kWidth / 2 - 1).
struct PaddedGrid {
  size_t size = 0;
  std::vector<double> re, im;
  explicit PaddedGrid(size_t size_in = 0)
      : size(size_in), re(size_in + kWidth), im(size_in + kWidth) {}
};

// One pass over the points: interpolate `b` to each; then either store |B|^2, or sum w ln |B|^2 and
// spread what is asked for (null: nothing).
struct GridPass {
  const KernelPieces* pieces;
  const PaddedGrid* b;
  std::span<const double> x, w;
  double* squared_magnitudes = nullptr;
  PaddedGrid* inverse = nullptr;
  PaddedGrid* inverse_squared = nullptr;
  PaddedGrid* inverse_power = nullptr;
};

}  // namespace yonder::density::internal
#endif  // YONDER_DENSITY_NONUNIFORM_FFT_SHARED

HWY_BEFORE_NAMESPACE();
namespace yonder::density::internal {
namespace HWY_NAMESPACE {

// What belongs to one block of points: where each lies on the grid, its kernel values, B there.
struct GridBlock {
  size_t count = 0;
  size_t first[kBlock];  // entry of the padded grid under kernel value 0
  HWY_ALIGN double kernel[kBlock * kWidth];
  HWY_ALIGN double re[kBlock], im[kBlock];
};

HWY_INLINE void place(const GridPass& pass, size_t start, GridBlock& block) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const auto size = static_cast<double>(pass.b->size);
  block.count = std::min(kBlock, pass.x.size() - start);
  for (size_t j = 0; j < block.count; ++j) {
    const double position = pass.x[start + j] / 2 * size + (pass.x[start + j] < 0 ? size : 0);
    const double cell = std::min(std::floor(position), size - 1);
    block.first[j] = static_cast<size_t>(cell);
    const V u = hn::Set(d, 2 * (position - cell) - 1);
    for (size_t i = 0; i < kWidth; i += lanes) {
      V value = hn::LoadU(d, &(*pass.pieces)[kDegree][i]);
      for (size_t degree = kDegree; degree-- > 0;) {
        value = hn::MulAdd(value, u, hn::LoadU(d, &(*pass.pieces)[degree][i]));
      }
      hn::Store(value, d, &block.kernel[j * kWidth + i]);
    }
  }
}

HWY_INLINE void interpolate(const PaddedGrid& grid, GridBlock& block) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  for (size_t j = 0; j < block.count; ++j) {
    V re = hn::Zero(d), im = hn::Zero(d);
    for (size_t i = 0; i < kWidth; i += lanes) {
      const V kernel = hn::Load(d, &block.kernel[j * kWidth + i]);
      re = hn::MulAdd(kernel, hn::LoadU(d, &grid.re[block.first[j] + i]), re);
      im = hn::MulAdd(kernel, hn::LoadU(d, &grid.im[block.first[j] + i]), im);
    }
    block.re[j] = hn::GetLane(hn::SumOfLanes(d, re));
    block.im[j] = hn::GetLane(hn::SumOfLanes(d, im));
  }
  std::fill(block.re + block.count, block.re + kBlock, 1.0);  // harmless where there is no point
  std::fill(block.im + block.count, block.im + kBlock, 0.0);
}

HWY_INLINE void spread(const GridBlock& block, const double* re, const double* im,
                       PaddedGrid& grid) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  for (size_t j = 0; j < block.count; ++j) {
    const V value_re = hn::Set(d, re[j]);
    const V value_im = hn::Set(d, im[j]);
    for (size_t i = 0; i < kWidth; i += lanes) {
      const V kernel = hn::Load(d, &block.kernel[j * kWidth + i]);
      double* to_re = &grid.re[block.first[j] + i];
      double* to_im = &grid.im[block.first[j] + i];
      hn::StoreU(hn::MulAdd(kernel, value_re, hn::LoadU(d, to_re)), d, to_re);
      hn::StoreU(hn::MulAdd(kernel, value_im, hn::LoadU(d, to_im)), d, to_im);
    }
  }
}

double run_grid_pass(const GridPass& pass) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  GridBlock block;
  HWY_ALIGN double weights[kBlock];
  HWY_ALIGN double inverse_re[kBlock], inverse_im[kBlock];
  HWY_ALIGN double squared_re[kBlock], squared_im[kBlock];
  HWY_ALIGN double power[kBlock], none[kBlock] = {};
  V log_sum = hn::Zero(d);
  for (size_t start = 0; start < pass.x.size(); start += kBlock) {
    place(pass, start, block);
    interpolate(*pass.b, block);
    if (pass.squared_magnitudes != nullptr) {
      for (size_t j = 0; j < block.count; ++j) {
        pass.squared_magnitudes[start + j] = block.re[j] * block.re[j] + block.im[j] * block.im[j];
      }
      continue;
    }
    std::copy_n(pass.w.data() + start, block.count, weights);
    std::fill(weights + block.count, weights + kBlock, 0.0);
    for (size_t j = 0; j < kBlock; j += lanes) {
      const V re = hn::Load(d, block.re + j);
      const V im = hn::Load(d, block.im + j);
      const V weight = hn::Load(d, weights + j);
      log_sum = hn::MulAdd(weight, log_norm(re, im), log_sum);
      const V inverse_norm = hn::Div(hn::Set(d, 1.0), hn::MulAdd(re, re, hn::Mul(im, im)));
      const V i_re = hn::Mul(re, inverse_norm);
      const V i_im = hn::Neg(hn::Mul(im, inverse_norm));
      const V q_re = hn::Mul(weight, i_re);
      const V q_im = hn::Mul(weight, i_im);
      hn::Store(q_re, d, inverse_re + j);
      hn::Store(q_im, d, inverse_im + j);
      hn::Store(hn::MulSub(q_re, i_re, hn::Mul(q_im, i_im)), d, squared_re + j);
      hn::Store(hn::MulAdd(q_re, i_im, hn::Mul(q_im, i_re)), d, squared_im + j);
      hn::Store(hn::Mul(weight, inverse_norm), d, power + j);
    }
    if (pass.inverse != nullptr) {
      spread(block, inverse_re, inverse_im, *pass.inverse);
    }
    if (pass.inverse_squared != nullptr) {
      spread(block, squared_re, squared_im, *pass.inverse_squared);
    }
    if (pass.inverse_power != nullptr) {
      spread(block, power, none, *pass.inverse_power);
    }
  }
  return hn::GetLane(hn::SumOfLanes(d, log_sum));
}

// values[j] = ln values[j], of positive normal numbers.
void take_logarithms(std::span<double> values) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  HWY_ALIGN double block[kBlock];
  for (size_t start = 0; start < values.size(); start += kBlock) {
    const size_t count = std::min(kBlock, values.size() - start);
    std::fill(std::copy_n(values.data() + start, count, block), block + kBlock, 1.0);
    for (size_t j = 0; j < kBlock; j += lanes) {
      hn::Store(log_normal(hn::Load(d, block + j)), d, block + j);
    }
    std::copy_n(block, count, values.data() + start);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace yonder::density::internal
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace yonder::density::internal {

HWY_EXPORT(run_grid_pass);
HWY_EXPORT(take_logarithms);

namespace {

constexpr double kHalfWidth = kWidth / 2.0;
constexpr double kSmall = 1e-4;  // of sum |b|^2: below, |A|^2 is computed by Horner's rule

// Beatty's parameter for twice the bandwidth.
double kernel_parameter() {
  constexpr double kOversampling = 2;
  const double w = kWidth / kOversampling * (kOversampling - 0.5);
  return std::numbers::pi * std::sqrt(w * w - 0.8);
}

// I_0(beta sqrt(1 - t^2)) / I_0(beta).
double kernel(double t) {
  const double beta = kernel_parameter();
  return std::cyl_bessel_i(0.0, beta * std::sqrt(std::max(0.0, 1 - t * t))) /
         std::cyl_bessel_i(0.0, beta);
}

// The integral of kernel(t) e^{i xi t} over [-1, 1].
double kernel_transform(double xi) {
  const double beta = kernel_parameter();
  const double root = std::sqrt(beta * beta - xi * xi);  // xi <= pi kWidth / 4 < beta
  return 2 * std::sinh(root) / root / std::cyl_bessel_i(0.0, beta);
}

// Piece i is the kernel at (offset + kWidth / 2 - 1 - i) / (kWidth / 2), offset in [0, 1), as the
// polynomial through the Chebyshev points.
KernelPieces make_pieces() {
  constexpr size_t kPoints = kDegree + 1;
  KernelPieces pieces{};
  Eigen::MatrixXd chebyshev = Eigen::MatrixXd::Zero(kPoints, kPoints);  // row n: T_n's powers
  chebyshev(0, 0) = 1;
  chebyshev(1, 1) = 1;
  for (Eigen::Index n = 2; n < chebyshev.rows(); ++n) {
    chebyshev.row(n) = -chebyshev.row(n - 2);
    chebyshev.row(n).tail(kDegree) += 2 * chebyshev.row(n - 1).head(kDegree);
  }
  for (size_t i = 0; i < kWidth; ++i) {
    Eigen::VectorXd series = Eigen::VectorXd::Zero(kPoints);
    for (size_t j = 0; j < kPoints; ++j) {
      const double angle = std::numbers::pi * (static_cast<double>(j) + 0.5) / kPoints;
      const double offset = (std::cos(angle) + 1) / 2;
      const double value = kernel((offset + kHalfWidth - 1 - static_cast<double>(i)) / kHalfWidth);
      for (size_t n = 0; n < kPoints; ++n) {
        series[static_cast<Eigen::Index>(n)] +=
            (n == 0 ? 1.0 : 2.0) / kPoints * value * std::cos(static_cast<double>(n) * angle);
      }
    }
    const Eigen::VectorXd powers = chebyshev.transpose() * series;
    for (size_t degree = 0; degree < kPoints; ++degree) {
      pieces[degree][i] = powers[static_cast<Eigen::Index>(degree)];
    }
  }
  return pieces;
}

// The transforms of one order between coefficients and padded grids.
class Transforms {
 public:
  explicit Transforms(size_t order) : order_(order), half_(order / 2), grid_(2 * (2 * order + 3)) {
    static const KernelPieces pieces = make_pieces();
    pieces_ = &pieces;
    correction_.resize(order + 2);
    for (size_t k = 0; k < correction_.size(); ++k) {
      const double xi =
          std::numbers::pi * static_cast<double>(k * kWidth) / static_cast<double>(grid_.size());
      correction_[k] = 1 / (kHalfWidth * kernel_transform(xi));
    }
  }

  const KernelPieces& pieces() const { return *pieces_; }
  PaddedGrid empty() const { return PaddedGrid(grid_.size()); }

  // B, ready for interpolation.
  PaddedGrid polynomial(std::span<const std::complex<double>> b) {
    Coefficients ring = Coefficients::Zero(static_cast<Eigen::Index>(grid_.size()));
    for (size_t k = 0; k <= order_; ++k) {
      ring[index(static_cast<ptrdiff_t>(k) - static_cast<ptrdiff_t>(half_))] =
          b[k] * correction_[distance(k, half_)];
    }
    const Coefficients values = grid_.values(ring);
    PaddedGrid padded = empty();
    for (size_t i = 0; i < padded.re.size(); ++i) {
      const size_t at = (i + grid_.size() - (kWidth / 2 - 1)) % grid_.size();
      padded.re[i] = values[static_cast<Eigen::Index>(at)].real();
      padded.im[i] = values[static_cast<Eigen::Index>(at)].imag();
    }
    return padded;
  }

  // sums[k] = sum_j q_j z_j^(k - shift) from the grid that the q were spread to.
  void moments(const PaddedGrid& padded, size_t shift, std::span<std::complex<double>> sums) {
    Coefficients ring = Coefficients::Zero(static_cast<Eigen::Index>(grid_.size()));
    for (size_t i = 0; i < padded.re.size(); ++i) {
      const size_t at = (i + grid_.size() - (kWidth / 2 - 1)) % grid_.size();
      ring[static_cast<Eigen::Index>(at)] += std::complex<double>(padded.re[i], padded.im[i]);
    }
    const Coefficients values = grid_.values(ring);
    for (size_t k = 0; k < sums.size(); ++k) {
      sums[k] = values[index(static_cast<ptrdiff_t>(k) - static_cast<ptrdiff_t>(shift))] *
                correction_[distance(k, shift)];
    }
  }
  size_t half() const { return half_; }

 private:
  Eigen::Index index(ptrdiff_t frequency) const {
    return frequency < 0 ? static_cast<Eigen::Index>(grid_.size()) + frequency : frequency;
  }
  static size_t distance(size_t a, size_t b) { return a > b ? a - b : b - a; }

  size_t order_, half_;
  CircleGrid grid_;
  const KernelPieces* pieces_;
  std::vector<double> correction_;  // by |frequency|
};

// |A|^2 at all points.
std::vector<double> norms(std::span<const std::complex<double>> b, std::span<const double> x) {
  Transforms transforms(b.size() - 1);
  const PaddedGrid grid = transforms.polynomial(b);
  std::vector<double> values(x.size());
  GridPass pass{&transforms.pieces(), &grid, x, {}};
  pass.squared_magnitudes = values.data();
  HWY_DYNAMIC_DISPATCH(run_grid_pass)(pass);
  return values;
}

// Applies `transform` to all values |A|^2, and replaces those that were small by `exact`.
void redo_small(std::span<const std::complex<double>> b, std::span<const double> x,
                void (*exact)(std::span<const std::complex<double>>, std::span<const double>,
                              std::span<double>),
                void (*transform)(std::span<double>), std::vector<double>& values) {
  double square_sum = 0;
  for (const std::complex<double>& value : b) {
    square_sum += std::norm(value);
  }
  std::vector<size_t> small;
  std::vector<double> small_x;
  for (size_t j = 0; j < x.size(); ++j) {
    if (!(values[j] >= kSmall * square_sum)) {
      small.push_back(j);
      small_x.push_back(x[j]);
    }
  }
  transform(values);
  exact(b, small_x, small_x);
  for (size_t i = 0; i < small.size(); ++i) {
    values[small[i]] = small_x[i];
  }
}

}  // namespace

void squared_magnitude_by_fft(std::span<const std::complex<double>> b, std::span<const double> x,
                              std::span<double> out) {
  std::vector<double> values = norms(b, x);  // `out` may be `x`, which is still needed
  redo_small(
      b, x, squared_magnitude_horner, [](std::span<double>) {}, values);
  std::copy(values.begin(), values.end(), out.begin());
}

void log_squared_magnitude_by_fft(std::span<const std::complex<double>> b,
                                  std::span<const double> x, std::span<double> out) {
  std::vector<double> values = norms(b, x);
  redo_small(
      b, x, log_squared_magnitude_horner,
      [](std::span<double> all) {
        HWY_DYNAMIC_DISPATCH(take_logarithms)
        (all);
      },
      values);
  std::copy(values.begin(), values.end(), out.begin());
}

double likelihood_sums_by_fft(std::span<const std::complex<double>> b, std::span<const double> x,
                              std::span<const double> w, const LikelihoodSums& sums) {
  Transforms transforms(b.size() - 1);
  const PaddedGrid grid = transforms.polynomial(b);
  PaddedGrid inverse = sums.inverse.empty() ? PaddedGrid() : transforms.empty();
  PaddedGrid squared = sums.inverse_squared.empty() ? PaddedGrid() : transforms.empty();
  PaddedGrid power = sums.inverse_power.empty() ? PaddedGrid() : transforms.empty();
  GridPass pass{&transforms.pieces(), &grid, x, w};
  pass.inverse = sums.inverse.empty() ? nullptr : &inverse;
  pass.inverse_squared = sums.inverse_squared.empty() ? nullptr : &squared;
  pass.inverse_power = sums.inverse_power.empty() ? nullptr : &power;
  const double log_sum = HWY_DYNAMIC_DISPATCH(run_grid_pass)(pass);
  const size_t half = transforms.half();
  if (pass.inverse != nullptr) {
    transforms.moments(inverse, half, sums.inverse);
  }
  if (pass.inverse_squared != nullptr) {
    transforms.moments(squared, 2 * half, sums.inverse_squared);
  }
  if (pass.inverse_power != nullptr) {
    transforms.moments(power, 0, sums.inverse_power);
  }
  return log_sum;
}

}  // namespace yonder::density::internal
#endif  // HWY_ONCE
