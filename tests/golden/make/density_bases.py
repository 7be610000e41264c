# SPDX-License-Identifier: Apache-2.0
"""Tails, log densities and their derivatives of the base distributions with 40 digits (mpmath).

    python3 tests/golden/make/density_bases.py > tests/golden/density/base_distributions.json

Every case is [y, ln F, ln(1 - F), ln density, its slope, its curvature].
"""
import mpmath as mp

mp.mp.dps = 60


def normal_tail(u):
    return mp.erfc(u / mp.sqrt(2)) / 2


def normal(u):
    return mp.exp(-u * u / 2) / mp.sqrt(2 * mp.pi)


def student_tail(nu, u):
    half = mp.betainc(nu / 2, mp.mpf(1) / 2, 0, nu / (nu + u * u), regularized=True) / 2
    return half if u >= 0 else 1 - half


def student(nu, u):
    return (mp.gamma((nu + 1) / 2) / mp.gamma(nu / 2) / mp.sqrt(nu * mp.pi)
            * (1 + u * u / nu) ** (-(nu + 1) / 2))


def families():
    t, s = mp.mpf("0.25"), mp.mpf("1.5")

    def standard(tail, density):
        return (lambda y: tail((t - y) / s), lambda y: tail((y - t) / s), lambda y: density((y - t) / s) / s)

    yield "logistic", [t, s], *standard(lambda u: 1 / (mp.exp(2 * u) + 1), lambda u: mp.sech(u) ** 2 / 2)
    yield "normal", [t, s], *standard(normal_tail, normal)
    yield "laplace", [t, s], *standard(
        lambda u: mp.exp(-u) / 2 if u >= 0 else 1 - mp.exp(u) / 2, lambda u: mp.exp(-abs(u)) / 2)
    yield "cauchy", [t, s], *standard(lambda u: mp.atan2(1, u) / mp.pi, lambda u: 1 / mp.pi / (1 + u * u))
    for nu in ["0.3", "1", "2.5", "7", "200", "50000"]:
        nu = mp.mpf(nu)
        yield "student", [t, s, nu], *standard(lambda u: student_tail(nu, u), lambda u: student(nu, u))
    parts = [(mp.mpf("0.25"), mp.mpf(-3), mp.mpf("0.5")), (mp.mpf("0.625"), mp.mpf("0.5"), mp.mpf(2)),
             (mp.mpf("0.125"), mp.mpf(6), mp.mpf("0.125"))]
    yield ("mixture", [number for part in parts for number in part],
           lambda y: sum(w * normal_tail((m - y) / d) for w, m, d in parts),
           lambda y: sum(w * normal_tail((y - m) / d) for w, m, d in parts),
           lambda y: sum(w * normal((y - m) / d) / d for w, m, d in parts))


def text(value):
    return mp.nstr(value, 17, min_fixed=-5, max_fixed=16)


def main():
    print('{\n "source": "mpmath %s, 60 digits",' % mp.__version__)
    print(' "how": "python3 tests/golden/make/density_bases.py",')
    print(' "tolerance": "4e-15 of max(1, |value|) (values), 4e-15 of the condition (quantiles)",')
    print(' "families": [')
    rows = []
    for name, parameters, lower, upper, density in families():
        cases = []
        for y in ["-1e6", "-300", "-40", "-9", "-3", "-1", "0.125", "0.5", "2", "6", "25", "1e4"]:
            y = mp.mpf(y)
            log_density = lambda v: mp.log(density(v))
            values = [y, mp.log(lower(y)), mp.log(upper(y)), log_density(y), mp.diff(log_density, y),
                      mp.diff(log_density, y, 2)]
            cases.append("    [" + ", ".join(text(value) for value in values) + "]")
        rows.append('  {"family": "%s", "parameters": [%s], "cases": [\n%s]}'
                    % (name, ", ".join(text(p) for p in parameters), ",\n".join(cases)))
    print(",\n".join(rows))
    print(" ]\n}")


main()
