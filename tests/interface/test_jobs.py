from __future__ import annotations

import pytest

from index.errors import InvalidInputError, StoppedError
from interface.jobs import LONGEST_TOKEN, STOPPED, Jobs


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
