from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from index.overlap import ahead


def test_items_come_in_order() -> None:
    assert list(ahead(range(100))) == list(range(100))
    assert list(ahead(ahead(iter("abc")))) == ["a", "b", "c"]
    assert list(ahead([])) == []


def test_the_next_item_is_made_meanwhile_and_no_more() -> None:
    made: list[int] = []
    second = threading.Event()

    def items() -> Iterator[int]:
        for number in range(9):
            made.append(number)
            if number == 1:
                second.set()
            yield number

    taken = ahead(items())
    assert next(taken) == 0
    assert second.wait(5)
    assert made == [0, 1]
    assert next(taken) == 1


def test_an_error_is_raised_when_its_item_is_asked_for() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("no second one")

    taken = ahead(items())
    assert next(taken) == 1
    with pytest.raises(ValueError, match="no second one"):
        next(taken)


def test_the_thread_ends_when_no_more_is_wanted() -> None:
    before = threading.active_count()
    taken = ahead(iter(range(9)))
    assert next(taken) == 0
    taken.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
