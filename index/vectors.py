"""Dense search with FAISS over immutable segments of vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding import Vectors
from index.errors import CatalogueError

Keys = NDArray[np.int64]
Scores = NDArray[np.float32]

# So many times what is asked for is looked at, the second where all the first is alike: which of
# several equally good ones are left out must not depend on the segments that they lie in.
DEPTHS = (2, 32)


@dataclass(frozen=True, slots=True)
class VectorSegment:
    """One file of vectors, opened for searching.

    Attributes:
        name: File name within the index folder.
        faiss_index: A FAISS index that maps positions to chunk keys.
    """

    name: str
    faiss_index: Any

    @property
    def keys(self) -> Keys:
        """The chunk keys in it, int64 of shape (n,)."""
        import faiss

        return np.asarray(faiss.vector_to_array(self.faiss_index.id_map), np.int64)

    @property
    def vectors(self) -> Vectors:
        """The vectors in it, float32 of shape (n, dim), in the order of `keys`."""
        count = self.faiss_index.ntotal
        return np.asarray(self.faiss_index.index.reconstruct_n(0, count), np.float32)


def write_segment(path: Path, keys: Keys, vectors: Vectors) -> None:
    """Write vectors of shape (n, dim) under their chunk keys, shape (n,), to a new file."""
    import faiss

    flat = faiss.IndexIDMap(faiss.IndexFlatIP(vectors.shape[1]))
    flat.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.ascontiguousarray(keys))
    faiss.write_index(flat, str(path))


def open_segment(path: Path) -> VectorSegment:
    """Open a segment.

    Raises:
        CatalogueError: The file isn't there or isn't one of FAISS.
    """
    import faiss

    try:
        return VectorSegment(path.name, faiss.read_index(str(path)))
    except RuntimeError as error:
        raise CatalogueError(
            f"the index file {path.name!r} can't be read; run 'python -m index rebuild'"
        ) from error


def search_segments(
    segments: Sequence[VectorSegment],
    query: Vectors,
    k: int,
    *,
    without: Keys,
    only: Keys | None,
) -> tuple[Keys, Scores]:
    """Return the keys and inner products of the `k` vectors nearest to `query`, best first.

    Args:
        segments: Where to search.
        query: One vector of unit length, float32 of shape (dim,).
        k: How many to return at most.
        without: Keys that were removed.
        only: The keys that may be found, or None for all.
    """
    import faiss

    parameters = faiss.SearchParameters(sel=_selector(without, only))  # type: ignore[call-arg]
    found = [_search(segment, query, k, parameters) for segment in segments]
    keys = np.concatenate([np.zeros(0, np.int64), *(row[0] for row in found)])
    scores = np.concatenate([np.zeros(0, np.float32), *(row[1] for row in found)])
    best = np.lexsort((keys, -scores))[:k]
    return keys[best], scores[best]


def _search(segment: VectorSegment, query: Vectors, k: int, parameters: Any) -> tuple[Keys, Scores]:
    """Return the `k` nearest of a segment, and what is just as near as the last of them."""
    keys, scores = np.zeros(0, np.int64), np.zeros(0, np.float32)
    total = segment.faiss_index.ntotal
    for depth in (factor * k for factor in DEPTHS):
        (scores,), (keys,) = segment.faiss_index.search(
            query[None, :], min(depth, total), params=parameters
        )
        # FAISS fills up with key -1 where a filter leaves fewer.
        scores, keys = scores[keys >= 0], keys[keys >= 0]
        if len(keys) < depth or scores[-1] < scores[k - 1]:
            break
    return keys, scores


def _selector(without: Keys, only: Keys | None) -> Any:
    import faiss

    if only is not None:
        return faiss.IDSelectorBatch(np.setdiff1d(only, without, assume_unique=True))
    return faiss.IDSelectorNot(faiss.IDSelectorBatch(without))
