# SPDX-License-Identifier: Apache-2.0
"""Checks the tokenizer on real data against expected.json; run.sh calls it.

For every published BytePiece model: saving gives the bytes that were loaded; on the whole Chinese
and English texts the ids are those of the reference, except where two segmentations score within
1e-9 nats of each other (judged here from the model file, and again by `yonder tokenizer diff`).
Then token counts against known ones, and one chunk of 10^7 bytes: the draw decodes to the text,
log Z agrees with long double, and it is not much slower than the same text in lines.
"""
import argparse
import filecmp
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "benchmarks", "tokenizer"))
import compare  # noqa: E402

YONDER = os.path.join(compare.BUILD, "release", "yonder")
LONG_DOUBLE = os.path.join(compare.BUILD, "release", "experiments", "tokenizer_acceptance",
                           "long_double_lattice")
MODELS = ["bytepiece_80k", "bytepiece.eu.plus.40k", "bytepiece.plus.40k", "bytepiece.id.plus.80k"]


class Acceptance:
    def __init__(self, options):
        self.quick = options.quick
        self.setup = compare.Comparison(options)
        with open(os.path.join(HERE, "expected.json"), encoding="utf-8") as file:
            self.expected = json.load(file)
        self.failures = 0

    def report(self, passed, what):
        self.failures += not passed
        print("%s  %s" % ("pass" if passed else "FAIL", what), flush=True)

    def text(self, language):
        return self.setup.text(language, 500_000 if self.quick else 0, "raw")

    def round_trip(self, name):
        saved = os.path.join(compare.WORK, "saved.model")
        subprocess.run([YONDER, "tokenizer", "convert", "-m", self.setup.model(name), "-o", saved,
                        "--force"], check=True, stdout=subprocess.DEVNULL)
        self.report(filecmp.cmp(saved, self.setup.model(name), shallow=False),
                    "%s: saved as it was loaded" % name)

    def same_ids(self, name, language):
        text = self.text(language)
        ours = self.setup.ours(name, text)
        reference = self.setup.python("reference", self.setup.model(name), text)
        paths = [self.setup.dump(ours, "ours"), self.setup.dump(reference, "reference")]
        reference.close()
        count = compare.compare_ids(compare.Vocabulary(self.setup.model(name)), *paths)
        differing = count["tokens"] - count["equal_tokens"]
        only_ties = count["equal_lines"] + count["tie"] == count["lines"]
        self.report(
            only_ties and differing <= self.expected["differing_tokens_at_most"] * count["tokens"],
            "%s, %s: %d tokens, %d differ from the reference, in %d lines, all of them ties: %s "
            "(largest gap %.2g nats)" % (
                name, language, count["tokens"], differing, count["lines"] - count["equal_lines"],
                "yes" if only_ties else "no", count["gap"]))
        self.tool_agrees(name, language, paths, count)
        self.anchors(name, language, count["tokens"], ours)
        ours.close()

    def tool_agrees(self, name, language, paths, count):
        done = subprocess.run([YONDER, "tokenizer", "diff", "-m", self.setup.model(name), "--json"]
                              + paths, stdout=subprocess.PIPE, text=True)
        found = json.loads(done.stdout)
        self.report(found["real"] == 0 and found["tokens_a"] == count["tokens"],
                    "%s, %s: `yonder tokenizer diff` finds %d ties and %d real differences" % (
                        name, language, found["ties"], found["real"]))

    def anchors(self, name, language, tokens, ours):
        if self.quick:
            return
        known = self.expected["tokens"].get(name, {}).get(language)
        if known is not None:
            self.report(tokens == known, "%s, %s: %d tokens, expected %d" % (
                name, language, tokens, known))
        sampled = self.expected["sampled_bytes_per_token"]
        known = sampled.get(name, {}).get(language)
        if known is not None:
            found = ours.ask("lattice %g" % sampled["alpha"])["expected_tokens"]
            found = os.path.getsize(self.text(language)) / found
            self.report(abs(found - known) <= sampled["tolerance"],
                        "%s, %s: %.4f bytes per sampled token at alpha %g, expected %.3f" % (
                            name, language, found, sampled["alpha"], known))

    def one_chunk(self, name, language):
        size = 500_000 if self.quick else 10_000_000
        with open(self.text(language), "rb") as file:
            lines = file.read(size)
        path = {what: os.path.join(compare.WORK, "acceptance.%s.txt" % what)
                for what in ("lines", "chunk")}
        for what, data in (("lines", lines), ("chunk", lines.replace(b"\n", b" "))):
            with open(path[what], "wb") as file:
                file.write(data)
        workers = {what: self.setup.ours(name, path[what]) for what in path}
        label = "%s, %s, one chunk of %d bytes" % (name, language, len(lines))
        self.report(workers["chunk"].ask("check 0.1")["ok"], label + ": ids decode to the text")
        for alpha in ("0.1", "1"):
            found = workers["chunk"].ask("lattice " + alpha)["log_z"]
            exact = compare.run_child([LONG_DOUBLE, self.setup.model(name), path["chunk"],
                                       alpha])["log_z"]
            error = abs(found - exact) / max(abs(exact), len(lines))
            self.report(error <= self.expected["log_z_error_at_most"],
                        "%s: log Z at alpha %s is %.6f, long double %.6f, error %.2g of "
                        "max(|log Z|, bytes)" % (label, alpha, found, exact, error))
        runs = compare.Runs()
        compare.interleave(runs, {what: (workers[what], "sample 0.1") for what in path}, 7)
        ratio = runs.ratio("chunk", "lines")
        self.report(ratio <= self.expected["one_chunk_time_at_most"],
                    "%s: sampling takes %.3f times the time of the text in lines" % (label, ratio))
        for worker in workers.values():
            worker.close()

    def run(self):
        for name in MODELS:
            self.round_trip(name)
            for language in compare.LANGUAGES:
                self.same_ids(name, language)
        for language in compare.LANGUAGES:
            self.one_chunk(MODELS[0], language)
        return self.failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    compare.add_data_options(parser)
    parser.add_argument("--quick", action="store_true", help="small texts, no known counts")
    options = parser.parse_args()
    compare.check_data_options(options)
    failures = Acceptance(options).run()
    print("%d differ from expected.json" % failures if failures else "all as expected")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
