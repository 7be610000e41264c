#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/tokenizer/lattice_*.json: small lattices enumerated in 50-digit decimals.

Nothing of yonder is used: segmentations are listed one by one, and the figures are the definitions
applied to the list. Published figures (kexue.fm 9768, 9811 and the measurements that the tests of
section 9 of the tokenizer's specification state) are checked against the enumeration first.

  python3 tests/golden/make/tokenizer_lattice.py tests/golden/tokenizer
"""
import json
import pathlib
import sys
from decimal import MAX_EMAX, MIN_EMIN, Decimal, getcontext

getcontext().prec = 50
getcontext().Emax, getcontext().Emin = MAX_EMAX, MIN_EMIN

A = [("a", 4), ("b", 3), ("c", 2), ("ab", 6), ("bc", 5), ("abc", 2)]
B = [("a", 10), ("aa", 7), ("aaa", 3)]
WATCHING = [(piece, 1) for piece in ("watch", "ing", "wat", "ching", "w", "atching")]
WATCHING_8 = WATCHING + [("watchin", 1), ("g", 1)]


def log_p(vocabulary):
    total = Decimal(sum(count for _, count in vocabulary))
    return {piece: (Decimal(count) / total).ln() for piece, count in vocabulary}


def segmentations(scores, text):
    if not text:
        yield ()
    for end in range(1, len(text) + 1):
        if text[:end] in scores:
            for rest in segmentations(scores, text[end:]):
                yield (text[:end],) + rest


def sigmoid(x):
    return 1 / (1 + (-x).exp())


def law_of_9768(scores, text, alpha):
    """Distribution of the rule of kexue.fm 9768: a newcomer replaces the holder of a position with
    probability sigmoid(alpha (its score - the holder's)). Arrivals at a position: longest first."""
    states = {((),): Decimal(1)}  # the route stored at each position so far -> probability
    for end in range(1, len(text) + 1):
        grown = {}
        for routes, probability in states.items():
            holders = {None: Decimal(1)}
            for start in range(end):
                piece = text[start:end]
                if piece not in scores or routes[start] is None:
                    continue
                route = routes[start] + (piece,)
                score = sum(scores[p] for p in route)
                after = {}
                for holder, weight in holders.items():
                    accept = Decimal(1) if holder is None else sigmoid(
                        alpha * (score - sum(scores[p] for p in holder)))
                    after[route] = after.get(route, 0) + weight * accept
                    if holder is not None:
                        after[holder] = after.get(holder, 0) + weight * (1 - accept)
                holders = after
            for holder, weight in holders.items():
                key = routes + (holder,)
                grown[key] = grown.get(key, 0) + probability * weight
        states = grown
    law = {}
    for routes, probability in states.items():
        law[routes[-1]] = law.get(routes[-1], 0) + probability
    return law


def number(x):
    return float(x)


def case(name, vocabulary, text, alpha):
    scores = log_p(vocabulary)
    alpha = Decimal(alpha)
    paths = list(segmentations(scores, text))
    score = {path: sum(scores[p] for p in path) for path in paths}
    z = sum((alpha * score[path]).exp() for path in paths)
    probability = {path: (alpha * score[path]).exp() / z for path in paths}
    marginals = {}
    for path in paths:
        at = 0
        for piece in path:
            key = (at, at + len(piece), piece)
            marginals[key] = marginals.get(key, 0) + probability[path]
            at += len(piece)
    legacy = law_of_9768(scores, text, alpha)
    # Exact ties are pieces in another order, so scores are compared by the sorted pieces.
    paths.sort(key=lambda path: (-round(score[path], 40), [-len(piece) for piece in path]))
    return {
        "name": name,
        "vocabulary": [[piece, count] for piece, count in vocabulary],
        "text": text,
        "alpha": number(alpha),
        "log_z": number(z.ln()),
        "entropy": number(-sum(p * p.ln() for p in probability.values())),
        "expected_tokens": number(sum(probability[path] * len(path) for path in paths)),
        "expected_score": number(sum(probability[path] * score[path] for path in paths)),
        "segmentations": [{
            "pieces": list(path),
            "score": number(score[path]),
            "probability": number(probability[path]),
            "probability_9768": number(legacy.get(path, 0)),
        } for path in paths],
        "marginals": [[start, end, piece, number(p)]
                      for (start, end, piece), p in sorted(marginals.items())],
    }


def log_z_of_repeats(alpha, lengths):
    """log Z of a^n under B by the plain recursion; decimals do not overflow."""
    scores = log_p(B)
    q1, q2, q3 = ((Decimal(alpha) * scores["a" * k]).exp() for k in (1, 2, 3))
    z = [Decimal(0), Decimal(0), Decimal(1)]
    found = {}
    for n in range(1, max(lengths) + 1):
        z = [z[1], z[2], z[2] * q1 + z[1] * q2 + z[0] * q3]
        if n in lengths:
            found[n] = z[2].ln()
    return [{"alpha": number(Decimal(alpha)), "n": n, "log_z": number(found[n])} for n in lengths]


def check(found, published, digits=9):
    assert abs(found - published) < 0.51 * 10**-digits, (found, published)


def check_published(cases):
    by = {(c["name"], c["alpha"]): c for c in cases}

    def values(key, field):
        return {"|".join(s["pieces"]): s[field] for s in by[key]["segmentations"]}

    a = values(("A", 1), "probability")
    for name, value in (("abc", .570754717), ("a|bc", .259433962), ("ab|c", .155660377)):
        check(a[name], value)
    check(by["A", 1]["log_z"], -1.837099543723, 12)
    check(by["A", 1]["entropy"], 1.019913785996, 12)
    check(by["A", 1]["expected_tokens"], 1.443396226)
    a = values(("A", 1), "probability_9768")
    for name, value in (("abc", .551069268), ("a|bc", .203731142), ("ab|c", .242466518),
                        ("a|b|c", .002733071)):
        check(a[name], value)
    check(by["A", .5]["log_z"], -.342877510239, 12)
    check(by["A", .5]["entropy"], 1.236771716459, 12)
    check(values(("A", .5), "probability_9768")["a|b|c"], .036486752)
    check(by["B", 1]["log_z"], -.515000995176, 12)
    check(by["B", 1]["entropy"], 1.926026398855, 12)
    check(by["B", 1]["expected_tokens"], 2.648535565)
    b = values(("B", 1), "probability")
    for name, value in (("aa|aa", .205020921), ("a|a|aa", .146443515), ("aaa|a", .125523013),
                        ("a|a|a|a", .104602510)):
        check(b[name], value)
    b = values(("B", 1), "probability_9768")
    for name, value in (("aa|aa", .213903886), ("a|a|aa", .122468976), ("a|aa|a", .140463125),
                        ("aa|a|a", .139811244), ("a|aaa", .201680048), ("aaa|a", .103137089),
                        ("a|a|a|a", .078535631)):
        check(b[name], value)
    check(values(("B", .1), "probability")["aa|aa"], .148370128)
    check(values(("B", .1), "probability_9768")["a|aaa"], .245522902)
    check(values(("B", .1), "probability_9768")["aa|aa"], .132657629)
    check(values(("B", 0), "probability_9768")["a|aaa"], .25)
    check(values(("watching", 1), "probability_9768")["watch|ing"], .5)
    check(values(("watching, 8 pieces", 1), "probability_9768")["watchin|g"], .5)


def write(path, document):
    path.write_text(json.dumps(document, indent=1, ensure_ascii=True) + "\n")


def main():
    folder = pathlib.Path(sys.argv[1])
    how = "python3 tests/golden/make/tokenizer_lattice.py tests/golden/tokenizer"
    cases = [case("A", A, "abc", alpha) for alpha in ("1", "0.5", "0.1", "0")]
    cases += [case("B", B, "aaaa", alpha) for alpha in ("1", "0.5", "0.1", "0")]
    for alpha in ("1", "0.1", "0"):
        cases.append(case("watching", WATCHING, "watching", alpha))
        cases.append(case("watching, 8 pieces", WATCHING_8, "watching", alpha))
    check_published(cases)
    write(folder / "lattice_enumerated.json", {
        "source": "P(w) = exp(alpha s(w)) / Z over all segmentations; kexue.fm 9811, 9768",
        "how": how,
        "tolerance": 1e-13,
        "tolerance_reason": "absolute; each figure is a few roundings of doubles of size 1 to 10",
        "cases": cases,
    })
    lengths = [1, 10, 100, 1000, 10**7]
    repeats = log_z_of_repeats("1", lengths) + log_z_of_repeats("0.1", lengths)
    for found, published in ((repeats[1], -.500809804133), (repeats[2], -.500775287912),
                             (repeats[4], -.500775287912), (repeats[6], 4.997914259)):
        check(found["log_z"], published)
    write(folder / "lattice_repeats.json", {
        "source": "log Z of a^n, vocabulary a 10, aa 7, aaa 3, by its three-term recursion",
        "how": how,
        "tolerance": 1e-12,
        "tolerance_reason": "times max(|log Z|, n): q itself is a rounded double",
        "cases": repeats,
    })


if __name__ == "__main__":
    main()
