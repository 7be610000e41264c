# SPDX-License-Identifier: Apache-2.0
"""yonder.lm: models, sessions, generation, evaluation and training on tiny models."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import yonder

pytest.importorskip("yonder.lm", reason="built without libtorch", exc_type=ImportError)

from samples import DATA, vector_text  # noqa: E402
from test_threads import milliseconds_of_python_during, quick_switches  # noqa: E402, F401
from yonder.lm import Model, ModelConfig, Scheme, Session, evaluate, train  # noqa: E402

WINDOW = "window:w=16"  # within what the tiny models were made for, so there is nothing to warn of
TEXT = "the cat sat on the mat and then ran to see green stars"


def log_softmax(logits):
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


@pytest.fixture(scope="module")
def ids(tiny):
    return tiny.encode(TEXT * 4)


def test_without_libtorch_the_import_says_what_to_install():
    code = "import sys; sys.modules['yonder._lm'] = None; import yonder.density, yonder.lm"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1 and "ImportError: yonder.lm needs libtorch" in done.stderr
    assert "apt-get install libtorch-dev" in done.stderr


def test_the_rest_of_the_package_does_not_load_libtorch():
    code = ("import yonder.tokenizer, yonder.density, yonder.memory\n"
            "print('torch' in open('/proc/self/maps').read())")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_ids_are_those_of_the_tokenizer(tiny, small):
    assert tiny.encode(TEXT, bos=False).tolist() == small.encode(TEXT)
    assert tiny.encode(TEXT)[0] == 1 and tiny.decode(tiny.encode(TEXT)) == TEXT
    assert tiny.decode(tiny.encode("太", bos=False)[:1]) in ("�", "太")
    assert tiny.decode_bytes(tiny.encode(b"\xff", bos=False)) == b"\xff"


@pytest.mark.parametrize("scheme", ["", "rope", "rerope:w=16", "yarn:s=auto", "window:w=20",
                                    "ntk+dyn:step=16", "rerope:w=16+logn:clip"])
def test_the_loss_is_that_of_the_logits(tiny, ids, scheme):
    logits = tiny.logits(ids, scheme=scheme)
    assert logits.shape == (len(ids), 400) and logits.dtype == np.float32
    expected = np.take_along_axis(log_softmax(logits[:-1]), ids[1:, None].astype(int), axis=1)[:, 0]
    loss = tiny.loss(ids, scheme=scheme)
    np.testing.assert_allclose(loss.log_probability, expected, rtol=0, atol=2e-5)
    np.testing.assert_array_equal(loss.hit, logits[:-1].argmax(axis=1) == ids[1:])
    assert loss.mean == pytest.approx(-expected.mean(), abs=1e-5)
    last = tiny.loss(ids, scheme=scheme, last=7)
    np.testing.assert_allclose(last.log_probability, loss.log_probability[-7:], rtol=0, atol=1e-5)


def test_texts_begin_with_the_models_first_token(tiny):
    np.testing.assert_array_equal(tiny.logits(TEXT), tiny.logits(tiny.encode(TEXT)))
    session = tiny.session()
    session.feed("the cat")
    assert session.length == len(tiny.encode("the cat"))
    session.feed(" sat")
    assert session.length == len(tiny.encode("the cat")) + len(tiny.encode(" sat", bos=False))


def test_a_session_reads_bit_by_bit(tiny, ids):
    whole = tiny.logits(ids, scheme="rerope:w=16")
    session = Session(tiny, "rerope:w=16", chunk=8)
    rows = [session.feed_all(part) for part in np.array_split(ids, 5)]
    np.testing.assert_allclose(np.concatenate(rows), whole, rtol=0, atol=2e-5)
    assert session.length == len(ids)
    assert session.cache_bytes >= len(ids) * tiny.cache_bytes_per_token
    session.truncate(10)
    np.testing.assert_allclose(session.feed(ids[10:12]), whole[11], rtol=0, atol=2e-5)


def test_a_fork_goes_its_own_way(tiny, ids):
    session = tiny.session("rope")
    session.feed(ids[:20])
    twin = session.fork()
    np.testing.assert_array_equal(session.feed(ids[20:25]), twin.feed(ids[20:25]))
    twin.feed(ids[25:30])
    assert (session.length, twin.length) == (25, 30)


def test_the_scheme_may_change_between_feeds(tiny, ids):
    session = tiny.session("rope")
    plain = session.feed(ids)
    session.set_scheme("rerope:w=16")
    assert str(session.scheme) == "rerope:w=16"
    session.truncate(0)
    np.testing.assert_allclose(session.feed(ids), tiny.logits(ids, scheme="rerope:w=16")[-1],
                               rtol=0, atol=2e-5)
    assert not np.allclose(plain, session.fork().feed(ids[:1]))
    with pytest.raises(ValueError, match="layers"):
        session.set_scheme(Scheme.parse("rope", layers=3))


def test_greedy_text_is_the_argmax(tiny):
    prompt = tiny.encode("the cat")
    generated = tiny.generate("the cat", tokens=12, temperature=0, scheme="rerope:w=16")
    session = tiny.session("rerope:w=16")
    logits = session.feed(prompt)
    expected = []
    for _ in range(12):
        expected.append(int(logits.argmax()))
        logits = session.feed(expected[-1:])
    assert generated.ids.tolist() == expected
    assert generated.text == tiny.decode(expected)
    assert (generated.finish, generated.prompt_tokens) == ("length", len(prompt))
    loss = tiny.loss([*prompt, *expected], scheme="rerope:w=16", last=12)
    np.testing.assert_allclose(generated.log_probability, loss.log_probability, rtol=0, atol=2e-5)


def test_draws_depend_on_seed_and_number_alone(tiny):
    options = {"tokens": 10, "temperature": 1.0, "top_k": 50, "scheme": WINDOW}
    alone = [tiny.generate(TEXT, seed=3, draw=i, **options) for i in range(5)]
    assert len({result.text for result in alone}) > 1
    together = tiny.generate_many([TEXT] * 5, together=2, seed=3, **options)
    assert [r.ids.tolist() for r in together] == [r.ids.tolist() for r in alone]


def test_a_stream_gives_the_same_text_in_pieces(tiny):
    options = {"tokens": 20, "temperature": 1.0, "seed": 5}
    session = tiny.session(WINDOW)
    options_of_models = {"scheme": WINDOW, **options}
    whole = tiny.generate(TEXT, **options_of_models)
    stream = tiny.stream(TEXT, **options_of_models)
    pieces = list(stream)
    assert len(pieces) > 1 and "".join(pieces) == whole.text
    assert stream.result.ids.tolist() == whole.ids.tolist()
    assert list(stream) == []
    assert "".join(session.stream(TEXT, **options)) == whole.text
    with pytest.raises(TypeError, match="did you mean tokens"):
        tiny.stream(TEXT, token=3)
    with pytest.raises(ValueError, match="temperature is -1"):
        tiny.stream(TEXT, temperature=-1)


def test_a_stream_may_be_closed(tiny):
    with tiny.stream("the cat", tokens=1_000_000, temperature=1, scheme=WINDOW,
                     ignore_eos=True) as stream:
        next(stream)
    assert list(stream) == []
    assert stream.result.finish == "cancelled" and len(stream.result.ids) < 1_000_000
    del stream
    tiny.stream("the cat", tokens=1_000_000, scheme=WINDOW)  # dropped at once


def test_ctrl_c_stops_a_generation(tiny):
    options = {"tokens": 1_000_000, "scheme": WINDOW, "ignore_eos": True}
    previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        for write in (tiny.generate, lambda *args, **kwargs: list(tiny.stream(*args, **kwargs))):
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            with pytest.raises(KeyboardInterrupt):
                write("the cat", **options)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def test_a_stop_text_ends_the_text(tiny):
    options = {"scheme": WINDOW, "tokens": 30, "temperature": 1.0, "seed": 1}
    whole = tiny.generate(TEXT, **options)
    stop = whole.text[3:6]
    cut = tiny.generate(TEXT, stop=[stop], **options)
    assert cut.finish == "stop" and cut.text == whole.text[:whole.text.index(stop)]


def test_passing_the_declared_length_is_a_warning(tiny):
    with pytest.warns(UserWarning, match="32"):
        tiny.generate(TEXT, tokens=40, scheme="rope", temperature=0, ignore_eos=True)


def test_models_are_saved_and_loaded(tiny, ids, tmp_path):
    tiny.save(tmp_path / "tiny")
    seen = []
    loaded = Model.load(tmp_path / "tiny", threads=1, progress=seen.append)
    np.testing.assert_array_equal(loaded.logits(ids), tiny.logits(ids))
    assert loaded.parameters == tiny.parameters == 28320
    assert loaded.config._replace(train_length_source="") == tiny.config._replace(
        train_length_source="")
    assert len(loaded.checksum) == 64 and seen
    assert loaded.encode(TEXT).tolist() == tiny.encode(TEXT).tolist()
    tiny.save(tmp_path / "half", dtype="bf16")
    half = Model.load(tmp_path / "half")
    assert abs(half.loss(ids).mean - tiny.loss(ids).mean) < 0.05


def test_errors_are_pythons_own(tiny, ids, tmp_path):
    with pytest.raises(OSError):
        Model.load(tmp_path / "missing")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "config.json").write_text("{")
    with pytest.raises(yonder.DataError, match="config.json"):
        Model.load(tmp_path / "bad")
    with pytest.raises(TypeError, match="did you mean dtype"):
        Model.load(tmp_path, dtyp="f32")
    with pytest.raises(ValueError, match="must be one of auto, f32, bf16"):
        Model.load(tmp_path, dtype="bf32")
    with pytest.raises(ValueError, match="did you mean 'rerope'"):
        tiny.loss(ids, scheme="rerop:w=3")
    with pytest.raises(yonder.DataError, match="token 1 has the id 400; the model has ids up to 399"):
        tiny.logits([1, 400])
    with pytest.raises(yonder.DataError, match="no token"):
        tiny.logits([])
    with pytest.raises(ValueError, match="last is 9; of 3 tokens"):
        tiny.loss([1, 2, 3], last=9)
    with pytest.raises(ValueError, match="first token to score"):
        tiny.loss([1])
    with pytest.raises(MemoryError, match="1000|0.0 MB"):
        Session(tiny, memory_limit=1000).feed(ids)
    with pytest.raises(TypeError, match="a list of texts"):
        tiny.generate_many("the cat")
    bare = Model.random(ModelConfig(8, 8, 8, 1, 2, 2, 4))
    with pytest.raises(OSError, match="no tokenizer"):
        bare.encode("a")
    with pytest.raises(yonder.DataError, match="num_attention_heads"):
        Model.random(ModelConfig(8, 8, 8, 1, 3, 2, 4))


def test_threads_share_a_model_and_a_session(tiny, ids):
    expected = tiny.loss(ids).log_probability
    shared = tiny.session(WINDOW)
    with ThreadPoolExecutor(4) as pool:
        for loss in pool.map(lambda _: tiny.loss(ids), range(8)):
            np.testing.assert_array_equal(loss.log_probability, expected)
        list(pool.map(lambda _: shared.feed(ids), range(8)))
    assert shared.length == 8 * len(ids)


def test_python_goes_on_while_a_model_reads(tiny, ids, quick_switches):  # noqa: F811
    many = np.tile(ids, 400)
    assert any(milliseconds_of_python_during(lambda: tiny.loss(many, scheme=WINDOW)) > 20
               for _ in range(5))


def test_evaluation_gives_rows_as_they_are_ready(tiny):
    text = vector_text()
    options = {"scheme": ["rope", "rerope:w=16,window:w=16"], "lengths": [32, 64], "samples": 3}
    rows = list(evaluate(tiny, text, **options))
    assert [(row["scheme"], row["length"]) for row in rows] == [
        (scheme, length) for scheme in ("rope", "rerope:w=16", "window:w=16") for length in (32, 64)]
    assert rows[0]["targets"] == rows[1]["targets"] and rows[0]["samples"] == 3
    assert rows[0]["perplexity"] == pytest.approx(np.exp(rows[0]["loss"]))
    evaluation = evaluate(tiny, text, scheme=WINDOW, lengths=[32, 64], samples=3)
    assert next(evaluation)["length"] == 32
    evaluation.close()
    assert list(evaluation) == []
    with pytest.raises(ValueError, match="protocol"):
        evaluate(tiny, text, protocol="rollin")
    with pytest.raises(yonder.DataError):
        list(evaluate(tiny, "short", scheme=WINDOW))


def test_training_writes_a_model(corpus, small_model, tmp_path):
    seen = []
    options = {"layers": 1, "hidden": 16, "heads": 2, "context": 32, "batch": 4, "threads": 1,
               "checkpoint_every": 3, "seed": 5, "warmup": 2, "tokenizer": small_model}
    report = train(corpus, tmp_path / "run", steps=6, valid=corpus, valid_sequences=4,
                   progress=seen.append, **options)
    assert report.steps == 6 and report.tokens == 6 * 4 * 32 and report.loss > 0
    assert "valid_loss" in report.validation and any("loss" in p.metrics for p in seen)
    model = Model.load(report.folder)
    assert model.config.train_length == 32 and model.parameters == report.parameters
    assert model.loss("the cat sat").mean > 0
    with pytest.raises(OSError):
        train(corpus, tmp_path / "run", steps=6, **options)
    with pytest.raises(ValueError, match="did you mean 'rope'"):
        train(corpus, tmp_path / "other", scheme="rop", **options)


def test_published_stories_are_read():
    path = DATA / "models" / "tinyllamas" / "stories260K.bin"
    if not path.exists():
        pytest.skip("stories260K is not among the data of this machine")
    model = Model.load(path)
    story = model.generate("Once upon a time", tokens=20, temperature=0)
    assert story.text.startswith(", there was a little girl named")
