#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Does the shipped model read past its training length, and is the far text used?
#   experiments/lm_acceptance/run.sh [--samples N] [--results FILE.md]
# E1 (schemes by lengths, on plain and repeated text), E5 (tax) on models/books-7m, and E3 on
# stories260K where that file is present. Prints a line per gate and ends with exit status 1 where one
# that is judged does not hold; --results also writes the tables. 200 samples, as the specification
# asks, take about two hours on two cores; --samples 24 a quarter of an hour.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
work=build/experiments/lm_acceptance
mkdir -p "$work"
cmake --preset release >"$work/configure.log"
cmake --build build/release --target yonder >"$work/build.log" || { tail -40 "$work/build.log" >&2; exit 1; }
exec python3 experiments/lm_acceptance/acceptance.py "$@"
