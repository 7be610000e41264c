# SPDX-License-Identifier: Apache-2.0
# Sourced, from the repository's root: puts the Node of ci/install_node.sh first in PATH, if it was
# needed.
if [ -x build/node/bin/node ]; then
  PATH=$PWD/build/node/bin:$PATH
fi

# What Vite 8 asks for: 20.19 or newer, 22.12 or newer, or anything after 22.
node_is_new_enough() {
  command -v npm > /dev/null && node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    const enough = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
    process.exit(enough ? 0 : 1)' 2> /dev/null
}
