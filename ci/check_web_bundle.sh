#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Is web/dist what web/app builds? Types, unit tests, then a build with the pinned tools, compared
# byte by byte.
#
#   ci/check_web_bundle.sh            checks; exit 1 if a byte differs
#   ci/check_web_bundle.sh --update   writes web/dist instead (`make web`)
set -euo pipefail
cd "$(dirname "$0")/.."

ci/install_node.sh
. ci/node_path.sh
cd web/app
npm run -s check
npm run -s unit
if [ "${1:-}" = --update ]; then
  npm run -s build
  exit
fi

built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
YONDER_WEB_DIST=$built npm run -s build
if ! diff -rq ../dist "$built"; then
  echo "web/dist is not what web/app builds; run: make web" >&2
  exit 1
fi
echo "web/dist is what web/app builds, byte for byte"
