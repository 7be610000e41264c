#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages of the named groups of ci/debian_packages.txt that are missing.
#
#   ci/install_packages.sh build        what `make demo` and `make test` need
#   ci/install_packages.sh build ci     what ci/run.sh needs
#
# Nothing missing: says nothing, needs no network, exits 0. Otherwise calls apt-get as root or
# through sudo; where neither is possible, prints the one line to run and exits 1.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -eq 0 ]; then
  echo "usage: ci/install_packages.sh GROUP..., groups: $(sed '/^#/d; s/ .*//' ci/debian_packages.txt |
    sort -u | xargs)" >&2
  exit 2
fi

wanted=()
for group in "$@"; do
  mapfile -t found < <(awk -v group="$group" '$1 == group { print $2 }' ci/debian_packages.txt)
  if [ ${#found[@]} -eq 0 ]; then
    echo "install_packages: ci/debian_packages.txt has no group '$group'" >&2
    exit 2
  fi
  wanted+=("${found[@]}")
done

if ! command -v dpkg-query > /dev/null; then
  echo "install_packages: this is no Debian system; CMake will say if one of these is missing:" \
    "${wanted[*]}" >&2
  exit 0
fi

installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2> /dev/null || true)
missing=()
for package in "${wanted[@]}"; do
  if ! grep -qx "installed $package" <<< "$installed"; then
    missing+=("$package")
  fi
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

echo "Missing Debian packages: ${missing[*]}" >&2
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo)
  [ -t 0 ] || as_root+=(-n) # nobody there to type a password
fi
if { [ ${#as_root[@]} -eq 0 ] || command -v sudo > /dev/null; } &&
  "${as_root[@]}" apt-get update -q >&2 &&
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}" >&2; then
  exit 0
fi
echo "These packages could not be installed from here. Run this line, then try again:" >&2
become="su -c"
! command -v sudo > /dev/null || become="sudo sh -c"
echo "  $become 'apt-get update && apt-get install -y --no-install-recommends ${missing[*]}'" >&2
exit 1
