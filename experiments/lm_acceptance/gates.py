# SPDX-License-Identifier: Apache-2.0
"""What the acceptance experiments of lm share: gates as they are judged, the program, tables."""

import datetime
import hashlib
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
YONDER = ROOT / "build/release/yonder"
WORK = ROOT / "build/experiments/lm_acceptance"


class Answers:
    """Gates as they are judged."""

    def __init__(self):
        self.failed = 0
        self.lines = []

    def gate(self, name, holds, detail, judged=True):
        word = ("ok   " if holds else "FAIL ") if judged else "told "
        self.failed += judged and not holds
        print(f"{word} {name}: {detail}", flush=True)
        self.lines.append([name, "yes" if holds else "no", "yes" if judged else "no", detail])

    def page(self, title, command, tables):
        head = f"# {title}\n\nWritten by `{command}` on {datetime.date.today()}, {processor()}.\n\n## Gates\n\n"
        return head + "\n\n".join([table(["gate", "holds", "judged", "found"], self.lines), *tables]) + "\n"


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return "a processor without a name"


def yonder(*arguments):
    return subprocess.run([YONDER, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True).stdout


def evaluate(model, text, scheme, lengths, threads=0, **options):
    """Rows of `yonder lm eval` by length. A call made before is read from WORK/rows, so that an
    experiment that was stopped goes on; remove the folder to measure anew."""
    arguments = ["--scheme", scheme, "--lengths", ",".join(map(str, lengths))]
    for name, value in options.items():
        arguments += [f"--{name.replace('_', '-')}", str(value)]
    key = hashlib.sha256("\0".join(arguments).encode())
    for file in (model / "model.safetensors", model / "config.json", text):
        key.update(file.read_bytes())
    out = WORK / "rows" / f"{key.hexdigest()[:24]}.jsonl"
    if not out.exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        part = out.with_suffix(".part")
        part.unlink(missing_ok=True)
        yonder("lm", "eval", model, "--data", text, *arguments, "--threads", threads, "--jsonl", part, "--progress", "off")
        part.rename(out)
    return {row["length"]: row for row in map(json.loads, out.read_text().splitlines())}


def percent(row):
    return f"{100 * row['accuracy']:.1f} ±{50 * (row['accuracy_high'] - row['accuracy_low']):.1f}"


def table(head, rows):
    return "\n".join("|" + "|".join(cells) + "|" for cells in [head, ["---"] * len(head), *rows])
