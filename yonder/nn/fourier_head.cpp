// SPDX-License-Identifier: Apache-2.0
// Two forms of the same density are used: |A|^2 for densities, which is never negative, and its
// autocorrelation c for masses, where with a middle m and a width w
//
//   P(m - w/2, m + w/2) = (w/2) (1 + 2 Re sum_n (c_n/c_0) e^(i pi n m) sinc(n w/2)),
//
// which keeps its relative accuracy for every w. Tails enter through w alone, whose logarithm comes
// from the base's tails.
#include "yonder/nn/fourier_head.h"

#include "yonder/base/error.h"
#include "yonder/base/random.h"
#include "yonder/nn/fourier_base.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace yonder::nn {
namespace {

using density::DomainKind;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double kPi = std::numbers::pi;
constexpr double kLn2 = std::numbers::ln2;

at::Tensor orders(int64_t begin, int64_t end, const at::Tensor& like) {
  return at::arange(begin, end, like.options().dtype(at::kDouble));
}

// ln |sum_k b_k e^(i pi k x)|^2 of b [..., N+1] complex and x [...] real, of equal batch shape.
// Keeps the powers of z, not a graph over them.
class LogSquaredSeries : public torch::autograd::Function<LogSquaredSeries> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& b, const at::Tensor& x) {
    const at::Tensor angle = x.unsqueeze(-1) * (kPi * orders(0, b.size(-1), x)).to(x.scalar_type());
    const at::Tensor powers = at::complex(angle.cos(), angle.sin());
    const at::Tensor a = (b * powers).sum(-1);
    context->save_for_backward({b, powers, a});
    // Of abs(), which neither under- nor overflows where its square would.
    return 2 * a.abs().log();
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor& b = saved[0];
    const at::Tensor share = (saved[1] / saved[2].unsqueeze(-1)) * (2 * gradients[0]).unsqueeze(-1);
    // d ln|A|^2 = 2 Re(dA / A).
    const at::Tensor index =
        (kPi * orders(0, b.size(-1), gradients[0])).to(gradients[0].scalar_type());
    const at::Tensor slope = -(at::imag(b * share) * index).sum(-1);
    return {share.conj().resolve_conj(), slope};
  }
};

// b as densities use it: real on a reflected interval, whose series is even.
at::Tensor used_coefficients(const FourierDensity& q, at::ScalarType type) {
  const at::Tensor b = q.coefficients.to(at::toComplexType(type));
  if (q.domain.kind != DomainKind::reflected) {
    return b;
  }
  const at::Tensor real = at::real(b);
  return at::complex(real, at::zeros_like(real));
}

// ln(|A(x)|^2 / S), twice the density on [-1, 1]; x [...] broadcast with the batch of b.
at::Tensor log_twice_density(const at::Tensor& b, const at::Tensor& x) {
  const at::Tensor norm = at::view_as_real(b).square().sum({-2, -1});
  std::vector<int64_t> shape = at::infer_size(norm.sizes(), x.sizes());
  const at::Tensor points = x.expand(shape);
  shape.push_back(b.size(-1));
  return LogSquaredSeries::apply(b.expand(shape), points) - norm.log();
}

// |u| and the side of u, which counts as constant: the derivative of |u| at 0 is then 1, not 0.
struct Sided {
  at::Tensor side, distance;
};
Sided sided(const at::Tensor& u) {
  const at::Tensor side = at::where(u < 0, -at::ones_like(u), at::ones_like(u)).detach();
  return {side, u * side};
}

void require_inside(const FourierDensity& q, const at::Tensor& y) {
  require(at::isfinite(y).all().item<bool>(), ErrorKind::bad_data,
          "a value of the batch is not finite; a Fourier density needs numbers");
  if (q.domain.kind == DomainKind::interval || q.domain.kind == DomainKind::reflected) {
    const double low = y.numel() == 0 ? q.domain.origin : y.min().item<double>();
    const double high = y.numel() == 0 ? q.domain.origin : y.max().item<double>();
    require(low >= q.domain.origin && high <= q.domain.upper(), ErrorKind::bad_data,
            "a value of the batch is {}; the domain of the head is {}",
            low < q.domain.origin ? low : high, q.domain.text());
  }
}

