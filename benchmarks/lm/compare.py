# SPDX-License-Identifier: Apache-2.0
"""Compares language models with their peers and writes RESULTS.md; run.sh calls it.

Works of a comparison run in turns on the same weights and tokens, so that every ratio comes from
runs a moment apart; outputs are compared first. A ratio is the median over rounds of (time of the
row / time of the section's first row in the same round). Times are CPU seconds where one thread
works, for other programs may be on the other cores, and wall seconds where two do.
"""
import argparse
import dataclasses
import datetime
import functools
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / "build/benchmarks"
SHIPPED = ROOT / "models/books-7m"
RANDOM = WORK / "llama-52m"
SECTION_FILES = WORK / "lm_sections"  # of the last run of each; RESULTS.md is put together of them
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}

WARM_UPS = 3
MOST_LOGIT_ERROR = 2e-4  # f32, of a loaded checkpoint


@dataclasses.dataclass(frozen=True)
class Options:
    rounds: int
    quick: bool
    programs: pathlib.Path


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def verdict(value, sign, target):
    met = value <= target if sign == "<=" else value >= target
    text = "met" if met else f"**missed by {100 * abs(value / target - 1):.0f} %**"
    return f"{sign} {target:g}, {text}"


class Worker:
    """A process that answers jobs, one a line."""

    def __init__(self, *command):
        self.process = subprocess.Popen([str(part) for part in command], text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while (line := self.process.stdout.readline()).strip() != "ready":
            if not line:
                sys.exit(f"{command[0]} ended before it was ready:\n{self.process.stderr.read()}")

    def ask(self, job):
        self.process.stdin.write(job + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.process.args[0]} ended at '{job}':\n{self.process.stderr.read()}")
        return line.split()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def json_lines(options, program, *arguments):
    done = subprocess.run([options.programs / program, *map(str, arguments)], stdout=subprocess.PIPE, text=True,
                          env=os.environ | ONE_THREAD, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


# Attention alone. What attention_speed reports, by section and row.

@functools.cache
def attention_figures(options, longest=None):
    figures = {}
    for line in json_lines(options, "attention_speed", "--rounds", options.rounds, "--longest",
                           (4096 if options.quick else 16384) if longest is None else longest):
        figures.setdefault(line["section"], {})[line["row"]] = line
    return figures


def stream_rate(options):
    """GB/s at which one core reads memory, of a run of its own, for the core may be another now."""
    return attention_figures(options, longest=0)["read 256 MiB"]["torch max"]["rate"]


# row of a prefill section -> (most, where it holds from this length on)...
SCHEME_TARGETS = {
    "rerope:w=256": [(1.08, 1024), (1.05, 2048), (1.03, 4096)],
    "leaky:w=256,k=8": [(1.10, 2048)],
    "selfext:w=256,G=8": [(1.10, 2048)],
    "ntk+dyn:step=64": [(1.15, 4096)],
    "ntk+dyn:step=1": [(6, 4096)],
    "window:w=256": [],
}


def scheme_costs(options):
    figures = attention_figures(options)
    lengths = sorted(int(name.split()[1]) for name in figures if name.startswith("prefill"))
    rows = [["rope"] + [f"{figures[f'prefill {t}']['rope']['ms']:.2f} ms" for t in lengths] + [""]]
    for scheme, targets in SCHEME_TARGETS.items():
        cells, missed = [], []
        for t in lengths:
            ratio = figures[f"prefill {t}"][scheme]["ratio"]
            cells.append(f"{ratio:.3f}")
            most = [limit for limit, start in targets if start <= t][-1:]
            missed += [f"{t}: {ratio:.3f}" for limit in most if ratio > limit]
        goal = ", ".join(f"<= {limit:g} from {start:,}" for limit, start in targets)
        rows.append([scheme, *cells, goal and f"{goal}: " + (f"**missed** ({'; '.join(missed)})" if missed else "met")])
    return ("One head of 64, float32, one thread: CPU time of rope, and the others' ratios to it.\n\n"
            + table(["scheme", *(f"T = {t:,}" for t in lengths), "target"], rows))


def core_rate(options):
    figures = attention_figures(options)
    rows = [[f"matrix product of 1,024^3, {name}", f"{line['rate']:.0f}", ""]
            for name, line in figures["matrix product"].items()]
    best = max(line["rate"] for line in figures["matrix product"].values())
    for name, lines in figures.items():
        if name.startswith("prefill") and int(name.split()[1]) >= 2048:
            rate = lines["rope"]["rate"]
            rows.append([f"plain attention, T = {int(name.split()[1]):,}", f"{rate:.0f}",
                         f"{rate / best:.2f} of the faster product; " + verdict(rate / best, ">=", 0.65)])
    return ("GFLOP/s of one core, attention counted as 2 d T (T + 64) flops.\n\n"
            + table(["work", "GFLOP/s", "share"], rows))


def eager(options):
    rows = []
    for name, lines in attention_figures(options).items():
        if name.startswith("eager"):
            _, scheme, length = name.split()
            ratio = lines["torch operations"]["ratio"]
            goal = verdict(ratio, ">=", {"plain": 5, "rerope": 12}[scheme]) if length == "4096" else ""
            rows.append([scheme, f"{int(length):,}", f"{lines['yonder']['ms']:.2f}",
                         f"{lines['torch operations']['ms']:.2f}", f"{ratio:.1f}", goal])
    return ("The usual forms in torch operations: whole matrices of logits, for ReRoPE (w = 256) two of them and a "
            "choice. Outputs agree within 1e-5. CPU ms.\n\n"
            + table(["form", "T", "yonder", "torch operations", "ratio", "target"], rows))


def decoding(options):
    figures = attention_figures(options)
    rows = []
    read = figures["read 256 MiB"]["torch max"]["rate"]
    for name, lines in figures.items():
        if not name.startswith("decode"):
            continue
        _, dtype, heads, length = name.split()
        plain = lines["rope"]
        share = plain["rate"] / read
        of_same = plain["rate"] / lines["read"]["rate"]
        narrow = ""
        if dtype == "bf16":
            narrow = verdict(figures[f"decode f32 {heads} {length}"]["rope"]["ms"] / plain["ms"], ">=", 1.7)
        worst = max(lines[row]["ratio"] for row in ("leaky:w=256,k=8", "selfext:w=256,G=8"))
        rows.append([f"{dtype}, {heads} heads, T = {int(length):,}", f"{plain['ms']:.2f}", f"{plain['rate']:.1f}",
                     f"{share:.2f}; " + verdict(share, ">=", 0.8), f"{of_same:.2f}",
                     f"{lines['rerope:w=256']['ratio']:.2f}; " + verdict(lines["rerope:w=256"]["ratio"], "<=", 1.1),
                     f"{worst:.2f}; " + verdict(worst, "<=", 1.5), narrow])
    return (f"One query over the cache of 16 kv heads of 64, one thread. Keys are un-rotated; every read of one turns "
            f"it. The target is a share of the rate at which torch reads 256 MiB, {read:.1f} GB/s when this began; beside "
            f"it stands the share of the rate at which torch reads the same cache in the same rounds, which at T = "
            f"4,096 lies mostly in the third cache.\n\n"
            + table(["cache", "rope, ms", "GB/s", "share of a plain read", "of the same cache", "ReRoPE / rope", "Leaky, Self-Extend / rope",
                     "f32 / bf16"], rows))


# Whole models.

def weights_of(model):
    """How many numbers the weights are."""
    with open(model / "model.safetensors", "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    numbers = 0
    for name, entry in header.items():
        if name != "__metadata__":
            numbers += functools.reduce(lambda a, b: a * b, entry["shape"], 1)
    return numbers


def greatest_difference(a, b):
    return max(abs(float(x) - float(y)) for x, y in zip(a, b, strict=True))


def measure(sides, rounds, threads):
    """sides: name -> (worker, job). The seconds of every round."""
    seconds = {name: [] for name in sides}
    for turn in range(-WARM_UPS, rounds):
        for name, (worker, job) in sides.items():
            wall, cpu, *_ = worker.ask(job)
            if turn >= 0:
                seconds[name].append(float(cpu if threads == 1 else wall))
    return seconds


def median_ratio(seconds, of, to):
    return statistics.median(a / b for a, b in zip(seconds[of], seconds[to]))


JOBS = {"prefill 512": "prefill 512", "prefill 2,048": "prefill 2048", "32 tokens after 512": "decode 512 32"}


def whole_models(options):
    rows, notes, median = [], [], {}
    for model in (SHIPPED, RANDOM):
        for dtype, threads in (("f32", 1), ("f32", 2), ("bf16", 1)):
            ours = Worker(options.programs / "lm_worker", model, dtype, threads)
            peer = Worker(sys.executable, HERE / "peer_transformers.py", model, dtype, threads)
            error = greatest_difference(ours.ask("logits 512 rope"), peer.ask("logits 512"))
            if dtype == "f32" and error > MOST_LOGIT_ERROR:
                sys.exit(f"{model.name}: logits differ from transformers' by {error:g}")
            notes.append(f"{model.name} {dtype} {error:.1g}")
            for what, job in JOBS.items():
                sides = {"yonder": (ours, job + " rope"), "rerope": (ours, job + " rerope:w=128"),
                         "transformers": (peer, job)}
                seconds = measure(sides, options.rounds, threads)
                ratio = median_ratio(seconds, "transformers", "yonder")
                own = median_ratio(seconds, "rerope", "yonder")
                median[model.name, dtype, threads, what] = statistics.median(seconds["yonder"])
                rows.append([model.name, dtype, threads, what,
                             *(f"{1e3 * statistics.median(seconds[side]):.0f} ({1e3 * min(seconds[side]):.0f})"
                               for side in ("yonder", "transformers")),
                             f"{ratio:.2f}; " + verdict(ratio, ">=", 1.3), f"{own:.3f}"])
            ours.close()
            peer.close()
    text = ("The same weights and tokens in both; ms, median (least). books-7m is the model we ship (on "
            "drawn tokens), llama-52m has random weights. ReRoPE is rerope:w=128. The logits after 512 "
            "tokens differ by at most: " + ", ".join(notes) + ".\n\n"
            + table(["model", "type", "threads", "work", "yonder", "transformers", "transformers / yonder",
                     "ReRoPE / rope"], rows))
    read = stream_rate(options)
    config = json.loads((RANDOM / "config.json").read_text())
    rows = []
    for dtype, width in (("f32", 4), ("bf16", 2)):
        seconds = median[RANDOM.name, dtype, 1, "32 tokens after 512"] / 32
        head = config["hidden_size"] // config["num_attention_heads"]
        cache = 2 * config["num_hidden_layers"] * config["num_key_value_heads"] * head * 528  # the mean length
        rate = width * (weights_of(RANDOM) + cache) / seconds / 1e9
        rows.append([dtype, f"{1e3 * seconds:.2f}", f"{rate:.1f}", f"{rate / read:.2f}; " + verdict(rate / read, ">=", 0.8)])
    faster = median[RANDOM.name, "f32", 1, "32 tokens after 512"] / median[RANDOM.name, "bf16", 1, "32 tokens after 512"]
    return (text + f"\nWhat one thread reads per token of llama-52m, weights and cache, against 256 MiB read by torch "
            f"({read:.1f} GB/s):\n\n" + table(["type", "ms a token", "GB/s", "share"], rows)
            + f"\nDecoding in bf16 is {faster:.2f} times as fast as in f32; " + verdict(faster, ">=", 1.7) + ".\n")


def memory(options):
    rows = []
    for length in (8192, 32768) if options.quick else (8192, 32768, 131072):
        resident = {}
        for scheme in ("rerope:w=128", "window:w=256"):
            worker = Worker(options.programs / "lm_worker", SHIPPED, "f32", os.cpu_count())
            resident[scheme] = [int(value) / 1e6 for value in worker.ask(f"memory {length} {scheme}")]
            worker.close()
        whole = 4 * 4 * length * length / 1e9
        (most, cache), (window, _) = resident.values()
        rows.append([f"{length:,}", f"{most:,.0f}", f"{cache:,.0f}", f"{window:,.0f}", f"{whole:,.1f}"])
    return ("Most memory ever resident while books-7m reads a text in f32, MB, and what one layer's T x T logits would "
            "take by themselves.\n\n"
            + table(["T", "rerope:w=128", "of it cache", "window:w=256", "logits of a layer, GB"], rows))


def training(options):
    rows = []
    for line in json_lines(options, "training_speed", SHIPPED / "held_out.txt.zst", WORK / "training_speed",
                           "--rounds", 3):
        goal = (verdict(line["tokens_per_second"], ">=", 15000) if line["scheme"] == "rope"
                else verdict(line["ratio"], "<=", 1.15))
        rows.append([line["dtype"], line["scheme"], f"{line['tokens_per_second']:,}", f"{line['best']:,}",
                     f"{line['ratio']:.3f}", goal])
    return ("0.82 M parameters (4 layers, 4 heads of 32), 128 bytes of context, batches of 16, one thread. `--dtype "
            "auto` is bf16 on this processor. 3 rounds.\n\n"
            + table(["type", "scheme", "tokens per CPU second", "best", "time / rope", "target"], rows))


def matrix_products(options):
    done = subprocess.run([options.programs / "matrix_products"], stdout=subprocess.PIPE, text=True,
                          env=os.environ | ONE_THREAD, check=True)
    return ("What the products of a model cost in each library, by wall time.\n\n```\n" + done.stdout + "```\n")


SECTIONS = {
    "cost of a scheme": scheme_costs,
    "rate of the core": core_rate,
    "eager attention": eager,
    "decoding": decoding,
    "matrix products": matrix_products,
    "whole models": whole_models,
    "memory": memory,
    "training": training,
}


def file_of(section):
    return SECTION_FILES / (section.replace(" ", "_") + ".md")


def machine():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def first_line(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
    return done.stdout.splitlines()[0] if done.stdout else ""


def heading():
    import torch
    import transformers
    commit = first_line("git", "rev-parse", "--short=12", "HEAD")
    if first_line("git", "status", "--porcelain", "--untracked-files=no"):
        commit += ", with uncommitted changes"
    intro = __doc__.split("\n\n", 1)[1]
    return ("# Language models: comparison with peers\n\nWritten by `benchmarks/lm/run.sh`. " + " ".join(intro.split())
            + "\n\n" + table(["", ""], [
                ["date", datetime.date.today()],
                ["machine", f"{machine()}, {os.cpu_count()} cores, {first_line('c++', '--version')}"],
                ["commit", commit],
                ["peers", f"transformers {transformers.__version__} on torch {torch.__version__}"]]))


def main():
    parser = argparse.ArgumentParser(description="speed of language models beside their peers")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="shorter texts; for trying it out")
    parser.add_argument("--only", action="append", choices=SECTIONS, help="just this section anew; the others of RESULTS.md stay")
    parser.add_argument("--programs", type=pathlib.Path, help="folder of the built programs")
    asked = parser.parse_args()
    options = Options(asked.rounds, asked.quick, asked.programs)
    SECTION_FILES.mkdir(parents=True, exist_ok=True)
    for name in asked.only or SECTIONS:
        load = os.getloadavg()[0]
        section = (f"## {name.capitalize()}\n\n" + SECTIONS[name](options)
                   + f"\n{datetime.datetime.now():%Y-%m-%d %H:%M}, {options.rounds} rounds where none are named, load "
                     f"average at the start {load:.1f}.\n")
        print(section, flush=True)
        file_of(name).write_text(section)
    if not options.quick and all(file_of(name).exists() for name in SECTIONS):
        parts = [heading(), *(file_of(name).read_text() for name in SECTIONS), (HERE / "bounds.md").read_text()]
        (HERE / "RESULTS.md").write_text("\n".join(parts))


if __name__ == "__main__":
    main()
