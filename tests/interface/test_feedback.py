from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from index.errors import InvalidInputError
from interface.endpoints import Endpoints
from interface.feedback import FeedbackEndpoint
from interface.keeping.judgements import Opinion
from interface.keeping.kept import Kept, open_kept


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return open_kept(tmp_path)


@pytest.fixture
def endpoint(kept: Kept) -> FeedbackEndpoint:
    return FeedbackEndpoint(kept.judgements)


def test_feedback_takes_what_ask_returns(
    endpoint: FeedbackEndpoint, endpoints: Endpoints, kept: Kept
) -> None:
    answer = endpoints.ask("How many accounts?")
    given = endpoint.feedback(answer, "down", ["wrong answer"], "116")
    (judgement,) = kept.judgements.all()
    assert given == {"id": judgement.id}
    assert judgement.owner == "program"
    assert judgement.opinion == Opinion("down", ("wrong answer",), "116")
    assert judgement.answer["question"] == "How many accounts?"


def test_feedback_without_reasons_is_enough(
    endpoint: FeedbackEndpoint, endpoints: Endpoints, kept: Kept
) -> None:
    endpoint.feedback(endpoints.ask("How many accounts?"), "up")
    assert kept.judgements.all()[0].opinion == Opinion("up", (), "")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (({}, "up"), "it is no answer object"),
        (("How many?", "up"), "it is no answer object"),
        ((None, "better"), "verdict must be one of"),
    ],
)
def test_bad_feedback_is_refused(
    endpoint: FeedbackEndpoint, kept: Kept, arguments: Any, complaint: str
) -> None:
    with pytest.raises(InvalidInputError, match=complaint):
        endpoint.feedback(*arguments)
    assert kept.judgements.all() == ()
