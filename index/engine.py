"""What keeps a library's search index: files on this disk, or anything else that does the same.

`Library` takes any `Engine`. The catalogue remembers which generation is in force; an engine keeps
that generation and the one before for as long as somebody may be reading them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from index.embedding import Vectors
from index.lexical import Entry, LexicalIndex
from index.vectors import Keys, Mask, Scores

Training = Callable[[int], None]  # told 0 before a training and 1 after it


@dataclass(frozen=True, slots=True)
class Change:
    """What the next generation has that the present one hasn't, and the other way round.

    Attributes:
        entries: New chunks as they are searched by words.
        keys: Their keys, int64 of shape (n,).
        vectors: Their vectors, float32 of shape (n, dim).
        removed_documents: Ids of documents that go, by collection.
        removed_keys: Keys of those documents' chunks.
    """

    entries: Sequence[Entry]
    keys: Keys
    vectors: Vectors
    removed_documents: Mapping[str, Sequence[str]]
    removed_keys: Sequence[int]


class State(NamedTuple):
    """Number of a generation, and a fingerprint of all that is in it."""

    number: int
    fingerprint: str


class SearchIndex(Protocol):
    """One generation, opened for searching. Any number of threads may use it."""

    @property
    def state(self) -> State:
        """Its number and fingerprint."""
        ...

    @property
    def masks(self) -> dict[str, Mask]:
        """The chunks of collections, noted as they are asked for."""
        ...

    @property
    def keys(self) -> Keys:
        """The keys of all chunks that can be found by their vectors, ascending."""
        ...

    def nearest(self, query: Vectors, k: int, *, only: Mask | None) -> tuple[Keys, Scores]:
        """Return keys and inner products of the `k` chunks nearest to `query`, best first."""
        ...

    def vectors(self, keys: Keys) -> Vectors | None:
        """Return the vectors of chunks, float32 of shape (n, dim); None if it hasn't them exact."""
        ...

    def words(self, collection: str | None) -> LexicalIndex:
        """Return the words of a collection, or of all."""
        ...

    def blocks(self) -> Iterator[tuple[Keys, Vectors, bool]]:
        """Yield keys, vectors, and whether these are exact, a bounded number at once."""
        ...


class Engine(Protocol):
    """Makes generations and opens them."""

    def open(self, number: int, *, before: SearchIndex | None = None) -> SearchIndex:
        """Open a generation; what it shares with `before` needn't be read again.

        Raises:
            CatalogueError: It is missing or damaged.
        """
        ...

    def advance(self, number: int, change: Change) -> State:
        """Make the generation after `number`; it is in force once the catalogue says so.

        Raises:
            CatalogueError: It can't be written.
        """
        ...

    def tidy(self, number: int, training: Training) -> State | None:
        """Make one that holds the same in better order, or return None where that is no use.

        Raises:
            CatalogueError: It can't be written.
        """
        ...

    def derive(self, number: int, changes: Iterable[Change], training: Training) -> State:
        """Make one of `changes` alone, while generation `number` is in force.

        Raises:
            CatalogueError: It can't be written.
        """
        ...

    def check(self, state: State) -> Iterator[str]:
        """Yield what is wrong with a generation as it is stored, a line each."""
        ...
