# SPDX-License-Identifier: Apache-2.0
"""Keyword arguments are the options of the library: names, types, ranges."""

import ast
import importlib
import inspect
import pathlib

import numpy as np
import pytest

from yonder import _core
from yonder.tokenizer import Tokenizer, encode_corpus, train


def test_an_unknown_name_is_answered_with_the_nearest(small):
    with pytest.raises(TypeError, match=r"encode_to_numpy\(\) got an unexpected keyword argument "
                                        r"'sampel'; did you mean sample\?"):
        small.encode_to_numpy("a", sampel=True)
    with pytest.raises(TypeError, match="did you mean max_lag"):
        small.stream(maxlag=3)
    with pytest.raises(TypeError, match="known are scores, "):
        Tokenizer("any.model", nonsense=1)


@pytest.mark.parametrize("options, sentence", [
    ({"bos": 1}, "bos must be bool, not int"),
    ({"alpha": "0.1"}, "alpha must be float, not str"),
    ({"alpha": True}, "alpha must be float, not bool"),
    ({"seed": 1.0}, "seed must be int, not float"),
    ({"max_lag": 1.0}, 'max_lag must be int or a str such as "64k", not float'),
    ({"normalize": b"nfc"}, "normalize must be str, not bytes"),
    ({"sampler": None}, "sampler must be str, not NoneType"),
])
def test_a_value_of_another_type_is_refused(small, options, sentence):
    with pytest.raises(TypeError, match=sentence):
        small.encode_to_numpy("a", **options)


@pytest.mark.parametrize("options, sentence", [
    ({"sample": True, "alpha": -0.1}, "alpha is -0.1; it must"),
    ({"sample": True, "alpha": float("nan")}, "alpha is nan; it must be a finite number"),
    ({"sample": True, "uniform": True}, "exclude each other"),
    ({"seed": -1}, "seed is -1; it must lie between 0 and 18446744073709551615"),
    ({"seed": 2**64}, "seed is 18446744073709551616"),
    ({"max_lag": 2**80}, "max_lag is"),
    ({"max_lag": "many"}, 'max_lag is "many"; it must be a whole number such as'),
    ({"normalize": "nfk"}, 'normalize is "nfk"; did you mean nfc'),
    ({"sample": True, "sampler": "exakt"}, "exact"),
])
def test_a_value_out_of_range_is_refused_with_the_librarys_sentence(small, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        small.encode_to_numpy("a", **options)


def test_numbers_may_come_from_numpy_or_with_a_suffix(small):
    small.stream(max_lag=np.int64(4096), bos=np.bool_(True), alpha=np.float32(0.5), seed=np.uint8(3))
    small.stream(max_lag="4k", alpha=1)


def test_paths_and_lists_may_be_single(corpus, tmp_path):
    a = train(corpus, tmp_path / "a.model", vocab_size=300, memory="64M")
    b = train([str(corpus)], str(tmp_path / "b.model"), vocab_size=["300"], memory=2**26)
    assert a.vocabularies[0].pieces == b.vocabularies[0].pieces
    assert a.vocabularies[0].path == str(tmp_path / "a.model")
    with pytest.raises(TypeError, match="input must be str or os.PathLike without NUL, not int"):
        train(3, tmp_path / "c.model")


def test_options_of_two_fields_are_checked_before_work_starts(small, corpus, tmp_path):
    with pytest.raises(ValueError):
        encode_corpus(small, corpus, tmp_path / "a.ids", max_lag=100)
    with pytest.raises(ValueError, match="standard input"):
        train("-", tmp_path / "a.model")


@pytest.mark.parametrize("component", ["tokenizer", "density", "memory", "lm"])
def test_the_types_are_what_the_library_takes(component):
    native = _core
    if component == "lm":
        native = pytest.importorskip("yonder._lm", reason="built without libtorch",
                                     exc_type=ImportError)
    module = importlib.import_module(f"yonder.{component}.options")
    source = pathlib.Path(inspect.getsourcefile(module)).read_text(encoding="utf-8")
    written = {node.name: {field.target.id: ast.unparse(field.annotation).replace("'", '"')
                           for field in node.body if isinstance(field, ast.AnnAssign)}
               for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}
    tables = native.option_tables()[component]
    assert set(tables) <= set(written)
    for name, fields in written.items():
        if name in tables:
            known = {option: kind for option, kind, _ in tables[name]}
            # A text of the library may be a number here (WIDER in make_options.py).
            assert {option: kind.removeprefix("int | ").removeprefix("float | ")
                    if known.get(option) == "str" else kind
                    for option, kind in fields.items()}.items() <= known.items()
            assert known.keys() - fields.keys() <= {"input", "data", "out", "step", "scheme"}
