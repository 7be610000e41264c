# SPDX-License-Identifier: Apache-2.0
"""Compares Yonder's tokenizer with its peers and writes RESULTS.md; run.sh calls it.

Equality first, then time: the ids of every program on the same text are compared before any of
its runs counts, and every later run must give the same ids again. Programs stay loaded and take
turns on one core, one run each per round; a ratio is the median over rounds of (time of the peer /
time of Yonder in the same round), so that a slow moment of the machine hits both. Times are CPU
seconds of the process; speeds are those of the best round.
"""
import argparse
import base64
import datetime
import hashlib
import json
import math
import os
import platform
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, "build", "benchmarks")
PROGRAMS = os.path.join(BUILD, "release", "benchmarks", "tokenizer")
PYTHON = os.path.join(BUILD, "venv", "bin", "python")
WORK = os.path.join(BUILD, "work")
MODELS = ["bytepiece_80k", "bytepiece.eu.plus.40k"]
LANGUAGES = ["zh", "en"]
# Unigram models below the folder of models, and the program each comes from.
IMPORTED_UNIGRAM = {"hf-tokenizers/t5-small.tokenizer.json": "tokenizers",
                    "sentencepiece/test_model.model": "SentencePiece",
                    "sentencepiece/test_ja_model.model": "SentencePiece"}
# Models of byte-pair encoding, and what time over ours each peer is to reach at least.
BYTE_PAIR = {"roberta-base": {"tokenizers": 5, "tiktoken": 2}, "phi-3-mini": {"tokenizers": 5}}
ALPHAS = ["0.1", "0.5", "1.0"]
TIE = 1e-9        # nats between two scores that count as equal in double precision
FLOAT32 = 1e-6    # relative difference that float32 sums of a line's scores cannot resolve


def say(text):
    print(text, file=sys.stderr, flush=True)


def program(name):
    return os.path.join(PROGRAMS, name)


