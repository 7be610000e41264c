# SPDX-License-Identifier: Apache-2.0
"""yonder.density against formulas, scipy's quadrature where it is there, and scikit-learn's ways."""

import copy
import pickle

import numpy as np
import pytest

import yonder
from samples import DATA
from yonder.density import (
    FourierDensity,
    NotFittedError,
    StreamFitter,
    compare,
    decode,
    encode,
    export_reference,
    fit_columns,
    mixture,
    stream_info,
)

A = np.array([1, 0.5 + 0.25j, -0.3j])  # test vector V1 of docs/math/density.md


@pytest.fixture(scope="module")
def vector():
    """Its density; the library's b is the conjugate of a."""
    return FourierDensity.from_coefficients(A.conj())


@pytest.fixture(scope="module")
def hours():
    rng = np.random.default_rng(3)
    return np.concatenate([rng.normal(9, 1, 600), rng.normal(17, 2, 400)]) % 24


@pytest.fixture(scope="module")
def fitted(hours):
    return FourierDensity(domain="circular:24", order=5).fit(hours)


def test_densities_are_those_of_the_formula(vector):
    x = np.linspace(-1, 1, 41)
    series = np.abs(np.exp(1j * np.pi * np.outer(x, np.arange(3))) @ A.conj()) ** 2
    expected = series / (2 * np.sum(np.abs(A) ** 2))
    np.testing.assert_allclose(vector.pdf(x), expected, rtol=0, atol=1e-15)
    np.testing.assert_allclose(vector.logpdf(x), np.log(expected), rtol=0, atol=1e-13)
    assert vector.pdf(-0.75) == pytest.approx(0.02140387870022289, abs=1e-15)


def test_masses_and_quantiles_are_those_of_the_test_vector(vector):
    y = [-0.75, -0.25, 0, 0.1, 0.5, 0.9]
    masses = [0.016102907498244154, 0.23400606913257193, 0.45460821587396927, 0.52902425686255396,
              0.75567397301575390, 0.97219440894171993]
    np.testing.assert_allclose(vector.cdf(y), masses, rtol=0, atol=1e-12)
    np.testing.assert_allclose(vector.sf(y), 1 - np.array(masses), rtol=0, atol=1e-12)
    np.testing.assert_allclose(vector.logcdf(y), np.log(masses), rtol=0, atol=1e-11)
    np.testing.assert_allclose(vector.ppf([.01, .25, .5]),
                               [-0.9317404301796434, -0.2319221959449122, 0.0590531710660188],
                               rtol=0, atol=1e-14)
    assert vector.quantile(0.9) == pytest.approx(0.7454441158712382, abs=1e-14)


def test_information_is_that_of_the_test_vectors(vector):
    other = FourierDensity.from_coefficients(np.conj([1, -0.4 + 0.1j, 0.2j, 0.05]))
    assert vector.entropy() == pytest.approx(0.510904430240256, abs=1e-13)
    assert vector.kl(other) == pytest.approx(0.7057648838105094, abs=1e-12)
    assert vector.cross_entropy(other) == pytest.approx(
        vector.kl(other) + vector.entropy(), abs=1e-12)
    assert vector.moments().mean.value == pytest.approx(0.11347946031507690, abs=1e-14)
    assert [mode.location for mode in vector.modes()] == pytest.approx(
        [-0.796603965395321, -0.1668770914168829, 0.3412214583157395, 0.6222595984964645], abs=1e-12)


def test_shapes_are_kept_and_numbers_give_numbers(vector):
    assert type(vector.pdf(0.3)) is float
    assert vector.cdf(np.zeros((2, 3))).shape == (2, 3)
    assert vector.ppf(np.empty(0)).shape == (0,)
    every_other = np.linspace(-1, 1, 10)[::2]
    np.testing.assert_array_equal(vector.pdf(every_other), vector.pdf(every_other.copy()))
    np.testing.assert_array_equal(vector.pdf(np.array([0, 1], dtype=np.int8)), vector.pdf([0.0, 1.0]))


