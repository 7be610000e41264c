#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Does the Fourier density find what is there, and where does it lose?
#   experiments/density_acceptance/run.sh [--quick] [--only PART]... [--commits REPOSITORY]
#                                         [--results FILE.md]
# Synthetic laws of 5 and 25 peaks, the demo of the reference code, a recorded word, sunspots, times
# on a circle, coding, and other real series, each beside what people use otherwise. One line per
# question; exit status 1 if an answer lies outside of expected.json. --results writes the tables.
# scikit-learn, statsmodels (for its sunspots) and numpy come from PyPI, the recorded word from
# Debian's package alsa-utils, the other series from ../shared/data/series; parts whose data are
# out of reach are skipped with a message. --commits adds the hours of a repository's commits.
# About ten minutes, --quick about two.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
work=build/experiments/density_acceptance
mkdir -p "$work"
if [ ! -f "$work/venv/complete" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install -q numpy==2.4.6 scikit-learn==1.9.1 statsmodels==0.15.0
  touch "$work/venv/complete"
fi
if [ ! -f "$work/Front_Center.wav" ] && command -v apt-get >/dev/null; then
  (cd "$work" && apt-get download -qq alsa-utils 2>/dev/null &&
    dpkg-deb --fsys-tarfile alsa-utils_*.deb |
      tar -xO ./usr/share/sounds/alsa/Front_Center.wav >Front_Center.wav.part &&
    mv Front_Center.wav.part Front_Center.wav) ||
    echo "alsa-utils cannot be downloaded" >&2
fi
[ -x build/release/yonder ] || make build
exec "$work/venv/bin/python" experiments/density_acceptance/acceptance.py --work "$work" "$@"
