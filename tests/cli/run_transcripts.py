#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a transcript of the command line and compares what the program says.

    $ yonder --version                a command for bash (pipefail), in a folder of the test's own
    yonder ...                        what standard output must be; "..." stands for any text,
    ...                               and alone on a line for any number of lines
    ! yonder: m.model: ...            a line of standard error; without any it must be empty
    exit 4                            the exit code, if it is not 0
    # text                            a comment; blank lines end a command's output

A first line "needs FILE" skips the test (exit code 77) where the test data lack that file; $DATA is
their folder, $TESTS that of this script. The program stands first on the PATH, and YONDER_PROGRESS is off.

Usage: run_transcripts.py --program PATH [--data FOLDER] FILE.test...
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

SKIPPED = 77


class Step:
    def __init__(self, line, command):
        self.line = line
        self.command = command
        self.out = []
        self.err = []
        self.code = 0


def parse(path):
    steps, needs, open_step = [], [], None
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if line.startswith("$ "):
            open_step = Step(number, line[2:])
            steps.append(open_step)
        elif line.startswith("needs "):
            needs.append(line[6:])
        elif line == "" or line.startswith("#"):
            open_step = None
        elif open_step is None:
            sys.exit(f"{path}:{number}: output without a command before it")
        elif re.fullmatch(r"exit \d+", line):
            open_step.code = int(line[5:])
        elif line == "!" or line.startswith("! "):
            open_step.err.append(line[2:])
        else:
            open_step.out.append(line)
    return steps, needs


def pattern(lines):
    """A regular expression for the expected lines."""
    parts = []
    for line in lines:
        if line == "...":
            parts.append("(?:.*\n)*?")
        else:
            parts.append(".*".join(re.escape(part) for part in line.split("...")) + "\n")
    return re.compile("".join(parts))


def run(path, environment):
    steps, _ = parse(path)
    with tempfile.TemporaryDirectory() as folder:
        for step in steps:
            done = subprocess.run(
                ["bash", "-o", "pipefail", "-c", step.command], cwd=folder, env=environment,
                stdin=subprocess.DEVNULL, capture_output=True, timeout=600)
            out = done.stdout.decode("utf-8", "backslashreplace")
            err = done.stderr.decode("utf-8", "backslashreplace")
            # A last line without its newline is compared as if it had one.
            out += "\n" if out and not out.endswith("\n") else ""
            problems = []
            if done.returncode != step.code:
                problems.append(f"exit code {done.returncode}, expected {step.code}")
            if not pattern(step.out).fullmatch(out):
                problems.append("standard output differs; expected:\n" + "\n".join(step.out))
            if not pattern(step.err).fullmatch(err):
                problems.append("standard error differs; expected:\n" + "\n".join(step.err))
            if problems:
                print(f"{path}:{step.line}: $ {step.command}")
                for problem in problems:
                    print(problem)
                print(f"standard output was:\n{out[:4000]}standard error was:\n{err[:4000]}")
                return False
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--data", default="")
    parser.add_argument("tests", nargs="+")
    arguments = parser.parse_args()
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("YONDER_")}
    environment["PATH"] = (os.path.dirname(os.path.abspath(arguments.program)) + os.pathsep +
                           environment["PATH"])
    environment["TESTS"] = os.path.dirname(os.path.abspath(__file__))
    environment["DATA"] = os.path.abspath(arguments.data)
    environment["YONDER_PROGRESS"] = "off"
    environment["LC_ALL"] = "C.UTF-8"
    passed, skipped = 0, 0
    for path in arguments.tests:
        missing = [name for name in parse(path)[1]
                   if not os.path.exists(os.path.join(arguments.data, name))]
        if missing:
            print(f"{path}: skipped, the test data have no {missing[0]}")
            skipped += 1
        elif run(path, environment):
            passed += 1
    if passed + skipped < len(arguments.tests):
        sys.exit(1)
    sys.exit(SKIPPED if passed == 0 else 0)


if __name__ == "__main__":
    main()
