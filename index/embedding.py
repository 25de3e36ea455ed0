"""What an embedder is: anything that turns texts into vectors of unit length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors whose inner product says how alike they are."""

    @property
    def name(self) -> str:
        """Name and fingerprint of the weights; a catalogue keeps to one."""
        ...

    @property
    def runtime(self) -> str:
        """What runs it, for the status; where that isn't the fastest there is, why."""
        ...

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """How many of its own tokens it sees of a text, special tokens not counted."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of its own tokens of each text, special tokens not counted."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32 vectors of unit length, shape (len(texts), dimension)."""
        ...
