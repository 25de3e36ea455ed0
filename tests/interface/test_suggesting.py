from __future__ import annotations

from typing import Any, cast

import pytest

from interface.asking import Runs
from interface.conversation import finished_turn, seal
from interface.suggesting import Suggester
from retrieval.values import Answer
from tests.interface.fakes import FakeAssistant, FakeLibrary


@pytest.fixture
def runs() -> Runs:
    return Runs()


@pytest.fixture
def suggester(library: FakeLibrary, assistant: FakeAssistant, runs: Runs) -> Suggester:
    return Suggester(cast("Any", library), cast("Any", assistant), runs)


@pytest.fixture
def conversation(assistant: FakeAssistant) -> dict[str, Any]:
    return {"turns": [seal(finished_turn(assistant.ask("What is the weather?")))]}


def test_follow_ups_are_questions_that_the_documents_answer(
    suggester: Suggester, conversation: dict[str, Any]
) -> None:
    assert suggester.suggest(conversation) == ["Who is Ada Bridge?"]


@pytest.mark.parametrize("value", [None, {"turns": []}, {"turns": [seal({"question": 5})]}])
def test_nothing_is_suggested_after_nothing(suggester: Suggester, value: object) -> None:
    assert suggester.suggest(value) == []


def test_suggestions_give_way_to_a_question(
    suggester: Suggester,
    conversation: dict[str, Any],
    assistant: FakeAssistant,
    runs: Runs,
) -> None:
    with runs.start(lambda **told: assistant.ask("wait", **told)) as run:
        assert suggester.suggest(conversation) == []
        assistant.go_on.set()
        *_, answer = run.events()
    assert isinstance(answer, Answer)
    assert answer.abstained
    assert suggester.suggest(conversation) == ["Who is Ada Bridge?"]


def test_one_conversation_at_a_time_is_looked_at(
    suggester: Suggester, conversation: dict[str, Any]
) -> None:
    with suggester._suggesting:
        assert suggester.suggest(conversation) == []


def test_a_suggestion_that_fails_is_only_logged(
    suggester: Suggester, caplog: pytest.LogCaptureFixture
) -> None:
    assert suggester.suggest({"turns": [seal({"question": "crash"})]}) == []
    assert "no follow-ups could be suggested" in caplog.text
