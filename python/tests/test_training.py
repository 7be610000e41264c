# SPDX-License-Identifier: Apache-2.0
"""Training, corpora and evaluation: reports, progress, stopping and going on."""

import os
import signal
import threading
import warnings

import numpy as np
import pytest

from samples import vector_text
from yonder import DataError, Progress
from yonder.tokenizer import (
    TokenFile,
    Tokenizer,
    Trainer,
    count_ngrams,
    encode_corpus,
    evaluate,
    merge_counts,
    train,
)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Text enough that training takes a second or more."""
    path = tmp_path_factory.mktemp("large") / "large.txt"
    text = vector_text()
    path.write_text("".join(text[i % 4000:] for i in range(800)), encoding="utf-8")
    return path


def test_the_training_vector(corpus, tmp_path):
    report = train(corpus, tmp_path / "m", vocab_size=[400, 300], min_count=4, compat="bytepiece")
    assert report.text_bytes == 36327 and report.raw_pieces == 1420
    assert [v.requested_size for v in report.vocabularies] == [400, 300]
    assert [len(v.pieces) for v in report.vocabularies] == [397, 297]
    assert [sum(v.pieces.values()) for v in report.vocabularies] == [8864, 10805]
    tokenizer = Tokenizer(report.vocabularies[1].path)
    assert tokenizer.encode("the cat ran 在太阳\n") == [
        261, 35, 268, 272, 232, 159, 171, 294]


def test_counts_may_be_added(corpus, tmp_path):
    text = corpus.read_bytes()
    for name, part in [("a", text[:18000]), ("b", text[18000:])]:
        (tmp_path / f"{name}.txt").write_bytes(part)
        count_ngrams(tmp_path / f"{name}.txt", tmp_path / f"{name}.ync")
    merge_counts([tmp_path / "a.ync", tmp_path / "b.ync"], tmp_path / "all.ync")
    inputs = [tmp_path / "a.txt", tmp_path / "b.txt"]
    merged = train(inputs, tmp_path / "m1", from_counts=tmp_path / "all.ync", vocab_size=300)
    direct = train(inputs, tmp_path / "m2", vocab_size=300)
    assert merged.vocabularies[0].pieces == direct.vocabularies[0].pieces


def test_progress_is_reported_in_the_calling_thread(large, tmp_path):
    seen, threads = [], set()

    def report(progress):
        seen.append(progress)
        threads.add(threading.get_ident())

    train(large, tmp_path / "m", vocab_size=300, threads=1, progress=report)
    assert threads == {threading.get_ident()}
    assert all(isinstance(p, Progress) for p in seen)
    assert len({p.what for p in seen}) >= 2
    assert any(0 < p.done <= p.total and p.unit == "bytes" for p in seen)


def test_what_the_callback_raises_stops_the_work(large, tmp_path):
    class Enough(Exception):
        pass

    def report(progress):
        raise Enough("of this")

    with pytest.raises(Enough, match="of this"):
        train(large, tmp_path / "m", vocab_size=300, threads=1, progress=report)
    assert not (tmp_path / "m").exists()


def test_ctrl_c_stops_training_and_resume_goes_on(large, tmp_path):
    # A program in the background may have been started with SIGINT ignored.
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        interrupt_and_resume(large, tmp_path)
    finally:
        signal.signal(signal.SIGINT, previous)


def interrupt_and_resume(large, tmp_path):
    def interrupt(progress):
        os.kill(os.getpid(), signal.SIGINT)

    options = {"vocab_size": 300, "threads": 1}
    with pytest.raises(KeyboardInterrupt, match="resume"):
        train(large, tmp_path / "m", progress=interrupt, **options)
    assert not (tmp_path / "m").exists() and (tmp_path / "m.work").exists()
    resumed = train(large, tmp_path / "m", resume=True, **options)
    whole = train(large, tmp_path / "whole", **options)
    assert resumed.vocabularies[0].pieces == whole.vocabularies[0].pieces
    assert (tmp_path / "m").read_bytes() == (tmp_path / "whole").read_bytes()


def test_other_signal_handlers_run_while_training(large, tmp_path):
    caught = []
    before = signal.signal(signal.SIGALRM, lambda *_: caught.append(threading.get_ident()))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        train(large, tmp_path / "m", vocab_size=300, threads=1)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert caught == [threading.get_ident()]


def test_warnings_of_the_library_are_warnings(tmp_path):
    (tmp_path / "text").write_text("abc")
    with pytest.warns(UserWarning) as caught:
        train(tmp_path / "text", tmp_path / "m", min_count=1000, vocab_size=300)
    assert "min_count" in str(caught[0].message) or "min-count" in str(caught[0].message)
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning):
            train(tmp_path / "text", tmp_path / "n", min_count=1000, vocab_size=300)


def test_the_trainer_reports_progress():
    seen = []
    Trainer(max_vocab_size=300).train(["the cat\n"] * 9, progress=seen.append)
    assert seen


def test_ids_on_disk(small, corpus, tmp_path):
    path = tmp_path / "corpus.ids"
    report = encode_corpus(small, f"{corpus}:lines", path, eos=True)
    file = TokenFile(path)
    assert (report.documents, report.bytes, report.ids) == (len(file), 36327, file.size)
    lines = vector_text().splitlines(keepends=True)
    assert file[5].dtype == np.uint32 and file[5].tolist() == [*small.encode(lines[5]), 2]
    assert file[-1].tolist() == [*small.encode(lines[-1]), 2]
    assert [small.decode(ids) for ids in file] == lines
    assert file.read(*(lambda a, b: (a, b - a))(*file.document(5))).tolist() == file[5].tolist()
    assert file.vocab_size == 400 and file.settings["eos"] is True
    assert file.model_checksum == small.checksum
    file.verify()
    file.require_model(small)
    with pytest.raises(DataError, match="another|checksum|made with"):
        file.require_model(Tokenizer.from_counts({}))
    with pytest.raises(IndexError, match="there is no document 4000; the file has 4000"):
        file[4000]
    with pytest.raises(DataError):
        file.read(file.size, 1)
    with pytest.raises(OSError):
        encode_corpus(small, corpus, path)


def test_figures_of_a_vocabulary(small, corpus):
    row, = evaluate(small, corpus)
    ids = small.encode(vector_text())
    assert (row.bytes, row.characters, row.tokens) == (36327, len(vector_text()), len(ids))
    assert row.bytes_per_token == pytest.approx(36327 / len(ids))
    assert row.score == pytest.approx(small.score(vector_text(), ids))
    assert row.used_pieces == len(set(ids))
    assert row.token_lengths.sum() == len(ids)
    assert not set(row.never_produced.tolist()) & set(ids)
    assert sum(share.bytes for share in row.scripts) == row.bytes
    assert len(evaluate(small, [corpus, corpus])) == 3