class Worker:
    """One loaded program; ask() sends a command and returns its answer (worker.h)."""

    def __init__(self, command, core):
        self.name = os.path.basename(command[0])
        pinned = ["taskset", "-c", str(core)] if core is not None else []
        environment = dict(os.environ, RAYON_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")
        self.log = os.path.join(WORK, self.name + ".log")
        self.process = subprocess.Popen(
            pinned + command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=open(self.log, "w"), text=True, env=environment)
        self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            with open(self.log) as file:
                sys.exit("%s ended early: %s" % (self.name, file.read()[-2000:]))
        return json.loads(line)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.read()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def run_child(command, core=None):
    """Runs a program that prints one line of JSON."""
    pinned = ["taskset", "-c", str(core)] if core is not None else []
    done = subprocess.run(pinned + command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True)
    if done.returncode:
        sys.exit("%s failed: %s" % (command[0], done.stderr[-2000:]))
    return json.loads(done.stdout)


class Vocabulary:
    """A BytePiece model, read here so that no program under test judges itself."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            rows = json.load(file)
        self.pieces = {row[0]: base64.b64decode(key) for key, row in rows.items()}
        total = math.log(sum(row[2] for row in rows.values()))
        self.scores = {row[0]: math.log(row[2]) - total for row in rows.values()}

    def score(self, ids):
        """Sum of log p; minus infinity where an id is a fallback byte, outside the vocabulary."""
        return math.fsum(self.scores.get(number, -math.inf) for number in ids)

    def length(self, number):
        return len(self.pieces.get(number, b"?"))  # ids past the vocabulary are fallback bytes

    def foreign(self, number):
        """True for pieces that text-based formats cannot hold (export_unigram.py)."""
        piece = self.pieces.get(number)
        if piece is None or piece == b"\0":
            return True
        try:
            piece.decode()
        except UnicodeDecodeError:
            return True
        return False

    def ends(self, ids):
        at, ends = 0, set()
        for number in ids:
            at += self.length(number)
            ends.add((at, number))
        return ends


def read_ids(path):
    with open(path, encoding="ascii") as file:
        for line in file:
            yield [int(word) for word in line.split()]


def compare_ids(vocabulary, ours, theirs):
    """Counts equal lines and tokens, and why the other lines differ."""
    count = dict(lines=0, tokens=0, equal_lines=0, equal_tokens=0, tie=0, float32=0, foreign=0,
                 other=0, gap=0.0)
    for a, b in zip(read_ids(ours), read_ids(theirs), strict=True):
        count["lines"] += 1
        count["tokens"] += len(a)
        if a == b:
            count["equal_lines"] += 1
            count["equal_tokens"] += len(a)
            continue
        count["equal_tokens"] += len(vocabulary.ends(a) & vocabulary.ends(b))
        best = vocabulary.score(a)
        gap = abs(best - vocabulary.score(b))
        if gap <= TIE:
            count["tie"] += 1
        elif any(map(vocabulary.foreign, a)) or any(map(vocabulary.foreign, b)):
            count["foreign"] += 1
            continue
        elif gap <= FLOAT32 * abs(best):
            count["float32"] += 1
        else:
            count["other"] += 1
        count["gap"] = max(count["gap"], gap)
    return count


# ---------------------------------------------------------------------------------- the report

def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def verdict(value, target, at_most=False):
    """The value with its target and whether it is met."""
    if target is None:
        return ""
    met = value <= target if at_most else value >= target
    sign = "<=" if at_most else ">="
    if met:
        return "%s %g, met" % (sign, target)
    return "%s %g, missed by %.0f %%" % (sign, target, 100 * abs(value - target) / target)


def percent(part, whole):
    return "%.4g %%" % (100.0 * part / whole) if whole else "-"


class Runs:
    """Answers per row, collected round by round."""

    def __init__(self):
        self.answers = {}

    def add(self, row, answer):
        self.answers.setdefault(row, []).append(answer)

    def cpu(self, row, key="cpu"):
        return [answer[key] for answer in self.answers[row]]

    def best(self, row, key="cpu"):
        return min(self.cpu(row, key))

    def ratio(self, row, base, key="cpu"):
        """Median over rounds of time(row) / time(base)."""
        return statistics.median(a / b for a, b in zip(self.cpu(row, key), self.cpu(base, key)))

    def tokens(self, row):
        return statistics.median(self.cpu(row, "tokens"))

    def check_same_ids(self, row):
        if len({answer.get("crc") for answer in self.answers[row]}) != 1:
            sys.exit("%s: two runs gave different ids" % (row,))


def interleave(runs, rows, rounds):
    """rows: {row: (worker, command)}; each round runs every row once."""
    for number in range(rounds):
        for row, (worker, command) in rows.items():
            runs.add(row, worker.ask(command))
        say("  round %d of %d" % (number + 1, rounds))


# ------------------------------------------------------------------------------- the questions

class Comparison:
    def __init__(self, options):
        self.options = options
        self.rounds = 3 if options.quick else 5
        self.text_bytes = 300_000 if options.quick else 900_000
        self.list_bytes = 50_000 if options.quick else 120_000
        self.core = max(os.sched_getaffinity(0))
        self.prepared = set()  # files made in this run
        os.makedirs(WORK, exist_ok=True)

    def text(self, language, size, form="nfc"):
        """Path of the prepared text of about `size` bytes (0: all of it); form: nfc or raw."""
        path = os.path.join(WORK, "%s.%s.%s.txt" % (language, size or "whole", form))
        if path not in self.prepared:
            self.prepared.add(path)
            source = os.path.join(self.options.text_dir, language + ".txt.zst")
            subprocess.run([PYTHON, os.path.join(HERE, "prepare_text.py"), source, path,
                            str(size), form], check=True)
        return path

    def model(self, name):
        """Path of the unpacked model."""
        path = os.path.join(WORK, name + ".model")
        if path not in self.prepared:
            self.prepared.add(path)
            archive = os.path.join(self.options.model_dir, name + ".zip")
            subprocess.run(["unzip", "-qo", archive, "-d", WORK], check=True)
        return path

    def exported(self, name):
        """Paths of the vocabulary in the two foreign formats, and what could not be put there."""
        sp = os.path.join(WORK, name + ".sp.model")
        hf = os.path.join(WORK, name + ".tokenizer.json")
        done = run_child([PYTHON, os.path.join(HERE, "export_unigram.py"), self.model(name), sp,
                          hf])
        return sp, hf, done

    def ours(self, name, text, pinned=True):
        return Worker([program("encode_speed"), self.model(name), text],
                      self.core if pinned else None)

    def sentencepiece(self, model, text):
        return Worker([program("peer_sentencepiece"), model, text], self.core)

    def python(self, peer, model, text):
        return Worker([PYTHON, os.path.join(HERE, "peer_python.py"), peer, model, text], self.core)

    def dump(self, worker, name):
        path = os.path.join(WORK, "dump.%s.ids" % name.replace(" ", "-"))
        worker.ask("dump " + path)
        return path

    # -- encoding against all peers

    def encode(self):
        equality, deterministic, sampled, left_out = [], [], [], []
        for name in MODELS:
            sp_model, hf_model, left = self.exported(name)
            left_out.append("%s: %d of %d pieces are not text" % (
                name, left["sentencepiece_left_out"], left["pieces"]))
            vocabulary = Vocabulary(self.model(name))
            for language in LANGUAGES:
                say("encode: %s, %s" % (name, language))
                text = self.text(language, self.text_bytes)
                workers = {
                    "Yonder": self.ours(name, text),
                    "bytepiece": self.python("reference", self.model(name), text),
                    "rs_bytepiece": self.python("rs", self.model(name), text),
                    "SentencePiece": self.sentencepiece(sp_model, text),
                    "SentencePiece from Python": self.python("sentencepiece", sp_model, text),
                    "tokenizers": self.python("huggingface", hf_model, text),
                }
                equality += self.equality(vocabulary, name, language, workers)
                runs = self.time_encoding(workers)
                size = os.path.getsize(text)
                deterministic += self.deterministic_rows(runs, name, language, size)
                sampled += self.sampled_rows(runs, name, language, size)
                for worker in workers.values():
                    worker.close()
        return [
            ("Are the ids the same?", table(
                ["model", "text", "peer", "lines", "equal lines", "equal tokens",
                 "lines differing at a tie (gap <= 1e-9)", "within float32",
                 "around pieces the format cannot hold", "otherwise", "largest gap, nats"],
                equality) +
             "\nA line differs \"around pieces the format cannot hold\" where either segmentation "
             "uses a piece that is not text: SentencePiece and tokenizers reach single bytes above "
             "0x7F only through byte fallback, so a rare character costs them more than it costs "
             "BytePiece (" + "; ".join(left_out) + "). \"Within float32\": the two scores differ "
             "by less than 1e-6 of their size, which sums in float32 do not resolve. The gap is "
             "taken over lines without such pieces.\n"),
            ("Deterministic encoding", table(
                ["model", "text", "program", "MB/s, best of %d" % self.rounds,
                 "time / Yonder's, median", "best / best", "target"], deterministic)),
            ("Sampling a segmentation", table(
                ["model", "text", "alpha", "program", "MB/s, best of %d" % self.rounds,
                 "tokens", "time / Yonder's, median", "best / best", "target"], sampled) +
             "\nAll draw from the exact distribution over the lattice. SentencePiece's lattice lacks "
             "the pieces it cannot hold, hence its fewer tokens on Chinese with bytepiece_80k.\n"),
        ]

    def equality(self, vocabulary, name, language, workers):
        ours = self.dump(workers["Yonder"], "Yonder")
        if not workers["Yonder"].ask("check 0.1")["ok"]:
            sys.exit("%s, %s: Yonder's ids do not decode to the text" % (name, language))
        rows = []
        for peer, worker in workers.items():
            if peer == "Yonder":
                continue
            count = compare_ids(vocabulary, ours, self.dump(worker, peer))
            exact = peer in ("bytepiece", "rs_bytepiece")
            if exact and count["equal_lines"] + count["tie"] != count["lines"]:
                sys.exit("%s, %s: ids differ from %s beyond ties: %r" % (
                    name, language, peer, count))
            rows.append([name, language, peer, count["lines"],
                         percent(count["equal_lines"], count["lines"]),
                         percent(count["equal_tokens"], count["tokens"]), count["tie"],
                         count["float32"], count["foreign"], count["other"],
                         "%.2g" % count["gap"]])
        return rows

    def time_encoding(self, workers):
        rows = {}
        for peer, worker in workers.items():
            rows[peer, "encode"] = (worker, "encode")
            if peer == "bytepiece":
                rows["bytepiece inner loop", "encode"] = (worker, "tokenize")
            if peer == "tokenizers":
                continue  # it has no sampling of Unigram models
            for alpha in ALPHAS:
                rows[peer, alpha] = (worker, "sample " + alpha)
                if peer == "bytepiece":
                    rows["bytepiece inner loop", alpha] = (worker, "tokenize_sample " + alpha)
        interleave(Runs(), rows, 1)  # warm-up, thrown away
        runs = Runs()
        interleave(runs, rows, self.rounds)
        for row in rows:
            if row[1] == "encode":
                runs.check_same_ids(row)
        return runs

    def deterministic_rows(self, runs, name, language, size):
        targets = {"bytepiece": 15, "SentencePiece": 4} if name == "bytepiece_80k" else {}
        rows = []
        for peer, mode in runs.answers:
            if mode == "encode":
                ratio = runs.ratio((peer, mode), ("Yonder", mode))
                best = runs.best((peer, mode)) / runs.best(("Yonder", mode))
                rows.append([name, language, peer, "%.2f" % (size / 1e6 / runs.best((peer, mode))),
                             "%.2f" % ratio, "%.2f" % best,
                             verdict(ratio, targets.get(peer))])
        return rows

    def sampled_rows(self, runs, name, language, size):
        targets = {"SentencePiece": 8} if name == "bytepiece_80k" else {}
        rows = []
        for alpha in ALPHAS:
            for peer, mode in runs.answers:
                if mode == alpha:
                    row, base = (peer, mode), ("Yonder", mode)
                    ratio = runs.ratio(row, base)
                    rows.append([name, language, alpha, peer,
                                 "%.2f" % (size / 1e6 / runs.best(row)), "%d" % runs.tokens(row),
                                 "%.2f" % ratio, "%.2f" % (runs.best(row) / runs.best(base)),
                                 verdict(ratio, targets.get(peer))])
        return rows

    # -- byte-pair encoding against tokenizers and tiktoken

    def byte_pair(self):
        rows = []
        for name, peers in BYTE_PAIR.items():
            model = os.path.join(self.options.tokenizer_dir, name + ".tokenizer.json")
            for language in LANGUAGES:
                say("byte_pair: %s, %s" % (name, language))
                text = self.text(language, self.text_bytes)
                workers = {"Yonder": Worker([program("encode_speed"), model, text], self.core)}
                for peer in peers:
                    workers[peer] = Worker([PYTHON, os.path.join(HERE, "peer_bpe.py"), peer, model,
                                            text], self.core)
                plan = {peer: (worker, "encode") for peer, worker in workers.items()}
                first = Runs()
                interleave(first, plan, 1)  # warm-up; the ids are compared
                for peer in peers:
                    if first.cpu(peer, "crc") != first.cpu("Yonder", "crc"):
                        sys.exit("%s, %s: ids differ from those of %s" % (name, language, peer))
                plan["tokenizers, by lines"] = (workers["tokenizers"], "encode_lines")
                runs = Runs()
                interleave(runs, plan, self.rounds)
                for peer in plan:
                    runs.check_same_ids(peer)
                    ratio = runs.ratio(peer, "Yonder")
                    rows.append([name, language, peer,
                                 "%.2f" % (os.path.getsize(text) / 1e6 / runs.best(peer)),
                                 "%.2f" % ratio, "%.2f" % (runs.best(peer) / runs.best("Yonder")),
                                 verdict(ratio, peers.get(peer))])
                for worker in workers.values():
                    worker.close()
        return [("Byte-pair encoding", table(
            ["model", "text", "program", "MB/s, best of %d" % self.rounds,
             "time / Yonder's, median", "best / best", "target"], rows) +
            "\nOne text at once; the ids of all programs are the same. Yonder's cache of words is "
            "empty at the start of each run, and so is that of tokenizers. By lines tokenizers "
            "does less: a line end ends a word there, so its ids may differ.\n")]

    # -- other programs' Unigram vocabularies, against those programs

    def imported_unigram(self):
        rows = []
        models = os.path.dirname(self.options.tokenizer_dir)
        for name, peer in IMPORTED_UNIGRAM.items():
            model = os.path.join(models, name)
            for language in LANGUAGES:
                say("imported_unigram: %s, %s" % (name, language))
                text = self.text(language, self.text_bytes)
                theirs = (self.sentencepiece(model, text) if peer == "SentencePiece"
                          else self.python("huggingface", model, text))
                plan = {"Yonder": (Worker([program("encode_speed"), model, text], self.core),
                                   "encode_chunks"), peer: (theirs, "encode")}
                first = Runs()
                interleave(first, plan, 1)
                if first.cpu(peer, "crc") != first.cpu("Yonder", "crc"):
                    sys.exit("%s, %s: ids differ from those of %s" % (name, language, peer))
                runs = Runs()
                interleave(runs, plan, self.rounds)
                for row in plan:
                    runs.check_same_ids(row)
                    rows.append([os.path.basename(name), language, row,
                                 "%.2f" % (os.path.getsize(text) / 1e6 / runs.best(row)),
                                 "%.2f" % runs.ratio(row, "Yonder"),
                                 "%.2f" % (runs.best(row) / runs.best("Yonder"))])
                for worker, _ in plan.values():
                    worker.close()
        return [("Other programs' Unigram vocabularies", table(
            ["model", "text", "program", "MB/s, best of %d" % self.rounds,
             "time / Yonder's, median", "best / best"], rows) +
            "\nLine by line, normalisation included; the ids of both programs are the same.\n")]

    # -- n-best against SentencePiece

    def nbest(self):
        rows = []
        for name in MODELS:
            sp_model, _, _ = self.exported(name)
            for language in LANGUAGES:
                say("nbest: %s, %s" % (name, language))
                text = self.text(language, self.list_bytes)
                ours, sp = self.ours(name, text), self.sentencepiece(sp_model, text)
                commands = {"sample among 64 best, alpha 0.1": "nbest_sample 64 0.1",
                            "list 64 best": "nbest 64", "exact sample, alpha 0.1": "sample 0.1"}
                plan = {}
                for what, command in commands.items():
                    plan["Yonder", what] = (ours, command)
                    plan["SentencePiece", what] = (sp, command)
                runs = Runs()
                interleave(runs, plan, self.rounds)
                sampled, listed, exact = commands
                for what, base, target in ((sampled, sampled, None), (sampled, exact, 40),
                                           (listed, listed, 8)):
                    row = ("SentencePiece", what)
                    ratio = runs.ratio(row, ("Yonder", base))
                    size = os.path.getsize(text) / 1e6
                    rows.append([name, language, what, base,
                                 "%.3f" % (size / runs.best(row)),
                                 "%.3f" % (size / runs.best(("Yonder", base))), "%.1f" % ratio,
                                 verdict(ratio, target)])
                ours.close()
                sp.close()
        return [("n-best", table(
            ["model", "text", "SentencePiece does", "Yonder does", "SentencePiece, MB/s",
             "Yonder, MB/s", "time / Yonder's, median", "target"], rows) +
            "\nSentencePiece shrinks its agenda at 10,000 hypotheses, so its lists are not exact "
            "on long lines; Yonder's are. The second row of each group answers the user's "
            "question, a random segmentation per line, with each program's usual way.\n")]

    # -- what exact sampling costs us

    def sampling_cost(self):
        rows = []
        rounds = 5 if self.options.quick else 9
        for name in MODELS:
            for language in LANGUAGES:
                say("sampling cost: %s, %s" % (name, language))
                worker = self.ours(name, self.text(language, self.text_bytes))
                plan = {"encode": (worker, "encode")}
                plan.update({alpha: (worker, "sample " + alpha) for alpha in ALPHAS})
                interleave(Runs(), plan, 1)
                runs = Runs()
                interleave(runs, plan, rounds)
                for alpha in ALPHAS:
                    ratio = runs.ratio(alpha, "encode")
                    expected = worker.ask("lattice " + alpha)["expected_tokens"]
                    rows.append([name, language, alpha, "%.3f" % ratio,
                                 "%.3f" % (runs.best(alpha) / runs.best("encode")),
                                 "%.3f" % (runs.tokens(alpha) / runs.tokens("encode")),
                                 "%.5f" % (runs.tokens(alpha) / expected),
                                 verdict(ratio, 1.2 if alpha == "0.1" else 1.1, at_most=True)])
                worker.close()
        return [("What exact sampling costs", table(
            ["model", "text", "alpha", "time / deterministic, median of %d pairs" % rounds,
             "best / best", "tokens / deterministic", "tokens / expected tokens", "target"],
            rows))]

    # -- threads

    def threads(self):
        rows = []
        cores = len(os.sched_getaffinity(0))
        counts = sorted({1, 2, cores})
        for language in LANGUAGES:
            worker = self.ours(MODELS[0], self.text(language, 0), pinned=False)
            for what, alpha in (("deterministic", "-1"), ("sampled, alpha 0.1", "0.1")):
                plan = {count: (worker, "batch %d %s" % (count, alpha)) for count in counts}
                runs = Runs()
                interleave(runs, plan, self.rounds)
                for count in counts:
                    gain = 1 / runs.ratio(count, 1, "wall")
                    rows.append([language, what, count, "%.1f" % (
                        os.path.getsize(self.text(language, 0)) / 1e6 / runs.best(count, "wall")),
                        "%.2f" % gain, "%.2f" % (gain / count),
                        verdict(gain / count, 0.9) if 1 < count <= cores else ""])
            worker.close()
        return [("Threads", "encode_batch over documents of about 16 KiB, %s, wall time, %d cores."
                 "\n\n" % (MODELS[0], cores) + table(
                     ["text", "what", "threads", "MB/s", "gain over 1 thread", "efficiency",
                      "target"], rows))]

    # -- one long chunk

    def one_chunk(self):
        size = 1_000_000 if self.options.quick else 10_000_000
        rows = []
        for language in LANGUAGES:
            with open(self.text(language, 0), "rb") as file:
                linewise = file.read(size)
            paths = {"lines": linewise, "one chunk": linewise.replace(b"\n", b" ")}
            plan, workers = {}, []
            for what, text in paths.items():
                path = os.path.join(WORK, "%s.%s.txt" % (language, what.replace(" ", "-")))
                with open(path, "wb") as file:
                    file.write(text)
                worker = self.ours(MODELS[0], path)
                workers.append(worker)
                plan["encode", what] = (worker, "encode")
                plan["sample 0.1", what] = (worker, "sample 0.1")
            runs = Runs()
            interleave(runs, plan, self.rounds)
            for mode in ("encode", "sample 0.1"):
                ratio = runs.ratio((mode, "one chunk"), (mode, "lines"))
                rows.append([language, mode,
                             "%.2f" % (size / 1e6 / runs.best((mode, "lines"))),
                             "%.2f" % (size / 1e6 / runs.best((mode, "one chunk"))),
                             "%.3f" % ratio, verdict(ratio, 1.2, at_most=True)])
            for worker in workers:
                worker.close()
        return [("One chunk of %d bytes" % size, "%s; newlines turned into spaces.\n\n" % MODELS[0]
                 + table(["text", "what", "by lines, MB/s", "one chunk, MB/s",
                          "time / by lines, median", "target"], rows))]

    # -- training

    def corpus(self, name, parts):
        path = os.path.join(WORK, name)
        with open(path, "wb") as out:
            for part in parts:
                with open(part, "rb") as file:
                    out.write(file.read())
        return path

    def train(self):
        size = 100_000 if self.options.quick else 250_000
        repeats = 3
        text = self.corpus("train.small.txt", [self.text(l, size) for l in LANGUAGES])
        out = {who: os.path.join(WORK, "trained.%s.model" % who) for who in ("ours", "reference")}
        runs = Runs()
        for number in range(repeats):
            say("train: round %d of %d" % (number + 1, repeats))
            runs.add("ours", run_child([program("train_speed"), "bytepiece", "1", str(1 << 30),
                                        "16000", out["ours"], text], self.core))
            runs.add("reference", run_child([PYTHON, os.path.join(HERE, "train_reference.py"),
                                             "16000", out["reference"], text], self.core))
        digests = {who: hashlib.sha256(open(path, "rb").read()).hexdigest()
                   for who, path in out.items()}
        same = digests["ours"] == digests["reference"]
        rows = []
        megabytes = os.path.getsize(text) / 1e6
        for step, label, target in (("cpu", "everything", 20), ("count", "count n-grams", None),
                                    ("tag", "tag the text", None),
                                    ("prune", "prune pieces", None)):
            ratio = runs.ratio("reference", "ours", step)
            rows.append([label, "%.3f" % runs.best("reference", step),
                         "%.3f" % runs.best("ours", step),
                         "%.3f" % (megabytes / runs.best("reference", step)),
                         "%.2f" % (megabytes / runs.best("ours", step)), "%.1f" % ratio,
                         verdict(ratio, target)])
        report = [("Training against the reference", (
            "%.2f MB (half zh, half en), vocabulary 16,000, order 6, min_count 2, "
            "compat=bytepiece, one core; best of %d runs, times in seconds. "
            "Model files are %s (SHA-256 %s).\n\n" % (
                megabytes, repeats,
                "the same byte for byte" if same else "NOT the same", digests["ours"][:16]))
            + table(["step", "reference", "Yonder", "reference, MB/s", "Yonder, MB/s",
                     "time / Yonder's, median", "target"], rows) +
            "\nYonder's steps are wall times of one thread, the total is CPU time.\n")]
        return report + self.train_large()

    def train_large(self):
        languages = LANGUAGES if self.options.quick else LANGUAGES + ["mixed", "code"]
        size = 1_000_000 if self.options.quick else 0
        text = self.corpus("train.large.txt", [self.text(l, size) for l in languages])
        megabytes = os.path.getsize(text) / 1e6
        rows, digests = [], set()
        for threads, memory in ((1, 160), (1, 256), (1, 4096), (2, 4096)):
            say("train large: %d threads, %d MiB" % (threads, memory))
            out = os.path.join(WORK, "trained.160k.model")
            done = run_child([program("train_speed"), "none", str(threads), str(memory << 20),
                              "160000", out, text], self.core if threads == 1 else None)
            digests.add(hashlib.sha256(open(out, "rb").read()).hexdigest())
            peak = done["peak_kb"] / 1024
            rows.append([threads, memory, "%.0f" % peak,
                         verdict(peak, 1.1 * memory, at_most=True),
                         "%.2f" % (megabytes / done["count"]), "%.2f" % (megabytes / done["tag"]),
                         "%.1f" % done["prune"], "%.1f" % done["wall"], done["pieces"]])
        return [("Training in bounded memory", (
            "%.1f MB of %s, vocabulary 160,000, one run each. The models of all rows are %s.\n\n" %
            (megabytes, ", ".join(languages),
             "the same byte for byte" if len(digests) == 1 else "NOT the same"))
            + table(["threads", "--memory, MiB", "peak RSS, MiB", "target: within 10 %",
                     "count, MB/s (target 8 per core)", "tag, MB/s (target 12 per core)",
                     "prune, s", "wall, s", "pieces"], rows))]

    # -- loading

    def load(self):
        rows = []
        trained = os.path.join(WORK, "trained.160k.model")
        paths = [self.model(name) for name in MODELS]
        paths += [trained] if os.path.exists(trained) else []
        for path in paths:
            run_child([program("encode_speed"), "--load", path, "auto"])  # leaves the cache
            runs = Runs()
            for _ in range(self.rounds):
                for cache in ("off", "auto"):
                    runs.add(cache, run_child([program("encode_speed"), "--load", path, cache],
                                              self.core))
            for cache, what, target in (("off", "the model itself", 60),
                                        ("auto", "binary cache", 5)):
                milliseconds = 1e3 * statistics.median(runs.cpu(cache, "wall"))
                memory = runs.best(cache, "peak_kb") / 1024
                rows.append([os.path.basename(path), runs.answers[cache][0]["vocabulary"], what,
                             "%.2f" % milliseconds,
                             verdict(milliseconds, target, at_most=True), "%.1f" % memory,
                             verdict(memory, 40, at_most=True)])
        return [("Loading", "Fresh process each time, file in the page cache, median of %d, until "
                 "the first id is out. Memory is the peak of the process.\n\n" % self.rounds +
                 table(["model", "ids", "read from", "ms", "target", "peak RSS, MiB", "target"],
                       rows))]


SECTIONS = ["encode", "imported_unigram", "byte_pair", "nbest", "sampling_cost", "threads",
            "one_chunk", "train", "load"]


def first_line(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          cwd=ROOT)
    return done.stdout.splitlines()[0] if done.stdout else "unknown"


def machine():
    name = platform.processor() or platform.machine()
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    return "%s, %d cores, %s" % (name, os.cpu_count(), first_line(["c++", "--version"]))


def versions():
    wanted = ["bytepiece", "pyahocorasick", "rs_bytepiece", "tokenizers", "sentencepiece",
              "tiktoken"]
    found = subprocess.run([PYTHON, "-c", "import sys, importlib.metadata as m\n"
                            "print(', '.join(p + ' ' + m.version(p) for p in sys.argv[1:]))"]
                           + wanted, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    return "%s (Python), SentencePiece %s (C++ API)" % (
        found, first_line(["pkg-config", "--modversion", "sentencepiece"]))


def header(options, load):
    commit = first_line(["git", "rev-parse", "--short=12", "HEAD"])
    changes = first_line(["git", "status", "--porcelain", "--untracked-files=no"])
    if changes != "unknown":
        commit += ", with uncommitted changes"
    command = "benchmarks/tokenizer/run.sh" + (" --quick" if options.quick else "")
    rows = [["date", datetime.date.today().isoformat()], ["machine", machine()],
            ["load average at the start", "%.2f" % load], ["commit", commit],
            ["command", "`%s`" % command], ["peers", versions()]]
    return ("# Tokenizer: comparison with peers\n\nWritten by the command below. "
            + " ".join(__doc__.split("\n\n")[1].split()) + "\n\n" + table(["", ""], rows))


def add_data_options(parser):
    data = os.path.join(ROOT, "..", "shared", "data")
    parser.add_argument("--text-dir", default=os.path.join(data, "text"),
                        help="folder of en.txt.zst, zh.txt.zst, mixed.txt.zst and code.txt.zst")
    parser.add_argument("--model-dir", default=os.path.join(data, "models", "bytepiece"),
                        help="folder of the published BytePiece models, zipped")
    parser.add_argument("--tokenizer-dir", default=os.path.join(data, "models", "hf-tokenizers"),
                        help="folder of roberta-base.tokenizer.json and phi-3-mini.tokenizer.json")


def check_data_options(options):
    for name in ("text_dir", "model_dir", "tokenizer_dir"):
        folder = getattr(options, name)
        if not os.path.isdir(folder):
            sys.exit("%s: no such folder; name it with --%s" % (folder, name.replace("_", "-")))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_options(parser)
    parser.add_argument("--quick", action="store_true",
                        help="small texts and 3 rounds, to try the script; prints, writes nothing")
    parser.add_argument("--only", metavar="SECTION", action="append", choices=SECTIONS,
                        help="one of %s; prints, writes nothing" % ", ".join(SECTIONS))
    options = parser.parse_args()
    check_data_options(options)
    load = os.getloadavg()[0]
    comparison = Comparison(options)
    parts = [header(options, load)]
    for section in options.only or SECTIONS:
        for title, body in getattr(comparison, section)():
            parts.append("## %s\n\n%s" % (title, body))
    report = "\n".join(parts)
    if options.quick or options.only:
        print(report)
    else:
        with open(os.path.join(HERE, "RESULTS.md"), "w", encoding="utf-8") as file:
            file.write(report)


if __name__ == "__main__":
    main()
