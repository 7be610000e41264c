#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks that every tracked C++ file is as clang-format 14 writes it; --fix rewrites those that are not.
set -euo pipefail
cd "$(dirname "$0")/.."
ci/install_packages.sh ci
mapfile -d '' -t files < <(git ls-files -z '*.h' '*.cpp')
if [ "${1:-}" = --fix ]; then
  clang-format-14 -i "${files[@]}"
else
  clang-format-14 --dry-run -Werror "${files[@]}"
fi
