"""Stands in for the embedder: vectors made of a text's long words, in next to no time.

With the texts of `scale_corpus` its vectors lie among each other much as those of all-MiniLM-L6-v2
do, only harder to search. Of 5,000 vectors each, the stand-in's and those of the first paragraphs
of SQuAD's training part (medians; `python -m benchmarks scale --compare SQUAD` measures it anew):

|                                             | stand-in | MiniLM |
| ------------------------------------------- | -------: | -----: |
| cosine to the nearest                       |     0.63 |   0.64 |
| cosine to the tenth nearest                 |     0.50 |   0.47 |
| intrinsic dimension, TwoNN                  |     22.6 |   12.0 |
| intrinsic dimension, Levina and Bickel      |     15.4 |   13.5 |
| recall@10 where 4 of 64 lists are looked at |     0.79 |   0.94 |

A question made of half of a paragraph's words has a cosine of 0.63 to it and of 0.45 to its tenth
nearest paragraph; SQuAD's questions have 0.61 and 0.43.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np

from index.embedding import Vectors

TOKENS_PER_WORD = 3  # about what word pieces make of a made-up word
_LONG_WORD = re.compile(rb"[a-z]{8,}")
_ROWS = 8_192
_DECAY = 0.5  # with which directions count less and less; raise it for fewer dimensions


class StandInEmbedder:
    """Adds up a fixed random vector for each long word; texts that share them are alike.

    Short words are everyday ones and count for nothing, as in a model that has learned that.
    """

    name = "stand-in@1"
    runtime = "numpy"
    dimension = 384
    max_tokens = 254

    def __init__(self) -> None:
        """Draw the words' vectors."""
        random = np.random.default_rng(0)
        spread = np.arange(1, self.dimension + 1, dtype=np.float32) ** -np.float32(_DECAY)
        self._rows = random.standard_normal((_ROWS, self.dimension), np.float32) * spread

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return three for each word, so that no two paragraphs of the corpus share a chunk."""
        return [TOKENS_PER_WORD * (text.count(" ") + 1) for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32 vectors of unit length, shape (len(texts), dimension)."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        hashes: list[int] = []
        starts: list[int] = []
        for text in texts:
            starts.append(len(hashes))
            hashes += map(zlib.crc32, _LONG_WORD.findall(text.lower().encode()) or [b""])
        words = self._rows[np.array(hashes, np.int64) % _ROWS]
        vectors = np.add.reduceat(words, starts)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


class ReadyEmbedder(StandInEmbedder):
    """Hands out vectors that were computed beforehand, so that a load pays for no embedding."""

    def __init__(self) -> None:
        """Have none ready."""
        super().__init__()
        self._places: dict[str, int] = {}
        self._ready = np.zeros((0, self.dimension), np.float32)

    def prepare(self, texts: Sequence[str]) -> Vectors:
        """Compute the vectors of these texts, in place of those that were ready, and return them.

        Returns:
            Float32 of shape (len(texts), dimension).
        """
        portions = [
            super(ReadyEmbedder, self).embed(texts[start : start + 1_000])
            for start in range(0, len(texts), 1_000)
        ]
        self._ready = np.concatenate(portions)
        self._places = {text: place for place, text in enumerate(texts)}
        return self._ready

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32 vectors of unit length, shape (len(texts), dimension)."""
        places = [self._places.get(text, -1) for text in texts]
        if min(places, default=-1) < 0:
            return super().embed(texts)
        return np.asarray(self._ready[places], np.float32)
