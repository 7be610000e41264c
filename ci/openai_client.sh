#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/integration/openai_client.py with the package openai from PyPI, in a virtual environment of
# its own (build/openai), as ctest calls it:
#
#   ci/openai_client.sh build/release/yonder
#
# Exit status 77, which ctest counts as skipped, where Debian's python3-venv or PyPI is out of reach;
# in CI, which has both, that is a failure.
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")/.."

venv=build/openai
package=openai==3.54.0
if ! "$venv/bin/python" -c "import openai; assert openai.__version__ == '${package#*==}'" 2> /dev/null; then
  python3 -m venv "$venv" &&
    "$venv/bin/pip" --quiet --disable-pip-version-check --no-input install "$package" || {
    rm -rf "$venv"
    echo "skipped: the package openai could not be installed from PyPI"
    [ "${CI:-}" = true ] && exit 1
    exit 77
  }
fi
exec "$venv/bin/python" tests/integration/openai_client.py --program "$program"
