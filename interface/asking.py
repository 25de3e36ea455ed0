"""Asks in the background: a question's stages are told as they happen, and it can be stopped."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Lock, Semaphore, Thread

from index.errors import StoppedError
from retrieval.composing import Composition
from retrieval.values import Answer

READERS = 4  # questions answered at the same time; more would only wait for the processor
STOPPED = "told_stopped_question"
PATIENCE_S = 0.05  # for what comes next, before a stage is drawn


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of an answer: it has begun (`taken_ms` is None) or is over."""

    name: str
    taken_ms: float | None


class Run:
    """One question that is being answered in a thread of its own.

    Stopping it frees whoever waits at once; the thread itself ends when it next tells something.
    """

    def __init__(self, ask: Callable[..., Answer], free: Semaphore) -> None:
        """Begin to answer.

        Args:
            ask: Gives the answer; takes an `observer` of stages and a `lead` to tell the first
                sentence to, as `Assistant.ask` does.
            free: Held while it is answered: stopping it frees who waits, not yet the processor.
        """
        self.token = secrets.token_urlsafe(12)
        self._ask = ask
        self._free = free
        self._stopped = Event()
        self._told: SimpleQueue[Stage | Composition | Answer | Exception] = SimpleQueue()
        Thread(target=self._work, daemon=True).start()

    def stop(self) -> None:
        """End it with a StoppedError; does nothing where it is over."""
        self._stopped.set()
        self._told.put(StoppedError(STOPPED))

    def events(self) -> Iterator[tuple[Stage, ...] | Composition | Answer]:
        """Yield what the page is to draw: stages, the first sentence if it comes early, the answer.

        The stages so far come when nothing follows them for a moment: drawing them takes the
        processor from the reader, and whoever waits has seen since the first that work has begun.

        Raises:
            StoppedError: It was stopped.
            FootnoteError: It can't be answered; whatever asking raises comes out here.
        """
        stages: list[Stage] = []
        drawn = False
        while True:
            try:
                event = self._told.get(timeout=None if drawn else PATIENCE_S)
            except Empty:
                drawn = True
                yield tuple(stages)
                continue
            if isinstance(event, Exception):
                raise event
            if isinstance(event, Stage):
                drawn = False
                stages.append(event)
            else:
                yield event
            if isinstance(event, Answer):
                return

    def _work(self) -> None:
        try:
            with self._free:
                self._check()
                self._told.put(self._ask(observer=self._observe, lead=self._tell))
        except Exception as error:  # noqa: BLE001 - raised again where the events are read
            self._told.put(error)
        except BaseException as error:  # noqa: BLE001 - a native library's panic, likewise
            self._told.put(RuntimeError(f"asking ended with {error!r}"))

    def _observe(self, stage: str, taken_ms: float | None) -> None:
        self._tell(Stage(stage, taken_ms))

    def _tell(self, event: Stage | Composition) -> None:
        self._check()
        self._told.put(event)

    def _check(self) -> None:
        if self._stopped.is_set():
            raise StoppedError(STOPPED)


class Runs:
    """The questions that are being answered, by a token that only the page that asked knows."""

    def __init__(self) -> None:
        """Start with none."""
        self._running: dict[str, Run] = {}
        self._lock = Lock()
        self._free = Semaphore(READERS)

    @property
    def busy(self) -> bool:
        """Whether a question is being answered."""
        return bool(self._running)

    @contextmanager
    def start(self, ask: Callable[..., Answer]) -> Iterator[Run]:
        """Give a run that can be stopped by its token within the block."""
        run = Run(ask, self._free)
        with self._lock:
            self._running[run.token] = run
        try:
            yield run
        finally:
            run.stop()
            with self._lock:
                del self._running[run.token]

    def stop(self, token: object) -> bool:
        """Stop the run with this token; returns whether there is one."""
        run = self._find(token)
        if run is not None:
            run.stop()
        return run is not None

    def has(self, token: object) -> bool:
        """Whether a question is being answered under this token."""
        return self._find(token) is not None

    def _find(self, token: object) -> Run | None:
        return self._running.get(token) if isinstance(token, str) else None
