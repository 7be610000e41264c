#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the documentation is true.

    ci/check_docs.py [--build build/release] [FILE.md ...]   default: all tracked .md files
    ci/check_docs.py --links-only                            nothing is executed
    ci/check_docs.py --self-test                             runs its own tests

1. Every relative link resolves, with its #anchor.
2. Every path of this repository in backticks exists (`yonder/base/json.h`, `ci/run.sh`).
3. Fenced blocks marked `sh run` are executed with bash -euo pipefail, in order, in one temporary
   folder per document with the models of the tree in it, the build folder first in PATH; each must
   exit 0. A block marked
   `text output` right after one must equal what that block printed on stdout, where a line `...`
   stands for any lines.
4. In plain `sh` blocks every `make TARGET` exists.
A finding is one line "file:line: sentence"; the exit status is 1 if there is one.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FENCE = re.compile(r"^(```+)[ \t]*([^\n`]*)\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
CODE = re.compile(r"`([^`\n]+)`")
# A path from the root of the repository, as prose names it; patterns and placeholders excepted.
REPO_PATH = re.compile(r"^(?:\.ci|yonder|cli|web|tests|benchmarks|docs|examples|ci|cmake|python)/[\w./+-]+$")
SECONDS = 300  # the longest that one block may run


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def without_fences(text):
    """The prose, with fenced blocks replaced by as many empty lines."""
    return FENCE.sub(lambda m: "\n" * m.group(0).count("\n"), text)


def anchor(heading):
    """The anchor that code hosts give a heading."""
    heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(text):
    seen = {}
    found = set()
    for heading in re.findall(r"^#{1,6}[ \t]+(.+?)[ \t]*$", without_fences(text), re.MULTILINE):
        name = anchor(heading)
        count = seen.get(name, 0)
        seen[name] = count + 1
        found.add(f"{name}-{count}" if count else name)
    return found


def check_links(path, text, read):
    """read(path) gives a file's text, "" for a folder, None if it does not exist."""
    prose = without_fences(text)
    findings = []
    for match in LINK.finditer(CODE.sub(lambda m: "x" * len(m.group(0)), prose)):
        target = match.group(1)
        if re.match(r"[a-z]+:", target):
            continue
        file, _, fragment = target.partition("#")
        place = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
        content = text if not file else read(place)
        if content is None:
            findings.append((line_of(prose, match.start()), f"link to '{target}': no such file"))
        elif fragment and fragment not in anchors(content):
            findings.append((line_of(prose, match.start()), f"link to '{target}': no such heading"))
    for match in CODE.finditer(prose):
        if REPO_PATH.match(match.group(1)) and read(match.group(1).rstrip("/")) is None:
            findings.append((line_of(prose, match.start()), f"'{match.group(1)}' does not exist"))
    return findings


def check_make_targets(text, makefile):
    targets = set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))
    findings = []
    for match in FENCE.finditer(text):
        if match.group(2).split() != ["sh"]:
            continue
        for name in re.findall(r"^make[ \t]+([\w-]+)", match.group(3), re.MULTILINE):
            if name not in targets:
                findings.append((line_of(text, match.start()), f"'make {name}': the Makefile has no such target"))
    return findings


