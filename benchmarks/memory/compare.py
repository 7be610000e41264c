# SPDX-License-Identifier: Apache-2.0
"""Compares memory with its peers and writes RESULTS.md; run.sh calls it.

Speed and accuracy together: what is timed is exact LegS, and its coefficients are held against
direct summation in long double beside the peers'. The HiPPO authors' loop runs in the same process
as Yonder (memory_speed.cpp), in turns, compiled with -O3 -march=native; numpy's dense step runs here,
afterwards. Times are medians over rounds of CPU nanoseconds per sample and channel (wall time where
threads count); a ratio is the median over rounds of (time of the row / time of the section's first
row in the same round).
"""
import os

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[library + "_NUM_THREADS"] = "1"  # before numpy is loaded

import argparse
import datetime
import json
import platform
import statistics
import subprocess
import sys
import time

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.path.join(ROOT, "build", "benchmarks", "release", "benchmarks", "memory", "memory_speed")

# (section, row) -> (figure, "most" or "least", target). Figures are ns, ratio or error; sections
# are matched by their beginning.
TARGETS = [
    ("one channel, N = 64, f32", "Yonder, input resident", "ns", "most", 3.5),
    ("one channel, N = 64, f32", "Yonder, block by block", "ns", "most", 3.5),
    ("one channel, N = 256, f32", "Yonder, input resident", "ns", "most", 10),
    ("one channel, N = 256, f32", "Yonder, block by block", "ns", "most", 16),
    ("one channel, N = 64", "hippo-code's loop", "ratio", "least", 100),
    ("one channel, N = 256", "hippo-code's loop", "ratio", "least", 100),
    ("64 channels, N = 64, f32", "Yonder", "ns", "most", 1.8),
    ("64 channels, N = 256, f32", "Yonder", "ns", "most", 7.5),
    ("length of the stream", "10^8 samples", "ratio", "most", 1.05),
    ("kinds of input", "window of 65536", "ratio", "most", 2),
    ("single operations, N = 256", "merge, rho = 1/2", "ns", "most", 8000),
    ("single operations, N = 256", "merge, any rho, matrices included", "ns", "most", 60000),
    ("single operations, N = 64", "value at one time", "ns", "most", 128),
    ("single operations, N = 256", "value at one time", "ns", "most", 512),
    ("snapshot", "written", "ns", "most", 1),
    ("snapshot", "read", "ns", "most", 1),
    ("one channel on two threads", "two threads", "ratio", "most", 1 / 1.9),
]
MOST_ERROR = {"f32": 5e-7, "f64": 1e-11}  # of Yonder
LEAST_ERROR_OF_PEER = {"f32": 1e-2}       # after 10^7 samples


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def verdict(value, kind, target):
    met = value <= target if kind == "most" else value >= target
    sign = "<=" if kind == "most" else ">="
    missed = abs(value / target - 1)
    return "%s %.3g, %s" % (sign, target, "met" if met else "missed by %.0f %%" % (100 * missed))


def target_of(answer):
    for section, row, figure, kind, target in TARGETS:
        if answer["section"].startswith(section) and answer["row"] == row:
            text = verdict(answer[figure], kind, target)
            return text if figure == "ns" else "%s %s" % (figure, text)
    return ""


def dense_seconds(order, channels, dtype, steps):
    """One dense step of a time-invariant system per sample, as most code for LegT has it."""
    rng = numpy.random.default_rng(1)
    a = numpy.linalg.qr(rng.standard_normal((order, order)))[0].astype(dtype)
    b = rng.standard_normal((order, 1)).astype(dtype)
    u = rng.standard_normal((steps, 1, channels)).astype(dtype)
    x = numpy.zeros((order, channels), dtype)
    start = time.process_time()
    for row in u:
        x = a @ x + b * row
    return time.process_time() - start


def dense_rows(rounds):
    rows = []
    for order, channels, dtype in ((64, 1, "float64"), (256, 1, "float64"), (64, 64, "float32"),
                                   (256, 64, "float32")):
        steps = 2000
        runs = [dense_seconds(order, channels, dtype, steps) / steps / channels * 1e9
                for _ in range(rounds)]
        rows.append([order, channels, dtype, "%.0f" % statistics.median(runs)])
    return rows


def first_line(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          cwd=ROOT)
    return done.stdout.splitlines()[0] if done.stdout else ""


def machine():
    name = platform.processor() or platform.machine()
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    return "%s, %d cores, %s" % (name, os.cpu_count(), first_line(["c++", "--version"]))


def commit_of_tree():
    commit = first_line(["git", "rev-parse", "--short=12", "HEAD"]) or "unknown"
    if first_line(["git", "status", "--porcelain", "--untracked-files=no"]):
        commit += ", with uncommitted changes"
    return commit


def report(answers, dense, load, commit):
    parts = ["# Memory: comparison with peers\n\nWritten by `benchmarks/memory/run.sh`. "
             + " ".join(__doc__.split("\n\n")[1].split()) + "\n",
             table(["", ""], [["date", datetime.date.today().isoformat()], ["machine", machine()],
                              ["load average at the start", "%.2f" % load], ["commit", commit],
                              ["peers", "hippo-code's loop (`benchmarks/memory/peer_hippo.cpp`), "
                               "numpy %s" % numpy.__version__]])]
    sections = list(dict.fromkeys(answer["section"] for answer in answers))
    for section in sections:
        of_section = [answer for answer in answers if answer["section"] == section]
        parts.append("## " + section[0].upper() + section[1:] + "\n")
        if "error" in of_section[0]:
            scalar = section.rsplit(", ", 1)[1]
            full = "10000000" in section
            rows = []
            for answer in of_section:
                target = ""
                if answer["row"] == "Yonder":
                    target = verdict(answer["error"], "most", MOST_ERROR[scalar])
                elif full and scalar in LEAST_ERROR_OF_PEER:
                    target = verdict(answer["error"], "least", LEAST_ERROR_OF_PEER[scalar])
                rows.append([answer["row"], "%.2g" % answer["error"], target])
            parts.append(table(["program", "relative error of the coefficients", "expected"], rows))
        else:
            rows = [[answer["row"], "%.4g" % answer["ns"], "%.4g" % answer["best"],
                     "%.3g" % answer["ratio"], target_of(answer)] for answer in of_section]
            parts.append(table(["", "ns, median", "ns, best", "ratio", "target"], rows))
    parts.append("## numpy, one dense step per sample\n")
    parts.append(table(["N", "channels", "type", "ns per sample and channel"], dense))
    return "\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true",
                        help="few rounds and short streams, to try the script; prints, writes nothing")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    commit = commit_of_tree()  # before the run: what is measured, whatever is committed meanwhile
    answers = []
    with subprocess.Popen([PROGRAM] + (["--quick"] if options.quick else []),
                          stdout=subprocess.PIPE, text=True) as program:
        for line in program.stdout:
            answers.append(json.loads(line))
            print("%(section)s: %(row)s" % answers[-1], file=sys.stderr, flush=True)
    if program.returncode != 0:
        sys.exit("memory_speed ended with status %d" % program.returncode)
    text = report(answers, dense_rows(3 if options.quick else 11), load, commit)
    if options.quick:
        print(text)
    else:
        with open(os.path.join(HERE, "RESULTS.md"), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
