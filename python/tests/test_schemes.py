# SPDX-License-Identifier: Apache-2.0
"""yonder.lm's schemes against their formulas in numpy."""

import numpy as np
import pytest

pytest.importorskip("yonder.lm", reason="built without libtorch", exc_type=ImportError)

from yonder.lm import Scheme, explain, schemes, theta  # noqa: E402


def rope(dims, base=1e4):
    return base ** (-2 * np.arange(dims // 2) / dims)


def distances(text, length, **options):
    return Scheme.parse(text, **options).relative(np.arange(length), np.arange(length))


def causal(matrix):
    """NaN above the diagonal."""
    i, j = np.indices(matrix.shape)
    return np.where(j <= i, matrix, np.nan)


def test_theta_is_that_of_the_formulas():
    np.testing.assert_allclose(theta("rope", 64).theta, rope(64), rtol=1e-15)
    np.testing.assert_allclose(theta("pi", 64, stretch=4).theta, rope(64) / 4, rtol=1e-15)
    yarn = theta("yarn", 64, stretch=4)
    assert yarn.logit_factor == pytest.approx((1 + 0.1 * np.log(4)) ** 2)
    turns = theta("yarn:ramp=turns", 64, stretch=4, train_length=2048)
    fast, slow = rope(64) * 2048 / (2 * np.pi) > 32, rope(64) * 2048 / (2 * np.pi) < 1
    np.testing.assert_allclose(turns.theta[fast], rope(64)[fast], rtol=1e-12)
    np.testing.assert_allclose(turns.theta[slow], rope(64)[slow] / 4, rtol=1e-12)
    with pytest.raises(ValueError, match="did you mean yarn"):
        theta("yarm")
    with pytest.raises(ValueError, match="even"):
        theta("rope", 63)


def test_distances_are_those_of_the_formulas():
    m = np.subtract.outer(np.arange(40), np.arange(40)).astype(float)
    np.testing.assert_array_equal(distances("rope", 40), causal(m))
    np.testing.assert_array_equal(distances("rerope:w=8", 40), causal(np.minimum(m, 8)))
    leaky = np.where(m < 8, m, 8 + (m - 8) / 4)
    np.testing.assert_allclose(distances("leaky:w=8,k=4", 40), causal(leaky), rtol=0, atol=1e-12)
    window = np.where(m < 8, causal(m), np.nan)
    np.testing.assert_array_equal(distances("window:w=8", 40), window)


def test_a_scheme_tells_about_itself():
    scheme = Scheme.parse("layers:0=window:w=4;else=rerope:w=8+logn:clip", layers=3, train_length=16)
    assert scheme.layers == 3
    assert scheme.layer(0) == "window:w=4" and scheme.layer(2) == "rerope:w=8+logn:clip"
    assert str(Scheme.parse(str(scheme), layers=3, train_length=16)) == str(scheme)
    factors = scheme.logit_factors([0, 15, 255], layer=1)
    np.testing.assert_allclose(factors, [1, 1, np.log(256) / np.log(16)])
    np.testing.assert_allclose(scheme.theta_at(100).theta, rope(64))
    assert scheme.explain(64, layer=1).scheme == "rerope:w=8+logn:clip"
    with pytest.raises(ValueError, match="layer is 3; the scheme has the layers 0 to 2"):
        scheme.layer(3)
    with pytest.raises(ValueError, match="a position is -1"):
        scheme.relative([-1], [0])
    with pytest.raises(TypeError, match="queries must be whole numbers"):
        scheme.relative([0.5], [0])


def test_a_wrong_text_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'rerope'"):
        Scheme.parse("rerop:w=8")
    with pytest.raises(ValueError, match="s=auto"):
        Scheme.parse("yarn:s=auto")
    assert str(Scheme.parse("ntk:s=auto", target=4096)) == "ntk:s=2"


def test_an_explanation_holds_arrays():
    e = explain("yarn:s=4", d=32, train=128, at=512, cells=5)
    assert e.tokens == 512 and e.positions.tolist() == [0, 128, 256, 383, 511]
    np.testing.assert_array_equal(e.matrix, causal(np.subtract.outer(e.positions, e.positions) * 1.0))
    np.testing.assert_allclose(e.channels.theta, theta("yarn", 32, stretch=4, train_length=128).theta)
    assert e.channels.new_angles.dtype == bool and e.channels.theta.shape == (16,)
    assert e.factors.tokens[-1] == 512 and e.factors.factor.shape == e.factors.tokens.shape
    assert e.visible == [(0, 511)] and e.visible_keys == 512
    assert "--yarn" in " ".join(e.llama_cpp) or "yarn" in " ".join(e.llama_cpp)
    assert explain("rerope:w=64", train=128).llama_cpp is None
    assert "yarn:s=4" in str(e)
    with pytest.raises(TypeError, match="did you mean train"):
        explain("rope", trian=3)


def test_every_row_of_the_table_is_a_scheme():
    rows = schemes()
    assert len({row.name for row in rows}) == len(rows)
    assert {row.group for row in rows} >= {
        "frequency table", "split", "mask", "bias", "log n", "dynamic", "layout"}
    for row in rows:
        text = f"{row.name}:{row.example}" if row.example else row.name
        beside = "ntk+" if row.group == "dynamic" else ""
        assert Scheme.parse(beside + text, layers=8, target=8192).layers == 8
        assert row.help and row.source
        for argument in row.arguments:
            assert argument.kind in {"integer", "real", "flag", "choice", "numbers"}
