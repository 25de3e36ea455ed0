from __future__ import annotations

from time import sleep

import pytest

from index.errors import StoppedError
from retrieval.timing import STAGES, Clock


def test_a_clock_adds_up_each_stage() -> None:
    clock = Clock()
    for _ in range(2):
        with clock.time("nap"):
            sleep(0.005)
    timings = clock.timings()
    assert [*timings] == [*STAGES, "nap", "total"]  # those of an answer are always told
    assert timings["read"] == 0.0
    assert 10.0 <= timings["nap"] <= timings["total"]


def test_an_observer_hears_each_stage_begin_and_end() -> None:
    heard: list[tuple[str, bool]] = []
    clock = Clock(lambda stage, taken_ms: heard.append((stage, taken_ms is None)))
    for stage in ("search", "read"):
        with clock.time(stage):
            pass
    assert heard == [("search", True), ("search", False), ("read", True), ("read", False)]


def test_what_an_observer_raises_ends_the_work() -> None:
    def refuse(stage: str, taken_ms: float | None) -> None:
        raise StoppedError("stopped")

    with pytest.raises(StoppedError, match="stopped"), Clock(refuse).time("read"):
        pytest.fail("the stage was begun all the same")
