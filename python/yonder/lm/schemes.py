# SPDX-License-Identifier: Apache-2.0
"""Position schemes: the table of their terms, one of them as a value, and what it does in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, SupportsIndex

import numpy as np
import numpy.typing as npt

from yonder import _lm
from yonder.arrays import Floats

if TYPE_CHECKING:
    from typing import Unpack

    from yonder.lm.options import ExplainOptions

__all__ = [
    "Argument",
    "Channels",
    "Explanation",
    "Factors",
    "Scheme",
    "SchemeTerm",
    "ThetaTable",
    "explain",
    "schemes",
    "theta",
]


class Argument(NamedTuple):
    """What a term takes, as in `rerope:w=512`."""

    name: str
    #: "integer", "real", "flag", "choice", or "numbers" joined by slashes.
    kind: str
    #: Empty: it must be given.
    default: str
    #: Range of a number, both ends included.
    low: float
    high: float
    #: Of a choice; of a number the words that may stand in its place ("auto").
    choices: list[str]
    help: str


class SchemeTerm(NamedTuple):
    """A row of the table. A scheme is `term+term`, at most one of a group."""

    name: str
    #: "frequency table", "split", "mask", "bias", "log n", "dynamic"; "layout": a scheme per layer.
    group: str
    help: str
    #: Where it was published.
    source: str
    #: Arguments, for example.
    example: str
    #: Arguments with which it is plain rope; empty: there are none.
    neutral: str
    arguments: list[Argument]


class ThetaTable(NamedTuple):
    """How fast each pair of channels turns."""

    #: (d/2,), radians per token.
    theta: Floats
    #: Multiplies the logits (YaRN).
    logit_factor: float
    #: Distances up to reach times the training length turn no further than trained ones.
    reach: float
    notices: list[str]


class Channels(NamedTuple):
    """Pairs of channels as the last query turns them; arrays of shape (d/2,)."""

    #: Radians per token.
    theta: Floats
    #: The trained frequency divided by it; 0 where nothing turns.
    slower: Floats
    #: Turns over the training length, as trained.
    trained_turns: Floats
    #: Turns over the largest distance that is seen.
    turns: Floats
    #: Angles beyond the trained ones, in a channel that never came full circle in training.
    new_angles: npt.NDArray[np.bool_]


class Factors(NamedTuple):
    """The factor on the logits of some queries; arrays of the same length."""

    #: The query is the n-th token.
    tokens: npt.NDArray[np.int64]
    #: Of its frequency table.
    stretch: Floats
    factor: Floats


class Explanation(NamedTuple):
    """What a scheme does to a model over so many tokens. str() is a text for people."""

    #: In its shortest spelling.
    scheme: str
    #: T, tokens read.
    tokens: int
    #: Longest text whose rotations stay among those trained; None: any.
    declared_limit: int | None
    #: The first query with a distance that was not trained, if there is one.
    first_outside: int | None
    #: Of the last query.
    largest_distance: float
    #: How many keys the last query sees.
    visible_keys: int
    #: Of these, how many at distances that were not trained.
    outside_keys: int
    #: They are these, (first, last) for each run.
    visible: list[tuple[int, int]]
    #: Of the rows (queries) and columns (keys) of the matrix.
    positions: npt.NDArray[np.int64]
    #: Distances that the rotation sees; NaN: not visible.
    matrix: Floats
    channels: Channels
    factors: Factors
    #: Options of llama.cpp that do the same, if there are.
    llama_cpp: list[str] | None
    #: What is doubtful about the combination.
    notices: list[str]
    text: str

    def __str__(self) -> str:
        return self.text


class Scheme:
    """A position scheme for a model's rotation and layers. `Model.scheme` makes them for a model.

    >>> scheme = Scheme.parse("rerope:w=4+logn:clip", train_length=8)
    >>> scheme.relative([11], [0, 8, 9, 11])
    array([[4., 3., 2., 0.]])
    """

    def __init__(self, native: _lm.Scheme) -> None:
        self._native = native

    @classmethod
    def parse(cls, text: str, *, dims: SupportsIndex = 64, base: float = 1e4,
              train_length: SupportsIndex = 2048, layers: SupportsIndex = 1,
              target: SupportsIndex = 0, unsafe: bool = False) -> Scheme:
        """A scheme without a model.

        dims:   rotated channels of a head, even
        target: tokens that will be read, for s=auto; 0: not known
        unsafe: allow arguments that are known to be wrong
        Raises ValueError with the place in the text.

        >>> str(Scheme.parse("yarn:s=auto", target=8192))
        'yarn:s=4'
        """
        return cls(_lm.Scheme.parse(text, int(dims), float(base), int(train_length), int(layers),
                                    int(target), unsafe))

    @property
    def layers(self) -> int:
        """How many layers it is for."""
        return self._native.layers

    @property
    def notices(self) -> list[str]:
        """What is doubtful about it, a sentence each."""
        return self._native.notices

    def layer(self, layer: SupportsIndex) -> str:
        """The scheme of one layer."""
        return self._native.layer_text(int(layer))

    def relative(self, queries: npt.ArrayLike, keys: npt.ArrayLike,
                 layer: SupportsIndex = 0) -> Floats:
        """(queries, keys): the distances that the rotation sees; NaN where a key is not visible.

        >>> Scheme.parse("window:w=2").relative(range(3), range(3))
        array([[ 0., nan, nan],
               [ 1.,  0., nan],
               [nan,  1.,  0.]])
        """
        return self._native.relative(int(layer), _positions("queries", queries),
                                     _positions("keys", keys))

    def logit_factors(self, queries: npt.ArrayLike, layer: SupportsIndex = 0) -> Floats:
        """What multiplies the logits of queries at these positions."""
        return self._native.logit_factors(int(layer), _positions("queries", queries))

    def theta_at(self, query: SupportsIndex, layer: SupportsIndex = 0) -> ThetaTable:
        """The frequency table with which the query at this position reads all its keys."""
        return ThetaTable._make(self._native.theta_at(int(layer), int(query)))

    def explain(self, at: SupportsIndex, cells: SupportsIndex = 16,
                layer: SupportsIndex = 0) -> Explanation:
        """What it does over `at` tokens. cells: rows and columns of the matrix."""
        return _explanation(self._native.explain(int(layer), int(at), int(cells)))

    def __str__(self) -> str:
        return self._native.text

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__qualname__} {str(self)!r}>"


def schemes() -> list[SchemeTerm]:
    """All terms that a scheme may have, with their arguments.

    >>> [term.name for term in schemes() if term.group == "frequency table"][:4]
    ['rope', 'pi', 'ntk', 'ntk-old']
    >>> term, = (term for term in schemes() if term.name == "rerope")
    >>> [(argument.name, argument.kind) for argument in term.arguments]
    [('w', 'integer')]
    """
    return [SchemeTerm._make([*row, [Argument._make(argument) for argument in arguments]])
            for *row, arguments in _lm.schemes()]


def theta(kind: str = "rope", dims: SupportsIndex = 64, base: float = 1e4, stretch: float = 1, *,
          train_length: SupportsIndex = 2048) -> ThetaTable:
    """A frequency table: a term of that group, with its arguments beside the stretch if it takes
    some (`yarn:ramp=turns`).

    >>> float(theta("rope", dims=4).theta[1]), float(theta("pi", dims=4, stretch=4).theta[1])
    (0.01, 0.0025)
    """
    return ThetaTable._make(_lm.theta(kind, int(dims), float(base), int(train_length),
                                      float(stretch)))


def explain(scheme: str = "rope", **options: Unpack[ExplainOptions]) -> Explanation:
    """What a scheme does to a model of these numbers; Scheme.explain() for one you have.

    >>> explanation = explain("rerope:w=64", train=128, at=1000, cells=3)
    >>> explanation.matrix
    array([[ 0., nan, nan],
           [64.,  0., nan],
           [64., 64.,  0.]])
    >>> explanation.outside_keys, explain("rope", train=128, at=1000).outside_keys
    (0, 872)
    """
    return _explanation(_lm.explain({"scheme": scheme, **options}))


def _explanation(row: tuple[Any, ...]) -> Explanation:
    *before, channels, factors, llama_cpp, notices, text = row
    return Explanation._make([*before, Channels._make(channels), Factors._make(factors), llama_cpp,
                              notices, text])


def _positions(name: str, values: npt.ArrayLike) -> npt.NDArray[np.int64]:
    given = np.asarray(values)
    if given.dtype.kind not in "iu" and given.size > 0:
        raise TypeError(f"{name} must be whole numbers, not an array of {given.dtype}")
    return np.ascontiguousarray(given, dtype=np.int64).reshape(-1)
