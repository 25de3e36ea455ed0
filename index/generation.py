"""A generation of the search index, opened for searching."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from index.embedding import Vectors
from index.engine import State
from index.errors import CatalogueError
from index.lexical import LexicalIndex
from index.manifest import Manifest
from index.vectors import (
    Keys,
    Mask,
    Scores,
    VectorSegment,
    exact_vectors,
    open_segment,
    search_segments,
)


class Generation:
    """One generation, opened for searching."""

    def __init__(
        self, folder: Path, manifest: Manifest, *, before: Generation | None = None
    ) -> None:
        """Open the files of `manifest` in the index folder `folder`.

        Args:
            folder: The index folder.
            manifest: What to open.
            before: A generation whose opened files are used again where they are the same.

        Raises:
            CatalogueError: A file is missing or has the wrong size.
        """
        for file in manifest.files:
            if _size(folder / file.name) != file.size:
                raise CatalogueError(
                    f"the index file {file.name!r} is missing or damaged; "
                    "run 'python -m index rebuild'"
                )
        self.manifest = manifest
        self.state = State(manifest.number, manifest.fingerprint)
        self.masks: dict[str, Mask] = {}  # of collections, noted as they are asked for
        same = set(manifest.files) & set(before.manifest.files if before else ())
        names = {file.name for file in same}
        opened = {part.name: part for part in (before.segments if before else ())}
        self.segments: Sequence[VectorSegment] = [
            opened[part.name] if part.name in names else open_segment(folder / part.name)
            for part in manifest.segments
        ]
        dead = np.array(manifest.tombstones, np.int64)
        self._living = Mask.all_but(dead) if len(dead) else None
        self._words = {name: LexicalIndex(folder / path) for name, path in manifest.words}
        self._all_words = LexicalIndex.join(list(self._words.values()))

    def nearest(self, query: Vectors, k: int, *, only: Mask | None) -> tuple[Keys, Scores]:
        """Return keys and inner products of the `k` chunks nearest to `query`, best first.

        Args:
            query: A vector of unit length, float32 of shape (dim,).
            k: How many at most.
            only: The keys that may be found, removed ones not among them, or None for all.
        """
        return search_segments(self.segments, query, k, only=only or self._living)

    def vectors(self, keys: Keys) -> Vectors | None:
        """Return the vectors of chunks, float32 of shape (n, dim); None if it hasn't them exact."""
        return exact_vectors(self.segments, keys)

    def words(self, collection: str | None) -> LexicalIndex:
        """Return the words of a collection, or of all."""
        if collection is None:
            return self._all_words
        return self._words.get(collection) or LexicalIndex()

    @property
    def keys(self) -> Keys:
        """The keys of all chunks that can be found by their vectors, ascending."""
        held = [segment.keys for segment in self.segments]
        return np.setdiff1d(
            np.concatenate([np.zeros(0, np.int64), *held]), self.manifest.tombstones
        )

    def blocks(self) -> Iterator[tuple[Keys, Vectors, bool]]:
        """Yield keys, vectors, and whether these are exact, a bounded number at once."""
        for segment in self.segments:
            for keys, vectors in segment.blocks():
                yield keys, vectors, not segment.trained


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:  # a writer that is generations ahead may delete it at any moment
        return None
