#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that arrows between components point down only, and that libraries stay libraries.

    ci/check_layers.py              checks the tracked .h and .cpp files of the repository
    ci/check_layers.py --self-test  runs its own tests

Only #include lines and calls outside comments and strings count. A finding is one line
"file:line: sentence"; the exit status is 1 if there is one. The rules are the tables below; a new
component is one row of ALLOWED.
"""

import re
import subprocess
import sys
import unittest

# yonder/<component> -> the components whose headers it may include (itself always).
ALLOWED = {
    "base": set(),
    "tokenizer": {"base"},
    "density": {"base"},
    "memory": {"base"},
    "rotary": {"base"},
    "nn": {"base", "density", "memory", "rotary"},
    "lm": {"base", "nn", "tokenizer", "rotary"},
}
# Programs: they may include every library, and of each other what stands here. Nothing else (but
# tests) may include them.
PROGRAMS = {
    "cli": {"web"},
    "web": set(),
    "python": set(),
}

# Headers of other projects with one place (or none yet): prefix -> files that may include them; a
# folder, ending in "/", stands for all files in it and below.
ONE_PLACE = {
    "torch/": {"yonder/nn/", "yonder/lm/"},
    "ATen/": {"yonder/nn/", "yonder/lm/", "benchmarks/lm/", "tests/sample_checkpoint.h"},
    "c10/": {"yonder/nn/", "yonder/lm/"},
    "boost/": {"web/server/http_server.cpp"},  # Beast and Asio: docs/decisions/0009-beast.md
    "nlohmann/": set(),
    "pybind11": {"python/src/"},
    "CLI/": {"cli/command_line.cpp"},
    "Eigen/": {"yonder/density/", "yonder/memory/"},
    "unsupported/Eigen/": {"yonder/density/", "yonder/memory/"},
    "tbb/": set(),  # docs/decisions/0008-standard-threads.md
    "oneapi/": set(),
}
# Prefixes that only tests and benchmarks include.
TEST_ONLY = {
    "gtest/": ("_test.cpp",),
    "gmock/": ("_test.cpp",),
    "rapidcheck": ("_test.cpp",),
    "benchmark/": ("_bench.cpp",),
}

# What a library must not do: print, end the process, draw numbers that no seed governs.
FORBIDDEN_CALLS = [
    (r"\bstd::(cout|cerr|clog)\b", "libraries print nothing: report through Progress"),
    (r"\bfmt::print\b", "libraries print nothing: report through Progress"),
    (r"\b(printf|fprintf|vprintf|puts|fputs|putchar)\s*\(", "libraries print nothing: report through Progress"),
    (r"(?<![.>:\w])(?:std::|::)?(exit|_exit|_Exit|quick_exit)\s*\(", "libraries never exit: throw yonder::Error"),
    (r"(?<![.>:\w])(?:std::|::)?(abort|terminate)\s*\(", "libraries never abort: use YONDER_CHECK"),
    (r"(?<![.>:\w])(?:std::|::)?(rand|srand|drand48)\s*\(", "draw from yonder/base/random.h, with a seed"),
    (r"\bstd::random_device\b", "draw from yonder/base/random.h, with a seed"),
    (r"\bmanual_seed\b", "draw from yonder/base/random.h, with a seed"),
]

# Comments, string and character literals. A raw string ends at its own delimiter.
LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<delimiter>[^(\s]{0,16})\(.*?\)(?P=delimiter)"'
    r'|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL,
)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.MULTILINE)


def blank(match):
    """The literal with everything but its line ends replaced by spaces."""
    return re.sub(r"[^\n]", " ", match.group(0))


def strip_comments(text):
    return LITERAL.sub(lambda m: blank(m) if m.group(0)[:2] in ("//", "/*") else m.group(0), text)


def strip_literals(text):
    return LITERAL.sub(blank, text)


def check_include(path, header):
    """What is wrong with `path` including `header`, or None."""
    parts = path.split("/")
    for prefix, places in ONE_PLACE.items():
        if header.startswith(prefix) and not any(
                path.startswith(place) if place.endswith("/") else path == place for place in places):
            where = " or ".join(sorted(places)) or "no file yet"
            return f"<{header}> may be included in {where}"
    if parts[0] == "yonder":
        for prefix, suffixes in TEST_ONLY.items():
            if header.startswith(prefix) and not path.endswith(suffixes):
                return f"<{header}> belongs into {' and '.join('*' + s for s in suffixes)}"
    target = header.split("/")
    if target[0] in PROGRAMS and parts[0] not in {target[0], "tests"} \
            and target[0] not in PROGRAMS.get(parts[0], set()):
        return f'"{header}": nothing includes the programs'
    if target[0] != "yonder":
        return None
    if len(target) < 3:
        return f'"{header}": headers lie in yonder/<component>/'
    component = target[1]
    own = parts[1] if parts[0] == "yonder" and len(parts) > 2 else None
    if "internal" in target[2:-1] and own != component:
        return f'"{header}" is internal to {component}'
    if own is None or own == component:
        return None
    if component not in ALLOWED.get(own, set()):
        return f'"{header}": {own} may include only ' + (", ".join(sorted(ALLOWED.get(own, set()))) or "itself")
    return None


def check_file(path, text):
    """Findings in one file as (line, sentence)."""
    findings = []
    parts = path.split("/")
    if parts[0] == "yonder" and len(parts) > 2 and parts[1] not in ALLOWED:
        findings.append((1, f"component '{parts[1]}' has no row in ALLOWED of ci/check_layers.py"))
    if not text.startswith("// SPDX-License-Identifier: Apache-2.0\n"):
        findings.append((1, "the first line must be '// SPDX-License-Identifier: Apache-2.0'"))
    code = strip_comments(text)
    for match in INCLUDE.finditer(code):
        sentence = check_include(path, match.group(1))
        if sentence:
            findings.append((code.count("\n", 0, match.start()) + 1, sentence))
    # Tests and benchmarks are programs, they may print and exit.
    if parts[0] == "yonder" and not path.endswith(("_test.cpp", "_bench.cpp")):
        code = strip_literals(text)
        for pattern, sentence in FORBIDDEN_CALLS:
            for match in re.finditer(pattern, code):
                line = code.count("\n", 0, match.start()) + 1
                findings.append((line, f"'{match.group(0).strip()}': {sentence}"))
    return findings


def main():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.h", "*.cpp"],
        check=True, capture_output=True, text=True)
    bad = 0
    files = listed.stdout.split("\n")[:-1]
    for path in sorted(set(files)):
        with open(path, encoding="utf-8") as file:
            for line, sentence in check_file(path, file.read()):
                print(f"{path}:{line}: {sentence}")
                bad += 1
    print(f"check_layers: {len(files)} files, {bad} findings")
    return 1 if bad else 0


class SelfTest(unittest.TestCase):
    HEAD = "// SPDX-License-Identifier: Apache-2.0\n"

    def findings(self, path, text):
        return [sentence for _, sentence in check_file(path, self.HEAD + text)]

    def test_arrows_point_down(self):
        up = '#include "yonder/tokenizer/vocabulary.h"\n'
        self.assertEqual(len(self.findings("yonder/base/json.cpp", up)), 1)
        self.assertEqual(self.findings("yonder/tokenizer/trie.cpp", '#include "yonder/base/json.h"\n'), [])
        self.assertEqual(self.findings("cli/main.cpp", up), [])

    def test_nothing_includes_the_programs(self):
        self.assertEqual(len(self.findings("yonder/base/json.cpp", '#include "cli/main.h"\n')), 1)
        self.assertEqual(len(self.findings("examples/a.cpp", '#include "cli/main.h"\n')), 1)
        self.assertEqual(len(self.findings("web/server/a.cpp", '#include "cli/main.h"\n')), 1)
        self.assertEqual(self.findings("cli/a.cpp", '#include "web/server/routes.h"\n'), [])
        self.assertEqual(self.findings("tests/a.cpp", '#include "web/server/routes.h"\n'), [])
        self.assertEqual(len(self.findings("yonder/base/json.cpp", '#include "python/src/text.h"\n')), 1)

    def test_internal_headers_stay_inside(self):
        header = '#include "yonder/tokenizer/internal/lattice.h"\n'
        self.assertEqual(self.findings("yonder/tokenizer/bnlm/trainer.cpp", header), [])
        self.assertEqual(len(self.findings("cli/main.cpp", header)), 1)
        self.assertEqual(len(self.findings("tests/fuzz/fuzz_model.cpp", header)), 1)

    def test_foreign_headers_have_one_place(self):
        self.assertEqual(self.findings("cli/command_line.cpp", "#include <CLI/CLI.hpp>\n"), [])
        self.assertEqual(len(self.findings("cli/main.cpp", "#include <CLI/CLI.hpp>\n")), 1)
        for header in ("boost/beast/http.hpp", "boost/asio.hpp"):
            self.assertEqual(self.findings("web/server/http_server.cpp", f"#include <{header}>\n"), [])
            self.assertEqual(len(self.findings("web/server/routes.cpp", f"#include <{header}>\n")), 1)
        for header in ("torch/torch.h", "ATen/ATen.h", "c10/util/Optional.h", "boost/beast.hpp",
                       "nlohmann/json.hpp", "pybind11/pybind11.h", "tbb/parallel_for.h"):
            self.assertEqual(len(self.findings("yonder/base/a.cpp", f"#include <{header}>\n")), 1, header)

    def test_a_place_may_be_a_folder(self):
        text = "#include <pybind11/numpy.h>\n"
        self.assertEqual(self.findings("python/src/bind_tokenizer.cpp", text), [])
        self.assertEqual(self.findings("python/src/deeper/a.cpp", text), [])
        for path in ("python/a.cpp", "cli/main.cpp"):
            self.assertEqual(len(self.findings(path, text)), 1, path)

    def test_test_libraries_stay_in_tests(self):
        self.assertEqual(self.findings("yonder/base/json_test.cpp", "#include <gtest/gtest.h>\n"), [])
        self.assertEqual(len(self.findings("yonder/base/json.cpp", "#include <gtest/gtest.h>\n")), 1)

    def test_calls_that_a_library_must_not_make(self):
        for call in ("std::cout << 1;", 'printf("a");', 'fprintf(f, "a");', 'fmt::print("a");', "exit(1);",
                     "std::exit(1);", "abort();", "std::abort ();", "rand();", "std::random_device d;",
                     "g.manual_seed(1);", "::_exit(2);"):
            self.assertEqual(len(self.findings("yonder/base/a.cpp", call)), 1, call)
            self.assertEqual(self.findings("cli/a.cpp", call), [], call)
            self.assertEqual(self.findings("yonder/base/a_test.cpp", call), [], call)

    def test_calls_that_only_look_alike(self):
        for call in ("snprintf(b, 9, f);", "my_exit(1);", "operand(1);", "pool.abort();", "p->exit();",
                     "Progress::abort();", "at_exit(1);"):
            self.assertEqual(self.findings("yonder/base/a.cpp", call), [], call)

    def test_comments_and_strings_do_not_count(self):
        for text in ("// exit(1)\n", "/* rand(\n) printf( */", 'auto s = "abort() \\" rand()";',
                     'auto s = R"x(exit(1) )" abort() )x";', "// #include <torch/torch.h>\n",
                     '/*\n#include "yonder/tokenizer/tokenizer.h"\n*/'):
            self.assertEqual(self.findings("yonder/base/a.cpp", text), [], text)
        self.assertEqual(len(self.findings("yonder/base/a.cpp", "char c = '\"'; exit(1); // \"")), 1)
        self.assertEqual(len(self.findings("yonder/base/a.cpp", "int n = 1'000'000; exit(n);")), 1)

    def test_line_numbers_survive_stripping(self):
        text = self.HEAD + "/* one\ntwo */\nint x;\nexit(1);\n"
        self.assertEqual([line for line, _ in check_file("yonder/base/a.cpp", text)], [5])

    def test_a_new_component_needs_a_row(self):
        self.assertEqual(len(self.findings("yonder/novel/a.cpp", "int x;\n")), 1)

    def test_the_licence_line_is_required(self):
        self.assertEqual(len(check_file("yonder/base/a.cpp", "int x;\n")), 1)


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        unittest.main(argv=sys.argv[:1])
    elif sys.argv[1:]:
        sys.exit("usage: ci/check_layers.py [--self-test]")
    sys.exit(main())
