# SPDX-License-Identifier: Apache-2.0
"""What Tokenizer has beyond bytepiece. Figures are those of docs/math/tokenizer.md, found by
enumeration with other programs."""

import copy
import math
import pickle
import random

import numpy as np
import pytest

from samples import model_of, vector_text
from yonder import DataError
from yonder.tokenizer import Tokenizer, formats, train

# Vocabularies A and B of docs/math/tokenizer.md.
A = model_of({"a": 4, "b": 3, "c": 2, "ab": 6, "bc": 5, "abc": 2})
B = model_of({"a": 10, "aa": 7, "aaa": 3})

# alpha, seed 42: lengths of the pieces drawn for a^12 as documents 0 to 3, vocabulary B.
DRAWS = ["22121211", "222222", "112111221", "122111211"]


def test_options_and_results_are_numpy(small):
    ids = small.encode_to_numpy("the cat", bos=True, eos=True)
    assert ids.dtype == np.uint32 and ids[0] == 1 and ids[-1] == 2
    assert ids[1:-1].tolist() == small.encode("the cat")


def test_nothing_is_normalised_unless_asked(small):
    text = "e\u0301"
    assert small.decode_bytes(small.encode_to_numpy(text)) == text.encode()
    assert small.decode_bytes(small.encode_to_numpy(text, normalize="nfc")) == "\u00e9".encode()


def test_any_bytes_come_back(small):
    rng = random.Random(1)
    for size in (0, 1, 10, 1000):
        raw = rng.randbytes(size)
        assert small.decode_bytes(small.encode_to_numpy(raw)) == raw
        assert small.decode_bytes(small.sample(raw, alpha=0.1)) == raw


@pytest.mark.parametrize("view", [bytes, bytearray, memoryview,
                                  lambda raw: np.frombuffer(raw, np.uint8)])
def test_bytes_may_come_in_any_buffer(small, view):
    assert small.encode(view(b"the cat\xff")) == small.encode(b"the cat\xff")


@pytest.mark.parametrize("text", [7, None, ["the"], np.arange(3)])
def test_other_things_are_no_text(small, text):
    with pytest.raises(TypeError, match="text must be str or a bytes-like object"):
        small.encode_to_numpy(text)


def test_a_str_without_utf8_is_refused(small):
    with pytest.raises(UnicodeEncodeError):
        small.encode_to_numpy("\ud800")


@pytest.mark.parametrize("make", [list, tuple, iter, np.array,
                                  lambda ids: np.array(ids, np.uint16),
                                  lambda ids: np.array(ids, np.int32),
                                  lambda ids: np.array(ids, np.uint64),
                                  lambda ids: np.repeat(np.array(ids, np.uint32), 2)[::2],
                                  lambda ids: np.array(ids, np.int8 if max(ids) < 128 else object)])
def test_ids_may_come_in_any_array_or_iterable(small, make):
    ids = small.encode("the cat sat 太阳")
    assert small.decode(make(ids)) == "the cat sat 太阳"


def test_what_is_no_id_is_refused(small):
    with pytest.raises(TypeError, match="the id at position 1 must be a whole number, not float"):
        small.decode([5, 6.0])
    with pytest.raises(TypeError, match="one dimension"):
        small.decode(np.zeros((2, 2), np.uint32))
    with pytest.raises(DataError, match=f"id {2**32} at position 0"):
        small.decode([2**32])
    with pytest.raises(DataError, match=f"id {2**70} at position 0"):
        small.decode([2**70])
    with pytest.raises(DataError, match="id -3 at position 1"):
        small.decode(np.array([3, -3]))


def test_sums_over_all_segmentations():
    lattice = Tokenizer(A).lattice("abc", alpha=1, marginals=True)
    assert lattice.log_z == pytest.approx(-1.837099543723, abs=1e-11)
    assert lattice.entropy == pytest.approx(1.019913785996, abs=1e-11)
    assert lattice.expected_tokens == pytest.approx(1.443396226, abs=1e-8)
    assert math.exp(lattice.log_segmentations) == pytest.approx(4)
    found = {"abc"[m["start"]:m["end"]]: m["probability"] for m in lattice.marginals}
    assert found == pytest.approx({"a": .273584906, "b": .014150943, "c": .169811321,
                                   "ab": .155660377, "bc": .259433962, "abc": .570754717}, abs=1e-8)
    assert len(Tokenizer(A).lattice("abc", 1).marginals) == 0


def test_best_segmentations_with_their_scores():
    rows = Tokenizer(B).nbest("aaaa", 100)
    assert [score for _, score in rows] == pytest.approx(
        [-2.099644249] + [-2.436116486] * 3 + [-2.590267165] * 2 + [-2.772588722], abs=1e-8)
    assert Tokenizer(B).score("aaaa", rows[0].ids) == pytest.approx(rows[0].score)
    total = sum(math.exp(Tokenizer(B).log_probability("aaaa", ids, alpha=1)) for ids, _ in rows)
    assert total == pytest.approx(1)


