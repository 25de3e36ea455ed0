"""What was worked out before: a bounded store, and an embedder that uses one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Generic, TypeVar

import numpy as np

from index.embedding import Embedder, Vectors

_TEXTS = 20_000  # whose vectors are kept, 30 MB
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Keeps the values that were asked for last. Any number of threads may use it."""

    def __init__(self, size: int) -> None:
        """Keep `size` values."""
        self._size = size
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()

    def recall(self, keys: Sequence[K]) -> dict[K, V]:
        """Return the values that are kept under these keys."""
        with self._lock:
            found = {key: self._values[key] for key in keys if key in self._values}
            for key in found:
                self._values.move_to_end(key)
            return found

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return the value that is kept under `key`, made now where there is none."""
        found = self.recall([key])
        if key not in found:
            found = {key: make()}
            self.keep(found)
        return found[key]

    def keep(self, values: dict[K, V]) -> None:
        """Keep these values, and forget those that weren't asked for the longest."""
        with self._lock:
            self._values.update(values)
            while len(self._values) > self._size:
                self._values.popitem(last=False)


class RememberingEmbedder:
    """Embeds no text twice: questions are searched and read, sentences come up again and again."""

    def __init__(self, embedder: Embedder) -> None:
        """Use `embedder` for what isn't remembered."""
        self._embedder = embedder
        self._memory: Memory[str, Vectors] = Memory(_TEXTS)
        self.name = embedder.name
        self.dimension = embedder.dimension
        self.max_tokens = embedder.max_tokens
        self.count_tokens = embedder.count_tokens

    @property
    def runtime(self) -> str:
        """What runs it."""
        return self._embedder.runtime

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32 vectors of unit length, shape (len(texts), dimension)."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        known = self._memory.recall(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        fresh = dict(zip(missing, self._embedder.embed(missing), strict=True))
        self._memory.keep(fresh)
        both = known | fresh
        return np.stack([both[text] for text in texts])
