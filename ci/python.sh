#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the wheel of python/ in a virtual environment, installs it and tests it: pytest (examples of
# the documentation among them), mypy on the package as its users see it, stubtest.
#
#   ci/python.sh             in build/python, over the libraries that `make` has compiled; does
#                            nothing where nothing has changed since the tests passed
#   ci/python.sh --optional  the same; where Debian's python3-venv or PyPI is out of reach, says so
#                            and exits 0 (`make test`)
#   ci/python.sh --fresh     as a user does it, `pip install ./python[test]` in a new environment
#                            with everything compiled; and bytepiece beside it, so that no
#                            comparison is skipped (CI). Report: build/ci/python/junit.xml
set -euo pipefail
cd "$(dirname "$0")/.."

mode=${1:-}
case $mode in
  "" | --optional) place=build/python ;;
  --fresh) place=build/ci/python ;;
  *) echo "usage: ci/python.sh [--optional | --fresh]" >&2; exit 2 ;;
esac
venv=$place/venv
pip="$venv/bin/pip --quiet --disable-pip-version-check --no-input"

# give_up SENTENCE: ends with success if the package is optional here.
give_up() {
  echo "python: $1" >&2
  [ "$mode" = --optional ] || exit 1
  echo "python: the tests of the package are skipped" >&2
  exit 0
}

ci/install_packages.sh build python || give_up "Debian packages are missing (above)"
[ "$mode" != --fresh ] || rm -rf "$place"
mkdir -p "$place"
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv" || give_up "python3 -m venv failed"

# What the tests and the build of pyproject.toml ask for, one per line.
requirements() {
  python3 -c 'import tomllib; project = tomllib.load(open("python/pyproject.toml", "rb"))
print(*project["build-system"]["requires"], *project["project"]["optional-dependencies"]["test"], sep="\n")'
}

if [ "$mode" = --fresh ]; then
  $pip install --config-settings=build-dir="$PWD/$place/build" "./python[test]"
  ci/install_bytepiece.sh "$venv"
else
  requirements > "$place/wanted"
  if ! cmp -s "$place/wanted" "$place/installed"; then
    $pip install -r "$place/wanted" || give_up "packages from PyPI could not be installed"
    cp "$place/wanted" "$place/installed"
  fi
  cmake --install build/release --prefix "$place/prefix" > "$place/install.log"
  if [ -f "$place/tested" ] && [ -z "$(find python docs/guide ci/python.sh "$place/prefix" \
    -newer "$place/tested" -type f -not -path '*/__pycache__/*' -print -quit)" ]; then
    echo "python: nothing has changed since the tests passed"
    exit 0
  fi
  touch "$place/started"
  $pip install --no-build-isolation --no-deps --config-settings=build-dir="$PWD/$place/build" \
    --config-settings=cmake.define.YONDER_INSTALLED="$PWD/$place/prefix" ./python
fi

"$venv/bin/pytest" -q -o cache_dir="$PWD/$place/pytest" --junitxml="$place/junit.xml" python
export MYPY_CACHE_DIR=$PWD/$place/mypy
"$venv/bin/mypy" --strict -p yonder
"$venv/bin/mypy" --strict python/tests/typed_use.py
"$venv/bin/stubtest" yonder --allowlist python/tests/stubtest_allowlist.txt
[ "$mode" = --fresh ] || mv "$place/started" "$place/tested"
