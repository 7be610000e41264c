# SPDX-License-Identifier: Apache-2.0
"""The methods that bytepiece 0.6.3 has: names, signatures, return types and ids are its own.

Where that package is installed, ids and files are compared with its own (ci/python.sh --fresh).
"""

import hashlib
import inspect
import itertools
import json
import random
import subprocess
import sys
import textwrap
import types
import unicodedata

import pytest

import yonder
from samples import vector_text
from yonder import _core
from yonder.tokenizer import Tokenizer, Trainer, convert_to_bytepiece

# Read off the source of bytepiece 0.6.3.
SIGNATURES = {
    Tokenizer: "pieces, seed=None",
    Tokenizer.set_seed: "seed",
    Tokenizer.tokenize: "text, alpha=-1, iter=False",
    Tokenizer.piece_to_id: "p",
    Tokenizer.id_to_piece: "i",
    Tokenizer.pieces_to_ids: "pieces",
    Tokenizer.ids_to_pieces: "ids",
    Tokenizer.encode: "text, add_bos=False, add_eos=False, alpha=-1, iter=False",
    Tokenizer.decode: "ids",
    Tokenizer.convert_to_sentencepiece: "path",
    Trainer: "order=6, max_vocab_size=10000, max_piece_length=36, min_count=2, "
             "isolate_digits=False, ensure_unicode=True",
    Trainer.train: "texts, workers=1, batch_size=1000",
    Trainer.save: "path",
    convert_to_bytepiece: "pieces, path",
}


def parameters(function):
    """As the table writes them; what Yonder adds comes after and can be left out."""
    return [(p.name, p.default) for p in inspect.signature(function).parameters.values()
            if p.name != "self" and p.kind is not inspect.Parameter.VAR_KEYWORD]


@pytest.mark.parametrize("function", SIGNATURES, ids=lambda f: f.__qualname__)
def test_signatures_begin_as_those_of_bytepiece(function):
    expected = parameters(eval(f"lambda {SIGNATURES[function]}: None"))
    assert parameters(function)[:len(expected)] == expected
    assert all(default is not inspect.Parameter.empty
               for _, default in parameters(function)[len(expected):])


@pytest.fixture(scope="session")
def bytepiece():
    """The reference, where it is installed and was built to search bytes."""
    try:
        import ahocorasick
        import bytepiece
    except ImportError:
        pytest.skip("bytepiece is not installed here; ci/python.sh --fresh installs it")
    if ahocorasick.unicode:
        pytest.skip("pyahocorasick was not built in bytes mode")
    return bytepiece


# It leaves the files that it opened to the garbage collector.
reference = pytest.mark.filterwarnings("ignore:.*unclosed file", "ignore:.*Exception ignored")


# What users of bytepiece write; MODULE stands for the package that it is imported from.
SCRIPT = """\
    import json
    from MODULE import Tokenizer, Trainer

    class Pages:
        def __iter__(self):
            with open("pages.jsonl", encoding="utf-8") as file:
                for line in file:
                    yield json.loads(line)["text"]

    trainer = Trainer(order=6, max_vocab_size=[400, 300], min_count=4)
    trainer.train(Pages(), workers=1, batch_size=100)
    trainer.save("pages.model")

    tokenizer = Tokenizer("pages.model.400")
    text = "the cat ran 在太阳\\n"
    pieces = tokenizer.tokenize(text)
    print(pieces)
    ids = tokenizer.encode(text)
    print(ids, tokenizer.encode(text, add_bos=True, add_eos=True))
    print(tokenizer.pieces_to_ids(pieces) == ids, tokenizer.ids_to_pieces(ids) == pieces)
    print(repr(tokenizer.decode(ids)), tokenizer.vocab_size)
    drawn = tokenizer.tokenize(text, alpha=0.2)
    print(b"".join(drawn).decode() == text)
    print(list(tokenizer.encode(text, iter=True)) == ids)
"""


def run_script(module, folder):
    folder.mkdir()
    with open(folder / "pages.jsonl", "w", encoding="utf-8") as file:
        for line in vector_text().splitlines(keepends=True):
            json.dump({"text": line}, file)
            file.write("\n")
    script = textwrap.dedent(SCRIPT).replace("MODULE", module)
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], cwd=folder, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, {size: (folder / f"pages.model.{size}").read_bytes() for size in (400, 300)}


def test_a_program_for_bytepiece_runs_with_another_import(tmp_path):
    printed, models = run_script("yonder.tokenizer", tmp_path / "yonder")
    assert "[261, 35, 271, 275, 265, 323]" in printed
    assert "False" not in printed
    assert {size: hashlib.sha256(model).hexdigest() for size, model in models.items()} == {
        400: "15bd8d9f6c738a9cd9255ea7edd4b5ae4c6deb9469dbf25798ac8cceb07cc464",
        300: "a9a956afb2c0523152b221fdb4240f180fe899738c6d1c95477e9870a848b263"}


