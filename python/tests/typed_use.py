# SPDX-License-Identifier: Apache-2.0
"""How a typed program sees the package: `mypy --strict` checks this file (ci/python.sh)."""

import pathlib
from collections.abc import Iterator
from typing import Any, assert_type

import numpy as np
import numpy.typing as npt

from yonder import Progress
from yonder.density import FourierDensity, Mode, decode, encode
from yonder.lm import Generated, Model, Scheme, Session, evaluate, explain, schemes
from yonder.memory import Stream, Summary, choose, system
from yonder.tokenizer import Lattice, Scored, Tokenizer, TrainReport, train


def compatible(tokenizer: Tokenizer) -> None:
    assert_type(tokenizer.encode("a"), list[int])
    assert_type(tokenizer.encode("a", add_bos=True, iter=True), Iterator[int])
    assert_type(tokenizer.tokenize(b"a", alpha=0.1), list[bytes])
    assert_type(tokenizer.decode([3, 4]), str)
    assert_type(tokenizer.vocab_size, int)


def arrays(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode_to_numpy("a", sample=True, alpha=0.1, normalize="nfc")
    assert_type(ids, npt.NDArray[np.uint32])
    assert_type(tokenizer.encode_batch(["a", b"b"], threads=2, epoch=1),
                tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint64]])
    assert_type(tokenizer.nbest("a", 3), list[Scored])
    assert_type(tokenizer.lattice("a", 1), Lattice)
    assert_type(tokenizer.decode_bytes(ids), bytes)


def wrong(tokenizer: Tokenizer) -> None:
    tokenizer.sample("a", alhpa=1.0)  # type: ignore[call-arg]
    tokenizer.encode_to_numpy("a", normalize="nfx")  # type: ignore[arg-type]
    tokenizer.encode_to_numpy(3)  # type: ignore[arg-type]
    Tokenizer("a.model", scores=1)  # type: ignore[arg-type]


def show(progress: Progress) -> None:
    assert_type(progress.metrics, dict[str, float])


def learn(text: pathlib.Path) -> None:
    report = train(text, "a.model", vocab_size=[400, 300], memory="64M", progress=show)
    assert_type(report, TrainReport)
    assert_type(report.vocabularies[0].pieces, dict[bytes, int])


def density(values: npt.NDArray[np.float64]) -> None:
    fitted = FourierDensity(domain="circular:24", order=8, criterion="aic").fit(values, progress=show)
    assert_type(fitted, FourierDensity)
    assert_type(fitted.pdf(1.5), float)
    assert_type(fitted.score_samples([1, 2]), npt.NDArray[np.float64])
    assert_type(fitted.modes(), list[Mode])
    assert_type(decode(encode(fitted, values, step=0.1, precision=12).stream),
                npt.NDArray[np.float64])
    FourierDensity(criterion="bics")  # type: ignore[arg-type]
    FourierDensity(ordre=8)  # type: ignore[call-arg]


def memory(samples: npt.NDArray[np.float32]) -> None:
    stream = Stream(2, measure="legt:100", order=16, scalar="f32")
    stream.push(samples, times=[1.0, 2.0])
    assert_type(stream.summary(), Summary)
    assert_type(stream.summary().coefficients(norm="value"), npt.NDArray[np.float64])
    assert_type(Stream.from_bytes(stream.to_bytes()), Stream)
    assert_type(choose(1, 2, 0.1).order, int)
    assert_type(system("legs", 4).time_varying, bool)
    Stream(ordre=3)  # type: ignore[call-arg]


def language(model: Model) -> None:
    assert_type(model.encode("a"), npt.NDArray[np.uint32])
    assert_type(model.loss("a", scheme="rerope:w=64", last=3).log_probability, npt.NDArray[np.float32])
    assert_type(model.generate("a", tokens=3, temperature=0, stop=["."]), Generated)
    assert_type("".join(model.stream([1, 2], tokens="1k")), str)
    session = Session(model, model.scheme("yarn:s=auto", target=4096), memory_limit="4G")
    assert_type(session.feed(model.encode("a")), npt.NDArray[np.float32])
    assert_type(session.fork(), Session)
    assert_type(next(evaluate(model, b"a", scheme="rope", lengths=["4k", 3])), dict[str, Any])
    assert_type(explain("rope", d=64).matrix, npt.NDArray[np.float64])
    assert_type(Scheme.parse("rope", layers=3).layers, int)
    assert_type(schemes()[0].arguments[0].choices, list[str])
    Model.load("tiny", dtype="f64")  # type: ignore[arg-type]
    model.generate("a", max_token=3)  # type: ignore[call-arg]
