#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compares lm with its peers: installs them, builds, runs.
#   benchmarks/lm/run.sh [--rounds 9] [--results benchmarks/lm/RESULTS.md]
# Everything it makes lies in build/benchmarks; the peers are large (PyTorch from PyPI).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
ci/install_packages.sh build bench
venv=build/benchmarks/venv
list=benchmarks/lm/peers.txt
if ! { [ -f "$venv/installed_lm" ] && cmp -s "$list" "$venv/installed_lm"; }; then
  mkdir -p build/benchmarks
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
  "$venv/bin/pip" --quiet --disable-pip-version-check install -r "$list"
  cp "$list" "$venv/installed_lm"
fi
[ -f build/benchmarks/smol-135m/model.safetensors ] ||
  "$venv/bin/python" benchmarks/lm/make_model.py build/benchmarks/smol-135m
cmake --preset release -B build/benchmarks/release -DYONDER_PEER_BENCHMARKS=ON \
  -DYONDER_TESTS=OFF >build/benchmarks/configure.log
cmake --build build/benchmarks/release --target lm_worker matrix_products \
  >build/benchmarks/build.log || { tail -40 build/benchmarks/build.log >&2; exit 1; }
build/benchmarks/release/benchmarks/lm/matrix_products
exec "$venv/bin/python" benchmarks/lm/compare.py "$@"