@reference
def test_the_same_program_prints_the_same_with_bytepiece(tmp_path, bytepiece):
    assert run_script("yonder.tokenizer", tmp_path / "yonder") == run_script(
        "bytepiece", tmp_path / "bytepiece")


def adversarial_texts():
    """Texts that look for trouble: every Unicode block, long runs, mixed newlines, NFC changes."""
    rng = random.Random(3)
    blocks = [c for c in range(0x20, 0x30000) if not 0xD800 <= c < 0xE000]
    yield "".join(map(chr, blocks[::97]))
    for _ in range(60):
        yield "".join(chr(rng.choice(blocks)) for _ in range(rng.randrange(60)))
        yield "".join(rng.choice("ab\n\r \t。今é́\x00") for _ in range(rng.randrange(200)))
    yield from ["", "a" * 5000, "\n" * 50, "a\n\n\nb\r\nc\r", "\u212b e\u0301 \u1100\u1161",
                "👍🏽 emoji 😀", "<bos>"]


@reference
def test_ids_and_pieces_are_those_of_bytepiece(small_model, bytepiece):
    ours, theirs = Tokenizer(small_model), bytepiece.Tokenizer(str(small_model))
    for text in itertools.chain(adversarial_texts(), vector_text().splitlines(keepends=True)):
        ids = ours.encode(text)
        assert ids == theirs.encode(text), text
        assert ours.tokenize(text) == theirs.tokenize(text)
        assert ours.decode(ids) == theirs.decode(ids)
    everything = range(ours.vocab_size)
    assert ours.vocab_size == theirs.vocab_size
    assert ours.ids_to_pieces(everything) == theirs.ids_to_pieces(everything)


@reference
def test_ids_of_a_published_model_are_those_of_bytepiece(published, bytepiece):
    path = published("bytepiece_80k")
    ours, theirs = Tokenizer(path), bytepiece.Tokenizer(path)
    for text in adversarial_texts():
        assert ours.encode(text) == theirs.encode(text), text


@reference
def test_models_from_words_are_those_of_bytepiece(tmp_path, bytepiece):
    words = {"the": 50, "quick": 20, "fox": 10, "thefox": 2, "太阳": 7, "foxfox": 1}
    convert_to_bytepiece(words, tmp_path / "ours.model")
    bytepiece.convert_to_bytepiece(words, str(tmp_path / "theirs.model"))
    assert (tmp_path / "ours.model").read_bytes() == (tmp_path / "theirs.model").read_bytes()


@pytest.mark.parametrize("text, ids", [
    ("今天天气不错", [37037, 40950, 36144]),
    ("Hello, world!", [22527, 47, 30241, 36]),
    ("👍🏽 emoji 😀", [243, 162, 148, 144, 243, 162, 146, 192, 35, 6202, 109, 108, 35, 243, 162,
                   155, 131]),
    (b"\xff\xfe\x80\x00abc", [258, 257, 131, 3, 1538, 102]),
    ("", []),
])
def test_ids_of_a_published_model(published, text, ids):
    assert Tokenizer(published("bytepiece_80k")).encode(text) == ids


def test_types_are_those_of_bytepiece(small):
    ids = small.encode("the cat", add_bos=True, add_eos=True)
    assert type(ids) is list and {type(i) for i in ids} == {int}
    assert ids[0] == 1 and ids[-1] == 2
    assert {type(p) for p in small.tokenize("the cat")} == {bytes}
    assert small.ids_to_pieces([0, 1, 2, 3]) == ["<pad>", "<bos>", "<eos>", b"\0"]
    assert small.pieces_to_ids(["<pad>", "<bos>", "<eos>", b"\0"]) == [0, 1, 2, 3]
    assert type(small.decode(ids)) is str
    assert isinstance(small.encode("a", iter=True), types.GeneratorType)
    assert small.vocab_size == 400


def test_a_model_may_be_given_as_its_content(small_model, small):
    with open(small_model, encoding="utf-8") as file:
        given = Tokenizer(json.load(file))
    assert given.encode("the cat sat 太阳") == small.encode("the cat sat 太阳")


def test_str_is_normalised_and_bytes_are_not(small):
    assert small.decode(small.encode("\u212b e\u0301")) == "\u00c5 \u00e9"
    raw = "\u212b e\u0301".encode()
    assert small.decode_bytes(small.encode(raw)) == raw


def test_text_that_is_not_normalised_needs_no_normalisation():
    """Each character that is_surely_nfc() takes keeps its form and joins no other."""
    seconds = set()  # of pairs that compose
    for code in range(0x110000):
        pair = unicodedata.decomposition(chr(code)).split()
        if len(pair) == 2 and not pair[0].startswith("<"):
            seconds.add(int(pair[1], 16))
    sure = [code for code in range(0x110000)
            if not 0xD800 <= code < 0xE000 and _core.is_surely_nfc("\u0100" + chr(code))]
    assert len(sure) > 30000
    for code in sure:
        assert unicodedata.is_normalized("NFC", chr(code)), hex(code)
        assert unicodedata.combining(chr(code)) == 0 and code not in seconds, hex(code)
        assert not 0x1100 <= code <= 0x11FF, "Hangul letters join by rule"
    assert not _core.is_surely_nfc("\u4e2de\u0301") and not _core.is_surely_nfc("\u212b")


