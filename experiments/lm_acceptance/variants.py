#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Variants that need training (run.sh variants starts it): E1 f to i of the specification.

Five models of bytes, alike but for one option each, learn the same text from the same seed; each is
then read at eight times its training length. They are far smaller than the shipped model, so that all
five take less than an hour of one core: what they show is the order of the variants at this size.
"""

import argparse
import json
import pathlib
import sys

from gates import WORK, Answers, evaluate, percent, table, yonder

N = 128
LAYERS = 6
VARIANTS = {  # name -> scheme it is trained with, other options of `yonder lm train`
    "baseline": ("rope", []),
    "log n": ("rope+logn:train", []),
    "KNA": ("rope", ["--qk-norm", "key"]),
    "HWFA2": (f"hwfa2:w={2 * N // LAYERS},f=2", []),
    "inverse Leaky": (f"leaky:w={N // 4},k=1/16", []),
}
READ = {  # name -> other schemes it is read under, by name
    "baseline": {"ReRoPE": f"rerope:w={N // 4}", "ReRoPE, log n": f"rerope:w={N // 4}+logn:clip", "window": f"window:w={N}"},
    "log n": {"ReRoPE": f"rerope:w={N // 4}+logn:train"},
    "KNA": {"ReRoPE": f"rerope:w={N // 4}"},
    "HWFA2": {"ReRoPE": f"hwfa2:w={2 * N // LAYERS},f=2,rerope={N // 2}"},
    "inverse Leaky": {"rope": "rope"},
}


def train(name, options, data, valid, steps, threads):
    """The folder of the finished model; a run that was stopped goes on."""
    folder = WORK / "variants" / name.replace(" ", "-")
    if not (folder / "model.safetensors").exists():
        print(f"      training {name}", flush=True)
        yonder("lm", "train", "--data", data, "--valid", valid, "-o", folder, "--layers", LAYERS, "--hidden", 128, "--heads", 2, "--context", N, "--batch", 32, "--repeat-part", 0.2, "--learning-rate", 0.003, "--warmup", 100, "--schedule", "linear", "--final-rate", 0.03, "--steps", steps, "--seed", 1, "--threads", threads, "--checkpoint-minutes", 2, "--resume", "--progress", "off", *options)
    return folder


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=pathlib.Path, help="folder with train.txt and held_out.txt, as models/books-7m/train.sh makes it")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--results", type=pathlib.Path)
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    text = options.data / "held_out.txt"
    answers, rows, acc, copies = Answers(), [], {}, {}
    for name, (trained, train_options) in VARIANTS.items():
        model = train(name, ["--scheme", trained, *train_options], options.data / "train.txt", text, options.steps, options.threads)
        end = [json.loads(line) for line in (model / "log.jsonl").read_text().splitlines() if "copy_score" in line][-1]
        copies[name] = end["copy_score"]
        inside = None
        for way, scheme in {"own": trained, **READ[name]}.items():
            print(f"      reading {name}, {way}", flush=True)
            at = {kind: evaluate(model, text, scheme, [8 * N], options.threads, protocol="whole", samples=options.samples, set=kind)[8 * N] for kind in ("plain", "repeat")}
            inside = inside or evaluate(model, text, trained, [N], options.threads, protocol="whole", samples=options.samples)[N]
            acc[name, way] = {"in": 100 * inside["accuracy"], "plain": 100 * at["plain"]["accuracy"], "repeat": 100 * at["repeat"]["accuracy"]}
            rows.append([name, way, f"`{scheme}`", percent(inside), percent(at["plain"]), percent(at["repeat"]), f"{100 * copies[name]:.0f}"])

    def shown(kind, *ways):
        return ", ".join(f"{name} {way} {acc[name, way][kind]:.1f}" for name, way in ways)

    f = [("log n", "ReRoPE"), ("baseline", "ReRoPE, log n"), ("baseline", "ReRoPE")]
    copied = min(copies["log n"], copies["baseline"]) >= 0.2
    answers.gate("E1f repeated: trained log n >= log n afterwards >= none, ReRoPE", acc[f[0]]["repeat"] >= acc[f[1]]["repeat"] - 0.5 and acc[f[1]]["repeat"] >= acc[f[2]]["repeat"] - 0.5, shown("repeat", *f), judged=copied)
    g = [("KNA", "own"), ("baseline", "own")]
    answers.gate("E1g KNA >= baseline + 10 points, nothing changed", acc[g[0]]["plain"] >= acc[g[1]]["plain"] + 10, shown("plain", *g))
    h = [("HWFA2", "ReRoPE"), ("baseline", "ReRoPE")]
    answers.gate("E1h HWFA2 within half a point in-length", abs(acc["HWFA2", "own"]["in"] - acc["baseline", "own"]["in"]) <= 0.5, shown("in", ("HWFA2", "own"), ("baseline", "own")))
    answers.gate("E1h HWFA2 >= ReRoPE - 0.5", acc[h[0]]["plain"] >= acc[h[1]]["plain"] - 0.5, shown("plain", *h))
    i = [("inverse Leaky", "rope"), ("baseline", "own")]
    answers.gate("E1i inverse Leaky read with rope >= rope + 15 points", acc[i[0]]["plain"] >= acc[i[1]]["plain"] + 15, shown("plain", *i))
    tables = [f"## Five models of {LAYERS} layers, width 128, N = {N}, {options.steps} steps of 32 sequences: accuracy in percent, with half the width of the 95 % interval", table(["trained as", "read as", "scheme", "N", "8N", "8N repeated", "copy score"], rows)]
    if options.results:
        command = f"experiments/lm_acceptance/run.sh variants FOLDER --steps {options.steps} --samples {options.samples} --results FILE"
        options.results.write_text(answers.page("Language models: variants that need training", command, tables))
    sys.exit(1 if answers.failed else 0)


if __name__ == "__main__":
    main()
