"""Calls functions in a process of their own, so that a hostile file costs itself alone.

Readers of foreign formats, PDFium above all, may take all memory, never end or crash on what they
are given, and would take the program with them.
"""

from __future__ import annotations

import atexit
import math
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from index.errors import RefusedFileError

if TYPE_CHECKING:
    from loky import ProcessPoolExecutor

MOST_BYTES = 4 * 1_024**3  # of address space
MOST_SECONDS = 600  # of a core, for one call
IDLE_SECONDS = 60.0  # after which the process ends
TOO_MUCH = (
    "reading it took too much memory or time, or failed altogether; open and save it again in "
    "another program, or split it, and add that"
)
P = ParamSpec("P")
T = TypeVar("T")


class IsolatedProcess:
    """A process that makes one call at a time; it starts with the first. Threads may share it.

    Where the system bounds no memory or time of a process (Windows), neither does this.
    """

    def __init__(self, *, most_bytes: int = MOST_BYTES, most_seconds: int = MOST_SECONDS) -> None:
        self._most_bytes, self._most_seconds = most_bytes, most_seconds
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None
        # Sooner than by itself: then the modules that it needs are still there.
        atexit.register(self._end)

    def call(self, function: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
        """Return what a function of some module returns there; what it raises is raised here.

        Raises:
            RefusedFileError: It took too much, or ended its process.
        """
        with self._lock:
            self._pool = self._pool or self._start()
            try:
                made: T = self._pool.submit(
                    _call, self._most_seconds, function, args, named
                ).result()
            except MemoryError as error:
                raise RefusedFileError(TOO_MUCH) from error
            except BrokenExecutor as error:
                self._pool = None
                raise RefusedFileError(TOO_MUCH) from error
            return made

    def _start(self) -> ProcessPoolExecutor:
        # Unlike the standard library's, its processes don't import the program's main module anew.
        from loky import ProcessPoolExecutor

        confine = partial(_confine, self._most_bytes)
        return ProcessPoolExecutor(1, timeout=IDLE_SECONDS, initializer=confine)

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(kill_workers=True)


READING = IsolatedProcess()  # of files that are indexed
DRAWING = IsolatedProcess()  # of pages, which needn't wait for what is read


def _confine(most_bytes: int) -> None:
    # Ctrl-C reaches it, too; the program decides what becomes of what it reads.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _bound("RLIMIT_AS", most_bytes)
    _bound("RLIMIT_CORE", 0)


def _call(
    most_seconds: int,
    function: Callable[..., Any],
    args: Sequence[Any],
    named: Mapping[str, Any],
) -> Any:
    _bound("RLIMIT_CPU", math.ceil(time.process_time()) + most_seconds)
    return function(*args, **named)


def _bound(name: str, most: int) -> None:
    """Set one of this process's bounds, where the system has them."""
    try:
        import resource
    except ImportError:
        return
    limit = getattr(resource, name)
    _, highest = resource.getrlimit(limit)
    most = most if highest == resource.RLIM_INFINITY else min(most, highest)
    resource.setrlimit(limit, (most, highest))
