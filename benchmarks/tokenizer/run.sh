#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compares the tokenizer with its peers and writes RESULTS.md: installs the peers, builds, runs.
#   benchmarks/tokenizer/run.sh [--text-dir DIR] [--model-dir DIR] [--tokenizer-dir DIR] [--quick]
#                               [--only SECTION]...
# Everything it makes lies in build/benchmarks. A full run takes about ten minutes and wants a
# quiet machine.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
benchmarks/tokenizer/install_peers.sh
cmake --preset release -B build/benchmarks/release -DYONDER_PEER_BENCHMARKS=ON \
  -DYONDER_TESTS=OFF >build/benchmarks/configure.log
cmake --build build/benchmarks/release --target encode_speed train_speed peer_sentencepiece \
  >build/benchmarks/build.log || { tail -40 build/benchmarks/build.log >&2; exit 1; }
exec build/benchmarks/venv/bin/python benchmarks/tokenizer/compare.py "$@"
