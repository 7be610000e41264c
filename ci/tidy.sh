#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy over the library and the program; every finding is an error.
#
#   ci/tidy.sh                   all of yonder/, cli/ and web/server/
#   ci/tidy.sh REVISION [MOST]   only .cpp files that differ from REVISION, and those beside changed
#                                headers; at most MOST of them, the most changed first
#
# Reads build/release/compile_commands.json, so `make` comes first. Tests, their references and
# benchmarks are left out: the macros of their libraries drown the findings.
set -euo pipefail
cd "$(dirname "$0")/.."
ci/install_packages.sh ci
if [ $# -eq 0 ]; then
  mapfile -t files < <(git ls-files 'yonder/*.cpp' 'cli/*.cpp' 'web/*.cpp' | grep -Ev '^(yonder|web)/.*_(test|bench|reference)\.cpp$')
else
  mapfile -t files < <(git diff --numstat --diff-filter=d "$1" -- {yonder,cli,web}/'*.cpp' {yonder,cli,web}/'*.h' |
    awk '{ sub(/\.h$/, ".cpp", $3); lines[$3] += $1 + $2 } END { for (f in lines) print lines[f], f }' |
    sort -k1,1nr -k2 | cut -d' ' -f2 | { grep -Ev '^(yonder|web)/.*_(test|bench|reference)\.cpp$' || true; } |
    while read -r file; do [ ! -f "$file" ] || echo "$file"; done)
fi
most=${2:-${#files[@]}}
echo "clang-tidy: $((${#files[@]} < most ? ${#files[@]} : most)) of ${#files[@]} files"
[ ${#files[@]} -eq 0 ] ||
  printf '%s\0' "${files[@]:0:most}" | xargs -0 -n 1 -P "$(nproc)" \
    clang-tidy-14 -p build/release --quiet --warnings-as-errors='*'
