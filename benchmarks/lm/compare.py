#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whole models: Yonder and Hugging Face transformers on the same weights and tokens (run.sh starts it).

Both sides are processes that answer jobs in turn; greedy tokens are compared first. Ratios are of
medians of interleaved rounds.
"""

import argparse
import datetime
import pathlib
import platform
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "benchmarks/lm"
WORK = ROOT / "build/benchmarks"


class Worker:
    def __init__(self, *command):
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        while self.process.stdout.readline().strip() != "ready":
            if self.process.poll() is not None:
                sys.exit(f"{command[0]} ended before it was ready")

    def ask(self, job):
        """Seconds, and the tokens that came out."""
        self.process.stdin.write(job + "\n")
        self.process.stdin.flush()
        seconds, *tokens = self.process.stdout.readline().split()
        return float(seconds), tokens


def machine():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.machine()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--results", type=pathlib.Path)
    options = parser.parse_args()
    rows = []
    for dtype in ("f32", "bf16"):
        for threads in (1, 2):
            sides = {
                "yonder": Worker(WORK / "release/benchmarks/lm/lm_worker", WORK / "smol-135m", dtype, threads),
                "transformers": Worker(WORK / "venv/bin/python", HERE / "peer_transformers.py", WORK / "smol-135m", dtype, threads),
            }
            for what, job in {"prefill 512": "prefill 512", "prefill 2,048": "prefill 2048", "decode 32 after 512": "decode 512 32"}.items():
                jobs = {"yonder": f"{job} rope", "transformers": job}
                if job == "prefill 2048":
                    sides_of_job = {**sides, "yonder, rerope:w=512": sides["yonder"]}
                    jobs["yonder, rerope:w=512"] = f"{job} rerope:w=512"
                else:
                    sides_of_job = sides
                first = {name: side.ask(jobs[name])[1] for name, side in sides_of_job.items()}
                same = first["yonder"][:1] == first["transformers"][:1]
                times = {name: [] for name in sides_of_job}
                for _ in range(options.rounds):
                    for name, side in sides_of_job.items():
                        times[name].append(side.ask(jobs[name])[0])
                median = {name: statistics.median(values) for name, values in times.items()}
                ratio = median["transformers"] / median["yonder"]
                own = f"{median['yonder, rerope:w=512'] / median['yonder']:.3f}" if len(median) == 3 else "-"
                rows.append((dtype, threads, what, median["yonder"], median["transformers"], ratio, own, "yes" if same else "no"))
                print("{:5} {} threads {:20} {:8.3f} s {:8.3f} s  {:.2f}x  ReRoPE/plain {}  same first token: {}".format(*rows[-1]), flush=True)
    if options.results:
        text = f"# Language models against transformers\n\nWritten by `benchmarks/lm/run.sh --results FILE` on {datetime.date.today()}, {machine()}, 2 cores; a Llama of 135 M parameters with random weights, medians of {options.rounds} interleaved rounds.\n\n"
        text += "|type|threads|work|yonder, s|transformers, s|ratio|ReRoPE / plain|same first token|\n|---|---|---|---|---|---|---|---|\n"
        text += "".join("|{}|{}|{}|{:.3f}|{:.3f}|{:.2f}|{}|{}|\n".format(*row) for row in rows)
        options.results.write_text(text)


if __name__ == "__main__":
    main()
