"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]
"""Called with the stage, what is done of it and how much it is in all."""


def silent(stage: str, done: int, total: int) -> None:
    """Tell nothing."""


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Give a progress that draws a bar with rate and remaining time on stderr."""
    from tqdm import tqdm

    bars: dict[str, tqdm] = {}

    def draw(stage: str, done: int, total: int) -> None:
        if stage not in bars:
            bars[stage] = tqdm(
                desc=stage, total=total, unit="", position=len(bars), leave=False, mininterval=0.2
            )
        bar = bars[stage]
        bar.total = total
        bar.update(done - bar.n)

    try:
        yield draw
    finally:
        for bar in bars.values():
            bar.close()
