# SPDX-License-Identifier: Apache-2.0
"""Theta tables from the equations of kexue.fm 9675, 9706, 9948 with 40 digits (mpmath).

    python3 tests/golden/make/rotary_formulas.py > tests/golden/rotary/theta_formulas.json
"""
import json

import mpmath as mp

mp.mp.dps = 40


def rope(d, base):
    return [mp.mpf(base) ** (-mp.mpf(2 * c) / d) for c in range(d // 2)]


def mixed(d, base, s, b):
    a = mp.log(s) / mp.mpf(d // 2) ** b
    return [t * mp.exp(-a * mp.mpf(c + 1) ** b) for c, t in enumerate(rope(d, base))]


def turns_ramp(d, base, n, s, tau):
    kept = [min(max((t * n / (2 * mp.pi) - 1) / (tau - 1), 0), 1) for t in rope(d, base)]
    return [t * (k + (1 - k) / s) for t, k in zip(rope(d, base), kept)]


def tables(d, base, n, s):
    s = mp.mpf(s)
    kappa = s ** (mp.mpf(d) / (d - 2))
    yield "rope", rope(d, base), 1
    yield f"pi:s={s}", [t / s for t in rope(d, base)], 1
    yield f"ntk:s={s}", rope(d, base * kappa), 1
    yield f"ntk-old:s={s}", [t * s ** (-mp.mpf(2 * c) / d) for c, t in enumerate(rope(d, base))], 1
    yield f"ntk-fixed:s={s}", [t * s ** (-mp.mpf(2 * (c + 1)) / d)
                               for c, t in enumerate(rope(d, base))], 1
    yield f"ntk-mixed:s={s}", mixed(d, base, s, mp.mpf("0.625")), 1
    yield f"ntk-mixed:s={s},b=0.75", mixed(d, base, s, mp.mpf("0.75")), 1
    factor = (1 + mp.log(s) / 10) ** 2
    yield f"yarn:s={s},ramp=turns", turns_ramp(d, base, n, s, 32), factor
    yield f"yarn:s={s},ramp=turns,tau=4", turns_ramp(d, base, n, s, 4), factor
    fitted = min(max(n / (2 * mp.pi) / 5, 2), 32)
    yield f"yarn:s={s},ramp=auto", turns_ramp(d, base, n, s, fitted), factor


cases = []
for d, base, n, s in [(64, 10000, 2048, 4), (32, 10000, 128, 8), (128, 500000, 8192, 1.5)]:
    for scheme, theta, factor in tables(d, base, n, s):
        cases.append({"dims": d, "base": base, "train_length": n,
                      "scheme": scheme.replace(".0,", ",").removesuffix(".0"),
                      "logit_factor": float(factor), "theta": [float(t) for t in theta]})
print(json.dumps({"source": "kexue.fm 9675, 9706, 9948; arXiv 2309.00071", "tolerance": 1e-14,
                  "how": "python3 tests/golden/make/rotary_formulas.py (mpmath, 40 digits)",
                  "cases": cases}, indent=1))
