# SPDX-License-Identifier: Apache-2.0
"""The class Model: a decoder that reads with any position scheme."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, SupportsIndex

import numpy as np
import numpy.typing as npt

from yonder import _lm
from yonder.lm.generation import Generated, TextStream, generated_from
from yonder.lm.schemes import Scheme
from yonder.lm.session import Loss, Session, TextOrIds, ids_for, loss_from, scheme_for
from yonder.progress import ProgressCallback, reporter
from yonder.tokenizer.results import Ids

if TYPE_CHECKING:
    from typing import Unpack

    from yonder.lm.options import GenerateOptions, LoadOptions

__all__ = ["Model", "ModelConfig"]


class ModelConfig(NamedTuple):
    """The shape of a decoder, as its files say it."""

    vocab_size: int
    #: D.
    hidden_size: int
    #: Of the gated feed-forward layers.
    intermediate_size: int
    layers: int
    heads: int
    #: Heads of keys and values.
    kv_heads: int
    #: d; not always hidden_size / heads.
    head_dim: int
    #: "llama", "mistral", "qwen2", "qwen3".
    model_type: str = "llama"
    norm_epsilon: float = 1e-5
    rope_base: float = 1e4
    #: N, tokens.
    train_length: int = 2048
    #: The field of the file that said so.
    train_length_source: str = "max_position_embeddings"
    #: What the checkpoint itself asks for.
    scheme: str = "rope"
    #: Per layer the keys that a query sees, 0: all; empty: all in every layer.
    windows: Sequence[int] = ()
    #: Per layer 1 for a rotation, 0 for none; empty: in every layer.
    rotary_layers: Sequence[int] = ()
    tied_embeddings: bool = True
    qkv_bias: bool = False
    output_bias: bool = False
    mlp_bias: bool = False
    #: "none", "rms", "key", "query", "cosine".
    qk_norm: str = "none"
    #: Per layer "attention" or a state-space layer ("s4d-lin", ...); empty: attention.
    mixers: Sequence[str] = ()
    #: Numbers that a channel of a state-space layer remembers.
    ssm_state: int = 64
    #: Ids that begin and end a text.
    bos: Sequence[int] = ()
    eos: Sequence[int] = ()


class Model:
    """A language model. Weights are mapped and shared, so that any number of sessions and threads
    read one model.

    `scheme` is a text such as "rerope:w=64+logn:clip" (schemes() has the terms), a `Scheme`, or empty
    for what the model itself asks for.

    >>> model.config.layers, model.parameters
    (2, 28320)
    >>> model.generate("the cat", tokens=5, temperature=0).ids.shape
    (5,)
    """

    def __init__(self, native: _lm.Model) -> None:
        self._native = native

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, progress: ProgressCallback | None = None,
             **options: Unpack[LoadOptions]) -> Model:
        """A Hugging Face directory, a llama2.c file, or a folder that train() has written.

        Raises OSError, DataError naming file and field, MemoryError before the machine is full.
        """
        return cls(_lm.Model.load(path, reporter(progress), options))

    @classmethod
    def random(cls, config: ModelConfig, seed: SupportsIndex = 0,
               **options: Unpack[LoadOptions]) -> Model:
        """Random weights of a shape, for tests and benchmarks."""
        return cls(_lm.Model.random(config._asdict(), int(seed), options))

    def save(self, path: str | os.PathLike[str], format: str = "huggingface",
             dtype: Literal["f32", "bf16", "f16"] = "f32") -> None:
        """Writes a directory ("huggingface") or a file ("llama2c"), atomically, the tokenizer's file
        with it."""
        self._native.save(path, format, dtype)

    @property
    def config(self) -> ModelConfig:
        """Its shape."""
        fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value
                                  for name, value in self._native.config.items()}
        return ModelConfig(**fields)

    @property
    def parameters(self) -> int:
        """How many weights it has."""
        return self._native.parameters

    @property
    def cache_bytes_per_token(self) -> int:
        """Bytes that a session holds per token, all layers."""
        return self._native.cache_bytes_per_token

    @property
    def checksum(self) -> str:
        """SHA-256 of the weight files, one after the other."""
        return self._native.checksum

    # --------------------------------------------------------------------------- texts and ids

    def encode(self, text: str | bytes, *, bos: bool = True) -> Ids:
        """Ids of a text. bos: begins with the model's first token, if it has one.

        Raises OSError, naming what is missing, where no tokenizer lies beside the weights.
        """
        return self._native.encode(text, bos)

    def decode(self, ids: Ids | Iterable[int], errors: str = "replace") -> str:
        """The text of ids; special ids give none. errors: as bytes.decode() takes it."""
        return self.decode_bytes(ids).decode(errors=errors)

    def decode_bytes(self, ids: Ids | Iterable[int]) -> bytes:
        """The bytes of ids."""
        return self._native.decode(ids)

    # ------------------------------------------------------------------------------- schemes

    def scheme(self, text: str = "", *, target: SupportsIndex = 0, unsafe: bool = False) -> Scheme:
        """A scheme for this model, laid over what the model itself asks for.

        target: tokens that will be read, for s=auto. unsafe: allow arguments known to be wrong.

        >>> model.scheme("yarn:s=auto", target=4 * model.config.train_length)
        <yonder.lm.schemes.Scheme 'yarn:s=4'>
        """
        return Scheme(self._native.scheme(text, int(target), unsafe))

    # ------------------------------------------------------------------------------- reading

    def loss(self, text: TextOrIds, *, scheme: str | Scheme = "", last: SupportsIndex = 0) -> Loss:
        """How well the model foresees a text: every token after the first, each given all before it.

        last: score only so many tokens at the end. s=auto means the length of the text.

        >>> ids = model.encode("the cat sat on the mat")
        >>> loss = model.loss(ids, scheme="rerope:w=16")
        >>> loss.log_probability.shape == (len(ids) - 1,), round(loss.mean, 6) == round(
        ...     -float(loss.log_probability.mean()), 6)
        (True, True)
        """
        ids = _counted(ids_for(self, text))
        wanted = int(last)
        if wanted < 0 or wanted >= max(1, len(ids)):
            raise ValueError(f"last is {wanted}; of {len(ids)} tokens 1 to {len(ids) - 1} can be "
                             "scored, 0 for all of these")
        native = _lm.Session(self._native, scheme_for(self, scheme, len(ids))._native, {})
        return loss_from(native.score(ids, len(ids) - wanted if wanted else 1))

    def logits(self, text: TextOrIds, *, scheme: str | Scheme = "") -> npt.NDArray[np.float32]:
        """(T, V): the logits after every token."""
        ids = _counted(ids_for(self, text))
        native = _lm.Session(self._native, scheme_for(self, scheme, len(ids))._native, {})
        return native.feed_all(ids)

    # ------------------------------------------------------------------------------- writing

    def generate(self, prompt: TextOrIds, *, scheme: str | Scheme = "", draw: SupportsIndex = 0,
                 **options: Unpack[GenerateOptions]) -> Generated:
        """Continues a prompt: `tokens` at most, with the sampler's options (temperature, top_k,
        top_p, min_p, penalties, seed), up to a `stop` text or the model's own end.

        draw: number of the sequence of draws; the same seed, draw and prompt give the same text.
        Warns where the text passes the length that the scheme declares. Ctrl-C stops it.
        """
        session, ids = self._begin(prompt, scheme, options)
        return generated_from(session.generate(ids, int(draw), options))

    def stream(self, prompt: TextOrIds, *, scheme: str | Scheme = "", draw: SupportsIndex = 0,
               **options: Unpack[GenerateOptions]) -> TextStream:
        """The same, piece by piece, in whole characters.

        >>> with model.stream("the cat", tokens=5, seed=1) as pieces:
        ...     text = "".join(pieces)
        >>> text == model.generate("the cat", tokens=5, seed=1).text
        True
        """
        session, ids = self._begin(prompt, scheme, options)
        return TextStream(session.stream(ids, int(draw), options))

    def generate_many(self, prompts: Sequence[TextOrIds], *, scheme: str | Scheme = "",
                      together: SupportsIndex = 8,
                      **options: Unpack[GenerateOptions]) -> list[Generated]:
        """Many prompts, `together` of them at a time. Result i is that of generate() with draw=i."""
        if isinstance(prompts, str | bytes):
            raise TypeError("prompts must be a list of texts or ids, not a single text")
        ids = [_counted(ids_for(self, prompt)) for prompt in prompts]
        longest = max(map(len, ids), default=0)
        laid = scheme_for(self, scheme, longest + _tokens(options))
        rows = self._native.generate_many(laid._native, ids, int(together), options)
        return [generated_from(row) for row in rows]

    def session(self, scheme: str | Scheme = "", *, target: SupportsIndex = 0) -> Session:
        """A session that has read nothing; Session() takes more options."""
        return Session(self, scheme, target=target)

    def __repr__(self) -> str:
        config = self.config
        return (f"<{type(self).__module__}.{type(self).__qualname__} {config.model_type}, "
                f"{self.parameters:,} parameters, trained at {config.train_length:,} tokens>")

    def _begin(self, prompt: TextOrIds, scheme: str | Scheme,
               options: GenerateOptions) -> tuple[_lm.Session, Ids | Sequence[int]]:
        ids = _counted(ids_for(self, prompt))
        laid = scheme_for(self, scheme, len(ids) + _tokens(options))
        return _lm.Session(self._native, laid._native, {}), ids


def _counted(ids: Ids | Iterable[int]) -> Ids | Sequence[int]:
    return ids if isinstance(ids, np.ndarray | list | tuple) else list(ids)


def _tokens(options: GenerateOptions) -> int:
    """How many tokens a generation may write, for s=auto."""
    return _lm.tokens_to_write(options)
