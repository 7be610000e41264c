#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Acceptance of lm (run.sh starts it): E1, E3 and E5 of the specification, on the shipped model.

Every figure comes from `yonder lm eval`, `tax` and `generate`; what is judged, and what is only
reported, stands beside each gate.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

from gates import ROOT, WORK, Answers, evaluate, percent, table, yonder

MODEL = ROOT / "models/books-7m"
STORIES = ROOT / "../shared/data/models/tinyllamas/stories260K.bin"


# No gate stands on these; they are read on a quarter of the texts.
TOLD = {"nope", "NTK-mixed", "YaRN index", "dynamic YaRN", "ReRoPE w=N/8", "ReRoPE w=N", "ReRoPE w=N/2, log n", "Self-Extend w=N/2, G=16"}


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


def measured(text, scheme, n, lengths, samples, threads, **options):
    """Rows of evaluate(). `samples` texts of N and 8N tokens, on which gates stand; a quarter of them of other lengths, an eighth of 16N."""
    rows = {}
    for part, at in ((1, (n, 8 * n)), (4, (2 * n, 4 * n)), (8, (16 * n,))):
        chosen = [t for t in lengths if t in at]
        rows |= evaluate(MODEL, text, scheme, chosen, threads, samples=max(2, samples // part), **options)
    return rows


def e1(answers, n, samples, text, threads):
    """All schemes by lengths and sets."""
    lengths = [n, 2 * n, 4 * n, 8 * n, 16 * n]
    plain, repeat, last = {}, {}, {}
    for name, scheme in schemes(n).items():
        print(f"      {name}", flush=True)
        texts = max(2, samples // 4) if name in TOLD else samples
        plain[name] = measured(text, scheme, n, lengths, texts, threads, protocol="whole")
        repeat[name] = measured(text, scheme, n, lengths[2:], texts, threads, protocol="whole", set="repeat")
        last[name] = evaluate(MODEL, text, scheme, lengths, threads, samples=max(2, samples // 8), last=n // 2)
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
    falling = {name: [last[name][t]["loss"] for t in lengths] for name in ("ReRoPE w=N/4, log n", "ReRoPE w=N/2, log n")}
    holds = any(all(b <= a + 0.01 for a, b in zip(x, x[1:])) for x in falling.values())
    answers.gate("E1c ReRoPE with log n: loss does not rise with context, w=N/4 or N/2", holds, "; ".join(" ".join(f"{y:.3f}" for y in x) for x in falling.values()), judged=copies)
    answers.gate("E1d ReRoPE w=N against w=N/2", True, f"{acc['ReRoPE w=N']:.1f} and {acc['ReRoPE w=N/2']:.1f}", judged=False)
    answers.gate("E1e repeated: ReRoPE at least window + 15 points", rep[best] >= rep["window"] + 15, f"{rep[best]:.1f} and {rep['window']:.1f}", judged=copies)
    answers.gate("E1e repeated: Lambda within 2 points of the window", abs(rep["Lambda"] - rep["window"]) <= 2, f"{rep['Lambda']:.1f} and {rep['window']:.1f}")
    answers.gate("E1f repeated: ReRoPE with log n at least ReRoPE", rep["ReRoPE w=N/4, log n"] >= rep["ReRoPE w=N/4"] - 0.5, f"{rep['ReRoPE w=N/4, log n']:.1f} and {rep['ReRoPE w=N/4']:.1f}", judged=copies)
    yarn = acc["YaRN ramp=auto"]
    answers.gate("E1j NTK - 2 <= YaRN < ReRoPE", acc["NTK"] - 2 <= yarn < acc[best], f"{acc['NTK']:.1f}, {yarn:.1f}, {acc[best]:.1f}")
    return page


GREEDY = """Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, but it was too high.
Lily's mom said, "Lily, let's go to the park." Lily was sad and didn't know what to do. She said, "I want to play with your ball, but I can't find it."
Lily was sad and didn't know what to do. She said, "I'm sorry, Lily. I didn't know what to do."
Lily didn't want to help her mom, so she"""  # 200 tokens at temperature 0, as llama2.c's own test of run.c has them


def e3(answers, threads):
    """The published story model: its text, and 4,096 tokens drawn from it, loss by parts of 512 under the scheme that drew them."""
    if not STORIES.exists():
        answers.gate("E3 stories260K", True, "left out: the file is not here", judged=False)
        return []
    answers.gate("E3 the greedy text of 200 tokens is the published one", yonder("lm", "generate", STORIES, "-n", 200, "--progress", "off").strip() == GREEDY, "stories260K")
    rows = {}
    for scheme in ("rope", "rerope:w=128"):
        drawn = WORK / f"stories-{scheme.split(':')[0]}.txt"
        # The text is split into tokens anew, and not always as it was drawn: some more are drawn.
        drawn.write_text(yonder("lm", "generate", STORIES, "-n", 4600, "--ignore-eos", "--temperature", 1, "--seed", 1, "--scheme", scheme, "--threads", threads, "--progress", "off"))
        parts = json.loads(yonder("lm", "eval", STORIES, "--data", drawn, "--scheme", scheme, "--lengths", 3584, "--protocol", "whole", "--samples", 1, "--by-position", 512, "--bytes", "--threads", threads, "--json", "--progress", "off"))
        rows[scheme] = [-part["log_probability"] / part["targets"] for part in parts["rows"][0]["by_position"]]
    reread = rows["rerope:w=128"]
    answers.gate("E3 rerope:w=128 draws on: no part above the first + 0.3", max(reread) <= reread[0] + 0.3, " ".join(f"{x:.2f}" for x in reread))
    answers.gate("E3 rope: the loss of its parts rises by more than 1", max(rows["rope"]) > rows["rope"][0] + 1, " ".join(f"{x:.2f}" for x in rows["rope"]))
    return ["## E3: nats per token of 512-token parts of drawn text", table(["scheme"] + [f"{512 * k}..." for k in range(7)], [[s] + [f"{x:.2f}" for x in r] for s, r in rows.items()])]


def e5(answers, n, samples, text, threads):
    """What each scheme costs inside the training length."""
    out = WORK / "tax.jsonl"
    out.unlink(missing_ok=True)
    kinds = ",".join(s if "+dyn" in s else s.replace("s=auto", "s=8") for s in schemes(n).values())
    yonder("lm", "tax", MODEL, "--data", text, "--scheme", kinds, "--lengths", 2 * n, "--samples", samples, "--threads", threads, "--jsonl", out, "--progress", "off")
    rows = list(map(json.loads, out.read_text().splitlines()))
    for row in rows:
        scheme = row["scheme"]
        if scheme.startswith(f"rerope:w={n // 2}"):
            answers.gate(f"E5 {scheme}: tax at most 0.02 nat", row["tax"]["mean"] <= 0.02, f"{row['tax']['mean']:+.4f}")
        width = re.match(r"(?:rerope|leaky|selfext):w=(\d+)", scheme)
        if width or "+dyn" in scheme:
            least = int(width[1]) if width else n
            answers.gate(f"E5 {scheme}: exactly no tax up to {least} tokens", row["exact_up_to"] >= least, f"up to {row['exact_up_to']}")
    cells = [[r["scheme"], f"{r['tax']['mean']:+.4f}", str(r["exact_up_to"])] for r in rows]
    return ["## E5: loss within the training length minus that of rope, nats per token", table(["scheme", "tax", "exactly none up to"], cells)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--results", type=pathlib.Path)
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    text = WORK / "held_out.txt"
    text.write_bytes(subprocess.run(["zstd", "-dc", MODEL / "held_out.txt.zst"], check=True, capture_output=True).stdout)
    n = json.loads((MODEL / "config.json").read_text())["max_position_embeddings"]
    answers = Answers()
    tables = e3(answers, options.threads)
    tables += e1(answers, n, options.samples, text, options.threads)
    tables += e5(answers, n, min(options.samples, 24), text, options.threads)
    if options.results:
        command = f"experiments/lm_acceptance/run.sh --samples {options.samples} --results FILE"
        options.results.write_text(answers.page("Language models: acceptance experiments", command, tables))
    sys.exit(1 if answers.failed else 0)


if __name__ == "__main__":
    main()
