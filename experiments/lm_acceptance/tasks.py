#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""E4 of the specification (run.sh tasks starts it): synthetic tasks, learned on strings of up to 64
symbols and asked for at up to 512. Prints a table; --results writes it."""

import argparse
import json
import pathlib
import sys

from gates import WORK, Answers, table, yonder

TRAINED, ASKED = 64, [64, 128, 256, 512]
CONTEXT = {"even-pairs": TRAINED + 2, "copy": 2 * TRAINED + 1, "bucket-sort": 2 * TRAINED + 1}
LEARN = {  # task -> batch, learning rate, steps; even pairs is not learned at all with the others' steps
    "even-pairs": (128, 0.0003, 2500),
    "copy": (32, 0.003, 1500),
    "bucket-sort": (32, 0.003, 1500),
}
MODELS = [  # task, name, options of `yonder lm train`
    ("even-pairs", "rope", []),
    ("even-pairs", "HWFA", ["--scheme", "hwfa:w=12"]),
    ("copy", "rope", []),
    ("copy", "random positions", ["--positions", "sample:max=1100"]),
    ("bucket-sort", "rope", []),
    ("bucket-sort", "random positions", ["--positions", "sample:max=1100"]),
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--results", type=pathlib.Path)
    options = parser.parse_args()
    answers, rows = Answers(), []
    for task, name, extra in MODELS:
        print(f"      {task}, {name}", flush=True)
        folder = WORK / "tasks" / f"{task}-{name.replace(' ', '-')}"
        if not (folder / "model.safetensors").exists():
            batch, rate, steps = LEARN[task]
            yonder("lm", "train", "--task", task, "-o", folder, "--layers", 4, "--hidden", 64, "--heads", 4, "--context", CONTEXT[task], "--batch", batch, "--learning-rate", rate, "--warmup", 100, "--steps", steps, "--seed", 1, "--threads", options.threads, "--resume", "--progress", "off", *extra)
        found = json.loads(yonder("lm", "task", folder, "--task", task, "--lengths", ",".join(map(str, ASKED)), "--samples", 100, "--threads", options.threads, "--json", "--progress", "off"))["rows"]
        rows.append([task, name] + [f"{100 * r['right'] / r['samples']:.0f}, {100 * r['hits'] / r['targets']:.0f}" for r in found])
        if name == "HWFA":
            answers.gate("E4 HWFA answers even pairs at 512 always", found[-1]["right"] == found[-1]["samples"], f"{found[-1]['right']} of {found[-1]['samples']}")
    tables = [f"## Answers right in full, and symbols right, in percent of 100 strings; trained on 1 to {TRAINED} symbols", table(["task", "model", *map(str, ASKED)], rows)]
    print("\n".join(tables))
    if options.results:
        options.results.write_text(answers.page("Language models: synthetic tasks", "experiments/lm_acceptance/run.sh tasks --results FILE", tables))
    sys.exit(1 if answers.failed else 0)


if __name__ == "__main__":
    main()
