#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the peers of the comparison: Debian packages if they are missing, and a Python
# environment in build/benchmarks/venv. Does nothing the second time.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
venv=$root/build/benchmarks/venv

"$root/ci/install_packages.sh" build bench

list=$root/benchmarks/tokenizer/peers.txt
if [ -f "$venv/installed" ] && cmp -s "$list" "$venv/installed"; then
  exit 0
fi
mkdir -p "$root/build/benchmarks"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
pip="$venv/bin/pip --quiet --disable-pip-version-check"
"$root/ci/install_bytepiece.sh" "$venv"
$pip install --no-build-isolation -r "$list"
cp "$list" "$venv/installed"
