# SPDX-License-Identifier: Apache-2.0
"""Writes yonder/tokenizer/options.py: the keyword arguments of the package as types.

    python make_options.py FOLDER_OF_CORE OPTIONS.PY

The build calls it (CMakeLists.txt). Names, types, ranges and defaults are what the option structs
of the library tell the extension module.
"""

import sys
import textwrap

# Type to write -> the options of the library it is made of, those that a signature names itself
# left out, and who takes it.
TYPES = {
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
}

HEAD = '''\
# SPDX-License-Identifier: Apache-2.0
"""Keyword arguments, as types; written by python/make_options.py when the package was built."""

import os
from collections.abc import Sequence
from typing import Literal, TypedDict
'''


def write_type(name, rows, left_out, user):
    lines = ["", "", f"class {name}(TypedDict, total=False):", f'    """Of {user}."""']
    for option, kind, text in rows:
        if option not in left_out:
            lines += ["", *textwrap.wrap(text, 96, initial_indent="    #: ", subsequent_indent="    #: "),
                      f"    {option}: {kind}"]
    return lines


def main():
    folder, path = sys.argv[1:]
    sys.path.insert(0, folder)
    import _core

    tables = _core.option_tables()
    lines = HEAD.splitlines()
    for name, (table, left_out, user) in TYPES.items():
        lines += write_type(name, tables[table], left_out, user)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
