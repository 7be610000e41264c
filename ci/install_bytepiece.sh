#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs bytepiece into a virtual environment, built as its authors mean it to be: with its
# compiled extension, over an automaton that searches bytes. Tests and benchmarks compare with it.
#   ci/install_bytepiece.sh VENV
set -eu
list=$(cd "$(dirname "$0")/.." && pwd)/benchmarks/tokenizer/peers.txt
pip="$1/bin/pip --quiet --disable-pip-version-check"
$pip install setuptools wheel numpy==2.4.6 cython==3.3.1 tqdm
# pip's cache cannot tell an automaton in bytes mode from an ordinary one, hence --no-cache-dir.
AHOCORASICK_BYTES=1 $pip install --no-cache-dir --no-binary pyahocorasick pyahocorasick==2.3.1
$pip install --no-build-isolation "$(grep '^bytepiece==' "$list")"
"$1/bin/python" - <<'CHECK'
import ahocorasick
from bytepiece import faster
assert not ahocorasick.unicode, "pyahocorasick was not built in bytes mode"
assert faster.__file__.endswith(".so"), "bytepiece has no compiled extension"
CHECK