// Units of y per unit of x, and x, on a circle or an interval.
double unit(const density::Domain& domain) {
  return domain.kind == DomainKind::reflected ? domain.length : domain.length / 2;
}
at::Tensor bounded_point(const density::Domain& domain, const at::Tensor& y) {
  at::Tensor offset = y - domain.origin;
  if (domain.kind == DomainKind::circular) {
    offset = at::remainder(offset, domain.length);
  }
  const at::Tensor x = offset / unit(domain);
  return domain.kind == DomainKind::reflected ? x : x - 1;
}

// A piece of the circle: its middle and the logarithm of its width.
struct Piece {
  at::Tensor middle, log_width;
};

// Through which tail an edge on the line is seen.
struct Edge {
  at::Tensor side, log_tail;  // the edge is at x = side (1 - 2 exp(log_tail))
};
Edge edge_of(const FourierDensity& q, const at::Tensor& y) {
  const at::Tensor infinite = at::isinf(y);
  const at::Tensor t = q.location.to(at::kDouble);
  const Sided u = sided((at::where(infinite, t.detach(), y) - t) / q.scale.to(at::kDouble));
  const at::Tensor tail = fourier_base(q.base).log_tail(u.distance);
  const at::Tensor sign = at::where(y < 0, -at::ones_like(y), at::ones_like(y));
  return {at::where(infinite, sign, u.side),
          at::where(infinite, at::full_like(tail, -std::numeric_limits<double>::infinity()), tail)};
}

Piece line_piece(const FourierDensity& q, const at::Tensor& low, const at::Tensor& high) {
  const Edge first = edge_of(q, low);
  const Edge last = edge_of(q, high);
  const auto point = [](const Edge& edge) { return edge.side * (1 - 2 * edge.log_tail.exp()); };
  // Across the middle the width is what both tails leave; on one side it is a difference of tails,
  // taken between their logarithms. Where one form does not apply it gets harmless arguments,
  // because its derivative is multiplied by 0.
  const at::Tensor across = first.side != last.side;
  const at::Tensor both = first.log_tail.exp() + last.log_tail.exp();
  const at::Tensor wide = (-at::where(across, both, at::zeros_like(both))).log1p();
  const at::Tensor near = at::maximum(first.log_tail, last.log_tail);
  const at::Tensor far = at::minimum(first.log_tail, last.log_tail);
  const at::Tensor fall = at::where(across, -at::ones_like(near), far - near);
  const at::Tensor narrow = near + (-at::expm1(fall)).log();
  return {(point(first) + point(last)) / 2, kLn2 + at::where(across, wide, narrow)};
}

Piece bounded_piece(const density::Domain& domain, at::Tensor low, at::Tensor high) {
  if (domain.kind == DomainKind::circular) {
    const at::Tensor width = (high - low).clamp_max(domain.length);
    const at::Tensor begin = at::remainder(low - domain.origin, domain.length);
    return {(begin + width / 2) / unit(domain) - 1, (width / unit(domain)).log()};
  }
  low = low.clamp(domain.origin, domain.upper());
  high = high.clamp(domain.origin, domain.upper());
  return {bounded_point(domain, (low + high) / 2), ((high - low) / unit(domain)).log()};
}

// Below this mean of |A|^2/S over an interval the sum over c has lost its digits.
constexpr double kFewDigits = 1e-6;

// ln of the mean of |A|^2/S over pieces, by 16 nodes of Gauss and Legendre on each of so many equal
// panels that N times their width is at most 6: all terms are positive, and errors 1e-12 of the
// largest. b [M, N+1], pieces [M].
at::Tensor log_mean_by_nodes(const at::Tensor& b, const Piece& piece) {
  static const std::vector<double> kNodes = {
      0.0950125098376374402, 0.2816035507792589132, 0.4580167776572273863, 0.6178762444026437484,
      0.7554044083550030339, 0.8656312023878317439, 0.9445750230732325761, 0.9894009349916499326};
  static const std::vector<double> kWeights = {
      0.1894506104550684963, 0.1826034150449235889, 0.1691565193950025382, 0.1495959888165767321,
      0.1246289712555338721, 0.0951585116824927848, 0.0622535239386478929, 0.0271524594117540949};
  const at::Tensor width = piece.log_width.exp();
  const auto panels =
      1 + static_cast<int64_t>(static_cast<double>(b.size(1)) * width.max().item<double>() / 6);
  const at::TensorOptions options = width.options().requires_grad(false);
  const at::Tensor half = at::tensor(kNodes, options);
  const at::Tensor half_weights = at::tensor(kWeights, options);
  const at::Tensor nodes = at::cat({half, -half});
  const at::Tensor weights = (at::cat({half_weights, half_weights}) / 2).repeat({panels});
  // Of the whole piece: in [-1/2, 1/2].
  const at::Tensor centres = at::arange(panels, options) + 0.5;
  const at::Tensor places =
      ((centres.unsqueeze(1) + nodes / 2) / static_cast<double>(panels) - 0.5).flatten();
  const at::Tensor x = piece.middle.unsqueeze(1) + width.unsqueeze(1) * places;
  return at::logsumexp(
      log_twice_density(b.unsqueeze(1), x) + (weights / static_cast<double>(panels)).log(), {1});
}