def test_a_fit_has_its_certificate(fitted, hours):
    assert fitted.order_ == 5
    assert 0 <= fitted.gap_ <= 1e-8
    assert fitted.nll_ == pytest.approx(-np.mean(fitted.score_samples(hours)), abs=1e-12)
    assert fitted.score(hours) == pytest.approx(-fitted.nll_)
    assert fitted.optimality_gap(hours) == pytest.approx(fitted.gap_, abs=1e-9)
    assert fitted.report_.samples == len(hours)
    assert fitted.domain_ == "circular:24"
    assert fitted.base_ is None
    assert fitted.n_parameters_ == 10
    assert np.isnan(FourierDensity(domain="circular:24", order=3, gamma=0.1).fit(hours).gap_)


def test_weights_count_values(hours):
    twice = FourierDensity(domain="circular:24", order=3).fit(np.concatenate([hours, hours[:100]]))
    weights = np.ones(len(hours))
    weights[:100] = 2
    weighted = FourierDensity(domain="circular:24", order=3).fit(hours, sample_weight=weights)
    np.testing.assert_allclose(weighted.coefficients_, twice.coefficients_, rtol=0, atol=1e-6)


def test_columns_may_have_two_dimensions(hours, fitted):
    tall = FourierDensity(domain="circular:24", order=5).fit(hours.reshape(-1, 1))
    np.testing.assert_array_equal(tall.coefficients_, fitted.coefficients_)
    np.testing.assert_array_equal(tall.score_samples(hours[:5, None]), fitted.score_samples(hours[:5]))
    with pytest.raises(ValueError, match=r"the shape \(500, 2\)"):
        FourierDensity().fit(hours.reshape(500, 2))


def test_draws_depend_on_seed_and_number_only(fitted):
    draws = fitted.sample(1000, random_state=3)
    assert draws.shape == (1000,)
    np.testing.assert_array_equal(draws[400:], fitted.sample(600, random_state=3, first=400))
    assert not np.array_equal(draws, fitted.sample(1000, random_state=4))
    a = fitted.sample(3, random_state=np.random.default_rng(1))
    np.testing.assert_array_equal(a, fitted.sample(3, random_state=np.random.default_rng(1)))
    fitted.sample(3, random_state=np.random.RandomState(1))
    with pytest.raises(ValueError, match="random_state is -1"):
        fitted.sample(1, random_state=-1)


def test_draws_follow_the_density(fitted):
    draws = np.sort(fitted.sample(20000, random_state=1))
    steps = np.arange(1, len(draws) + 1) / len(draws)
    assert np.max(np.abs(fitted.cdf(draws) - steps)) < 1.63 / np.sqrt(len(draws))


def test_the_line_has_the_tails_of_its_base():
    values = np.random.default_rng(5).standard_t(3, 3000)
    density = FourierDensity(order=6, base="student:3").fit(values)
    assert density.base_.startswith("student:3")
    assert density.pdf(200.0) / density.pdf(100.0) == pytest.approx(2 ** -4, rel=0.05)
    assert density.cdf(np.inf) == 1


def test_unfitted_densities_say_so():
    with pytest.raises(NotFittedError, match=r"call fit\(\) first"):
        FourierDensity().pdf(0.3)
    with pytest.raises(AttributeError):
        FourierDensity().score_samples([1.0])
    assert not hasattr(FourierDensity(), "order_")


def test_options_are_checked():
    with pytest.raises(TypeError, match="did you mean domain"):
        FourierDensity(domian="line")
    with pytest.raises(TypeError, match="did you mean gamma"):
        FourierDensity().set_params(gama=3)
    with pytest.raises(ValueError, match="gamma is -1"):
        FourierDensity(gamma=-1).fit([1, 2, 3])
    with pytest.raises(ValueError, match="circle"):
        FourierDensity(domain="circle:24").fit([1, 2, 3])


def test_bad_values_are_named():
    with pytest.raises(yonder.DataError, match="nan"):
        FourierDensity(order=1).fit([1, 2, np.nan, 4, 5, 6])
    with pytest.raises(yonder.DataError):
        FourierDensity(order=1, domain="interval:0:1").fit([0.1, 0.5, 2.0, 0.6, 0.7])
    with pytest.raises(TypeError, match="X must be real numbers"):
        FourierDensity().fit(["1", "2"])
    with pytest.raises(TypeError, match="complex"):
        FourierDensity().fit(np.array([1j, 2]))


