#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Does the tokenizer give the reference's ids on real text, and stay right on one huge chunk?
#   experiments/tokenizer_acceptance/run.sh [--text-dir DIR] [--model-dir DIR] [--quick]
# Prints one line per question and ends with exit status 1 if an answer differs from expected.json.
# The peers come from benchmarks/tokenizer/install_peers.sh; takes about ten minutes.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
benchmarks/tokenizer/install_peers.sh
cmake --preset release -B build/benchmarks/release -DYONDER_PEER_BENCHMARKS=ON \
  -DYONDER_TESTS=OFF >build/benchmarks/configure.log
cmake --build build/benchmarks/release --target yonder encode_speed long_double_lattice \
  >build/benchmarks/build.log || { tail -40 build/benchmarks/build.log >&2; exit 1; }
exec build/benchmarks/venv/bin/python experiments/tokenizer_acceptance/acceptance.py "$@"
