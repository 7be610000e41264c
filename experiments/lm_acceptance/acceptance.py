#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Acceptance of lm (run.sh starts it): E1, E3 and E5 of the specification, on the shipped model.

Every figure comes from `yonder lm eval`, `tax` and `generate`; what is judged, and what is only
reported, stands beside each gate.
"""

import argparse
import datetime
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
YONDER = ROOT / "build/release/yonder"
MODEL = ROOT / "models/books-7m"
THREADS = []
STORIES = ROOT / "../shared/data/models/tinyllamas/stories260K.bin"


def schemes(n):
    """Name in the tables -> scheme text; n: training length."""
    return {
        "rope": "rope",
        "nope": "nope",
        "PI": "pi:s=auto",
        "NTK-old": "ntk-old:s=auto",
        "NTK": "ntk:s=auto",
        "NTK-fixed": "ntk-fixed:s=auto",
        "NTK-mixed": "ntk-mixed:s=auto",
        "YaRN ramp=auto": "yarn:s=auto,ramp=auto",
        "YaRN index": "yarn:s=auto",
        "dynamic YaRN": "yarn:s=auto,ramp=auto+dyn",
        "window": f"window:w={n}",
        "Lambda": f"lambda:w={n},sinks=4",
        "ReRoPE w=N/8": f"rerope:w={n // 8}",
        "ReRoPE w=N/4": f"rerope:w={n // 4}",
        "ReRoPE w=N/2": f"rerope:w={n // 2}",
        "ReRoPE w=N": f"rerope:w={n}",
        "ReRoPE w=N/4, log n": f"rerope:w={n // 4}+logn:clip",
        "ReRoPE w=N/2, log n": f"rerope:w={n // 2}+logn:clip",
        "Leaky w=N/2, k=16": f"leaky:w={n // 2},k=16",
        "Self-Extend w=N/2, G=16": f"selfext:w={n // 2},G=16",
    }


class Answers:
    """Gates as they are judged, and the page."""

    def __init__(self):
        self.failed = 0
        self.lines = []

    def gate(self, name, holds, detail, judged=True):
        word = ("ok   " if holds else "FAIL ") if judged else "told "
        self.failed += judged and not holds
        print(f"{word} {name}: {detail}", flush=True)
        self.lines.append(f"|{name}|{'yes' if holds else 'no'}|{'yes' if judged else 'no'}|{detail}|")


def yonder(*arguments):
    return subprocess.run([YONDER, *map(str, arguments), *THREADS], check=True, capture_output=True, text=True).stdout


def evaluate(model, text, scheme, lengths, work, **options):
    """Rows of `yonder lm eval` by length."""
    out = work / "rows.jsonl"
    out.unlink(missing_ok=True)
    arguments = ["lm", "eval", model, "--data", text, "--scheme", scheme, "--jsonl", out, "--progress", "off"]
    arguments += ["--lengths", ",".join(map(str, lengths))]
    for name, value in options.items():
        arguments += [f"--{name.replace('_', '-')}", value]
    yonder(*arguments)
    return {row["length"]: row for row in map(json.loads, out.read_text().splitlines())}


def percent(row):
    return f"{100 * row['accuracy']:.1f} ±{50 * (row['accuracy_high'] - row['accuracy_low']):.1f}"


def table(head, rows):
    return "\n".join(["|" + "|".join(head) + "|", "|" + "---|" * len(head)] + ["|" + "|".join(r) + "|" for r in rows])


def e1(answers, n, samples, text, work):
    """All schemes by lengths and sets."""
    lengths = [n, 2 * n, 4 * n, 8 * n, 16 * n]
    plain, repeat, last = {}, {}, {}
    for name, scheme in schemes(n).items():
        print(f"      {name}", flush=True)
        # s=auto is the target of each length, so every length is a call of its own: as in use.
        plain[name] = evaluate(MODEL, text, scheme, lengths, work, protocol="whole", samples=samples)
        repeat[name] = evaluate(MODEL, text, scheme, lengths[2:], work, protocol="whole", set="repeat", samples=samples)
        last[name] = evaluate(MODEL, text, scheme, lengths, work, last=n // 2, samples=samples)
    page = [
        "## E1: accuracy in percent over all targets, plain text, with half the width of the 95 % interval",
        table(["scheme"] + [f"{t // n}N" for t in lengths], [[s] + [percent(r[t]) for t in lengths] for s, r in plain.items()]),
        "## E1: the same on repeated text (passages of N to T/2 tokens, tiled)",
        table(["scheme"] + [f"{t // n}N" for t in lengths[2:]], [[s] + [percent(r[t]) for t in lengths[2:]] for s, r in repeat.items()]),
        f"## E1: loss in nats per token on the same last {n // 2} tokens, by context",
        table(["scheme"] + [f"{t // n}N" for t in lengths], [[s] + [f"{r[t]['loss']:.3f}" for t in lengths] for s, r in last.items()]),
    ]
    at = 8 * n
    acc = {name: 100 * rows[at]["accuracy"] for name, rows in plain.items()}
    rep = {name: 100 * rows[at]["accuracy"] for name, rows in repeat.items()}
    inside = 100 * plain["rope"][n]["accuracy"]
    best = max(("ReRoPE w=N/4", "ReRoPE w=N/2"), key=acc.get)
    answers.gate("E1a rope loses 40 % of its accuracy at 8N", acc["rope"] <= 0.6 * inside, f"{inside:.1f} to {acc['rope']:.1f}")
    answers.gate("E1a PI is worse than rope at 8N", acc["PI"] < acc["rope"], f"{acc['PI']:.1f} and {acc['rope']:.1f}")
    order = acc["rope"] < min(acc["NTK-old"], acc["NTK-fixed"], acc["NTK"]) < acc[best]
    answers.gate("E1b rope < NTK kinds < ReRoPE at 8N", order, f"{acc['rope']:.1f}, {acc['NTK']:.1f}, {acc[best]:.1f}")
    answers.gate("E1b Leaky within 1 point of ReRoPE", abs(acc["Leaky w=N/2, k=16"] - acc["ReRoPE w=N/2"]) <= 1, f"{acc['Leaky w=N/2, k=16']:.1f} and {acc['ReRoPE w=N/2']:.1f}")
    answers.gate("E1c ReRoPE at 8N is at least in-length accuracy - 1", acc[best] >= inside - 1, f"{acc[best]:.1f} and {inside:.1f}")
    copy = json.loads((MODEL / "training.json").read_text())["copy_score"]
    copies = copy >= 0.2
    answers.gate("copy score at least 20 points", copies, f"{100 * copy:.1f} points")
    falling = [last[name][t]["loss"] for name in ("ReRoPE w=N/4, log n",) for t in lengths]
    answers.gate("E1c ReRoPE with log n: loss does not rise with context", all(b <= a + 0.01 for a, b in zip(falling, falling[1:])), " ".join(f"{x:.3f}" for x in falling), judged=copies)
    answers.gate("E1d ReRoPE w=N against w=N/2", True, f"{acc['ReRoPE w=N']:.1f} and {acc['ReRoPE w=N/2']:.1f}", judged=False)
    answers.gate("E1e repeated: ReRoPE at least window + 15 points", rep[best] >= rep["window"] + 15, f"{rep[best]:.1f} and {rep['window']:.1f}", judged=copies)
    answers.gate("E1f repeated: ReRoPE with log n at least ReRoPE", rep["ReRoPE w=N/4, log n"] >= rep["ReRoPE w=N/4"] - 0.5, f"{rep['ReRoPE w=N/4, log n']:.1f} and {rep['ReRoPE w=N/4']:.1f}", judged=copies)
    yarn = acc["YaRN ramp=auto"]
    answers.gate("E1j NTK - 2 <= YaRN < ReRoPE", acc["NTK"] - 2 <= yarn < acc[best], f"{acc['NTK']:.1f}, {yarn:.1f}, {acc[best]:.1f}")
    return page


def e3(answers, work):
    """The published story model."""
    if not STORIES.exists():
        answers.gate("E3 stories260K", True, "left out: the file is not here", judged=False)
        return []
    model = json.loads(yonder("lm", "generate", STORIES, "-n", 200, "--json", "--progress", "off"))
    published = "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, but it was too high."
    answers.gate("E3 greedy text is the published one", published in model["results"][0]["text"], model["results"][0]["text"][:60] + "...")
    return []


def e5(answers, n, samples, text, work):
    """What each scheme costs inside the training length."""
    out = work / "tax.jsonl"
    out.unlink(missing_ok=True)
    kinds = ",".join(schemes(n).values()).replace("s=auto", "s=8")
    yonder("lm", "tax", MODEL, "--data", text, "--scheme", kinds, "--lengths", 2 * n, "--samples", samples, "--jsonl", out, "--progress", "off")
    rows = list(map(json.loads, out.read_text().splitlines()))
    for row in rows:
        if row["scheme"].startswith(f"rerope:w={n // 2}"):
            answers.gate(f"E5 {row['scheme']}: tax at most 0.02 nat", row["tax"]["mean"] <= 0.02, f"{row['tax']['mean']:+.4f}, exactly none up to {row['exact_up_to']}")
    cells = [[r["scheme"], f"{r['tax']['mean']:+.4f}", str(r["exact_up_to"])] for r in rows]
    return ["## E5: loss within the training length minus that of rope, nats per token", table(["scheme", "tax", "exactly none up to"], cells)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--results", type=pathlib.Path)
    options = parser.parse_args()
    THREADS[:] = ["--threads", str(options.threads)]
    work = ROOT / "build/experiments/lm_acceptance"
    text = work / "held_out.txt"
    text.write_bytes(subprocess.run(["zstd", "-dc", MODEL / "held_out.txt.zst"], check=True, capture_output=True).stdout)
    n = json.loads((MODEL / "config.json").read_text())["max_position_embeddings"]
    answers = Answers()
    page = e1(answers, n, options.samples, text, work) + e3(answers, work) + e5(answers, n, min(options.samples, 24), text, work)
    if options.results:
        head = f"# Language models: acceptance experiments\n\nWritten by `experiments/lm_acceptance/run.sh --samples {options.samples} --results FILE` on {datetime.date.today()}.\n\n## Gates\n\n|gate|holds|judged|found|\n|---|---|---|---|\n"
        options.results.write_text(head + "\n".join(answers.lines) + "\n\n" + "\n\n".join(page) + "\n")
    sys.exit(1 if answers.failed else 0)


if __name__ == "__main__":
    main()
