#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every example of a reference page, in order, in one folder that holds what they read.

`yonder serve` ends when it is told to: it must print an address, and on Ctrl-C exit with 0.

Usage: run_examples.py --program PATH FAMILY
"""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile

from signals import write_signals
from training_text import WORDS, lines

TESTS = os.path.dirname(os.path.abspath(__file__))


def write_inputs(folder):
    text = lines(3000, 5)
    with open(os.path.join(folder, "book.txt"), "w", encoding="utf-8") as file:
        file.write("\n".join(text) + "\n")
    with open(os.path.join(folder, "pages.jsonl"), "w") as file:
        for line in text[:1000]:
            file.write(json.dumps({"text": line}) + "\n")
    with open(os.path.join(folder, "words.tsv"), "w", encoding="utf-8") as file:
        for word in WORDS:
            file.write(f"{word}\t{text.count(word) + 1}\n")
    with open(os.path.join(folder, "held-out.txt"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines(1000, 6)) + "\n")
    with open(os.path.join(folder, "hours.csv"), "w", encoding="utf-8") as file:
        subprocess.run([sys.executable, os.path.join(TESTS, "density_data.py")], check=True, stdout=file)


def run(command, folder, environment):
    """The finished process."""
    shell = ["bash", "-o", "pipefail", "-c", command]
    if not command.startswith("yonder serve"):
        return subprocess.run(shell, cwd=folder, env=environment, capture_output=True, text=True, errors="replace")
    shell[-1] = "exec " + command
    with subprocess.Popen(shell, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, errors="replace") as server:
        address = server.stdout.readline()
        server.send_signal(signal.SIGINT)
        out, err = server.communicate(timeout=60)
    code = server.returncode if address.startswith("http://127.0.0.1:") else "no address"
    return subprocess.CompletedProcess(shell, code, address + out, err)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("family")
    arguments = parser.parse_args()
    program = os.path.abspath(arguments.program)
    environment = dict(os.environ, YONDER_PROGRESS="off", YONDER_PORT="0")
    environment["PATH"] = os.path.dirname(program) + os.pathsep + environment["PATH"]
    page = subprocess.run([program, "docs-reference", arguments.family], check=True,
                          capture_output=True, text=True).stdout
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines()]
    if not commands:
        sys.exit(f"{arguments.family}: the page has no examples")
    with tempfile.TemporaryDirectory() as folder:
        write_inputs(folder)
        if arguments.family == "memory":
            write_signals(folder)
            for name, part in (("monday", "first.csv"), ("tuesday", "more.csv --start 3500"),
                               ("stopped", "first.csv")):
                run(f"yonder memory run {part} -N 32 -o {name}.yms", folder, environment)
        if arguments.family == "serve":  # the model that the examples of the tokenizer train
            run("yonder tokenizer train book.txt -o book.model --vocab-size 400", folder, environment)
        for command in commands:
            done = run(command, folder, environment)
            if done.returncode != 0:
                sys.exit(f"$ {command}\nexit code {done.returncode}\n{done.stderr}")
            print(f"$ {command}")


if __name__ == "__main__":
    main()
