// SPDX-License-Identifier: Apache-2.0
#include "yonder/density/algebra.h"

#include "yonder/base/error.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace yonder::density {
namespace {

using Complex = std::complex<double>;

std::string text_of(const Model& model) {
  return model.base() ? model.domain().text() + " with base " + model.base()->text()
                      : model.domain().text();
}

void require_circle(const Domain& domain, const char* what) {
  require(domain.kind == DomainKind::circular, ErrorKind::bad_option,
          "{} is defined on a circle; the domain is {}", what, domain.text());
}

void require_equal(const Model& a, const Model& b, const char* what) {
  require(a.domain() == b.domain() && a.base() == b.base(), ErrorKind::bad_option,
          "{} needs equal domains and bases; found {} and {}", what, text_of(a), text_of(b));
}

// e^{-i pi k delta} with k delta brought into [-1, 1] first.
Complex turn(int64_t k, double delta) {
  const double angle = std::remainder(static_cast<double>(k) * delta, 2.0);
  return std::polar(1.0, -std::numbers::pi * angle);
}

}  // namespace

Model rotate(const Model& model, double shift) {
  require_circle(model.domain(), "a rotation");
  require(std::isfinite(shift), ErrorKind::bad_option, "the shift is {}; a finite number is needed",
          shift);
  const double delta = std::remainder(2 * shift / model.domain().length, 2.0);
  std::vector<Complex> b(model.coefficients().begin(), model.coefficients().end());
  for (size_t k = 0; k < b.size(); ++k) {
    b[k] *= turn(static_cast<int64_t>(k), delta);  // A(x - delta)
  }
  return {model.domain(), model.base(), b};
}

Model reflect(const Model& model) {
  const bool reflected = model.domain().kind == DomainKind::reflected;
  if (model.base()) {
    require(model.base()->name() != "mixture", ErrorKind::bad_option,
            "a density with a mixture as its base cannot be mirrored: the base is not symmetric");
  }
  std::vector<Complex> b(model.coefficients().begin(), model.coefficients().end());
  for (size_t k = 0; k < b.size(); ++k) {
    // A reflected interval is the half [0, 1] of an even density: mirrored about its middle, the
    // density is moved by 1.
    b[k] = reflected ? (k % 2 == 0 ? b[k] : -b[k]) : std::conj(b[k]);
  }
  return {model.domain(), model.base(), b};
}

Model mixture(std::span<const Model> models, std::span<const double> weights) {
  require(!models.empty() && models.size() == weights.size(), ErrorKind::bad_option,
          "{} densities with {} weights; one weight for each of at least one density is needed",
          models.size(), weights.size());
  double total = 0;
  size_t size = 0;
  for (size_t i = 0; i < models.size(); ++i) {
    require_equal(models.front(), models[i], "a mixture");
    require(weights[i] >= 0 && std::isfinite(weights[i]), ErrorKind::bad_option,
            "weight {} is {}; weights are finite and not negative", i, weights[i]);
    total += weights[i];
    size = std::max(size, models[i].autocorrelation().size());
  }
  require(total > 0, ErrorKind::bad_option, "all weights of the mixture are 0");
  std::vector<Complex> c(size);
  for (size_t i = 0; i < models.size(); ++i) {
    const std::span<const Complex> part = models[i].autocorrelation();
    for (size_t n = 0; n < part.size(); ++n) {
      c[n] += weights[i] / total * part[n];
    }
  }
  return Model::from_autocorrelation(models.front().domain(), models.front().base(), c);
}

Model convolve(const Model& model, std::span<const Complex> kernel) {
  require_circle(model.domain(), "a convolution");
  require(!kernel.empty() && std::abs(kernel[0] - 1.0) < 1e-12, ErrorKind::bad_option,
          "the kernel's moments begin with E 1 = 1");
  std::vector<Complex> c(model.autocorrelation().begin(), model.autocorrelation().end());
  c.resize(std::min(c.size(), kernel.size()));
  for (size_t n = 0; n < c.size(); ++n) {
    require(
        std::isfinite(kernel[n].real()) && std::isfinite(kernel[n].imag()) &&
            std::abs(kernel[n]) <= 1 + 1e-12,
        ErrorKind::bad_option,
        "moment {} of the kernel is {} + {}i; a distribution's circular moments have a length of "
        "at most 1",
        n, kernel[n].real(), kernel[n].imag());
    c[n] *= std::conj(kernel[n]);  // c_n / c_0 is the conjugate of E e^{i pi n x}
  }
  return Model::from_autocorrelation(model.domain(), model.base(), c);
}

std::vector<Complex> wrapped_normal_moments(const Domain& domain, double deviation, int64_t order) {
  require_circle(domain, "a wrapped normal distribution");
  require(deviation >= 0 && std::isfinite(deviation) && order >= 0, ErrorKind::bad_option,
          "deviation {} and order {}; neither is negative", deviation, order);
  const double angle = 2 * std::numbers::pi * deviation / domain.length;
  std::vector<Complex> moments(static_cast<size_t>(order) + 1);
  for (size_t n = 0; n < moments.size(); ++n) {
    const double t = static_cast<double>(n) * angle;
    moments[n] = std::exp(-t * t / 2);
  }
  return moments;
}

Model product(const Model& p, const Model& q) {
  require(p.domain().kind != DomainKind::line, ErrorKind::bad_option,
          "the product of two densities on the line is none of this kind; use bounded domains");
  require_equal(p, q, "a product");
  const std::span<const Complex> a = p.coefficients();
  const std::span<const Complex> b = q.coefficients();
  std::vector<Complex> c(a.size() + b.size() - 1);  // |A|^2 |B|^2 = |A B|^2
  for (size_t j = 0; j < a.size(); ++j) {
    for (size_t k = 0; k < b.size(); ++k) {
      c[j + k] += a[j] * b[k];
    }
  }
  return {p.domain(), p.base(), c};
}

Model pad(const Model& model, int64_t order) {
  require(order >= model.order() && order <= 65536, ErrorKind::bad_option,
          "order {} was asked for; {} (the model's) to 65536 is possible", order, model.order());
  std::vector<Complex> b(model.coefficients().begin(), model.coefficients().end());
  b.resize(static_cast<size_t>(order) + 1);
  ModelInfo info = model.info();
  if (order > model.order()) {
    info.gap = -1;  // a certificate of the lower order: a density of this one may be better
  }
  return {model.domain(), model.base(), b, info};
}

}  // namespace yonder::density