def test_a_numpy_number_or_int_may_be_an_order(hours):
    for order in (np.int64(4), 4, "4"):
        assert FourierDensity(domain="circular:24", order=order).fit(hours).order_ == 4


def test_progress_is_called_and_may_stop_the_work():
    values = np.random.default_rng(0).normal(size=20000)
    seen = []
    FourierDensity(order=20).fit(values, progress=seen.append)

    def stop(state):
        raise RuntimeError("enough")

    if seen:  # a fast machine may be done before the first report
        with pytest.raises(RuntimeError, match="enough"):
            FourierDensity(order=20).fit(values, progress=stop)


def test_pickles_and_copies_are_equal(fitted, tmp_path):
    for twin in (pickle.loads(pickle.dumps(fitted)), copy.deepcopy(fitted)):
        np.testing.assert_array_equal(twin.coefficients_, fitted.coefficients_)
        assert twin.get_params() == fitted.get_params()
        assert twin.report_ == fitted.report_
    assert not pickle.loads(pickle.dumps(FourierDensity(order=3))).__sklearn_is_fitted__()
    fitted.save(tmp_path / "hours.yfd")
    loaded = FourierDensity.load(tmp_path / "hours.yfd")
    np.testing.assert_array_equal(loaded.coefficients_, fitted.coefficients_)
    assert loaded.gap_ == fitted.gap_
    again = FourierDensity.from_json(fitted.to_json())
    np.testing.assert_array_equal(again.coefficients_, fitted.coefficients_)
    with pytest.raises(OSError):
        FourierDensity.load(tmp_path / "missing.yfd")


def test_densities_of_densities(fitted):
    y = np.linspace(0, 24, 33)
    np.testing.assert_allclose(fitted.rotate(3).pdf(y), fitted.pdf((y - 3) % 24), rtol=0, atol=1e-12)
    np.testing.assert_allclose(fitted.rotate(3).rotate(-3).coefficients_, fitted.coefficients_,
                               rtol=0, atol=1e-10)
    np.testing.assert_allclose(fitted.reflect().pdf(y), fitted.pdf(24 - y), rtol=0, atol=1e-12)
    np.testing.assert_allclose(fitted.pad(9).pdf(y), fitted.pdf(y), rtol=0, atol=1e-12)
    both = mixture([fitted, fitted.rotate(6)], [3, 1])
    np.testing.assert_allclose(both.pdf(y), (3 * fitted.pdf(y) + fitted.pdf((y - 6) % 24)) / 4,
                               rtol=0, atol=1e-11)
    product = fitted.product(fitted).pdf(y)
    np.testing.assert_allclose(product / product[3], (fitted.pdf(y) / fitted.pdf(y[3])) ** 2, rtol=1e-9)
    assert fitted.blur(2).entropy() > fitted.entropy()
    np.testing.assert_allclose(fitted.convolve([1, 1, 1, 1, 1, 1]).pdf(y), fitted.pdf(y), rtol=0, atol=1e-12)
    assert fitted.distances(fitted).total_variation == pytest.approx(0, abs=1e-9)
    assert fitted.distances(fitted.rotate(1)).wasserstein <= 1 + 1e-6


def test_the_reference_code_s_arrays_are_read_and_written(fitted, tmp_path):
    y = np.linspace(-12, 12, 9)
    centred = FourierDensity.from_coefficients(fitted.coefficients_, domain="circular:24@-12")
    export_reference([centred, centred], tmp_path / "two.npz")
    arrays = np.load(tmp_path / "two.npz")
    assert arrays["real"].shape == (2, 6)
    one, two = FourierDensity.from_reference(tmp_path / "two.npz")
    np.testing.assert_allclose(one.pdf(y), centred.pdf(y), rtol=0, atol=1e-12)
    np.testing.assert_array_equal(one.coefficients_, two.coefficients_)


