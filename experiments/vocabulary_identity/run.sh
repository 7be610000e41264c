#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Do other programs' vocabularies give the same ids here as in those programs?
#   experiments/vocabulary_identity/run.sh [--quick] [--only MODEL]... [--model FILE.json]...
# Encodes all of ../shared/data/text, by lines and by blocks, and adversarial documents with
# Hugging Face's tokenizers, sentencepiece and tiktoken (installed from PyPI) and with yonder.
# Prints one row per model and kind of text; exit status 1 if expected.json is not met.
# --quick takes 1 MB of each text. About fifteen minutes, --quick about two.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
venv=build/experiments/vocabulary_identity/venv
if [ ! -f "$venv/complete" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q tokenizers==0.23.3 sentencepiece==0.2.1 tiktoken==0.14.0 numpy==2.4.6
  touch "$venv/complete"
fi
[ -x build/release/yonder ] || make build
exec "$venv/bin/python" experiments/vocabulary_identity/identity.py "$@"
