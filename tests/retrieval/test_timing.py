from __future__ import annotations

from time import sleep

from retrieval.timing import Clock


def test_a_clock_adds_up_each_stage() -> None:
    clock = Clock()
    for _ in range(2):
        with clock.time("nap"):
            sleep(0.005)
    timings = clock.timings()
    assert [*timings] == ["nap", "total"]
    assert 10.0 <= timings["nap"] <= timings["total"]