def same_output(expected, found):
    """Whether `found` is `expected`, a line `...` standing for any number of lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n"
                      for line in expected.splitlines())
    return re.fullmatch(pattern, found if found.endswith("\n") or not found else found + "\n") is not None


def run_blocks(text, environment):
    """Runs the marked blocks of one document; findings and the number of blocks."""
    findings = []
    count = 0
    blocks = list(FENCE.finditer(text))
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.join(ROOT, "models"), os.path.join(folder, "models"))
        for index, match in enumerate(blocks):
            if match.group(2).split() != ["sh", "run"]:
                continue
            count += 1
            line = line_of(text, match.start())
            try:
                done = subprocess.run(["bash", "-euo", "pipefail", "-c", match.group(3)], cwd=folder,
                                      env=environment, capture_output=True, timeout=SECONDS)
            except subprocess.TimeoutExpired:
                findings.append((line, f"the block ran for more than {SECONDS} s"))
                continue
            out = done.stdout.decode(errors="replace")
            if done.returncode != 0:
                tail = done.stderr.decode(errors="replace").strip().splitlines()[-5:]
                findings.append((line, f"the block exited with {done.returncode}: " + " | ".join(tail)))
            elif index + 1 < len(blocks) and blocks[index + 1].group(2).split() == ["text", "output"]:
                expected = blocks[index + 1].group(3)
                if not same_output(expected, out):
                    findings.append((line_of(text, blocks[index + 1].start()),
                                     "the block before printed otherwise:\n" + out.rstrip("\n")))
    return findings, count


def read_repository(path):
    full = os.path.join(ROOT, path)
    if path.startswith(".."):
        return None
    if os.path.isdir(full):
        return ""
    if not os.path.isfile(full):
        return None
    with open(full, encoding="utf-8", errors="replace") as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser(description="Checks that the documentation is true.")
    parser.add_argument("files", nargs="*", metavar="FILE.md")
    parser.add_argument("--build", default="build/release", help="where the program is [%(default)s]")
    parser.add_argument("--links-only", action="store_true", help="execute nothing")
    arguments = parser.parse_args()
    files = arguments.files or subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT, check=True,
        capture_output=True, text=True).stdout.splitlines()
    build = os.path.join(ROOT, arguments.build)
    if not arguments.links_only and not os.access(os.path.join(build, "yonder"), os.X_OK):
        sys.exit(f"check_docs: {arguments.build}/yonder is missing; run make first")
    environment = dict(os.environ, PATH=build + os.pathsep + os.environ["PATH"])
    makefile = read_repository("Makefile")
    findings = blocks = 0
    for path in sorted(set(files)):
        start = time.monotonic()
        text = read_repository(path)
        if text is None:
            sys.exit(f"check_docs: {path}: no such file in the repository")
        found = check_links(path, text, read_repository) + check_make_targets(text, makefile)
        if not arguments.links_only:
            more, count = run_blocks(text, environment)
            found += more
            blocks += count
            if count:
                print(f"{path}: {count} blocks ran in {time.monotonic() - start:.1f} s")
        for line, sentence in sorted(found):
            print(f"{path}:{line}: {sentence}")
        findings += len(found)
    print(f"check_docs: {len(files)} documents, {blocks} blocks ran, {findings} findings")
    return 1 if findings else 0


class SelfTest(unittest.TestCase):
    FILES = {"docs/a.md": "# One two\n## `x` & y!\n## One two\n", "README.md": "", "ci": "", "ci/run.sh": ""}

    def links(self, text, path="docs/b.md"):
        return [sentence for _, sentence in check_links(path, text, self.FILES.get)]

    def blocks(self, text):
        findings, count = run_blocks(text, dict(os.environ))
        return [sentence for _, sentence in findings], count

    def test_links_resolve(self):
        self.assertEqual(self.links("[a](a.md) [r](../README.md) [w](https://example.org/x) [c](../ci)"), [])
        self.assertEqual(len(self.links("[a](gone.md)")), 1)
        self.assertEqual(self.links("```\n[a](gone.md)\n```\n`[a](gone.md)`"), [])

    def test_anchors_resolve(self):
        self.assertEqual(self.links("[a](a.md#one-two) [b](a.md#x--y) [c](a.md#one-two-1)"), [])
        self.assertEqual(len(self.links("[a](a.md#three)")), 1)
        self.assertEqual(self.links("# Here\n[a](#here)"), [])

    def test_paths_in_backticks_exist(self):
        self.assertEqual(self.links("`ci/run.sh` `ci/` `*_test.cpp` `a/b` `docs/<file>.md`"), [])
        self.assertEqual(len(self.links("`ci/gone.sh`")), 1)

    def test_blocks_run_in_order_in_one_folder(self):
        text = "```sh run\necho 7 > x\n```\n\n```sh run\ntest \"$(cat x)\" = 7\n```\n```sh\nfalse\n```\n"
        self.assertEqual(self.blocks(text), ([], 2))

    def test_a_failing_command_is_a_finding(self):
        self.assertEqual(len(self.blocks("```sh run\nfalse\ntrue\n```\n")[0]), 1)
        self.assertEqual(len(self.blocks("```sh run\nfalse | true\n```\n")[0]), 1)

    def test_output_is_compared(self):
        text = "```sh run\nprintf 'a\\nb\\nc\\n'\n```\n\n```text output\n%s```\n"
        self.assertEqual(self.blocks(text % "a\nb\nc\n")[0], [])
        self.assertEqual(self.blocks(text % "a\n...\n")[0], [])
        self.assertEqual(self.blocks(text % "...\nc\n")[0], [])
        self.assertEqual(len(self.blocks(text % "a\nc\n")[0]), 1)
        self.assertEqual(len(self.blocks(text % "a\nb\n")[0]), 1)

    def test_make_targets_exist(self):
        makefile = "build: configure\n\t@x\ntest-all: build\n"
        self.assertEqual(check_make_targets("```sh\nmake test-all\nmake\n```\n", makefile), [])
        self.assertEqual(len(check_make_targets("```sh\nmake tea\n```\n", makefile)), 1)


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        unittest.main(argv=sys.argv[:1])
    sys.exit(main())
