"""Whether work grows as its input does, measured so that a loaded machine changes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

MOST_TRIES = 12
FEWEST_TRIES = 2
STEEPEST = 3.0  # times the work for twice the input: linear work takes twice, quadratic four times


def grows_evenly(work: Callable[[int], object], size: int) -> bool:
    """Tell whether work on twice as much takes no more than about twice the processor time.

    Of several tries the fastest count, as whatever else the machine does only adds to a time.
    Trying ends as soon as the answer is yes; only work that grows too fast takes every try.

    Args:
        work: Does the work on an input of the size that it is given.
        size: The smaller size, large enough for the work to take a few milliseconds.
    """
    once, twice = float("inf"), float("inf")
    for tried in range(1, MOST_TRIES + 1):
        once = min(once, _time(work, size))
        twice = min(twice, _time(work, 2 * size))
        if tried >= FEWEST_TRIES and twice <= STEEPEST * once:
            return True
    return False


def _time(work: Callable[[int], object], size: int) -> float:
    started = time.process_time()
    work(size)
    return time.process_time() - started
