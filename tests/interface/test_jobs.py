from __future__ import annotations

from contextlib import ExitStack, suppress
from threading import Event, Thread

import pytest

from index.errors import InvalidInputError, StoppedError
from interface.jobs import LONGEST_TOKEN, MOST_JOBS, STOPPED, Jobs

SOON_S = 10.0


def test_a_job_tells_how_far_it_is() -> None:
    jobs = Jobs()
    with jobs.start("mine") as job:
        job.progress("passages", 3, 7)
        assert jobs.describe("mine") == {"stage": "passages", "done": 3, "total": 7}
    assert jobs.describe("mine") is None


def test_a_stopped_job_ends_when_it_next_tells() -> None:
    jobs = Jobs()
    with jobs.start("mine") as job:
        assert jobs.stop("mine")
        with pytest.raises(StoppedError, match=STOPPED):
            job.progress("passages", 1, 2)
    assert not jobs.stop("mine")


def test_a_token_names_one_job() -> None:
    jobs = Jobs()
    with (
        jobs.start("mine"),
        pytest.raises(InvalidInputError, match="in progress already"),
        jobs.start("mine"),
    ):
        pytest.fail("there were two")


@pytest.mark.parametrize("token", ["", "x" * (LONGEST_TOKEN + 1), None, 5])
def test_a_token_is_a_short_string(token: object) -> None:
    jobs = Jobs()
    with pytest.raises(InvalidInputError, match="token"), jobs.start(token):
        pytest.fail("it was started")
    assert not jobs.stop(token)


def test_what_waits_for_its_turn_can_be_stopped() -> None:
    jobs = Jobs()
    ended = Event()

    def wait() -> None:
        with suppress(StoppedError), jobs.start("second"):
            pytest.fail("it had its turn")
        ended.set()

    with jobs.start("first"):
        thread = Thread(target=wait)
        thread.start()
        while jobs.describe("second") is None:
            pass
        assert jobs.stop("second")
        assert ended.wait(SOON_S)
    thread.join()
    with jobs.start("second"):
        pass


def test_only_so_much_waits() -> None:
    jobs = Jobs()
    with ExitStack() as stack:
        threads = []
        stack.enter_context(jobs.start("0"))
        for number in range(1, MOST_JOBS):
            threads.append(Thread(target=_wait, args=(jobs, str(number))))
            threads[-1].start()
        while any(jobs.describe(str(number)) is None for number in range(MOST_JOBS)):
            pass
        with pytest.raises(InvalidInputError, match="try again later"), jobs.start("one more"):
            pytest.fail("it was started")
    for thread in threads:
        thread.join()


def _wait(jobs: Jobs, token: str) -> None:
    with jobs.start(token):
        pass
