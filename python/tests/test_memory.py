# SPDX-License-Identifier: Apache-2.0
"""yonder.memory against projections computed with numpy, and its own promises."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.polynomial import legendre

import yonder
from yonder.memory import (
    Stream,
    Summary,
    basis,
    choose,
    convert,
    delay_bandwidth,
    delay_transfer,
    diagonal_start,
    discretise,
    legs_step,
    measures,
    memory_kernels,
    poles,
    system,
    tone_error,
)


def projection(samples, order):
    """Legendre coefficients, hippo normalisation, of held samples: cell by cell, in closed form."""
    edges = np.linspace(-1, 1, len(samples) + 1)
    rows = []
    for n in range(order):
        antiderivative = legendre.legint([0] * n + [1])
        means = np.diff(legendre.legval(edges, antiderivative)) / 2
        rows.append(np.sqrt(2 * n + 1) * means @ samples)
    return np.array(rows)


@pytest.fixture(scope="module")
def samples():
    return np.random.default_rng(2).normal(size=700).cumsum() / 20


@pytest.fixture(scope="module")
def summary(samples):
    stream = Stream(order=24)
    stream.push(samples)
    return stream.summary()


def test_coefficients_are_the_projection(samples, summary):
    np.testing.assert_allclose(summary.coefficients(), projection(samples, 24), rtol=0, atol=1e-12)
    value = projection(samples, 24) * np.sqrt(2 * np.arange(24) + 1)
    np.testing.assert_allclose(summary.coefficients(norm="value"), value, rtol=0, atol=1e-11)
    np.testing.assert_allclose(convert(summary.coefficients(), "hippo", "value"), value, rtol=0, atol=1e-11)


def test_values_are_those_of_the_series(samples, summary):
    t = np.linspace(0, 700, 13)
    series = projection(samples, 24) * np.sqrt(2 * np.arange(24) + 1)
    expected = legendre.legval(2 * t / 700 - 1, series)
    np.testing.assert_allclose(summary.at(t).estimate, expected, rtol=0, atol=1e-11)
    np.testing.assert_allclose(summary.grid(13), expected, rtol=0, atol=1e-11)
    slope = legendre.legval(2 * t / 700 - 1, legendre.legder(series)) * 2 / 700
    np.testing.assert_allclose(summary.derivative(t).estimate, slope, rtol=0, atol=1e-10)
    assert isinstance(summary.at(3.0).estimate, float)
    assert summary.at(t.reshape(1, 13)).rms_error.shape == (1, 13)


def test_the_residual_and_bounds_hold(samples, summary):
    inside = np.arange(700) + 0.5
    fine = np.mean([(samples - summary.at(inside + shift).estimate) ** 2
                    for shift in np.linspace(-0.5, 0.5, 21)[1:-1:2]])
    assert summary.rms_residual() == pytest.approx(np.sqrt(fine), rel=1e-3)
    starts = np.arange(0, 600, 7.0)
    means = summary.mean(starts, starts + 90)
    truth = [samples[int(a):int(a) + 90].mean() for a in starts]
    assert np.all(np.abs(means.estimate - truth) <= means.bound)
    integral = summary.integral(0, 700)
    assert integral.estimate == pytest.approx(samples.sum(), abs=1e-9)
    assert summary.energy() == pytest.approx(np.sum(samples ** 2))
    assert summary.clamped() == 0
    assert summary.local_error_estimate() > 0
    assert summary.exact


def test_the_size_of_pushes_changes_no_bit(samples, summary):
    stream = Stream(order=24)
    for part in np.array_split(samples, 29):
        stream.push(part)
    np.testing.assert_array_equal(stream.summary().coefficients(), summary.coefficients())


def test_floats_are_taken_as_they_are(samples):
    single = Stream(order=16, scalar="f32")
    single.push(samples.astype(np.float32))
    double = Stream(order=16)
    double.push(samples.astype(np.float32))
    np.testing.assert_allclose(single.summary().coefficients(), double.summary().coefficients(),
                               rtol=0, atol=2e-6)
    integers = Stream(order=3)
    integers.push([1, 2, 3])
    assert integers.summary().mean(0, 3).estimate == pytest.approx(2)


def test_channels_have_names_and_columns(samples):
    stream = Stream(["a", "b"], order=8)
    stream.push(np.stack([samples, -samples], axis=1))
    summary = stream.summary()
    np.testing.assert_allclose(summary.coefficients("b"), -summary.coefficients("a"), rtol=0, atol=1e-14)
    assert summary.names == ["a", "b"]
    with pytest.raises(ValueError, match="no channel 'c'; the channels are a, b"):
        summary.at(3, "c")
    with pytest.raises(ValueError, match="channel 2"):
        summary.at(3, 2)
    with pytest.raises(ValueError, match=r"shape \(700,\); \(n, 2\) is expected"):
        stream.push(samples)
    with pytest.raises(TypeError, match="not a str"):
        Stream("ab")
    assert Stream(3).names == ["channel 1", "channel 2", "channel 3"]


def test_times_may_be_irregular():
    stream = Stream(order=4)
    stream.push([2.0, 5.0, 1.0], times=[0.0, 1.0, 4.0])
    summary = stream.summary()
    assert (summary.begin, summary.end) == (0, 4)  # the last sample waits for its successor
    assert summary.mean(0, 4).estimate == pytest.approx((2 + 3 * 5) / 4)
    with pytest.raises(ValueError, match="times"):
        stream.push([1.0])
    with pytest.raises(yonder.DataError, match="increase"):
        stream.push([1.0], times=[3.0])


def test_bad_samples_leave_the_stream_as_it_was(samples):
    stream = Stream(order=6)
    stream.push(samples)
    before = stream.to_bytes()
    with pytest.raises(yonder.DataError, match="nan"):
        stream.push([1.0, np.nan])
    with pytest.raises(TypeError, match="real numbers"):
        stream.push(["a"])
    assert stream.to_bytes() == before


@pytest.mark.parametrize("measure", ["legs", "window:300", "legt:300", "lagt:50", "fout:300",
                                     "chebt:300", "legs-step"])
def test_snapshots_go_on_bit_for_bit(measure, samples, tmp_path):
    stream = Stream(measure=measure, order=12)
    stream.push(samples[:333])
    stream.save(tmp_path / "half.yms")
    for twin in (Stream.load(tmp_path / "half.yms"), pickle.loads(pickle.dumps(stream)),
                 copy.deepcopy(stream), Stream.from_bytes(stream.to_bytes())):
        assert twin.options == stream.options
        twin.push(samples[333:])
        whole = Stream(measure=measure, order=12)
        whole.push(samples)
        np.testing.assert_array_equal(twin.summary().coefficients(), whole.summary().coefficients())
    assert stream.samples == 333
    assert 0 < stream.state_bytes < 200_000
    damaged = bytearray(stream.to_bytes())
    damaged[len(damaged) // 2] ^= 1
    with pytest.raises(yonder.DataError):
        Stream.from_bytes(bytes(damaged))
    with pytest.raises(OSError):
        Stream.load(tmp_path / "missing.yms")


def test_summaries_merge_and_are_cut(samples, summary):
    older, newer = Stream(order=24), Stream(order=24, start=250)
    older.push(samples[:250])
    newer.push(samples[250:])
    merged = Summary.merge(older.summary(), newer.summary())
    np.testing.assert_allclose(merged.coefficients(), summary.coefficients(), rtol=0, atol=1e-12)
    assert merged.rms_residual() == pytest.approx(summary.rms_residual(), rel=1e-9)
    np.testing.assert_allclose(Stream.merge(older, newer).summary().coefficients(),
                               summary.coefficients(), rtol=0, atol=1e-12)
    with pytest.raises(yonder.DataError, match="overlap|gap"):
        Summary.merge(newer.summary(), older.summary())
    part = summary.restrict(100, 300)
    np.testing.assert_allclose(part.at([100, 222.2, 300]).estimate,
                               summary.at([100, 222.2, 300]).estimate, rtol=0, atol=1e-10)


def test_summaries_are_pickled(summary):
    twin = pickle.loads(pickle.dumps(summary))
    np.testing.assert_array_equal(twin.coefficients(), summary.coefficients())
    assert twin.mean(3, 30) == summary.mean(3, 30)
    assert repr(twin) == repr(summary)


def test_nothing_is_extrapolated(summary):
    with pytest.raises(ValueError, match="outside"):
        summary.at(701)
    with pytest.raises(yonder.DataError, match="nothing is remembered yet"):
        Stream().summary()


def test_options_are_checked():
    with pytest.raises(TypeError, match="did you mean measure"):
        Stream(mesure="legs")
    with pytest.raises(ValueError, match="did you mean legt"):
        Stream(measure="leggt:4")
    with pytest.raises(ValueError, match="order is 0"):
        Stream(order=0)
    with pytest.raises(ValueError, match="1 or more"):
        Stream(0)


def test_matrices_are_those_of_the_formulas():
    legt = system("legt:2", 3, norm="lmu")
    n, k = np.indices((3, 3))
    expected = np.where(k > n, -1.0, (-1.0) ** (n - k + 1)) * (2 * n + 1) / 2
    np.testing.assert_allclose(legt.a, expected, rtol=0, atol=1e-15)
    assert not legt.time_varying
    assert system("legs", 3).time_varying
    with pytest.raises(ValueError, match="no system"):
        system("window:3", 3)


def test_step_rules_are_those_of_numpy():
    a, b, _ = legt = system("legt:1", 5)
    one = np.eye(5)
    bilinear = discretise(legt, "bilinear", 0.05)
    np.testing.assert_allclose(bilinear.a, np.linalg.solve(one - a * 0.025, one + a * 0.025), rtol=0, atol=1e-14)
    np.testing.assert_allclose(bilinear.b, np.linalg.solve(one - a * 0.025, b * 0.05), rtol=0, atol=1e-14)
    zoh = discretise(legt, "zoh", 0.05)
    values, vectors = np.linalg.eig(a)
    exact = (vectors * np.exp(values * 0.05) @ np.linalg.inv(vectors)).real
    np.testing.assert_allclose(zoh.a, exact, rtol=0, atol=1e-11)
    assert zoh.b_next is None
    assert discretise(legt, "foh", 0.05).b_next.shape == (5,)
    with pytest.raises(ValueError, match="use bilinear"):
        discretise(legt, "forward", 0.5)
    discretise(legt, "forward", 0.5, unsafe=True)


def test_exact_steps_of_legs_are_the_stream(samples):
    legs = system("legs", 6)
    x = np.zeros(6)
    x[0] = samples[0]
    for k in range(1, 60):
        step = legs_step(legs, "zoh", k)
        x = step.a @ x + step.b * samples[k]
    np.testing.assert_allclose(x, projection(samples[:60], 6), rtol=0, atol=1e-12)
    with pytest.raises(ValueError, match="discretise"):
        legs_step(system("legt:1", 2), "zoh", 1)
    with pytest.raises(ValueError, match="legs_step"):
        discretise(legs, "zoh", 1)


def test_recurrences_are_their_matrices(samples):
    for measure in ("legt:40", "lagt:20", "fout:40", "chebt:40"):
        step = discretise(system(measure, 8), "bilinear", 1)
        x = np.zeros(8)
        for u in samples:
            x = step.a @ x + step.b * u
        stream = Stream(measure=measure, order=8, rule="bilinear")
        stream.push(samples)
        np.testing.assert_allclose(stream.summary().coefficients(), x, rtol=0, atol=1e-11)


def test_analysis_answers():
    assert choose(3, 60, 0.01).order == 580
    assert choose(3, 60, 0.01).cycles == 180
    assert tone_error(30, 5) < 1e-5 < tone_error(20, 5)
    np.testing.assert_allclose(poles("legs", 3), [-1, -2, -3])
    assert delay_transfer(4, 0.3 + 0.7j) == pytest.approx(0.566609064557436 - 0.477248244021187j)
    assert abs(delay_transfer(32, 1j * delay_bandwidth(32, 0.1))
               - np.exp(-1j * delay_bandwidth(32, 0.1))) == pytest.approx(0.1, abs=1e-6)
    ages = np.array([0.0, 2.0, 5.0])
    np.testing.assert_allclose(memory_kernels("lagt:3", 4, ages), basis("lagt:3", 4, ages), rtol=0, atol=1e-13)
    assert diagonal_start("legs", 4)[1].imag == pytest.approx(4.6033, abs=1e-4)
    assert [row.name for row in measures()][:3] == ["legs", "legs-step", "legt"]
    with pytest.raises(ArithmeticError, match="cannot be trusted"):
        poles("chebt:1", 64)


def test_threads_may_push_to_streams_of_their_own(samples):
    def run(shift):
        stream = Stream(order=16)
        for part in np.array_split(samples + shift, 20):
            stream.push(part)
        return stream.summary().coefficients()

    with ThreadPoolExecutor(4) as pool:
        for shift, result in enumerate(pool.map(run, range(8))):
            np.testing.assert_allclose(result, projection(samples + shift, 16), rtol=0, atol=1e-11)


def test_threads_that_share_a_stream_take_turns():
    stream = Stream(order=4)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: stream.push(np.ones(1000)), range(40)))
    assert stream.samples == 40_000
    np.testing.assert_array_equal(stream.summary().coefficients(), [1, 0, 0, 0])