def test_draws_depend_on_seed_and_document():
    tokenizer = Tokenizer(B)
    pieces = ["".join(str(id - 2) for id in tokenizer.sample(
        "a" * 12, alpha=1, seed=42, document=document).tolist()) for document in range(4)]
    assert pieces == DRAWS
    ids, offsets = tokenizer.encode_batch(["a" * 12] * 4, sample=True, alpha=1, seed=42)
    assert ["".join(str(id - 2) for id in ids[a:b].tolist())
            for a, b in zip(offsets[:-1], offsets[1:], strict=True)] == DRAWS


def test_epochs_draw_anew(small):
    epochs = [small.sample("the cat sat on the mat", alpha=0.05, epoch=e).tolist() for e in range(9)]
    assert len({tuple(ids) for ids in epochs}) > 1


def test_a_uniform_draw(small):
    assert small.decode(small.sample("the cat", uniform=True)) == "the cat"
    with pytest.raises(TypeError, match="sample"):
        small.sample("the cat", sample=False, nonsense=1)


def test_draws_without_replacement_differ():
    rows = Tokenizer(B).sample_without_replacement("aaaa", 7, alpha=1, seed=1)
    assert len({tuple(row.ids.tolist()) for row in rows}) == 7
    assert sum(math.exp(row.log_probability) for row in rows) == pytest.approx(1)


def test_segmentations_are_counted_exactly():
    tokenizer = Tokenizer(B)
    assert tokenizer.count_segmentations("aaaa") == 7
    a, b, c = 1, 1, 2  # tribonacci numbers
    for _ in range(30000 - 2):
        a, b, c = b, c, a + b + c
    assert tokenizer.count_segmentations("a" * 30000) == c


def test_batches_do_not_depend_on_threads(small):
    documents = vector_text().splitlines(keepends=True) * 20 + ["", b"\xff"]
    first = small.encode_batch(documents, threads=1, sample=True)
    for threads in (2, 5, 0):
        ids, offsets = small.encode_batch(documents, threads=threads, sample=True)
        assert np.array_equal(ids, first[0]) and np.array_equal(offsets, first[1])
    ids, offsets = small.encode_batch(iter(documents))
    assert offsets.dtype == np.uint64 and len(offsets) == len(documents) + 1
    assert small.decode_bytes(ids[int(offsets[7]):int(offsets[8])]).decode() == documents[7]


def test_a_batch_is_no_single_text(small):
    for text in ("the", b"the"):
        with pytest.raises(TypeError, match="documents must be a list of texts"):
            small.encode_batch(text)


@pytest.mark.parametrize("unit, cut", [
    ("bytes", lambda text, a, b: text.encode()[a:b].decode()),
    ("code-points", lambda text, a, b: text[a:b]),
    ("utf16", lambda text, a, b: text.encode("utf-16-le")[2 * a:2 * b].decode("utf-16-le")),
])
def test_offsets_count_in_any_unit(unit, cut):
    text = "the 太阳 😀!"
    tokenizer = Tokenizer.from_counts({"the": 9, "太阳": 9, "😀": 9})
    ids, spans = tokenizer.encode_with_offsets(text, unit=unit, bos=True)
    assert spans.shape == (len(ids), 2) and spans.dtype == np.uint64
    assert [cut(text, int(a), int(b)) for a, b in spans] == ["", "the", " ", "太阳", " ", "😀", "!"]


def test_offsets_refer_to_the_text_before_normalisation(small):
    _, spans = small.encode_with_offsets("e\u0301a", normalize="nfc", unit="code-points")
    assert spans.tolist()[-1] == [2, 3]


@pytest.mark.parametrize("options", [{}, {"sample": True, "alpha": 0.1, "seed": 3},
                                     {"normalize": "nfc", "bos": True, "eos": True}])
def test_a_stream_gives_the_ids_of_the_whole(small, options):
    text = vector_text()[:5000].encode() + "e\u0301".encode() * 20
    whole = small.encode_to_numpy(text, **options)
    rng = random.Random(8)
    for _ in range(5):
        cuts = sorted(rng.randrange(len(text)) for _ in range(rng.randrange(200)))
        parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        ids = np.concatenate(list(small.stream(**options).encode(parts)))
        assert np.array_equal(ids, whole)


def test_a_stream_tells_what_it_holds_back(small):
    with small.stream() as encoder:
        ids = encoder.feed("the cat").tolist()
        assert encoder.lag > 0 and encoder.max_lag >= encoder.lag and encoder.forced_cuts == 0
        ids += encoder.finish().tolist()
    assert small.decode(ids) == "the cat"
    with pytest.raises(ValueError, match=r"bytes of the document have no ids yet; call finish\(\)"):
        with small.stream() as encoder:
            encoder.feed("the c")
    with pytest.raises(KeyError):  # an error of the block is not hidden
        with small.stream() as encoder:
            encoder.feed("the c")
            raise KeyError