// The largest error of a quantile's mass, and steps that bisection alone would need.
constexpr double kMassError = 4e-16;
constexpr int kMaxSteps = 80;

// Mass from an end of the circle up to the distance e, of c [M, N] as seen from there; and its
// slope.
struct MassFromEnd {
  at::Tensor mass, slope;
};
MassFromEnd mass_from_end(const at::Tensor& c, const at::Tensor& e) {
  const at::Tensor n = orders(1, c.size(1) + 1, e);
  const at::Tensor half = e.unsqueeze(1) * n / 2;
  const at::Tensor angle = kPi * half;
  const at::Tensor mean =
      ((at::real(c) * angle.cos() - at::imag(c) * angle.sin()) * at::sinc(half)).sum(1);
  const at::Tensor slope =
      (at::real(c) * (2 * angle).cos() - at::imag(c) * (2 * angle).sin()).sum(1);
  return {e * (0.5 + mean), 0.5 + slope};
}

// e in [0, 2] with mass_from_end(c, e) = mass: the cell of a table, then Newton's method within it,
// halving where that leaves the bracket.
at::Tensor distance_of_mass(const at::Tensor& c, const at::Tensor& mass) {
  const int64_t cells = 8 * (c.size(1) + 1);
  const at::Tensor grid = at::linspace(0, 2, cells + 1, mass.options());
  const at::Tensor n = orders(1, c.size(1) + 1, mass).unsqueeze(1);
  const at::Tensor half = n * grid / 2;
  const at::Tensor wave = at::sinc(half) * grid;
  const at::Tensor table = grid / 2 + at::matmul(at::real(c), (kPi * half).cos() * wave) -
                           at::matmul(at::imag(c), (kPi * half).sin() * wave);
  const at::Tensor found =
      at::searchsorted(table.contiguous(), mass.unsqueeze(1).contiguous()).squeeze(1);
  const at::Tensor cell = (found - 1).clamp(0, cells - 1);
  at::Tensor low = grid.index_select(0, cell);
  at::Tensor high = grid.index_select(0, cell + 1);
  at::Tensor e = (low + high) / 2;
  for (int step = 0; step < kMaxSteps; ++step) {
    const MassFromEnd at_e = mass_from_end(c, e);
    const at::Tensor excess = at_e.mass - mass;
    high = at::where(excess > 0, e, high);
    low = at::where(excess > 0, low, e);
    const at::Tensor newton = e - excess / at_e.slope;
    const at::Tensor inside = (newton > low) & (newton < high);
    const at::Tensor next = at::where(inside, newton, (low + high) / 2);
    // Relative to the mass, so that tails keep their digits.
    const at::Tensor done = (excess.abs() <= kMassError * mass) | (next == low) | (next == high);
    e = at::where(excess.abs() <= kMassError * mass, e, next);
    if (done.all().item<bool>()) {
      break;
    }
  }
  return e;
}

