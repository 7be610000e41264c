# SPDX-License-Identifier: Apache-2.0
"""The class FourierDensity, and what makes one: fits of columns, of streams, and of densities.

A FourierDensity can be a step of scikit-learn's pipelines and searches: it is configured by its
constructor, clone() copies it unfitted, and nothing of scikit-learn is imported. A fitted one never
changes except by fit(). Any method may be called from any thread; the GIL is free while the library
works.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, SupportsIndex, cast, overload

import numpy as np
import numpy.typing as npt

from yonder import _core
from yonder.arrays import Floats, column, floats, scalar_like
from yonder.density.results import (
    Distances,
    FitReport,
    GoodnessOfFit,
    Mode,
    Moments,
    moments_from,
    report_from,
)
from yonder.progress import ProgressCallback, reporter

if TYPE_CHECKING:
    from typing import Self, Unpack

    from yonder.density.options import FitOptions

__all__ = [
    "FourierDensity",
    "NotFittedError",
    "StreamFitter",
    "export_reference",
    "fit_columns",
    "mixture",
]


class NotFittedError(ValueError, AttributeError):
    """A density was asked for before fit(). The same bases as scikit-learn's exception has."""


class FourierDensity:
    """A density of one column, p(x) = |A(x)|^2 / (2 S) with a Fourier series A of `order` terms.

    Options are keyword arguments (`FitOptions` in yonder.density.options), as for the program. Those
    that are text there may be numbers here: order=8. After fit():

    order_, gap_, nll_    the order, the certificate and the mean negative log-likelihood, in nats
    report_               all about the fit (FitReport); None for densities that were not fitted here
    coefficients_         b_0 ... b_N, canonical; domain_, base_

    >>> hours = np.concatenate([np.linspace(8, 10, 60), np.linspace(17, 18, 30)])
    >>> density = FourierDensity(domain="circular:24", order=6).fit(hours)
    >>> density.order_, density.gap_ < 1e-8
    (6, True)
    >>> bool(density.pdf(9.0) > density.pdf(13.0)), round(density.ppf(1.0), 9)
    (True, 24.0)
    """

    def __init__(self, **options: Unpack[FitOptions]) -> None:
        params = _core.fit_defaults()
        _check_names(type(self).__name__, options, params)
        self._params: dict[str, Any] = {**params, **options}
        self._native: _core.Density | None = None
        #: About the fit; None where there was none.
        self.report_: FitReport | None = None

    # ------------------------------------------------------------------------ scikit-learn's side

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The options as they were given, by name."""
        return dict(self._params)

    def set_params(self, **params: Any) -> Self:
        """Changes options; takes effect with the next fit().

        >>> FourierDensity().set_params(order=4).get_params()["order"]
        4
        """
        _check_names("set_params", params, self._params)
        self._params.update(params)
        return self

    def fit(self, X: npt.ArrayLike, y: object = None, sample_weight: npt.ArrayLike | None = None, *,
            progress: ProgressCallback | None = None) -> Self:
        """Fits the density to values by maximum likelihood.

        X:             (n,) or (n, 1), in the units of the data.
        y:             ignored; pipelines pass it.
        sample_weight: (n,), at least 0.
        Raises ValueError for an option, DataError for values (naming the first), KeyboardInterrupt.
        """
        weights = None if sample_weight is None else column("sample_weight", sample_weight)
        native, row = _core.Density.fit(column("X", X), weights, reporter(progress),
                                        _library_options(self._params))
        self._native = native
        self.report_ = report_from(row)
        return self

    def score_samples(self, X: npt.ArrayLike) -> Floats:
        """The log density of each value, (n,)."""
        return self._fitted().logpdf(column("X", X))

    def score(self, X: npt.ArrayLike, y: object = None) -> float:
        """The mean log density of the values, in nats: higher is better."""
        return float(np.mean(self.score_samples(X)))

    def sample(self, n_samples: SupportsIndex = 1, random_state: Any = 0, *,
               first: SupportsIndex = 0) -> Floats:
        """Draws, (n_samples,).

        random_state: a seed, or numpy's RandomState or Generator, from which one is drawn. The same
        seed gives the same numbers; `first` goes on within them: draws 0 ... 9 and 10 ... 19 of a
        seed are what 20 draws would have been.

        >>> density = FourierDensity.from_coefficients([1, 0.5])
        >>> whole = density.sample(4, random_state=7)
        >>> np.array_equal(whole[2:], density.sample(2, random_state=7, first=2))
        True
        """
        return self._fitted().sample(_seed(random_state), int(first), int(n_samples))

    def __sklearn_tags__(self) -> Any:
        # Called by scikit-learn only, so it is there.
        utils = importlib.import_module("sklearn.utils")
        return utils.Tags(estimator_type="density_estimator",
                          target_tags=utils.TargetTags(required=False),
                          input_tags=utils.InputTags(one_d_array=True))

    def __sklearn_is_fitted__(self) -> bool:
        return self._native is not None

    # ------------------------------------------------------------------------- the fitted density

    @property
    def order_(self) -> int:
        """N, the number of frequencies."""
        return self._fitted().order

    @property
    def gap_(self) -> float:
        """No density of this order is better by more than this, in nats; NaN where there is no
        certificate (with a penalty, or not from a fit)."""
        gap = self._fitted().info[2]
        return gap if gap >= 0 else float("nan")

    @property
    def nll_(self) -> float:
        """Mean negative log-likelihood of the fitted values, nats per value."""
        return self._fitted().info[1]

    @property
    def domain_(self) -> str:
        """Where the values live, as the option says it."""
        return self._fitted().domain

    @property
    def base_(self) -> str | None:
        """The base distribution of the line with its parameters; None elsewhere."""
        return self._fitted().base

    @property
    def coefficients_(self) -> npt.NDArray[np.complex128]:
        """b_0 ... b_N of A(x) = sum b_k exp(i pi k x): minimal phase, b_0 > 0, sum |b|^2 = 1."""
        return self._fitted().coefficients

    @property
    def autocorrelation_(self) -> npt.NDArray[np.complex128]:
        """c_0 ... c_N of p(x) = 1/2 + Re sum c_n exp(i pi n x); c_0 = 1."""
        return self._fitted().autocorrelation

    @property
    def n_parameters_(self) -> int:
        """How many numbers were fitted."""
        return self._fitted().parameter_count

    @overload
    def pdf(self, y: float) -> float: ...
    @overload
    def pdf(self, y: npt.ArrayLike) -> Any: ...

    def pdf(self, y: npt.ArrayLike) -> Any:
        """The density at y, of any shape; a number for a number. 0 outside an interval."""
        return scalar_like(self._fitted().pdf(floats("y", y)))

    def logpdf(self, y: npt.ArrayLike) -> Any:
        """ln pdf(y), finite to the underflow of the density itself."""
        return scalar_like(self._fitted().logpdf(floats("y", y)))

    def cdf(self, y: npt.ArrayLike) -> Any:
        """P(Y <= y); on a circle from the domain's origin on."""
        return scalar_like(self._fitted().cdf(floats("y", y)))

    def sf(self, y: npt.ArrayLike) -> Any:
        """1 - cdf(y) without cancellation."""
        return scalar_like(self._fitted().sf(floats("y", y)))

    def logcdf(self, y: npt.ArrayLike) -> Any:
        """ln cdf(y), accurate in the tail."""
        return scalar_like(self._fitted().logcdf(floats("y", y)))

    def logsf(self, y: npt.ArrayLike) -> Any:
        """ln sf(y), accurate in the tail."""
        return scalar_like(self._fitted().logsf(floats("y", y)))

    def ppf(self, u: npt.ArrayLike) -> Any:
        """The y with cdf(y) = u. DataError outside [0, 1].

        >>> density = FourierDensity.from_coefficients([1, 0.5])
        >>> round(density.cdf(density.ppf(0.3)), 12)
        0.3
        """
        return scalar_like(self._fitted().quantile(floats("u", u)))

    quantile = ppf

    def log_bin_probability(self, y: npt.ArrayLike, step: float,
                            temperature: float = float("inf")) -> Any:
        """ln of the probability of the bin of width `step` around y, for training with quantisation.

        temperature: how soft the rounding is that y was made with; infinity for noise, 0 for the
        coder's own bins.
        """
        return scalar_like(self._fitted().log_bin_probability(
            floats("y", y), float(step), float(temperature)))

    def entropy(self) -> float:
        """Differential entropy in nats; exact on circles and intervals."""
        return self._fitted().entropy()

    def kl(self, other: FourierDensity) -> float:
        """The divergence from `other`, in nats. ValueError where the domains differ."""
        return self._fitted().kl(other._fitted())

    def cross_entropy(self, other: FourierDensity) -> float:
        """-E ln other(Y), in nats, Y of this density."""
        return self._fitted().cross_entropy(other._fitted())

    def distances(self, other: FourierDensity) -> Distances:
        """Wasserstein and total variation distance to `other`."""
        return Distances._make(self._fitted().distances(other._fitted()))

    def modes(self, min_prominence: float = 0) -> list[Mode]:
        """All maxima and minima in order of y, without maxima below the prominence."""
        return [Mode._make(row) for row in self._fitted().modes(float(min_prominence))]

    def moments(self) -> Moments:
        """Mean, variance, skewness, kurtosis and, on a circle, the circular ones."""
        return moments_from(self._fitted().moments())

    def goodness_of_fit(self, X: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None,
                        bins: SupportsIndex = 20) -> GoodnessOfFit:
        """How well the density describes values, which it may not have seen."""
        weights = None if sample_weight is None else column("sample_weight", sample_weight)
        return GoodnessOfFit._make(
            self._fitted().goodness_of_fit(column("X", X), weights, int(bins)))

    def crps(self, X: npt.ArrayLike) -> float:
        """Mean continuous ranked probability score of values, in their units."""
        return self._fitted().crps(column("X", X))

    def optimality_gap(self, X: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None) -> float:
        """The certificate for any values: how much better, in nats, the best density of this order,
        domain and base can be at most."""
        weights = None if sample_weight is None else column("sample_weight", sample_weight)
        return self._fitted().optimality_gap(column("X", X), weights)

    # ---------------------------------------------------------------------- densities of densities

    def rotate(self, shift: float) -> Self:
        """The density of Y + shift. Circles only."""
        return self._derived(self._fitted().rotate(float(shift)))

    def reflect(self) -> Self:
        """The density mirrored about the middle of its domain."""
        return self._derived(self._fitted().reflect())

    def convolve(self, kernel: npt.ArrayLike) -> Self:
        """The density of Y + Z on a circle, kernel[n] = E exp(i pi n Z), n = 0, 1, ..."""
        return self._derived(self._fitted().convolve(
            np.ascontiguousarray(kernel, dtype=np.complex128)))

    def blur(self, deviation: float) -> Self:
        """The density of Y + Z on a circle, Z normal with this standard deviation."""
        return self._derived(self._fitted().blur(float(deviation)))

    def product(self, other: FourierDensity) -> Self:
        """The normalised product with another density of the same domain."""
        return self._derived(self._fitted().product(other._fitted()))

    def pad(self, order: SupportsIndex) -> Self:
        """The same density with a higher order."""
        return self._derived(self._fitted().pad(int(order)))

    # ------------------------------------------------------------------------------ files, copies

    @classmethod
    def from_coefficients(cls, coefficients: npt.ArrayLike, domain: str = "interval:-1:1",
                          base: tuple[str, Sequence[float]] | None = None) -> Self:
        """A density from any b_0 ... b_N; base: its family and parameters, on the line.

        >>> round(FourierDensity.from_coefficients([1, 0.5 - 0.25j, 0.3j]).cdf(0.1), 10)
        0.5290242569
        """
        b = np.ascontiguousarray(coefficients, dtype=np.complex128).reshape(-1)
        given = None if base is None else (base[0], [float(value) for value in base[1]])
        return cls._of(_core.Density.from_coefficients(domain, b, given))

    @classmethod
    def from_reference(cls, path: str | os.PathLike[str]) -> list[Self]:
        """The densities of an .npz of the authors' reference code, one per channel."""
        return [cls._of(native) for native in _core.import_reference(path)]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a .yfd file, atomically."""
        self._fitted().save(path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Reads a .yfd file, or the same content as JSON. OSError, DataError."""
        return cls._of(_core.Density.load(path))

    def to_json(self) -> str:
        """What a .yfd file holds, as JSON with shortest decimals."""
        return self._fitted().to_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads to_json()."""
        return cls._of(_core.Density.from_json(text, "JSON text"))

    def __getstate__(self) -> dict[str, Any]:
        native = None if self._native is None else self._native.to_bytes()
        return {"params": self._params, "model": native, "report": self.report_}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._params = state["params"]
        self.report_ = state["report"]
        model = state["model"]
        self._native = None if model is None else _core.Density.from_bytes(model, "pickled density")

    def __repr__(self) -> str:
        defaults = _core.fit_defaults()
        given = [f"{name}={value!r}" for name, value in self._params.items()
                 if value != defaults[name]]
        return f"{type(self).__name__}({', '.join(given)})"

    def _fitted(self) -> _core.Density:
        if self._native is None:
            raise NotFittedError(f"this {type(self).__name__} is not fitted yet; call fit() first")
        return self._native

    @classmethod
    def _of(cls, native: _core.Density) -> Self:
        density = cls(domain=native.domain, order=str(native.order))
        density._native = native
        return density

    def _derived(self, native: _core.Density) -> Self:
        density = type(self)(**cast("FitOptions", self._params))
        density._native = native
        return density


def mixture(densities: Sequence[FourierDensity], weights: npt.ArrayLike) -> FourierDensity:
    """The density of drawing one of several, with these weights (normalised here). Domains and bases
    must be equal.

    >>> a = FourierDensity.from_coefficients([1, 0.5])
    >>> b = FourierDensity.from_coefficients([1, -0.5])
    >>> round(mixture([a, b], [1, 1]).pdf(0.3) - (a.pdf(0.3) + b.pdf(0.3)) / 2, 12)
    0.0
    """
    natives = [density._fitted() for density in densities]
    return FourierDensity._of(_core.Density.mixture(natives, column("weights", weights)))


def export_reference(densities: Sequence[FourierDensity], path: str | os.PathLike[str]) -> None:
    """Writes densities of equal order and kind as an .npz of the authors' reference code, which has
    the logistic base and the circle only."""
    _core.export_reference([density._fitted() for density in densities], path)


def fit_columns(X: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None, *,
                progress: ProgressCallback | None = None,
                **options: Unpack[FitOptions]) -> list[FourierDensity]:
    """A density per column of X, (n, columns), over all cores; equal to a fit of each."""
    rows = floats("X", X)
    if rows.ndim != 2:
        raise ValueError(f"X has the shape {rows.shape}; rows and columns, (n, columns), are expected")
    weights = None if sample_weight is None else column("sample_weight", sample_weight)
    fitted = _core.Density.fit_columns(rows, weights, reporter(progress),
                                       _library_options(dict(options)))
    densities = []
    for native, row in fitted:
        density = FourierDensity(**options)
        density._native = native
        density.report_ = report_from(row)
        densities.append(density)
    return densities


class StreamFitter:
    """A fit to more values than memory holds, in one pass; the order must be a number.

    >>> fitter = StreamFitter(domain="circular:24", order=4)
    >>> for chunk in np.array_split(np.linspace(6, 18, 1000), 10):
    ...     fitter.push(chunk)
    >>> fitter.finish().order_
    4
    """

    def __init__(self, **options: Unpack[FitOptions]) -> None:
        self._options = options
        self._native = _core.DensityStream(_library_options(dict(options)))

    def push(self, X: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None) -> None:
        """Takes a chunk, (n,) or (n, 1). A chunk with an error changes nothing."""
        weights = None if sample_weight is None else column("sample_weight", sample_weight)
        self._native.push(column("X", X), weights)

    def finish(self, *, progress: ProgressCallback | None = None) -> FourierDensity:
        """The fit to all values so far; more may follow."""
        density = FourierDensity(**self._options)
        density._native, row = self._native.finish(reporter(progress))
        density.report_ = report_from(row)
        return density


def _check_names(function: str, given: Any, known: dict[str, Any]) -> None:
    """TypeError for a name that is no option, naming the nearest; values are checked by fit()."""
    unknown = {name: value for name, value in given.items() if name not in known}
    if unknown:
        _core.check_fit_options(function, unknown)


def _library_options(params: dict[str, Any]) -> dict[str, Any]:
    """Options as the library takes them: what is text there may be a number here."""
    result = dict(params)
    for name in ("order", "location", "scale"):
        value = result.get(name)
        if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
            result[name] = str(value)
    return result


def _seed(random_state: Any) -> int:
    """A seed out of what scikit-learn's users pass."""
    if random_state is None:
        return 0
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**63))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31))
    seed = int(random_state)
    if not 0 <= seed < 2**64:
        raise ValueError(f"random_state is {seed}; it must lie between 0 and {2**64 - 1}")
    return seed
