#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The Python package against bytepiece, in one process: what a call costs, and how fast a text goes
# through encode(str). Also times the building of the wheel. Prints a section for RESULTS.md.
#   benchmarks/tokenizer/python_package.sh [--text-dir DIR] [--model-dir DIR]
# Everything it makes lies in build/benchmarks. About three minutes, most of them compiling.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
ci/install_packages.sh build python bench
work=build/benchmarks/python
venv=$root/$work/venv
pip="$venv/bin/pip --quiet --disable-pip-version-check"
mkdir -p "$work"
if [ ! -f "$venv/installed" ]; then
  python3 -m venv "$venv"
  ci/install_bytepiece.sh "$venv"
  $pip install scikit-build-core==1.1.2 pybind11==3.1.0
  touch "$venv/installed"
fi
rm -rf "$work/build" "$work/wheel"
start=$(date +%s)
CCACHE_DISABLE=1 $pip wheel --no-build-isolation --no-deps --wheel-dir "$work/wheel" \
  --config-settings=build-dir="$root/$work/build" ./python
seconds=$(($(date +%s) - start))
$pip install --force-reinstall --no-deps "$work"/wheel/*.whl
exec "$venv/bin/python" benchmarks/tokenizer/python_package.py --wheel "$work"/wheel/*.whl \
  --wheel-seconds "$seconds" "$@"
