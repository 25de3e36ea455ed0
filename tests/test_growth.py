from __future__ import annotations

import time
from collections.abc import Callable
from itertools import chain, repeat

import pytest

from tests.growth import grows_evenly


@pytest.fixture
def spend(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Take up processor time that a clock of our own tells: the real one depends on the machine."""
    spent = [0.0]
    monkeypatch.setattr(time, "process_time", lambda: spent[0])

    def take_up(seconds: float) -> None:
        spent[0] += seconds

    return take_up


def test_linear_work_grows_evenly_and_quadratic_work_does_not(
    spend: Callable[[float], None],
) -> None:
    assert grows_evenly(lambda size: spend(size), 100)
    assert not grows_evenly(lambda size: spend(size * size), 100)


def test_what_slows_the_first_tries_changes_nothing(spend: Callable[[float], None]) -> None:
    slowed = chain([1.0, 9.0, 1.0, 7.0], repeat(1.0))
    assert grows_evenly(lambda size: spend(size * next(slowed)), 100)