// y of the side of the circle and the distance from its end there, 0 < e < 2.
at::Tensor from_end(const FourierDensity& q, const at::Tensor& side, const at::Tensor& e) {
  const density::Domain& domain = q.domain;
  switch (domain.kind) {
    case DomainKind::line: {
      const at::Tensor beyond = e > 1;
      const at::Tensor nearest = at::where(beyond, 2 - e, e);
      const at::Tensor v = fourier_base(q.base).from_tail(nearest / 2);
      return q.location.to(at::kDouble) +
             q.scale.to(at::kDouble) * v * at::where(beyond, -side, side);
    }
    case DomainKind::reflected:
      // Of the even density on [-1, 1] half the mass lies in [0, 1], and x = 1 - e.
      return at::where(side > 0, domain.upper() - e * domain.length,
                       domain.origin + e * domain.length);
    default:
      return at::where(side > 0, domain.upper() - e * unit(domain),
                       domain.origin + e * unit(domain));
  }
}

// The value beyond which `mass` lies, seen from the upper (side 1) or lower (-1) end.
at::Tensor value_of_mass(const FourierDensity& q, const at::Tensor& side, const at::Tensor& mass) {
  const at::Tensor c = autocorrelation(used_coefficients(q, at::kDouble));
  require(at::isfinite(at::view_as_real(c)).all().item<bool>(), ErrorKind::numerical,
          "coefficients of a Fourier head are not finite, or all of a density are 0");
  const int64_t terms = c.size(-1);
  std::vector<int64_t> shape = at::infer_size(c.sizes().slice(0, c.dim() - 1), mass.sizes());
  const at::Tensor sides = side.expand(shape);
  const bool reflected = q.domain.kind == DomainKind::reflected;
  std::vector<int64_t> full = shape;
  full.push_back(terms);
  // From the end at -1: c_n (-1)^n; from the one at 1 the mirror image. The lower end of a
  // reflected interval is x = 0, in the middle of its even density.
  const at::Tensor n = orders(1, terms + 1, mass);
  const at::Tensor alternating = 1 - 2 * at::remainder(n, 2);
  const at::Tensor upper = (sides > 0).unsqueeze(-1);
  const at::Tensor turned =
      at::where(upper, at::real(c).expand(full) * alternating,
                at::real(c).expand(full) * (reflected ? at::ones_like(n) : alternating));
  const at::Tensor bent = at::where(upper, -at::imag(c), at::imag(c)).expand(full) * alternating;
  const at::Tensor seen = at::complex(turned, bent).reshape({-1, terms});
  const at::Tensor wanted = (reflected ? mass / 2 : mass).expand(shape).reshape({-1});
  at::Tensor e;
  {
    const at::NoGradGuard no_grad;
    e = distance_of_mass(seen, wanted);
  }
  // One differentiable step of Newton's method at the solution is the implicit function's gradient.
  const MassFromEnd at_e = mass_from_end(seen, e);
  e = e - (at_e.mass - wanted) / at_e.slope.detach();
  return from_end(q, sides, e.view(shape));
}

}  // namespace

at::Tensor autocorrelation(const at::Tensor& coefficients) {
  const at::Tensor b = coefficients.to(at::kComplexDouble);
  const int64_t count = b.size(-1);
  const auto size = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(2 * count)));
  const at::Tensor spectrum = at::view_as_real(at::fft_fft(b, size)).square().sum(-1);
  const at::Tensor c = at::fft_ifft(spectrum, size).slice(-1, 0, count);
  return c.slice(-1, 1) / at::real(c.slice(-1, 0, 1));
}

at::Tensor roughness(const at::Tensor& coefficients) {
  const at::Tensor c = at::view_as_real(autocorrelation(coefficients)).square().sum(-1);
  const at::Tensor n = orders(1, c.size(-1) + 1, c);
  return kPi * kPi * (c * n * n).sum(-1);
}

at::Tensor log_density(const FourierDensity& q, const at::Tensor& y) {
  require_inside(q, y);
  const at::ScalarType type = at::promoteTypes(
      at::promoteTypes(at::toRealValueType(q.coefficients.scalar_type()), y.scalar_type()),
      at::kFloat);
  const at::Tensor values = y.to(type);
  const at::Tensor b = used_coefficients(q, type);
  if (q.domain.kind != DomainKind::line) {
    return log_twice_density(b, bounded_point(q.domain, values)) - std::log(q.domain.length);
  }
  const FourierBase& base = fourier_base(q.base);
  const at::Tensor scale = q.scale.to(type);
  const at::Tensor u = (values - q.location.to(type)) / scale;
  const Sided parts = sided(u);
  const at::Tensor x = parts.side * (1 - 2 * base.log_tail(parts.distance).exp());
  return log_twice_density(b, x) + base.log_density(u) - scale.log();
}

