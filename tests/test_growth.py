from __future__ import annotations

from tests.growth import grows_evenly


def test_linear_work_grows_evenly_and_quadratic_work_does_not() -> None:
    assert grows_evenly(lambda size: sum(range(size)), 100_000)
    assert not grows_evenly(lambda size: sum(range(size * size)), 400)
