from __future__ import annotations

from threading import Event, Semaphore
from typing import TYPE_CHECKING

import pytest

from index.errors import InvalidInputError, StoppedError
from interface.asking import READERS, STOPPED, Run, Runs, Stage
from retrieval.composing import Composition, Opening
from retrieval.values import Answer
from tests.interface.fakes import FakeAssistant

if TYPE_CHECKING:
    from retrieval.timing import Observer

SOON_S = 10.0


def test_stages_come_before_the_answer(assistant: FakeAssistant) -> None:
    go_on = Event()

    def ask(*, observer: Observer, lead: Opening) -> Answer:
        observer("search", None)
        observer("search", 2.5)
        observer("read", None)
        assert go_on.wait(SOON_S)
        return assistant.ask("How many accounts?")

    events = Run(ask, Semaphore()).events()
    begun = next(events)  # what is over at once may have come alone, or with what followed
    while begun != (Stage("search", None), Stage("search", 2.5), Stage("read", None)):
        begun = next(events)
    go_on.set()
    (answer,) = events
    assert isinstance(answer, Answer)


def test_the_first_sentence_can_come_before_the_answer(assistant: FakeAssistant) -> None:
    sentence = Composition("It was. [1]", (), ())

    def ask(*, observer: Observer, lead: Opening) -> Answer:
        lead(sentence)
        return assistant.ask("How many accounts?")

    first, answer = Run(ask, Semaphore()).events()
    assert first == sentence
    assert isinstance(answer, Answer)


def test_what_asking_raises_comes_out_where_the_events_are_read(assistant: FakeAssistant) -> None:
    with pytest.raises(InvalidInputError, match="the question is empty"):
        list(Run(lambda **_: assistant.ask(""), Semaphore()).events())


def test_a_native_librarys_panic_ends_the_wait() -> None:
    class PanicError(BaseException):
        """As a library that isn't written in Python raises it."""

    def ask(*, observer: Observer, lead: Opening) -> Answer:
        raise PanicError("out of range")

    with pytest.raises(RuntimeError, match="asking ended with PanicError"):
        list(Run(ask, Semaphore()).events())


def test_stopping_frees_who_waits_at_once_and_ends_the_work_before_its_next_stage() -> None:
    freed, ended = Event(), Event()

    def ask(*, observer: Observer, lead: Opening) -> Answer:
        observer("search", None)
        assert freed.wait(SOON_S)
        try:
            observer("read", None)
        finally:
            ended.set()
        pytest.fail("it was read all the same")

    runs = Runs()
    with runs.start(ask) as run:
        events = run.events()
        assert next(events) == (Stage("search", None),)
        assert runs.busy
        assert runs.stop(run.token)
        with pytest.raises(StoppedError, match=STOPPED):
            next(events)
    freed.set()
    assert ended.wait(SOON_S)
    assert not runs.busy


def test_what_was_stopped_holds_its_place_until_it_ends() -> None:
    begun, go_on = Semaphore(0), Event()

    def ask(*, observer: Observer, lead: Opening) -> Answer:
        begun.release()
        assert go_on.wait(SOON_S)
        raise StoppedError("over")

    runs = Runs()
    for _ in range(READERS + 3):
        with runs.start(ask):
            pass
    for _ in range(READERS):
        assert begun.acquire(timeout=SOON_S)
    assert not begun.acquire(timeout=0.1)
    go_on.set()
    assert not begun.acquire(timeout=0.1)  # those behind them were stopped before they began


@pytest.mark.parametrize("token", ["", "guess", None, 5, ["x"]])
def test_nobody_stops_a_question_without_its_token(token: object) -> None:
    assert not Runs().stop(token)


def test_work_that_nobody_waits_for_any_more_ends() -> None:
    left, ended = Event(), Event()

    def ask(*, observer: Observer, lead: Opening) -> Answer:
        observer("search", None)
        assert left.wait(SOON_S)
        try:
            observer("read", None)
        finally:
            ended.set()
        pytest.fail("it was read all the same")

    with Runs().start(ask) as run:
        next(run.events())
    left.set()
    assert ended.wait(SOON_S)
