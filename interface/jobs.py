"""Long work on the library that the page follows and can stop, by a token of the page's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import Any

from index.errors import InvalidInputError, StoppedError
from interface.arguments import read_text

LONGEST_TOKEN = 64
MOST_JOBS = 8  # at once; each that waits holds one of the server's threads, of which there are 40
_LOOK_S = 0.2  # how often one that waits looks whether it shall stop
STOPPED = "told_stopped"


class Job:
    """One piece of work: how far it is, and whether it shall stop."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._step: tuple[str, int, int] = ("", 0, 0)
        self._stopped = Event()

    def progress(self, stage: str, done: int, total: int) -> None:
        """Take note of how far the work is.

        Raises:
            StoppedError: It shall stop; what was done so far is kept.
        """
        self._step = (stage, done, total)
        if self._stopped.is_set():
            raise StoppedError(STOPPED)

    def stop(self) -> None:
        """Make the work stop when it next tells its progress."""
        self._stopped.set()

    def describe(self) -> dict[str, Any]:
        """Return the stage, what is done of it and how much it is in all."""
        stage, done, total = self._step
        return {"stage": stage, "done": done, "total": total}


class Jobs:
    """Work in progress; one piece at a time writes to the library, the others wait."""

    def __init__(self) -> None:
        """Start with none."""
        self._jobs: dict[str, Job] = {}
        self._writing = Lock()

    @contextmanager
    def start(self, token: object) -> Iterator[Job]:
        """Give a job that the page can follow and stop within the block.

        Raises:
            InvalidInputError: The token isn't a short string, or is in use, or too much waits.
            StoppedError: It was stopped before its turn came.
        """
        name = read_text(token, name="token")
        if not 0 < len(name) <= LONGEST_TOKEN:
            raise InvalidInputError(f"a token has 1 to {LONGEST_TOKEN} characters; load the page")
        if len(self._jobs) >= MOST_JOBS:
            raise InvalidInputError("too much is waiting to be done; try again later")
        job = self._jobs.setdefault(name, started := Job())
        if job is not started:
            raise InvalidInputError("this work is in progress already; wait for it")
        try:
            with self._take_turn(job):
                yield job
        finally:
            del self._jobs[name]

    @contextmanager
    def _take_turn(self, job: Job) -> Iterator[None]:
        while not self._writing.acquire(timeout=_LOOK_S):
            job.progress("", 0, 0)
        try:
            job.progress("", 0, 0)
            yield
        finally:
            self._writing.release()

    def stop(self, token: object) -> bool:
        """Stop the work with this token; returns whether there is any."""
        job = self._find(token)
        if job is not None:
            job.stop()
        return job is not None

    def describe(self, token: object) -> dict[str, Any] | None:
        """Return how far the work with this token is, or None where there is none."""
        job = self._find(token)
        return None if job is None else job.describe()

    def _find(self, token: object) -> Job | None:
        return self._jobs.get(token) if isinstance(token, str) else None
