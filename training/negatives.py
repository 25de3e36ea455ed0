"""Passages that look right and aren't, as a search finds them."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.embedding import Embedder
from training.examples import Asked, Corpus

NEIGHBOURS = 12
_BLOCK = 2_048  # questions compared at once


def mine(corpus: Corpus, asked: Sequence[Asked], embedder: Embedder, *, seed: int) -> list[Asked]:
    """Return each answerable one of `asked` with a near passage that doesn't hold its answer.

    Nearer ones are likelier: they are what the reader will have to decline. Only passages that one
    of `asked` is about are looked at, so that few questions don't have the whole corpus embedded.
    """
    used = sorted({each.passage for each in asked})
    asked = [each for each in asked if each.answer]
    if not asked:
        return []
    vectors = embedder.embed([corpus.passages[place] for place in used])
    near = nearest(embedder.embed([each.question for each in asked]), vectors, NEIGHBOURS)
    chance = random.Random(seed)  # noqa: S311
    found = []
    for each, rows in zip(asked, near.tolist(), strict=True):
        places = [used[row] for row in rows if used[row] != each.passage]
        wrong = [place for place in places if not _holds(corpus.passages[place], each)]
        if wrong:
            place = wrong[min(int(chance.expovariate(0.5)), len(wrong) - 1)]
            found.append(Asked(each.question, place, ""))
    return found


def nearest(
    questions: NDArray[np.float32], passages: NDArray[np.float32], k: int
) -> NDArray[np.int64]:
    """Return the places of the nearest passages, nearest first, shape (questions, at most `k`)."""
    rows, k = [], min(k, len(passages))
    for start in range(0, len(questions), _BLOCK):
        scores = questions[start : start + _BLOCK] @ passages.T
        best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1)
        rows.append(np.take_along_axis(best, order, axis=1))
    return np.concatenate(rows)


def _holds(passage: str, asked: Asked) -> bool:
    return asked.answer.lower() in passage.lower()


def draw(items: Sequence[Asked], count: int, seed: int) -> list[Asked]:
    """Return `count` of the items, all of them several times where there are fewer."""
    if count == 0:
        return []
    chance = random.Random(seed)  # noqa: S311
    whole, rest = divmod(count, len(items))
    return [*list(items) * whole, *chance.sample(list(items), rest)]