def test_coding_reaches_the_cross_entropy(fitted, hours):
    coded = encode(fitted, hours, step=0.05)
    assert isinstance(coded.stream, bytes)
    assert coded.samples == len(hours)
    decoded = decode(coded.stream)
    distance = np.abs(decoded - hours)
    assert np.max(np.minimum(distance, 24 - distance)) <= 0.025 + 1e-9
    assert coded.bits_per_sample <= coded.cross_entropy * 1.01 + 1
    assert stream_info(coded.stream).step == 0.05
    with pytest.raises(yonder.DataError):
        decode(coded.stream[:-1])
    with pytest.raises(ValueError, match="step"):
        encode(fitted, hours, step=0.0)


def test_bins_integrate_the_density(fitted):
    total = np.exp(fitted.log_bin_probability(np.arange(0, 24, 0.5), 0.5)).sum()
    assert total == pytest.approx(1, abs=1e-9)


def test_goodness_of_fit_is_that_of_the_samples(fitted, hours):
    good = fitted.goodness_of_fit(hours, bins=10)
    assert good.nll == pytest.approx(fitted.nll_, abs=1e-9)
    assert good.pit.shape == (10,)
    assert good.pit.sum() == pytest.approx(1)
    assert 0 < good.ks < 0.1
    assert fitted.crps(hours) > 0


def test_streams_are_fitted_in_chunks(hours, fitted):
    fitter = StreamFitter(domain="circular:24", order=5)
    for chunk in np.array_split(hours, 7):
        fitter.push(chunk)
    streamed = fitter.finish()
    assert streamed.nll_ == pytest.approx(fitted.nll_, abs=1e-6)
    with pytest.raises(ValueError):
        StreamFitter(order="auto")


def test_columns_are_fitted_at_once(hours):
    X = np.stack([hours, (hours * 2) % 24], axis=1)
    first, second = fit_columns(X, domain="circular:24", order=3)
    alone = FourierDensity(domain="circular:24", order=3).fit(X[:, 1])
    np.testing.assert_array_equal(second.coefficients_, alone.coefficients_)
    assert first.report_.samples == len(hours)


def test_methods_are_compared(hours):
    rows = compare(hours, ["fbdm:6", "normal", "gmm:2"], domain="circular:24")
    assert [row.method for row in rows] == ["fbdm:6", "normal", "gmm:2"]
    assert rows[0].test_nll < rows[1].test_nll
    with pytest.raises(ValueError, match="gmm"):
        compare(hours, ["gm:2"])


def test_threads_may_share_a_density(fitted):
    from concurrent.futures import ThreadPoolExecutor

    y = np.linspace(0, 24, 10000)
    expected = fitted.cdf(y)
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(lambda _: fitted.cdf(y), range(16)):
            np.testing.assert_array_equal(result, expected)


def test_integrals_agree_with_scipy(vector):
    integrate = pytest.importorskip("scipy.integrate")
    mass, _ = integrate.quad(vector.pdf, -1, 0.1)
    assert vector.cdf(0.1) == pytest.approx(mass, abs=1e-12)
    entropy, _ = integrate.quad(lambda x: -vector.pdf(x) * vector.logpdf(x), -1, 1)
    assert vector.entropy() == pytest.approx(entropy, abs=1e-10)


def test_scikit_learn_takes_it_for_one_of_its_own(hours):
    base = pytest.importorskip("sklearn.base")
    from sklearn.model_selection import GridSearchCV, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    density = FourierDensity(domain="circular:24", order=5)
    twin = base.clone(density)
    assert twin is not density
    assert twin.get_params() == density.get_params()
    X = hours.reshape(-1, 1)
    assert np.isfinite(cross_val_score(density, X, cv=3)).all()
    search = GridSearchCV(density, {"order": [0, 5]}, cv=3).fit(X)
    assert search.best_params_ == {"order": 5}
    pipeline = make_pipeline(StandardScaler(), FourierDensity(order=3)).fit(X)
    assert pipeline.score_samples(X[:4]).shape == (4,)


def test_a_real_column_is_fitted():
    path = DATA / "series" / "galaxies.csv"
    if not path.exists():
        pytest.skip("the galaxies are not among the data of this machine")
    import csv

    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    numeric = [name for name in rows[0] if all(_is_number(row[name]) for row in rows)]
    density = FourierDensity(order=8).fit([float(row[numeric[-1]]) for row in rows])
    assert density.gap_ <= 1e-8


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True
