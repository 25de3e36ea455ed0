"""Stand-ins whose results can be worked out by hand."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np

from index.embedding import Vectors

_WORD = re.compile(r"\w+")


class FakeEmbedder:
    """Gives a text one unit of length for each of its words, in the direction that is the word's.

    A word's direction is `zlib.crc32(word) % dimension`; the sum is scaled to unit length. A text
    without words points in direction 0. A token is a word. Texts and calls are counted.
    """

    def __init__(self, name: str = "fake@1", *, dimension: int = 32, max_tokens: int = 64) -> None:
        self.name = name
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.runtime = "hand"
        self.calls = 0
        self.texts: list[str] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_WORD.findall(text)) for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.calls += 1
        self.texts += texts
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in _WORD.findall(text.lower()):
                row[self.direction(word)] += 1
            if not row.any():
                row[0] = 1
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def direction(self, word: str) -> int:
        """Return the place of the component that counts `word`."""
        return zlib.crc32(word.lower().encode("utf-8", "surrogatepass")) % self.dimension
