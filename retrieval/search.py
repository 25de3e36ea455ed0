"""Finds passages by meaning and by words, and fuses the two rankings."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from index.embedding import Embedder, Vectors
from index.snapshot import Snapshot
from index.values import place_at
from index.vectors import Keys, Scores
from retrieval.values import Hit

DEPTH = 100  # hits of each kind that are fused, at least
# Chosen on questions about 20 of SQuAD's training articles, where all of these make little
# difference, and about texts of our own that say it in other words, with three BEIR sets in view.
LEXICAL_SHARE = 0.4
FEEDBACK_PASSAGES = 3
FEEDBACK_SHARE = 0.3
# Of a score. On 370 answerable questions of held-out articles 3.8 passages of 8 were within it, and
# the reader chose none of the others that was right (0.25 and less lost some).
WORTH_READING_WITHIN = 0.3


class Searcher:
    """Searches snapshots. Any number of threads may use it."""

    def __init__(self, embedder: Embedder) -> None:
        """Search by the meaning that `embedder` sees, and by words in a thread beside it."""
        self._embedder = embedder
        self._beside = ThreadPoolExecutor(thread_name_prefix="words")

    def search(self, snapshot: Snapshot, query: str, *, k: int) -> tuple[Hit, ...]:
        """Return the `k` passages that fit `query` best, best first."""
        depth = max(DEPTH, 2 * k)
        by_words = self._beside.submit(snapshot.words.search, query, depth)
        vector = self._embedder.embed([query])[0]
        near, _ = snapshot.generation.nearest(vector, depth, only=snapshot.only)
        keys, scores = rank(vector, near, by_words.result(), snapshot)
        return _show(keys, scores, snapshot, k=k)


def worth_reading(hits: Sequence[Hit], most: int) -> Sequence[Hit]:
    """Return the first of `hits`, at most so many, that aren't far behind the best.

    Reading is what an answer takes its time for, and what is far behind is hardly ever an answer.

    Args:
        hits: What a search found, best first.
        most: How many at most.
    """
    return [hit for hit in hits[:most] if hit.score >= hits[0].score - WORTH_READING_WITHIN]


def locate(hits: Sequence[Hit], snapshot: Snapshot) -> tuple[Hit, ...]:
    """Return the same hits, each with its place in its document.

    Only what lies on a page, slide, sheet or the like is looked up, one document after the other,
    so that the texts of a thousand aren't in memory at once.
    """
    paged: dict[str, list[int]] = {}
    for number, hit in enumerate(hits):
        if hit.chunk.page is not None:
            paged.setdefault(hit.chunk.document_id, []).append(number)
    located = list(hits)
    for document_id, numbers in paged.items():
        document = snapshot.catalogue.document(document_id)
        if document is not None:
            for number in numbers:
                hit = hits[number]
                located[number] = replace(hit, place=place_at(document, hit.chunk.start))
    return tuple(located)


def rank(
    vector: Vectors, near: Keys, by_words: tuple[Keys, Scores], snapshot: Snapshot
) -> tuple[Keys, NDArray[np.float64]]:
    """Return the keys of both rankings and one score for each, shapes (n,).

    The score is the cosine plus a share of the match by words. A weighted sum of scores keeps what
    ranks throw away, how much better the first is than the second (Bruch, Gai and Ingber, "An
    Analysis of Fusion Functions for Hybrid Retrieval", 2023). Then the question moves a little
    towards what came first, and the cosines are taken once more (Rocchio, 1971).

    Args:
        vector: The question, embedded: float32 of unit length, shape (dim,).
        near: Keys of the chunks nearest to it, shape (m,).
        by_words: Keys of the chunks with its words, best first, and how well they match, up to 1.
        snapshot: Where the chunks' exact vectors are.
    """
    keys = np.union1d(near, by_words[0])
    if not len(keys):
        return keys, np.zeros(0)
    matches = np.zeros(len(keys))
    if len(by_words[0]):
        matches[np.searchsorted(keys, by_words[0])] = by_words[1]
    vectors = snapshot.vectors(keys)
    scores = fuse(vectors @ vector, matches)
    first = np.lexsort((keys, -scores))[:FEEDBACK_PASSAGES]
    moved = vector + FEEDBACK_SHARE * vectors[first].mean(axis=0)
    return keys, fuse(vectors @ (moved / np.linalg.norm(moved)), matches)


def fuse(cosines: NDArray[np.floating], matches: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return cosines, at least 0, plus a share of the matches by words.

    Rounded, so that the last bits of a matrix product don't decide.
    """
    fused = np.maximum(cosines, 0.0) + LEXICAL_SHARE * matches
    return np.asarray(np.round(fused, 6), np.float64)


def _show(
    keys: Keys, scores: NDArray[np.float64], snapshot: Snapshot, *, k: int
) -> tuple[Hit, ...]:
    """Return the `k` best as hits; equally good ones are ordered by the passages' ids."""
    if not len(keys):
        return ()
    enough = np.sort(scores)[::-1][min(k, len(scores)) - 1]
    best = {
        int(key): float(scores[place]) for place, key in enumerate(keys) if scores[place] >= enough
    }
    hits = [
        Hit(found.chunk, best[key], "fusion", found.source, found.title)
        for key, found in snapshot.catalogue.chunks(best).items()
    ]
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.chunk.id))[:k])
