#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Does a model read past its training length, and is the far text used?
#   experiments/lm_acceptance/run.sh [--samples N]    the shipped model: E1 a to e, j; E3; E5
#   experiments/lm_acceptance/run.sh variants FOLDER  five small models, trained here: E1 f to i
#   experiments/lm_acceptance/run.sh tasks            synthetic tasks, learned here: E4
# All take --results FILE.md and --threads N, print a line per gate, end with exit status 1 where one that
# is judged does not hold, and go on where they were stopped (build/experiments/lm_acceptance; remove it
# to measure anew). On one core the first takes an hour and a half, the second an hour, the third a
# quarter of an hour. FOLDER has train.txt and held_out.txt, which models/books-7m/train.sh makes.
# E3 needs stories260K from the shared data, and says so where it is absent.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
case ${1:-} in
variants | tasks) experiment=$1 && shift ;;
*) experiment=acceptance ;;
esac
work=build/experiments/lm_acceptance
mkdir -p "$work"
cmake --preset release >"$work/configure.log"
cmake --build build/release --target yonder >"$work/build.log" || { tail -40 "$work/build.log" >&2; exit 1; }
exec python3 "experiments/lm_acceptance/$experiment.py" "$@"
