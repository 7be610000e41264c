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
$pip install setuptools wheel numpy==2.4.6 cython==3.3.1 tqdm
# BytePiece searches bytes, so its automaton must be built in bytes mode; pip's cache cannot tell
# such a wheel from an ordinary one, hence --no-cache-dir.
AHOCORASICK_BYTES=1 $pip install --no-cache-dir --no-binary pyahocorasick pyahocorasick==2.3.1
$pip install --no-build-isolation -r "$list"
"$venv/bin/python" - <<'CHECK'
import ahocorasick
from bytepiece import faster
assert not ahocorasick.unicode, "pyahocorasick was not built in bytes mode"
assert faster.__file__.endswith(".so"), "bytepiece has no compiled extension"
CHECK
cp "$list" "$venv/installed"
