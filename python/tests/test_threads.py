# SPDX-License-Identifier: Apache-2.0
"""The GIL is free while the library works, and objects may be shared between threads."""

import concurrent.futures
import sys
import threading
import time

import numpy as np
import pytest

from samples import vector_text
from yonder.tokenizer import Tokenizer

THREADS = 8


@pytest.fixture
def quick_switches():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    yield
    sys.setswitchinterval(before)


def milliseconds_of_python_during(work):
    """In how many different milliseconds the main thread ran while work() ran in another."""
    span = []

    def timed():
        span.append(time.perf_counter())
        work()
        span.append(time.perf_counter())

    worker = threading.Thread(target=timed)
    seen = set()
    worker.start()
    while worker.is_alive():
        if len(span) == 1:
            seen.add(int(time.perf_counter() * 1000))
    worker.join()
    return len(seen)


@pytest.mark.parametrize("work", [
    lambda t, text: t.encode_to_numpy(text),
    lambda t, text: t.encode_batch([text] * 2, threads=1),
    lambda t, text: t.lattice(text, alpha=0.5),
    lambda t, text: t.stream().feed(text),
], ids=["encode", "batch", "lattice", "stream"])
def test_python_goes_on_while_the_library_works(small, quick_switches, work):
    # A call that held the GIL would leave the main thread a moment before it and one after.
    text = vector_text().encode() * 400
    assert any(milliseconds_of_python_during(lambda: work(small, text)) > 20 for _ in range(5))


def test_many_threads_share_a_tokenizer(small):
    texts = [vector_text()[i:i + 3000] for i in range(THREADS * 4)]
    expected = [small.encode(text) for text in texts]
    drawn = [small.sample(text, alpha=0.1, seed=i).tolist() for i, text in enumerate(texts)]
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        for _ in range(5):
            assert list(pool.map(small.encode, texts)) == expected
            assert list(pool.map(lambda i: small.sample(texts[i], alpha=0.1, seed=i).tolist(),
                                 range(len(texts)))) == drawn


def test_threads_that_draw_never_take_the_same_draw(small_model):
    text, alpha, count = "the cat sat on the mat", 0.05, 200
    one, shared = Tokenizer(small_model, 1), Tokenizer(small_model, 1)
    expected = sorted(one.encode(text, alpha=alpha) for _ in range(count))
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        found = pool.map(lambda _: shared.encode(text, alpha=alpha), range(count))
        assert sorted(found) == expected


def test_threads_take_turns_at_a_stream(small):
    encoder, decoder = small.stream(), small.stream_decoder()
    arrays = []

    def feed(_):
        arrays.append(encoder.feed("the cat\n"))
        decoder.feed(arrays[-1])

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(feed, range(400)))
    arrays.append(encoder.finish())
    assert sum(map(len, arrays)) == 400 * len(small.encode("the cat\n"))
    assert sorted(np.concatenate(arrays).tolist()) == sorted(small.encode("the cat\n") * 400)
