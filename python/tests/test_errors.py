# SPDX-License-Identifier: Apache-2.0
"""Each kind of error has its exception; the sentence of the library stays as it is."""

import pytest

import yonder
from yonder import _core
from yonder.tokenizer import Tokenizer

KINDS = {
    "bad_option": ValueError,
    "bad_data": yonder.DataError,
    "file": OSError,
    "numerical": ArithmeticError,
    "memory": MemoryError,
    "cancelled": KeyboardInterrupt,
    "internal": RuntimeError,
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_exception(kind):
    with pytest.raises(KINDS[kind]) as caught:
        _core.raise_error(kind, "line 3: found 太阳, expected a number")
    assert type(caught.value) is KINDS[kind]
    assert str(caught.value) == "line 3: found 太阳, expected a number"


def test_a_data_error_is_a_value_error():
    assert yonder.DataError.__mro__[1] is ValueError
    assert yonder.DataError.__module__ == "yonder"


def test_a_name_that_is_no_utf8_does_not_hide_the_sentence():
    with pytest.raises(OSError, match=r"no\\xff.model: cannot be opened"):
        Tokenizer("no\udcff.model")


def test_a_missing_file_is_an_os_error_and_bad_content_a_data_error(tmp_path):
    with pytest.raises(OSError, match="missing.model: cannot be opened"):
        Tokenizer(tmp_path / "missing.model")
    (tmp_path / "bad.model").write_text('{"YQ==": [3, "a", 0]}')
    with pytest.raises(yonder.DataError, match="bad.model"):
        Tokenizer(tmp_path / "bad.model")


def test_a_file_in_the_way_is_an_os_error(small, tmp_path):
    with pytest.raises(OSError):
        small.save(tmp_path)
