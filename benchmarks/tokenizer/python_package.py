# SPDX-License-Identifier: Apache-2.0
"""The Python package against bytepiece; python_package.sh calls it.

Equality first: the ids of both on each text are compared before any time counts. Then all rows take
turns in this process, pinned to one core; a ratio is the median over rounds of (time of bytepiece /
time of Yonder in the same round). Times are CPU seconds; speeds are those of the best round.
"""
import argparse
import gc
import os
import statistics
import subprocess
import sys
import time
import unicodedata
import zipfile

import bytepiece
import numpy as np

import yonder
import yonder.tokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WORK = os.path.join(ROOT, "build", "benchmarks", "python")
DATA = os.path.join(os.path.dirname(ROOT), "shared", "data")
MODEL = "bytepiece_80k"
ROUNDS = 5
TEXT_BYTES = 300_000
# Text -> times it is encoded per round: the cost of a call shows on the short ones.
SHORT = {"今天天气不错": 2000, "Hello, world!": 2000,
         "The quick brown fox jumps over the lazy dog.": 1000}


def prepared(folder, language):
    path = os.path.join(WORK, language + ".txt")
    subprocess.run([sys.executable, os.path.join(HERE, "prepare_text.py"),
                    os.path.join(folder, language + ".txt.zst"), path, str(TEXT_BYTES), "nfc"],
                   check=True)
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def model(folder):
    with zipfile.ZipFile(os.path.join(folder, MODEL + ".zip")) as archive:
        member, = (name for name in archive.namelist() if name.endswith(MODEL + ".model"))
        return archive.extract(member, WORK)


def cpu_seconds(call, times):
    gc.disable()
    start = time.process_time()
    for _ in range(times):
        call()
    seconds = time.process_time() - start
    gc.enable()
    return seconds / times


def measure(rows, times):
    """{name: call} -> {name: CPU seconds per call in each round}."""
    seconds = {name: [] for name in rows}
    for _ in range(ROUNDS):
        for name, call in rows.items():
            repeat = times if name == "bytepiece" else 10 * times
            seconds[name].append(cpu_seconds(call, repeat))
    return seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wheel", required=True)
    parser.add_argument("--wheel-seconds", required=True)
    parser.add_argument("--text-dir", default=os.path.join(DATA, "text"))
    parser.add_argument("--model-dir", default=os.path.join(DATA, "models", "bytepiece"))
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    path = model(options.model_dir)
    ours, theirs = yonder.tokenizer.Tokenizer(path), bytepiece.Tokenizer(path)

    texts = {text: (text, times) for text, times in SHORT.items()}
    for language in ("zh", "en"):
        texts[f"{language}, {TEXT_BYTES // 1000} kB"] = (prepared(options.text_dir, language), 1)

    print("## The Python package against bytepiece\n")
    print(f"{MODEL}, yonder {yonder.__version__}, numpy {np.__version__}, Python "
          f"{sys.version.split()[0]}, load average {os.getloadavg()[0]:.2f}. The wheel is built in "
          f"{options.wheel_seconds} s of wall time on {os.cpu_count()} cores and has "
          f"{os.path.getsize(options.wheel) / 1e6:.1f} MB. Ids are the same in all rows.\n")
    print("| text | bytes | call | microseconds, best | MB/s, best | time of bytepiece / Yonder's, "
          "median |")
    print("|---|---|---|---|---|---|")
    for name, (text, times) in texts.items():
        assert unicodedata.is_normalized("NFC", text)
        raw = text.encode()
        ids = theirs.encode(text)
        rows = {
            "encode(str)": lambda: ours.encode(text),
            "encode_to_numpy(bytes)": lambda: ours.encode_to_numpy(raw),
            "bytepiece": lambda: theirs.encode(text),
        }
        if rows["encode(str)"]() != ids or rows["encode_to_numpy(bytes)"]().tolist() != ids:
            sys.exit(f"{name}: the ids differ")
        seconds = measure(rows, times)
        for row, found in seconds.items():
            ratio = statistics.median(b / a for a, b in zip(found, seconds["bytepiece"], strict=True))
            label = "bytepiece's encode(str)" if row == "bytepiece" else row
            print(f"| {name} | {len(raw)} | {label} | {min(found) * 1e6:.2f} | "
                  f"{len(raw) / min(found) / 1e6:.2f} | {ratio:.1f} |")


if __name__ == "__main__":
    main()
