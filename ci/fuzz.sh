#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every fuzz target of tests/fuzz with libFuzzer, one after another.
#
#   FUZZ_SECONDS=600 ci/fuzz.sh [TARGET...]     default: 60 seconds each, all targets
#
# Inputs that reach new code are merged into tests/fuzz/corpus/<reader>, which the unit tests replay
# under the sanitizers; a crash is written to build/fuzz and ends the run with its status.
set -euo pipefail
cd "$(dirname "$0")/.."
ci/install_packages.sh build fuzz
[ -f build/fuzz/build.ninja ] || cmake --preset fuzz
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  mapfile -t targets < <(cd tests/fuzz && ls fuzz_*.cpp | sed 's/\.cpp$//')
fi
cmake --build build/fuzz --target "${targets[@]}"
for target in "${targets[@]}"; do
  program=build/fuzz/tests/fuzz/$target
  corpus=tests/fuzz/corpus/${target#fuzz_}
  found=build/fuzz/corpus/${target#fuzz_}
  mkdir -p "$found"
  echo "== $target, ${FUZZ_SECONDS:-60} s"
  "$program" -max_total_time="${FUZZ_SECONDS:-60}" -artifact_prefix="build/fuzz/$target-" \
    -print_final_stats=1 "$found" "$corpus"
  "$program" -merge=1 "$corpus" "$found"
done
