#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tests of the web app, as ctest calls them.
#
#   ci/test_web.sh unit       pure functions, under Node
#   ci/test_web.sh browser    journeys in Chromium against the program that $YONDER names
#
# Exit status 77, which ctest counts as skipped, where Node, the app's packages or Chromium are
# missing: a user needs none of them. `ci/install_packages.sh web && ci/install_node.sh` brings them.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/node_path.sh

missing=
node_is_new_enough || missing="Node 20.19 or newer"
[ -d web/app/node_modules ] || missing="web/app/node_modules"
if [ "$1" = browser ] && ! [ -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
  missing="Chromium"
fi
if [ -n "$missing" ]; then
  echo "skipped: $missing is not here; ci/install_packages.sh web && ci/install_node.sh would bring it"
  exit 77
fi
cd web/app
npm run -s "$1"
