"""Dense search with FAISS over immutable segments of vectors.

A small segment is flat: every vector as it is, compared with each question. A large one is trained:
inverted lists around centroids, of which the nearest few are searched, with 8-bit codes of what
remains (FAISS calls it IVF,SQ8; Sivic and Zisserman, "Video Google", 2003).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding import Vectors
from index.errors import CatalogueError

Keys = NDArray[np.int64]
Scores = NDArray[np.float32]

# Segments of so many vectors are trained: from here on that saves more than a millisecond a
# question (`python -m benchmarks ablations`).
TRAINED_FROM = 32_768
BLOCK = 32_768  # vectors that are in memory at once while a segment is written
# How many times what a search asks for is looked at where what comes next is just as near: which of
# several equally good ones are left out must not depend on the segments that they lie in.
TIES = 32


@dataclass(frozen=True)
class VectorSegment:
    """One file of vectors, opened for searching.

    Attributes:
        name: File name within the index folder.
        faiss_index: A FAISS index that finds chunk keys.
    """

    name: str
    faiss_index: Any

    @property
    def count(self) -> int:
        """How many vectors are in it."""
        return int(self.faiss_index.ntotal)

    @property
    def trained(self) -> bool:
        """Whether it consists of inverted lists and codes."""
        import faiss

        return isinstance(self.faiss_index, faiss.IndexIVF)

    @cached_property
    def keys(self) -> Keys:
        """The chunk keys in it, int64 of shape (n,)."""
        import faiss

        if not self.trained:
            return np.asarray(faiss.vector_to_array(self.faiss_index.id_map), np.int64)
        lists = self.faiss_index.invlists
        sizes = [lists.list_size(number) for number in range(lists.nlist)]
        held = [
            faiss.rev_swig_ptr(lists.get_ids(number), size)
            for number, size in enumerate(sizes)
            if size
        ]
        return np.concatenate([np.zeros(0, np.int64), *held])

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        """Places of the keys in ascending order, shape (n,)."""
        return np.argsort(self.keys)

    def exact(self, keys: Keys) -> tuple[NDArray[np.bool_], Vectors]:
        """Return which of `keys` are in it as they are, shape (n,), and the vectors of those."""
        import faiss

        if self.trained or not self.count:
            return np.zeros(len(keys), bool), np.zeros((0, self.faiss_index.d), np.float32)
        rows = np.searchsorted(self.keys, keys, sorter=self._order)
        places = self._order[np.minimum(rows, self.count - 1)]
        held = self.keys[places] == keys
        # As they lie in memory: nothing is copied but what is asked for.
        first = faiss.downcast_index(self.faiss_index.index).get_xb()  # type: ignore[attr-defined]
        vectors = faiss.rev_swig_ptr(first, self.count * self.faiss_index.d)
        return held, vectors.reshape(self.count, -1)[places[held]]

    def blocks(self) -> Iterator[tuple[Keys, Vectors]]:
        """Yield keys and vectors, float32 of shape (n, dim), a bounded number at once.

        The vectors of a trained segment are as its codes tell them, almost the original ones.
        """
        import faiss

        if self.trained:
            self.faiss_index.set_direct_map_type(faiss.DirectMap.Hashtable)  # type: ignore[attr-defined]
        for start in range(0, self.count, BLOCK):
            keys = self.keys[start : start + BLOCK]
            if self.trained:
                vectors = self.faiss_index.reconstruct_batch(keys)
            else:
                vectors = self.faiss_index.index.reconstruct_n(start, len(keys))
            yield keys, np.asarray(vectors, np.float32)
        if self.trained:
            self.faiss_index.set_direct_map_type(faiss.DirectMap.NoMap)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Mask:
    """The keys that a search may find.

    Attributes:
        selector: What FAISS asks about each key.
        share: Share of the keys that may be found, about.
    """

    selector: Any
    share: float

    @classmethod
    def of(cls, keys: Keys) -> Mask:
        """Allow `keys` and no others."""
        import faiss

        allowed = np.zeros(int(keys.max(initial=0)) + 1, bool)
        allowed[keys] = True
        bits = np.packbits(allowed, bitorder="little")
        return cls(faiss.IDSelectorBitmap(bits), float(allowed.mean()))  # type: ignore[call-arg, arg-type]

    @classmethod
    def of_few(cls, keys: Keys) -> Mask:
        """Allow `keys` and no others, and miss none: every inverted list is looked through.

        What is chosen by hand may lie anywhere, however many there are of it.
        """
        return cls(cls.of(keys).selector, 0.0)

    @classmethod
    def all_but(cls, keys: Keys) -> Mask:
        """Allow all keys but `keys`, which are few."""
        import faiss

        return cls(faiss.IDSelectorNot(faiss.IDSelectorBatch(keys)), 1.0)


def write_flat(path: Path, keys: Keys, vectors: Vectors) -> None:
    """Write vectors of shape (n, dim) under their chunk keys, shape (n,), to a new file."""
    import faiss

    flat = faiss.IndexIDMap(faiss.IndexFlatIP(vectors.shape[1]))
    flat.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.ascontiguousarray(keys))
    write_index(path, flat)


def write_index(path: Path, faiss_index: Any) -> None:
    """Write a FAISS index to a new file.

    Raises:
        OSError: It can't be written, or the disk is full.
    """
    import faiss

    # Through Python, which tells when a disk is full as the file is closed; FAISS keeps that to
    # itself.
    with path.open("wb") as file:
        faiss.write_index(faiss_index, faiss.PyCallbackIOWriter(file.write))  # type: ignore[attr-defined]


def open_segment(path: Path) -> VectorSegment:
    """Open a segment.

    Raises:
        CatalogueError: The file isn't there or isn't one of FAISS.
    """
    import faiss

    try:
        opened = faiss.read_index(str(path))
    except RuntimeError as error:
        raise CatalogueError(
            f"the index file {path.name!r} can't be read; run 'python -m index rebuild'"
        ) from error
    if isinstance(opened, faiss.IndexIVF):
        opened.parallel_mode = 1  # the lists of one question, not the questions
    return VectorSegment(path.name, opened)


def search_segments(
    segments: Sequence[VectorSegment], query: Vectors, k: int, *, only: Mask | None
) -> tuple[Keys, Scores]:
    """Return the keys and inner products of the `k` vectors nearest to `query`, best first.

    Args:
        segments: Where to search.
        query: One vector of unit length, float32 of shape (dim,).
        k: How many to return at most.
        only: The keys that may be found, or None for all.
    """
    found = [_search(segment, query, k, only) for segment in segments]
    keys = np.concatenate([np.zeros(0, np.int64), *(row[0] for row in found)])
    scores = np.concatenate([np.zeros(0, np.float32), *(row[1] for row in found)])
    best = np.lexsort((keys, -scores))[:k]
    return keys[best], scores[best]


def exact_vectors(segments: Sequence[VectorSegment], keys: Keys) -> Vectors | None:
    """Return the vectors with these keys, float32 of shape (n, dim), or None.

    None where one of them is in a trained segment, which knows it by its code.
    """
    if not segments:
        return None
    stacked = np.empty((len(keys), segments[0].faiss_index.d), np.float32)
    missing = np.ones(len(keys), bool)
    for segment in segments:
        held, vectors = segment.exact(keys)
        stacked[held] = vectors
        missing &= ~held
    return None if missing.any() else stacked


def _search(
    segment: VectorSegment, query: Vectors, k: int, only: Mask | None
) -> tuple[Keys, Scores]:
    """Return the `k` nearest of a segment, and what is just as near as the last of them."""
    import faiss

    keys, scores = np.zeros(0, np.int64), np.zeros(0, np.float32)
    parameters = _parameters(segment, only)
    # Lists are shared out among the cores as they become free. A flat segment would be cut in equal
    # parts, which wait for each other when the machine is busy; and it is small.
    faiss.omp_set_num_threads((os.cpu_count() or 1) if segment.trained else 1)
    for depth in (k + 1, TIES * k):
        (scores,), (keys,) = segment.faiss_index.search(
            query[None, :], min(depth, segment.count), params=parameters
        )
        # FAISS fills up with key -1 where a filter leaves fewer.
        scores, keys = scores[keys >= 0], keys[keys >= 0]
        if len(keys) <= k or scores[-1] < scores[k - 1]:
            break
    return keys, scores


def _parameters(segment: VectorSegment, only: Mask | None) -> Any:
    import faiss

    selector = {} if only is None else {"sel": only.selector}
    if not segment.trained:
        return faiss.SearchParameters(**selector)
    lists, probes = segment.faiss_index.nlist, segment.faiss_index.nprobe
    if only is not None:
        # The fewer may be found, the more lists it takes to come across enough of them.
        probes = min(lists, int(probes / max(only.share, probes / lists)))
    return faiss.SearchParametersIVF(nprobe=probes, **selector)  # type: ignore[call-arg]
