"""Finds passages by meaning and by words, and fuses the two rankings."""

from __future__ import annotations

import numpy as np

from index.embedding import Vectors
from index.library import Snapshot
from index.vectors import Keys, Scores
from retrieval.values import Hit

DEPTH = 100  # hits of each kind that are fused, at least
# Chosen on 40 articles of SQuAD's training part, where all of these make little difference.
LEXICAL_SHARE = 1 / 3
FEEDBACK_PASSAGES = 3
FEEDBACK_SHARE = 0.3


def search(
    snapshot: Snapshot,
    query: str,
    vector: Vectors,
    *,
    k: int,
) -> tuple[Hit, ...]:
    """Return the `k` passages that fit `query` best, best first.

    Args:
        snapshot: What to search in.
        query: The question, as words.
        vector: The question, embedded: float32 of unit length, shape (dim,).
        k: How many passages.
    """
    depth = max(DEPTH, 2 * k)
    only = snapshot.only
    lexical = snapshot.words.search(query, depth)
    first = fuse(snapshot.generation.nearest(vector, depth, only=only), lexical)
    vector = _feed_back(vector, first, snapshot)
    scores = fuse(snapshot.generation.nearest(vector, depth, only=only), lexical)
    found = snapshot.catalogue.chunks(scores)
    hits = [
        Hit(chunk.chunk, scores[key], "fusion", chunk.source, chunk.title)
        for key, chunk in found.items()
    ]
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.chunk.id))[:k])


def _feed_back(vector: Vectors, scores: dict[int, float], snapshot: Snapshot) -> Vectors:
    """Move a question's vector a little towards what was found first (Rocchio, 1971)."""
    best = sorted(scores, key=lambda key: (-scores[key], key))[:FEEDBACK_PASSAGES]
    if not best:
        return vector
    moved = vector + FEEDBACK_SHARE * snapshot.catalogue.chunk_vectors(best).mean(axis=0)
    return np.asarray(moved / np.linalg.norm(moved), np.float32)


def fuse(dense: tuple[Keys, Scores], lexical: tuple[Keys, Scores]) -> dict[int, float]:
    """Return one score for each key of two rankings: cosine plus a share of the relative BM25.

    A weighted sum of scores keeps what ranks throw away, how much better the first is than the
    second (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023).
    Rounded, so that the last bits of a matrix product don't decide.

    Args:
        dense: Keys and cosines, best first.
        lexical: Keys and BM25 scores, best first.
    """
    cosines = dict(zip(dense[0].tolist(), dense[1].tolist(), strict=True))
    matches = dict(zip(lexical[0].tolist(), lexical[1].tolist(), strict=True))
    # What isn't among the nearest is at most as near as the last of them.
    floor = min(cosines.values(), default=0.0)
    best = max(matches.values(), default=1.0)
    return {
        key: round(
            max(cosines.get(key, floor), 0.0) + LEXICAL_SHARE * matches.get(key, 0.0) / best, 6
        )
        for key in cosines | matches
    }