def test_a_stream_of_ids_gives_whole_characters(small):
    text = "a太阳😀" + "\0"
    ids = small.encode_to_numpy(text.encode() + b"\xe5\xa4")
    with small.stream_decoder() as decoder:
        parts = [decoder.feed([id]) for id in ids] + [decoder.finish()]
    assert b"".join(parts) == text.encode() + b"\xe5\xa4"
    for part in parts[:-1]:
        part.decode()
    with pytest.raises(ValueError, match="2 bytes of an unfinished character"):
        with small.stream_decoder() as decoder:
            decoder.feed(ids)


def test_healing_names_what_may_follow():
    tokenizer = Tokenizer.from_counts({"th": 4, "the": 5, "there": 5})
    candidates = tokenizer.heal("a the", max_back=1)
    assert candidates[0].suffix == b"" and candidates[0].kept.tolist() == tokenizer.encode("a the")
    assert candidates[1].suffix == b"the"
    assert tokenizer.ids_to_pieces(candidates[1].extensions) == [b"the", b"there"]
    assert tokenizer.ids_to_pieces(candidates[1].inside) == [b"t", b"th"]


def test_every_format_comes_back(small, small_model, tmp_path):
    small.save(tmp_path / "a.model")
    assert (tmp_path / "a.model").read_bytes() == small_model.read_bytes()
    small.save(tmp_path / "a.ytc", "cache")
    assert Tokenizer(tmp_path / "a.ytc").checksum == small.checksum
    with pytest.raises(ValueError, match="must be one of bytepiece"):
        small.save(tmp_path / "b.model", "nonsense")
    assert {"bytepiece", "cache"} <= set(formats())


def test_copies_and_pickles_go_on_with_the_draws(small_model):
    tokenizer = Tokenizer(small_model, seed=9)
    tokenizer.encode("the cat", alpha=0.1)
    copies = [copy.copy(tokenizer), copy.deepcopy(tokenizer), pickle.loads(pickle.dumps(tokenizer))]
    expected = [tokenizer.encode("the cat sat on the mat", alpha=0.1) for _ in range(5)]
    for other in copies:
        assert other.checksum == tokenizer.checksum
        assert [other.encode("the cat sat on the mat", alpha=0.1) for _ in range(5)] == expected
    assert pickle.loads(pickle.dumps(Tokenizer(A))).encode("abc") == Tokenizer(A).encode("abc")


def test_a_pickle_does_not_take_another_model(corpus, tmp_path):
    path = tmp_path / "changing.model"
    train(corpus, path, vocab_size=300, min_count=4)
    stored = pickle.dumps(Tokenizer(path))
    train(corpus, path, vocab_size=280, min_count=4, force=True)
    with pytest.raises(DataError, match="the model has changed since"):
        pickle.loads(stored)


@pytest.mark.parametrize("model, sentence", [
    ({"YQ==": [3, "a"]}, "a model is"),
    ({"not base64!": [3, "a", 1]}, "a model is"),
    ({"YQ==": [4, "a", 1]}, "ids must be 3 to 3"),
    ({"YQ==": [3, "a", 1], "Yg==": [3, "b", 1]}, "only 1 different ids"),
    ({"YQ==": [3, "a", 0]}, "count"),
])
def test_content_that_is_no_model_is_refused(model, sentence):
    with pytest.raises(DataError, match=sentence):
        Tokenizer(model)


def test_counts_make_a_vocabulary():
    tokenizer = Tokenizer.from_counts({b"\xff\xfe": 3, "the": 5, "a": 7})
    assert tokenizer.vocab_size == 3 + 256 + 2
    assert tokenizer.encode(b"\xff\xfethe") == [259, 260]
    with pytest.raises(DataError):
        Tokenizer.from_counts({"": 3})


def test_a_tokenizer_says_what_it_is(small, small_model):
    assert str(small_model) in repr(small) and "400 ids" in repr(small)


@pytest.mark.parametrize("call, error, sentence", [
    (lambda t: t.nbest("a", -1), ValueError, "k is -1"),
    (lambda t: t.nbest("a", 0), ValueError, "must be 1 to 10000, found 0"),
    (lambda t: t.nbest("a", "3"), TypeError, "str"),
    (lambda t: t.encode_batch(["a"], threads=-1), ValueError, "threads is -1"),
    (lambda t: t.encode("a", alpha="much"), ValueError, "much"),
    (lambda t: t.encode("a", alpha=None), TypeError, "NoneType"),
    (lambda t: t.set_seed(-1), ValueError, "seed is -1"),
    (lambda t: t.lattice("a", alpha=-1), ValueError, "alpha"),
    (lambda t: t.encode_with_offsets("a", unit="chars"), ValueError, "offset-unit"),
    (lambda t: t.heal("a", 2**40), ValueError, "max_back is"),
    (lambda t: t.score("ab", t.encode("ba")), DataError, "spell|ids"),
    (lambda t: t.encode("a", alpha=float("nan")), ValueError, "finite"),
])
def test_bad_arguments_are_answered_with_a_sentence(small, call, error, sentence):
    with pytest.raises(error, match=sentence) as caught:
        call(small)
    assert "incompatible function arguments" not in str(caught.value)
