"""How long the stages of an answer take, told while they happen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Observer = Callable[[str, float | None], None]
"""Called with a stage: with None when it begins, with the milliseconds it took when it is over."""


def unobserved(stage: str, taken_ms: float | None) -> None:
    """Tell nobody."""


STAGES = ("rewrite", "search", "read", "cite")  # of an answer


class Clock:
    """Adds up milliseconds by stage."""

    def __init__(self, observer: Observer = unobserved) -> None:
        """Start the total.

        Args:
            observer: Told of each stage; what it raises ends the work.
        """
        self._start = time.perf_counter()
        self._stages = dict.fromkeys(STAGES, 0.0)
        self._observer = observer

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Add the time that the block takes to `stage`."""
        self._observer(stage, None)
        start = time.perf_counter()
        yield
        passed = 1000 * (time.perf_counter() - start)
        self._stages[stage] = self._stages.get(stage, 0.0) + passed
        self._observer(stage, passed)

    def timings(self) -> dict[str, float]:
        """Return the milliseconds of each stage and of all since the start."""
        return {**self._stages, "total": 1000 * (time.perf_counter() - self._start)}
