#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compares lm with its peers and writes RESULTS.md: installs the peers, builds, runs.
#   benchmarks/lm/run.sh [--peers VENV] [--build FOLDER] [--quick] [--only SECTION]...
# VENV: a Python environment that has what peers.txt names; without it one is made, and PyTorch is
# large. FOLDER: the build to use, by default one of its own. Everything else that it makes lies in
# build/benchmarks. A full run takes about half an hour and wants a quiet machine.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
venv=build/benchmarks/venv
build=build/benchmarks/release
tests=-DYONDER_TESTS=OFF
while [ $# -gt 0 ]; do
  case $1 in
    --peers) venv=$(realpath "$2"); shift 2 ;;
    --build) build=$(realpath "$2"); tests=; shift 2 ;;
    *) break ;;
  esac
done
cd "$root"
ci/install_packages.sh build bench
mkdir -p build/benchmarks
list=benchmarks/lm/peers.txt
if [ "$venv" = build/benchmarks/venv ] &&
  ! { [ -f "$venv/installed_lm" ] && cmp -s "$list" "$venv/installed_lm"; }; then
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
  "$venv/bin/pip" --quiet --disable-pip-version-check install -r "$list"
  cp "$list" "$venv/installed_lm"
fi
[ -f build/benchmarks/llama-52m/model.safetensors ] ||
  "$venv/bin/python" benchmarks/lm/make_model.py build/benchmarks/llama-52m
cmake --preset release -B "$build" -DYONDER_PEER_BENCHMARKS=ON $tests >build/benchmarks/configure.log
cmake --build "$build" --target attention_speed lm_worker matrix_products training_speed \
  >build/benchmarks/build.log || { tail -40 build/benchmarks/build.log >&2; exit 1; }
exec "$venv/bin/python" benchmarks/lm/compare.py --programs "$build/benchmarks/lm" "$@"