at::Tensor log_interval_probability(const FourierDensity& q, const at::Tensor& low,
                                    const at::Tensor& high) {
  const at::Tensor first = low.to(at::kDouble);
  const at::Tensor last = high.to(at::kDouble);
  require((first < last).all().item<bool>(), ErrorKind::bad_data,
          "an interval of the batch does not have low < high");
  const at::Tensor b = used_coefficients(q, at::kDouble);
  const Piece piece = q.domain.kind == DomainKind::line ? line_piece(q, first, last)
                                                        : bounded_piece(q.domain, first, last);
  const at::Tensor c = autocorrelation(b);
  const at::Tensor n = orders(1, c.size(-1) + 1, first);
  const at::Tensor angle = kPi * piece.middle.unsqueeze(-1) * n;
  const at::Tensor waves = at::real(c) * angle.cos() - at::imag(c) * angle.sin();
  const at::Tensor mean =
      1 + 2 * (waves * at::sinc(n * piece.log_width.exp().unsqueeze(-1) / 2)).sum(-1);
  // Of width in units of [-1, 1], whose density is half of |A|^2/S; a reflected interval is half of
  // its circle, so there the two cancel.
  const at::Tensor log_half_width =
      piece.log_width - (q.domain.kind == DomainKind::reflected ? 0 : kLn2);
  const at::Tensor few = (mean < kFewDigits).detach();
  if (!few.any().item<bool>()) {
    return log_half_width + mean.log();
  }
  std::vector<int64_t> shape = mean.sizes().vec();
  shape.push_back(b.size(-1));
  const at::Tensor rare = log_mean_by_nodes(
      b.expand(shape).index({few}), {piece.middle.index({few}), piece.log_width.index({few})});
  const at::Tensor log_mean =
      at::where(few, at::ones_like(mean), mean).log().index_put({few}, rare);
  return log_half_width + log_mean;
}

at::Tensor cdf(const FourierDensity& q, const at::Tensor& y) {
  require_inside(q, y);
  at::Tensor values = y.to(at::kDouble);
  if (q.domain.kind == DomainKind::line) {
    const at::Tensor begin = at::full_like(values, -std::numeric_limits<double>::infinity());
    return log_interval_probability(q, begin, values).exp();
  }
  if (q.domain.kind == DomainKind::circular) {
    values = q.domain.origin + at::remainder(values - q.domain.origin, q.domain.length);
  }
  // An empty interval has no logarithm with a gradient.
  const at::Tensor empty = values <= q.domain.origin;
  const at::Tensor end = at::where(empty, at::full_like(values, q.domain.upper()), values);
  const at::Tensor mass =
      log_interval_probability(q, at::full_like(values, q.domain.origin), end).exp();
  return at::where(empty, at::zeros_like(mass), mass);
}

at::Tensor quantile(const FourierDensity& q, const at::Tensor& u) {
  const at::Tensor wanted = u.to(at::kDouble);
  require(((wanted > 0) & (wanted < 1)).all().item<bool>(), ErrorKind::bad_data,
          "a quantile of the batch is outside (0, 1)");
  const at::Tensor upper = wanted > 0.5;
  const at::Tensor ones = at::ones_like(wanted);
  return value_of_mass(q, at::where(upper, ones, -ones), at::where(upper, 1 - wanted, wanted));
}

at::Tensor sample(const FourierDensity& q, uint64_t seed, uint64_t stream) {
  at::IntArrayRef shape = q.coefficients.sizes().slice(0, q.coefficients.dim() - 1);
  at::Tensor side = at::empty(shape, at::kDouble);
  at::Tensor mass = at::empty(shape, at::kDouble);
  Rng rng(seed, stream);
  for (int64_t i = 0; i < side.numel(); ++i) {
    // The first bit says from which end, the others how much mass lies beyond.
    const uint64_t bits = rng.next();
    side.data_ptr<double>()[i] = (bits >> 63) != 0 ? 1 : -1;
    mass.data_ptr<double>()[i] = (static_cast<double>(bits << 1 >> 1) + 0.5) * 0x1p-64;
  }
  const at::Device device = q.coefficients.device();
  return value_of_mass(q, side.to(device), mass.to(device));
}

}  // namespace yonder::nn
