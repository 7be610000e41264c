#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy over the library and the program; every finding is an error.
#
#   ci/tidy.sh             all of yonder/ and cli/
#   ci/tidy.sh REVISION    only the .cpp files that differ from REVISION, and the partners of
#                          changed headers
#
# Reads build/release/compile_commands.json, so `make` comes first.
set -euo pipefail
cd "$(dirname "$0")/.."
ci/install_packages.sh ci
if [ $# -eq 0 ]; then
  mapfile -t files < <(git ls-files 'yonder/*.cpp' 'cli/*.cpp')
else
  # A changed header is checked through the .cpp beside it.
  mapfile -t files < <(git diff --name-only --diff-filter=d "$1" -- 'yonder/*.cpp' 'yonder/*.h' 'cli/*.cpp' 'cli/*.h' |
    sed 's/\.h$/.cpp/' | sort -u | while read -r file; do [ ! -f "$file" ] || echo "$file"; done)
fi
# Test and benchmark files are read by their authors' eyes only: macros drown the findings.
mapfile -t files < <(printf '%s\n' "${files[@]}" | grep -Ev '_(test|bench)\.cpp$' || true)
echo "clang-tidy: ${#files[@]} files"
[ ${#files[@]} -eq 0 ] || [ -z "${files[0]}" ] ||
  printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" \
    clang-tidy-14 -p build/release --quiet --warnings-as-errors='*'
