"""Lets one step of a chain of generators work while the next one does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterable[T]) -> Iterator[T]:
    """Yield items, of which the next one is made in a thread meanwhile.

    No more than one is ever waiting, so that memory stays bounded. What making an item raises is
    raised when it is asked for.
    """
    iterator = iter(items)
    with ThreadPoolExecutor(1) as worker:
        following = worker.submit(lambda: list(islice(iterator, 1)))
        while taken := following.result():
            following = worker.submit(lambda: list(islice(iterator, 1)))
            yield from taken
