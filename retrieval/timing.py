"""How long the stages of an answer take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Adds up milliseconds by stage."""

    def __init__(self) -> None:
        """Start the total."""
        self._start = time.perf_counter()
        self._stages: dict[str, float] = {}

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Add the time that the block takes to `stage`."""
        start = time.perf_counter()
        yield
        passed = 1000 * (time.perf_counter() - start)
        self._stages[stage] = self._stages.get(stage, 0.0) + passed

    def timings(self) -> dict[str, float]:
        """Return the milliseconds of each stage and of all since the start."""
        return {**self._stages, "total": 1000 * (time.perf_counter() - self._start)}
