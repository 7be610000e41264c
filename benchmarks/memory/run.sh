#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compares memory with its peers and writes RESULTS.md: installs the peers, builds, runs.
#   benchmarks/memory/run.sh [--quick]
# Everything it makes lies in build/benchmarks. A full run takes about five minutes and wants a quiet
# machine.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
ci/install_packages.sh build bench
venv=build/benchmarks/venv
list=benchmarks/memory/peers.txt
if ! { [ -f "$venv/installed_memory" ] && cmp -s "$list" "$venv/installed_memory"; }; then
  mkdir -p build/benchmarks
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
  "$venv/bin/pip" --quiet --disable-pip-version-check install -r "$list"
  cp "$list" "$venv/installed_memory"
fi
cmake --preset release -B build/benchmarks/release -DYONDER_PEER_BENCHMARKS=ON \
  -DYONDER_TESTS=OFF >build/benchmarks/configure.log
cmake --build build/benchmarks/release --target memory_speed \
  >build/benchmarks/build.log || { tail -40 build/benchmarks/build.log >&2; exit 1; }
exec "$venv/bin/python" benchmarks/memory/compare.py "$@"
