# SPDX-License-Identifier: Apache-2.0
"""Tells scikit-build-core the version of the package: that of the root CMakeLists.txt."""

import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
# The repository, or its copy inside an archive of sources (pyproject.toml, sdist.force-include).
PLACES = [HERE.parent, HERE / "repository"]


def dynamic_metadata(settings, project):
    for place in PLACES:
        cmake = place / "CMakeLists.txt"
        found = cmake.is_file() and re.search(
            r"^project\(yonder VERSION (\S+)", cmake.read_text(encoding="utf-8"), re.MULTILINE)
        if found:
            return {"version": found[1]}
    raise RuntimeError(
        f"{HERE} holds the Python part alone, and the libraries that it compiles are not beside it; "
        "take all of the repository (git clone) and run: pip install ./python")
