from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from index.errors import InvalidInputError, NotFoundError
from interface.keeping.judgements import (
    LARGEST_ANSWER,
    LONGEST_RIGHT_ANSWER,
    Judgements,
    Opinion,
    read_answer,
    read_opinion,
)
from interface.keeping.kept import Kept
from interface.keeping.store import Store
from retrieval.wire import answer_object
from tests.interface.fakes import FakeAssistant
from tests.interface.keeping.conftest import ANNA, BEN, KeepAnswer

DOWN = Opinion("down", ("wrong answer",), "116")
UP = Opinion("up", (), "")


@pytest.fixture
def sent(assistant: FakeAssistant) -> dict[str, Any]:
    return answer_object(assistant.ask("How many accounts?"))


def test_a_judgement_keeps_the_answer_and_the_conversation_before_it(
    kept: Kept, keep_answer: KeepAnswer
) -> None:
    conversation, _ = keep_answer("Which lines?")
    _, turn = keep_answer("How many accounts?", conversation=conversation)
    keep_answer("What is hostile?", conversation=conversation)
    kept.judgements.judge(ANNA, turn, DOWN)
    (judgement,) = kept.judgements.all()
    assert judgement.owner == ANNA
    assert judgement.opinion == DOWN
    assert judgement.answer["question"] == "How many accounts?"
    assert [message["role"] for message in judgement.history] == ["user", "assistant"]
    assert judgement.history[0]["content"] == "Which lines?"


def test_a_later_opinion_takes_the_place_of_an_earlier_one(
    kept: Kept, keep_answer: KeepAnswer
) -> None:
    conversation, turn = keep_answer("How many accounts?")
    kept.judgements.judge(ANNA, turn, DOWN)
    kept.judgements.judge(ANNA, turn, UP)
    assert [judgement.opinion for judgement in kept.judgements.all()] == [UP]
    assert kept.conversations.open(ANNA, conversation).turns[0]["judged"] == "up"


def test_nobody_judges_the_answer_of_another(kept: Kept, keep_answer: KeepAnswer) -> None:
    _, turn = keep_answer("How many accounts?")
    with pytest.raises(NotFoundError, match="this answer isn't kept"):
        kept.judgements.judge(BEN, turn, UP)
    assert kept.judgements.all() == ()


def test_a_judgement_outlives_its_conversation(kept: Kept, keep_answer: KeepAnswer) -> None:
    conversation, turn = keep_answer("How many accounts?")
    kept.judgements.judge(ANNA, turn, DOWN)
    kept.conversations.delete(ANNA, conversation)
    assert len(kept.judgements.all()) == 1


def test_programs_judge_answers_that_they_send(kept: Kept, sent: dict[str, Any]) -> None:
    first = kept.judgements.judge_answer("program", read_answer(sent), UP)
    second = kept.judgements.judge_answer("program", read_answer(sent), DOWN)
    assert [judgement.id for judgement in kept.judgements.all()] == [first, second]


def test_a_huge_answer_is_refused(kept: Kept, sent: dict[str, Any]) -> None:
    huge = {**sent, "answer": "x" * LARGEST_ANSWER}
    with pytest.raises(InvalidInputError, match=r"characters; 200000 are the most"):
        kept.judgements.judge_answer("program", read_answer(huge), UP)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"question": " "}, "question is empty"),
        ({"question": 5}, "or no text"),
        ({"short_answer": None}, "or no text"),
        ({"abstained": "no"}, "abstained a boolean"),
        ({"hits": None}, "hits must be a list"),
        ({"hits": ["x"]}, "document_id must be a string"),
        ({"citations": [{"source": "a", "quote": "b"}]}, "document_id must be a string"),
        ({"citations": [{"source": "a", "quote": "", "document_id": "c"}]}, "no answer object"),
        ({"answer": "\ud800"}, "half of a surrogate pair"),
    ],
)
def test_what_is_no_answer_object_is_refused(
    sent: dict[str, Any], change: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(InvalidInputError, match=complaint):
        read_answer({**sent, **change})


@pytest.mark.parametrize("value", [None, "text", [], {}, 5])
def test_anything_else_is_no_answer_object(value: object) -> None:
    with pytest.raises(InvalidInputError, match="it is no answer object"):
        read_answer(value)


def test_an_opinion_is_read_with_what_may_be_missing() -> None:
    assert read_opinion("up", None, None) == UP
    given = read_opinion("down", ["other", "other"], " 116 ")
    assert given == Opinion("down", ("other",), "116")


@pytest.mark.parametrize(
    ("verdict", "reasons", "right", "complaint"),
    [
        ("sideways", None, None, "verdict must be one of up, down, not 'sideways'"),
        (None, None, None, "verdict must be one of"),
        ("down", "other", None, "reasons must be a list"),
        ("down", ["boring"], None, "the reason 'boring' is none of wrong answer, "),
        ("down", [5], None, "the reason 5 is none of"),
        ("down", None, 5, "right_answer must be a string"),
        ("down", None, "x" * (LONGEST_RIGHT_ANSWER + 1), "2000 are the most"),
    ],
)
def test_an_opinion_that_makes_no_sense_is_refused(
    verdict: object, reasons: object, right: object, complaint: str
) -> None:
    with pytest.raises(InvalidInputError, match=complaint):
        read_opinion(verdict, reasons, right)


def test_listing_makes_no_file(tmp_path: Path) -> None:
    assert Judgements(Store(tmp_path / "none")).all() == ()
    assert not (tmp_path / "none").exists()