def test_decode_leaves_out_what_is_no_text(small):
    ids = small.encode(b"a\xffb\xe5\xa4", add_bos=True, add_eos=True)
    assert small.decode(ids) == "ab"
    assert small.decode_bytes(ids) == b"a\xffb\xe5\xa4"


@pytest.mark.parametrize("alpha", [-1, -0.5, float("-inf")])
def test_alpha_below_zero_is_deterministic(small, alpha):
    assert small.encode("the cat sat", alpha=alpha) == small.encode("the cat sat")


def test_each_call_draws_anew_and_the_seed_repeats_the_draws(small_model):
    text = "the cat sat on the mat and ran"
    tokenizer = Tokenizer(small_model, seed=5)
    first = [tokenizer.tokenize(text, alpha=0.05) for _ in range(8)]
    assert len(set(map(tuple, first))) > 1
    assert all(b"".join(pieces).decode() == text for pieces in first)
    tokenizer.set_seed(5)
    assert [tokenizer.tokenize(text, alpha=0.05) for _ in range(8)] == first
    tokenizer.set_seed(None)  # as in bytepiece: changes nothing
    assert [tokenizer.tokenize(text, alpha=0.05) for _ in range(8)] != first
    assert [Tokenizer(small_model, 5).tokenize(text, 0.05)] == first[:1]


def test_alpha_zero_draws_uniformly(small):
    assert small.decode(small.encode("the cat", alpha=0)) == "the cat"


def test_an_iterator_gives_the_same_ids_and_reads_on_only_when_asked(small):
    text = "the cat sat 太阳 e\u0301\n" * 20000
    assert list(small.encode(text, True, True, iter=True)) == small.encode(text, True, True)
    assert list(small.tokenize(text, iter=True)) == small.tokenize(text)
    assert list(itertools.islice(small.encode(text, iter=True), 3)) == small.encode(text)[:3]
    raw = text.encode()[1:]
    assert list(small.encode(raw, iter=True)) == small.encode(raw)


def test_an_iterator_draws_as_a_list_does(small_model):
    text = "the cat sat on the mat 太阳\n" * 9
    one, other = Tokenizer(small_model, 3), Tokenizer(small_model, 3)
    assert list(one.encode(text, alpha=0.1, iter=True)) == other.encode(text, alpha=0.1)


def test_unknown_pieces_and_ids_are_key_errors(small):
    for piece in (b"no such piece", "a"):
        with pytest.raises(KeyError):
            small.piece_to_id(piece)
    for id in (400, -1):
        with pytest.raises(KeyError):
            small.id_to_piece(id)


def test_decode_names_the_position_of_a_wrong_id(small):
    with pytest.raises(yonder.DataError, match="id 400 at position 1 is out of range"):
        small.decode([5, 400])
    with pytest.raises(yonder.DataError, match="id -1 at position 0"):
        small.decode([-1])


def test_the_trainer_takes_any_iterable_and_any_number_of_threads(tmp_path):
    lines = vector_text().splitlines(keepends=True)[:500]
    saved = []
    for workers, texts in [(1, lines), (0, iter(lines)), (2, tuple(lines))]:
        trainer = Trainer(max_vocab_size=300)
        trainer.train(texts, workers=workers)
        trainer.save(tmp_path / "a.model")
        saved.append((tmp_path / "a.model").read_bytes())
    assert saved[0] == saved[1] == saved[2]
    assert len(trainer.pieces) == 1 and trainer.pieces[0][b"the"] > 1


def test_the_trainer_says_what_it_cannot_learn_from():
    with pytest.raises(TypeError, match="text 1 is bytes"):
        Trainer().train(["a", b"b"])
    with pytest.raises(ValueError, match="call train"):
        Trainer().save("nowhere.model")
    with pytest.raises(ValueError, match="order is 9"):
        Trainer(order=9)
    with pytest.raises(TypeError, match=r"Trainer\(\) got an unexpected keyword argument 'memori'; did "
                                        "you mean memory"):
        Trainer(memori="1G")


def test_a_model_for_sentencepiece(small, tmp_path):
    path = tmp_path / "sp.model"
    with pytest.warns(UserWarning) as warnings:
        small.convert_to_sentencepiece(path)
    assert any("129 single bytes became byte pieces" in str(w.message) for w in warnings)
    ids = small.encode("the cat sat")
    assert Tokenizer(path).encode("the cat sat") == ids
    sentencepiece = pytest.importorskip("sentencepiece", reason="sentencepiece is not installed")
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(path)).encode(
        "the cat sat", out_type=str)
    assert "".join(pieces).replace("\u2581", " ") == "the cat sat"
