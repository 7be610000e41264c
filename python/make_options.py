# SPDX-License-Identifier: Apache-2.0
"""Writes options.py of every component: the keyword arguments of the package as types.

    python make_options.py FOLDER OUT _core _lm     OUT/tokenizer/options.py, ...

The build calls it (CMakeLists.txt). Names, types, ranges and defaults are what the option structs
of the library tell the extension modules, which lie in FOLDER.
"""

import importlib
import pathlib
import sys
import textwrap

# Component -> type to write -> the options of the library it is made of, those that a signature
# names itself left out, and who takes it.
TYPES = {
    "tokenizer": {
        "LoadOptions": ("LoadOptions", set(), "Tokenizer()"),
        "EncodeOptions": ("EncodeOptions", set(), "the methods of Tokenizer that encode"),
        "SampleOptions": ("EncodeOptions", {"sample"}, "the methods of Tokenizer that draw"),
        "TrainOptions": ("TrainOptions", {"input", "out"}, "train()"),
        "TrainerOptions": (
            "TrainOptions",
            {"input", "out", "order", "vocab_size", "max_piece_length", "min_count", "isolate_digits",
             "ensure_unicode", "threads", "tmp", "from_counts", "resume", "force"},
            "Trainer()"),
        "CountOptions": ("CountOptions", {"input", "out"}, "count_ngrams()"),
        "EncodeCorpusOptions": ("EncodeCorpusOptions", {"input", "out"}, "encode_corpus()"),
    },
    "density": {
        "FitOptions": ("FitOptions", set(), "FourierDensity(), StreamFitter() and fit_columns()"),
        "EncodeOptions": ("EncodeOptions", {"step"}, "encode()"),
    },
    "memory": {
        "StreamOptions": ("StreamOptions", set(), "Stream()"),
    },
    "lm": {
        "LoadOptions": ("LoadOptions", set(), "Model.load() and Model.random()"),
        "SessionOptions": ("SessionOptions", set(), "Session()"),
        "GenerateOptions": ("GenerateOptions", set(), "everything that generates"),
        "EvalOptions": ("EvalOptions", set(), "evaluate()"),
        "ExplainOptions": ("ExplainOptions", {"scheme"}, "explain()"),
        "TrainOptions": ("TrainOptions", {"data", "out"}, "train()"),
    },
}

# What the package takes beyond that: a text of the library that is a number as often as not.
WIDER = {("density", "FitOptions"): {"order": "int | str", "location": "float | str",
                                     "scale": "float | str"}}

HEAD = '''\
# SPDX-License-Identifier: Apache-2.0
"""Keyword arguments, as types; written by python/make_options.py when the package was built."""

import os
from collections.abc import Sequence
from typing import Literal, TypedDict
'''


def write_type(name, rows, left_out, user, wider):
    lines = ["", "", f"class {name}(TypedDict, total=False):", f'    """Of {user}."""']
    for option, kind, text in rows:
        if option not in left_out:
            lines += ["", *textwrap.wrap(text, 96, initial_indent="    #: ", subsequent_indent="    #: "),
                      f"    {option}: {wider.get(option, kind)}"]
    return lines


def main():
    folder, out, *modules = sys.argv[1:]
    sys.path.insert(0, folder)
    for module in modules:
        for component, tables in importlib.import_module(module).option_tables().items():
            write_component(pathlib.Path(out, component, "options.py"), component, tables)


def write_component(path, component, tables):
    lines = HEAD.splitlines()
    for name, (table, left_out, user) in TYPES[component].items():
        lines += write_type(name, tables[table], left_out, user, WIDER.get((component, name), {}))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
