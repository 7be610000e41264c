# SPDX-License-Identifier: Apache-2.0
"""Fixtures of several tests: a small corpus and its model; published models where they are there."""

import zipfile

import pytest

from samples import DATA, tiny_model, vector_text
from yonder.tokenizer import Tokenizer, train


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """A file with the text of the training vector."""
    path = tmp_path_factory.mktemp("corpus") / "corpus.txt"
    path.write_text(vector_text(), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def small_model(corpus):
    """A model of up to 400 ids trained on it."""
    path = corpus.with_name("small.model")
    train(corpus, path, vocab_size=400, min_count=4, compat="bytepiece")
    return path


@pytest.fixture(scope="session")
def small(small_model):
    return Tokenizer(small_model)


@pytest.fixture(scope="session")
def tiny(small_model):
    """A language model with random weights over that vocabulary."""
    pytest.importorskip("yonder.lm", reason="built without libtorch", exc_type=ImportError)
    return tiny_model(small_model)


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """published(name): path of a published model; skips the test where it is not there."""
    folder = tmp_path_factory.mktemp("models")

    def get(name):
        archive = DATA / "models" / "bytepiece" / f"{name}.zip"
        if not archive.exists():
            pytest.skip(f"the published model {name} is not among the data of this machine")
        with zipfile.ZipFile(archive) as file:
            member, = (n for n in file.namelist() if n.endswith(f"{name}.model")
                       and not n.startswith("__MACOSX"))
            return file.extract(member, folder)

    return get
