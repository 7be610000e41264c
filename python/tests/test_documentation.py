# SPDX-License-Identifier: Apache-2.0
"""Every example in a docstring and in the guide runs and prints what it says."""

import doctest
import importlib
import pkgutil
import re
import shutil

import numpy as np
import pytest

import yonder
from samples import REPOSITORY

GUIDE = REPOSITORY / "docs" / "guide" / "python.md"
FLAGS = doctest.ELLIPSIS


def modules():
    found = pkgutil.walk_packages(yonder.__path__, "yonder.", onerror=lambda name: None)
    return ["yonder", *(info.name for info in found
                        if not info.name.endswith(("_core", "_lm")))]


@pytest.fixture
def folder(tmp_path, small_model, corpus, monkeypatch):
    """A folder with the files that examples take for granted; examples run in it."""
    shutil.copy(small_model, tmp_path / "small.model")
    shutil.copy(corpus, tmp_path / "corpus.txt")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(example, **options):
    output = []
    result = doctest.DocTestRunner(optionflags=FLAGS).run(example, out=output.append, **options)
    assert result.failed == 0, "".join(output)
    return result.attempted


@pytest.mark.parametrize("name", modules())
def test_docstrings(name, folder, request):
    component = ".".join(name.split(".")[:2])
    extra = {"model": request.getfixturevalue("tiny")} if component == "yonder.lm" else {}
    shared = component in ("yonder", "yonder.arrays", "yonder.progress")
    names = {"np": np, **vars(importlib.import_module("yonder.tokenizer" if shared else component)),
             **extra}
    for example in doctest.DocTestFinder().find(importlib.import_module(name), extraglobs=names):
        run(example)


def test_the_guide(folder, tiny):
    tiny.save(folder / "tiny")
    names = {}
    attempted = 0
    text = GUIDE.read_text(encoding="utf-8")
    for block in re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        line = text.count("\n", 0, block.start()) + 1
        example = doctest.DocTestParser().get_doctest(block[1], names, f"line {line}", str(GUIDE), line)
        assert example.examples, f"{GUIDE}:{line}: a block without >>>"
        example.globs = names  # one session for the whole page
        attempted += run(example, clear_globs=False)
    assert attempted > 20
