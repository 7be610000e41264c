#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Does memory keep what it says, and where do simpler summaries beat it?
#   experiments/memory_acceptance/run.sh [--quick] [--results FILE.md]
# Prints one line per question and ends with exit status 1 if an answer differs from expected.json;
# --results also writes the tables. statsmodels (its CO2 series) comes from PyPI into an environment
# of its own, Front_Center.wav out of Debian's package alsa-utils; without apt-get that part is left
# out and said so. Five minutes, --quick (a million samples instead of ten) one.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
work=build/experiments/memory_acceptance
venv=$work/venv
if [ ! -f "$venv/complete" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q numpy==2.4.6 pandas==3.1.1 scipy==1.17.1 statsmodels==0.15.0
  touch "$venv/complete"
fi
sound=$work/alsa/usr/share/sounds/alsa/Front_Center.wav
if [ ! -f "$sound" ]; then
  (cd "$work" && apt-get download -q alsa-utils >/dev/null 2>&1 && dpkg-deb -x alsa-utils_*.deb alsa) ||
    echo "skip  audio: apt-get could not fetch alsa-utils, which holds Front_Center.wav" >&2
fi
cmake --preset release -B build/experiments/release -DYONDER_EXPERIMENTS=ON -DYONDER_TESTS=OFF \
  >"$work/configure.log"
cmake --build build/experiments/release --target yonder ten_million_samples >"$work/build.log" ||
  { tail -40 "$work/build.log" >&2; exit 1; }
exec "$venv/bin/python" experiments/memory_acceptance/acceptance.py "$@"
